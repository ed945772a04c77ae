using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>A case of another library's price calculation, turned into our row and our disjoint buckets.</summary>
/// <remarks>
/// Theirs count in totals: <c>input_tokens</c> holds the cached and the audio ones, <c>cache_read_tokens</c> the cached audio ones. Only what their own
/// rates tell apart is taken out of a total; the rest of it pays the total's rate, as ours does by its fallbacks. A case with parts of a token is told in
/// thousandths (or whatever makes its figures whole) of a token, at as many times smaller rates: what is priced is the same.
/// </remarks>
internal sealed record OracleCase(PriceRow Row, Usage Usage, decimal Total)
{
    public static OracleCase Read(JsonElement one)
    {
        var usage = one.GetProperty("usage");
        var parts = PartsOf(usage);
        long Count(string unit) => usage.TryGetProperty(unit, out var value) ? (long)(value.GetDecimal() * parts) : 0;
        long cachedAudio = Count("cache_audio_read_tokens"), cachedImage = Count("cache_image_read_tokens");
        long cached = Count("cache_read_tokens") - cachedAudio - cachedImage, audio = Count("input_audio_tokens") - cachedAudio;
        long written = Count("cache_write_tokens"), hour = Count("cache_write_1h_tokens");
        long image = Count("input_image_tokens") - cachedImage, video = Count("input_video_tokens");
        long audioOut = Count("output_audio_tokens"), imageOut = Count("output_image_tokens"), videoOut = Count("output_video_tokens");
        // Quoted sources are a part of the output to them, and a bucket of their own here.
        var citations = Count("output_citation_tokens");
        var input = Count("input_tokens") - cached - cachedAudio - cachedImage - written - audio - image - video;
        return new OracleCase(
            ReadRow(one.GetProperty("rates_per_unit"), parts),
            new Usage
            {
                Input = input,
                CacheRead = cached,
                CacheWrite5m = written - hour,
                CacheWrite1h = hour,
                InputAudio = audio,
                CacheReadAudio = cachedAudio,
                InputImage = image,
                InputVideo = video,
                Output = Count("output_tokens") - audioOut - imageOut - videoOut - citations,
                Reasoning = Count("output_reasoning_tokens"),
                OutputAudio = audioOut,
                OutputImage = imageOut,
                OutputVideo = videoOut,
                CacheReadImage = cachedImage,
                Citations = citations,
                ToolCalls = new ToolCalls((int)Count("web_searches"), 0, 0, 0, 0),
                Source = UsageSource.Reported,
            },
            Number(one.GetProperty("expected").GetProperty("total")));
    }

    /// <summary>Into how many parts a token is cut so that each figure is a whole number of them; 1, but for made-up cases.</summary>
    private static long PartsOf(JsonElement usage)
    {
        var parts = 1L;
        while (usage.EnumerateObject().Any(unit => unit.Value.GetDecimal() * parts % 1 != 0))
        {
            parts *= 10;
        }

        return parts;
    }

    private static PriceRow ReadRow(JsonElement units, long parts)
    {
        var bounds = units.EnumerateObject().Where(unit => unit.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(unit => unit.Value.GetProperty("tiers").EnumerateArray()).Select(tier => tier.GetProperty("above_tokens").GetInt64()).Distinct().Order();
        var web = At(units, "web_searches_kcount", 0);
        return new PriceRow
        {
            Version = "oracle",
            From = DateTime.UnixEpoch,
            Rates = RatesAt(units, 0, parts),
            Tiers = [.. bounds.Select(bound => new PriceTier(bound * parts, false, RatesAt(units, bound, parts)))],
            PerRequest = At(units, "requests_kcount", 0) / 1_000m,
            Per1K = web is { } rate ? new Dictionary<string, decimal> { ["web_search"] = rate / parts }.ToFrozenDictionary() : FrozenDictionary<string, decimal>.Empty,
        };
    }

    private static Rates RatesAt(JsonElement units, long above, long parts) => new()
    {
        Input = At(units, "input_mtok", above) / parts,
        Output = At(units, "output_mtok", above) / parts,
        CacheRead = At(units, "cache_read_mtok", above) / parts,
        CacheWrite5m = At(units, "cache_write_mtok", above) / parts,
        CacheWrite1h = At(units, "cache_write_1h_mtok", above) / parts,
        InputAudio = At(units, "input_audio_mtok", above) / parts,
        OutputAudio = At(units, "output_audio_mtok", above) / parts,
        CacheReadAudio = At(units, "cache_audio_read_mtok", above) / parts,
        InputImage = At(units, "input_image_mtok", above) / parts,
        OutputImage = At(units, "output_image_mtok", above) / parts,
        InputVideo = At(units, "input_video_mtok", above) / parts,
        Reasoning = At(units, "output_reasoning_mtok", above) / parts,
        CacheReadImage = At(units, "cache_image_read_mtok", above) / parts,
        OutputVideo = At(units, "output_video_mtok", above) / parts,
        Citations = At(units, "output_citation_mtok", above) / parts,
    };

    private static decimal? At(JsonElement units, string unit, long above)
    {
        if (!units.TryGetProperty(unit, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Number(value);
        }

        var rate = Number(value.GetProperty("base"));
        foreach (var tier in value.GetProperty("tiers").EnumerateArray().Where(tier => tier.GetProperty("above_tokens").GetInt64() <= above && above > 0))
        {
            rate = Number(tier.GetProperty("price"));
        }

        return rate;
    }

    private static decimal Number(JsonElement value) => decimal.Parse(value.ToString(), CultureInfo.InvariantCulture);
}
