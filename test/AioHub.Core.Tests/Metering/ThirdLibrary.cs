using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>A case of LiteLLM's tests: rates per token by name, usage in totals and parts, the cost of both sides.</summary>
internal static class ThirdLibrary
{
    /// <summary>What stands where a case leaves a rate open: any numbers do.</summary>
    private static readonly Dictionary<string, decimal> Open = new(StringComparer.Ordinal) { ["R_in"] = 0.000002m, ["R_out"] = 0.000007m, ["R_reason"] = 0.000003m };

    public static (PriceRow Row, Usage Usage, decimal Expected, int? Places) Read(JsonElement one)
    {
        var rates = one.GetProperty("rates_usd_per_token");
        var figures = one.GetProperty("usage");
        long Count(string name) => figures.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
        decimal? Rate(string name) => rates.TryGetProperty(name, out var value) ? Value(value.GetString()!) * 1_000_000m : null;
        var long200 = Rate("input_above_200k");
        var row = new PriceRow
        {
            Version = "v",
            From = DateTime.UnixEpoch,
            Rates = new Rates
            {
                Input = Rate("input"), Output = Rate("output"), CacheRead = Rate("cache_read"), CacheWrite5m = Rate("cache_creation") ?? Rate("cache_creation_5m"),
                CacheWrite1h = Rate("cache_creation_1h"), InputAudio = Rate("input_audio"), OutputAudio = Rate("output_audio"), Reasoning = Rate("reasoning"),
            },
            Tiers = long200 is null ? [] : [new PriceTier(200_000, false, new Rates { Input = long200, Output = Rate("output_above_200k") })],
        };
        var hour = Count("ephemeral_1h_input_tokens");
        var creation = Count("cache_creation") + Count("cache_creation_tokens") + Count("cache_creation_input_tokens");
        var parts = figures.TryGetProperty("prompt_text", out _);
        var usage = new Usage
        {
            Input = parts ? Count("prompt_text") : Math.Max(0, Count("prompt_tokens") - creation),
            InputAudio = Count("prompt_audio"),
            CacheRead = Count("cached"),
            CacheWrite5m = creation - hour,
            CacheWrite1h = hour,
            Output = parts ? Count("completion_text") : Count("completion_tokens"),
            OutputAudio = Count("completion_audio"),
            Reasoning = Count("reasoning_tokens"),
        };
        var expected = one.GetProperty("expected");
        int? places = one.GetProperty("note").GetString() is { } note && note.Contains("round(x,3)", StringComparison.Ordinal) ? 3 : null;
        return (row, usage, Side(expected.GetProperty("input")) + Side(expected.GetProperty("output")), places);
    }

    /// <summary>A number, or a sum of products such as <c>626*R_out+952*R_reason</c>; null = not told.</summary>
    private static decimal Side(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => 0m,
        JsonValueKind.String => value.GetString()!.Split('+').Sum(static product => product.Split('*').Select(Value).Aggregate(1m, static (left, right) => left * right)),
        _ => decimal.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static decimal Value(string text) => Open.TryGetValue(text, out var open) ? open : decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
