using System.Text.Json;
using System.Text.Json.Serialization;
using AioHub.Admin.Frame;
using AioHub.Core.Catalog;

namespace AioHub.Admin.Prices;

/// <summary>The price of one image; an absent member fits any.</summary>
internal sealed record ImagePriceShape(string? Size, string? Quality, decimal Usd);

/// <summary>Other rates for a whole request whose input, cached tokens included, passes a bound. It names every rate that its row names.</summary>
/// <param name="Above">Tokens.</param>
/// <param name="Inclusive">It begins at the bound itself.</param>
internal sealed record TierShape(
    long Above, bool? Inclusive, decimal? Input, decimal? Output, decimal? CacheRead,
    [property: JsonPropertyName("cache_write_5m")] decimal? CacheWrite5m, [property: JsonPropertyName("cache_write_1h")] decimal? CacheWrite1h, decimal? CacheWriteOther,
    decimal? InputAudio, decimal? OutputAudio, decimal? CacheReadAudio, decimal? InputImage, decimal? OutputImage, decimal? CacheReadImage, decimal? InputVideo, decimal? OutputVideo,
    decimal? Reasoning, decimal? Citations);

/// <summary>A multiplier by day and hour.</summary>
/// <param name="Days"><c>mon</c> to <c>sun</c>.</param>
/// <param name="Dates">Further dates on which it opens.</param>
/// <param name="Except">Dates on which it does not.</param>
internal sealed record WindowShape(IReadOnlyList<string>? Days, string? From, string? To, string? TimeZone, decimal Multiplier, IReadOnlyList<string>? Dates, IReadOnlyList<string>? Except);

/// <summary>A price row, as configuration files spell it: rates in its currency per million tokens.</summary>
/// <param name="From">In force from here on: a day or a moment in UTC. Absent in a request = from when it is applied.</param>
/// <param name="To">Exclusive; absent = for ever.</param>
/// <param name="Currency">Absent = USD.</param>
/// <param name="Per1K">Per thousand calls of a vendor's tool.</param>
/// <param name="ServiceTiers">Multipliers by the tier that was served.</param>
/// <param name="Regions">Multipliers by region.</param>
/// <param name="StorageHour">Per million stored tokens and hour.</param>
internal sealed record PriceShape(
    string? From = null, string? To = null, string? Currency = null, decimal? Input = null, decimal? Output = null, decimal? CacheRead = null,
    [property: JsonPropertyName("cache_write_5m")] decimal? CacheWrite5m = null, [property: JsonPropertyName("cache_write_1h")] decimal? CacheWrite1h = null, decimal? CacheWriteOther = null,
    decimal? InputAudio = null, decimal? OutputAudio = null, decimal? CacheReadAudio = null, decimal? InputImage = null, decimal? OutputImage = null, decimal? CacheReadImage = null,
    decimal? InputVideo = null, decimal? OutputVideo = null, decimal? Reasoning = null, decimal? Citations = null, decimal? PerRequest = null, decimal? PerSecond = null, decimal? PerCharacter = null,
    IReadOnlyList<ImagePriceShape>? PerImage = null, [property: JsonPropertyName("per_1k")] IReadOnlyDictionary<string, decimal>? Per1K = null, IReadOnlyList<TierShape>? Tiers = null,
    IReadOnlyDictionary<string, decimal>? ServiceTiers = null, IReadOnlyDictionary<string, decimal>? Regions = null, decimal? StorageHour = null, IReadOnlyList<WindowShape>? Schedule = null)
{
    /// <summary>The one spelling of rows is the files': nothing is written down a second time.</summary>
    public static PriceShape Of(PriceRow row) => JsonSerializer.Deserialize<PriceShape>(PriceJson.Write(row), ManagementJson.Options)!;

    /// <returns>A row without <see cref="From"/> begins at <c>default</c>.</returns>
    /// <exception cref="Refused">It is no price row.</exception>
    public PriceRow ToRow(string field)
    {
        try
        {
            var row = PriceJson.Read("", JsonSerializer.SerializeToElement(From is null ? this with { From = "0001-01-01" } : this, ManagementJson.Options));
            return From is null ? row with { From = default } : row;
        }
        catch (FormatException wrong)
        {
            throw Refused.Invalid(field, wrong.Message);
        }
    }
}

/// <summary>A row in use, with the name that calls know it by.</summary>
internal sealed record PriceVersionShape(string Version, PriceShape Price)
{
    public static PriceVersionShape Of(PriceRow row) => new(row.Version, PriceShape.Of(row));

    public static PriceVersionShape? OfAny(PriceRow? row) => row is null ? null : Of(row);
}
