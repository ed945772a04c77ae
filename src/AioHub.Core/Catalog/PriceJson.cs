using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AioHub.Core.Primitives;

namespace AioHub.Core.Catalog;

/// <summary>Price rows as configuration files, the built-in catalogue and the database spell them.</summary>
public static class PriceJson
{
    private static readonly FrozenDictionary<string, Func<Rates, decimal?, Rates>> RateNames =
        new Dictionary<string, Func<Rates, decimal?, Rates>>(StringComparer.Ordinal)
        {
            ["input"] = static (rates, usd) => rates with { Input = usd },
            ["output"] = static (rates, usd) => rates with { Output = usd },
            ["cache_read"] = static (rates, usd) => rates with { CacheRead = usd },
            ["cache_write_5m"] = static (rates, usd) => rates with { CacheWrite5m = usd },
            ["cache_write_1h"] = static (rates, usd) => rates with { CacheWrite1h = usd },
            ["cache_write_other"] = static (rates, usd) => rates with { CacheWriteOther = usd },
            ["input_audio"] = static (rates, usd) => rates with { InputAudio = usd },
            ["output_audio"] = static (rates, usd) => rates with { OutputAudio = usd },
            ["cache_read_audio"] = static (rates, usd) => rates with { CacheReadAudio = usd },
            ["input_image"] = static (rates, usd) => rates with { InputImage = usd },
            ["output_image"] = static (rates, usd) => rates with { OutputImage = usd },
            ["input_video"] = static (rates, usd) => rates with { InputVideo = usd },
            ["reasoning"] = static (rates, usd) => rates with { Reasoning = usd },
            ["cache_read_image"] = static (rates, usd) => rates with { CacheReadImage = usd },
            ["output_video"] = static (rates, usd) => rates with { OutputVideo = usd },
            ["citations"] = static (rates, usd) => rates with { Citations = usd },
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads one row. Its <see cref="PriceRow.Version"/> is computed for the model.</summary>
    /// <exception cref="FormatException">The row is malformed; the message names the member.</exception>
    public static PriceRow Read(string modelId, JsonElement row)
    {
        Expect(row, JsonValueKind.Object, "a price row");
        var from = default(DateTime?);
        var price = new PriceRow { Version = "", From = default };
        var rates = new Rates();
        foreach (var member in row.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (RateNames.TryGetValue(member.Name, out var set))
            {
                rates = set(rates, Usd(value, member.Name));
                continue;
            }

            switch (member.Name)
            {
                case "from": from = Moment(value, "from"); break;
                case "to": price = price with { To = Moment(value, "to") }; break;
                case "currency": price = price with { Currency = Text(value, "currency").ToUpperInvariant() }; break;
                case "per_request": price = price with { PerRequest = Usd(value, member.Name) }; break;
                case "per_second": price = price with { PerSecond = Usd(value, member.Name) }; break;
                case "per_character": price = price with { PerCharacter = Usd(value, member.Name) }; break;
                case "per_image": price = price with { PerImage = List(value, member.Name, ReadImage) }; break;
                case "per_1k": price = price with { Per1K = Map(value, member.Name) }; break;
                case "tiers": price = price with { Tiers = [.. List(value, member.Name, ReadTier).OrderBy(static tier => tier.Above)] }; break;
                case "service_tiers": price = price with { ServiceTiers = Map(value, member.Name) }; break;
                case "regions": price = price with { Regions = Map(value, member.Name, StringComparer.OrdinalIgnoreCase) }; break;
                case "storage_hour": price = price with { StorageHour = Usd(value, member.Name) }; break;
                case "schedule": price = price with { Schedule = List(value, member.Name, ReadWindow) }; break;
                default: throw new FormatException($"A price row has no member '{member.Name}'.");
            }
        }

        price = price with { From = from ?? throw new FormatException("A price row needs 'from', the day it comes into force."), Rates = rates };
        return price.To <= price.From ? throw new FormatException("A price row ends ('to') before it begins ('from').") : Stamp(modelId, price);
    }

    /// <summary>The row with the version that its content gives it; the same words in a group are another price than the model's own.</summary>
    public static PriceRow Stamp(string modelId, PriceRow row, GroupId? group = null)
    {
        var content = Encoding.UTF8.GetBytes(modelId + "\n" + Write(row) + (group is { } own ? $"\ngroup {own.Value}" : ""));
        return row with { Version = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8)) };
    }

    /// <summary>The row as canonical JSON: the same price gives the same text, however it was written down.</summary>
    public static string Write(PriceRow row)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, row);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the row as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, PriceRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("from", MomentText(row.From));
        if (row.To is { } to)
        {
            writer.WriteString("to", MomentText(to));
        }

        if (!string.Equals(row.Currency, "USD", StringComparison.Ordinal))
        {
            writer.WriteString("currency", row.Currency);
        }

        WriteRates(writer, row.Rates);
        Number(writer, "per_request", row.PerRequest);
        Number(writer, "per_second", row.PerSecond);
        Number(writer, "per_character", row.PerCharacter);
        WriteList(writer, "per_image", row.PerImage, static (writer, image) =>
        {
            Optional(writer, "size", image.Size);
            Optional(writer, "quality", image.Quality);
            Number(writer, "usd", image.Usd);
        });
        WriteMap(writer, "per_1k", row.Per1K);
        WriteList(writer, "tiers", row.Tiers, static (writer, tier) =>
        {
            writer.WriteNumber("above", tier.Above);
            if (tier.Inclusive)
            {
                writer.WriteBoolean("inclusive", true);
            }

            WriteRates(writer, tier.Rates);
        });
        WriteMap(writer, "service_tiers", row.ServiceTiers);
        WriteMap(writer, "regions", row.Regions);
        Number(writer, "storage_hour", row.StorageHour);
        WriteList(writer, "schedule", row.Schedule, static (writer, window) =>
        {
            writer.WriteStartArray("days");
            foreach (var day in window.Days)
            {
                writer.WriteStringValue(DayText(day));
            }

            writer.WriteEndArray();
            writer.WriteString("from", window.From.ToString("HH:mm", CultureInfo.InvariantCulture));
            writer.WriteString("to", window.To.ToString("HH:mm", CultureInfo.InvariantCulture));
            writer.WriteString("time_zone", window.TimeZone);
            Number(writer, "multiplier", window.Multiplier);
            WriteDates(writer, "dates", window.Dates);
            WriteDates(writer, "except", window.Except);
        });
        writer.WriteEndObject();
    }

    private static ImagePrice ReadImage(JsonElement image)
    {
        string? size = null, quality = null;
        decimal? usd = null;
        foreach (var member in image.EnumerateObject())
        {
            switch (member.Name)
            {
                case "size": size = OptionalText(member.Value, "size"); break;
                case "quality": quality = OptionalText(member.Value, "quality"); break;
                case "usd": usd = Usd(member.Value, "usd"); break;
                default: throw new FormatException($"An entry of 'per_image' has no member '{member.Name}'.");
            }
        }

        return new ImagePrice(size, quality, usd ?? throw new FormatException("An entry of 'per_image' needs 'usd'."));
    }

    private static PriceTier ReadTier(JsonElement tier)
    {
        long? above = null;
        var inclusive = false;
        var rates = new Rates();
        foreach (var member in tier.EnumerateObject())
        {
            if (RateNames.TryGetValue(member.Name, out var set))
            {
                rates = set(rates, member.Value.ValueKind == JsonValueKind.Null ? null : Usd(member.Value, member.Name));
                continue;
            }

            switch (member.Name)
            {
                case "above" when member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out var bound) && bound >= 0: above = bound; break;
                case "inclusive" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False: inclusive = member.Value.GetBoolean(); break;
                default: throw new FormatException($"An entry of 'tiers' has a wrong or unknown member '{member.Name}'.");
            }
        }

        return new PriceTier(above ?? throw new FormatException("An entry of 'tiers' needs 'above', a number of tokens."), inclusive, rates);
    }

    private static PriceWindow ReadWindow(JsonElement window)
    {
        ImmutableArray<DayOfWeek> days = [.. Enum.GetValues<DayOfWeek>()];
        TimeOnly from = default, to = default;
        var zone = "UTC";
        decimal? multiplier = null;
        ImmutableArray<DateOnly> dates = [], except = [];
        foreach (var member in window.EnumerateObject())
        {
            switch (member.Name)
            {
                case "days": days = [.. Strings(member.Value, "days").Select(ReadDay)]; break;
                case "from": from = Time(member.Value, "from"); break;
                case "to": to = Time(member.Value, "to"); break;
                case "time_zone": zone = Text(member.Value, "time_zone"); break;
                case "multiplier": multiplier = Usd(member.Value, "multiplier"); break;
                case "dates": dates = Dates(member.Value, "dates"); break;
                case "except": except = Dates(member.Value, "except"); break;
                default: throw new FormatException($"An entry of 'schedule' has no member '{member.Name}'.");
            }
        }

        return new PriceWindow(days, from, to, zone, multiplier ?? throw new FormatException("An entry of 'schedule' needs 'multiplier'."))
        {
            Dates = dates,
            Except = except,
        };
    }

    private static ImmutableArray<DateOnly> Dates(JsonElement value, string name) =>
        [.. Strings(value, name).Select(text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new FormatException($"'{name}' must be dates such as 2026-10-01.")).Distinct().Order()];

    private static void WriteDates(Utf8JsonWriter writer, string name, ImmutableArray<DateOnly> dates)
    {
        if (dates.IsDefaultOrEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var date in dates)
        {
            writer.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        writer.WriteEndArray();
    }

    private static DayOfWeek ReadDay(string text)
    {
        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            if (string.Equals(day.ToString(), text, StringComparison.OrdinalIgnoreCase) || string.Equals(DayText(day), text, StringComparison.OrdinalIgnoreCase))
            {
                return day;
            }
        }

        throw new FormatException($"'{text}' is not a day; write mon, tue, wed, thu, fri, sat or sun.");
    }

    private static string DayText(DayOfWeek day) => day.ToString()[..3].ToLowerInvariant();

    private static void Expect(JsonElement value, JsonValueKind kind, string what)
    {
        if (value.ValueKind != kind)
        {
            throw new FormatException($"{what} must be {kind.ToString().ToLowerInvariant()}, not {value.ValueKind.ToString().ToLowerInvariant()}.");
        }
    }

    private static decimal Usd(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number >= 0
            ? number
            : throw new FormatException($"'{name}' must be a number that is not negative.");

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"'{name}' must be text.");

    private static string? OptionalText(JsonElement value, string name) => value.ValueKind == JsonValueKind.Null ? null : Text(value, name);

    private static DateTime Moment(JsonElement value, string name) =>
        DateTime.TryParse(Text(value, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : throw new FormatException($"'{name}' must be a date such as 2026-04-16, or a moment such as 2026-04-16T08:00:00Z.");

    private static TimeOnly Time(JsonElement value, string name) =>
        TimeOnly.TryParse(Text(value, name), CultureInfo.InvariantCulture, out var time) ? time : throw new FormatException($"'{name}' must be a time of day such as 08:30.");

    private static ImmutableArray<T> List<T>(JsonElement value, string name, Func<JsonElement, T> read)
    {
        Expect(value, JsonValueKind.Array, $"'{name}'");
        var list = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            Expect(item, JsonValueKind.Object, $"an entry of '{name}'");
            list.Add(read(item));
        }

        return list.MoveToImmutable();
    }

    private static IEnumerable<string> Strings(JsonElement value, string name)
    {
        Expect(value, JsonValueKind.Array, $"'{name}'");
        return value.EnumerateArray().Select(item => Text(item, name));
    }

    private static FrozenDictionary<string, decimal> Map(JsonElement value, string name, StringComparer? comparer = null)
    {
        Expect(value, JsonValueKind.Object, $"'{name}'");
        var map = new Dictionary<string, decimal>(comparer ?? StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            map[member.Name] = Usd(member.Value, $"{name}.{member.Name}");
        }

        return map.ToFrozenDictionary(map.Comparer);
    }

    private static string MomentText(DateTime moment) => moment.TimeOfDay == TimeSpan.Zero
        ? moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : moment.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    private static void WriteRates(Utf8JsonWriter writer, Rates rates)
    {
        Number(writer, "input", rates.Input);
        Number(writer, "output", rates.Output);
        Number(writer, "cache_read", rates.CacheRead);
        Number(writer, "cache_write_5m", rates.CacheWrite5m);
        Number(writer, "cache_write_1h", rates.CacheWrite1h);
        Number(writer, "cache_write_other", rates.CacheWriteOther);
        Number(writer, "input_audio", rates.InputAudio);
        Number(writer, "output_audio", rates.OutputAudio);
        Number(writer, "cache_read_audio", rates.CacheReadAudio);
        Number(writer, "input_image", rates.InputImage);
        Number(writer, "output_image", rates.OutputImage);
        Number(writer, "input_video", rates.InputVideo);
        Number(writer, "reasoning", rates.Reasoning);
        Number(writer, "cache_read_image", rates.CacheReadImage);
        Number(writer, "output_video", rates.OutputVideo);
        Number(writer, "citations", rates.Citations);
    }

    // 5, 5.0 and 5.00 are one number and must give one text.
    private static void Number(Utf8JsonWriter writer, string name, decimal? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number / 1.0000000000000000000000000000m);
        }
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, FrozenDictionary<string, decimal> map)
    {
        if (map.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Number(writer, key, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> list, Action<Utf8JsonWriter, T> write)
    {
        if (list.IsDefaultOrEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in list)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
