using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>The options that prices and groups are made of. An option that nobody ever saved has no row: what its version has built in is not known then.</summary>
public sealed class NewApiOptions
{
    /// <summary>Of new-api's money to a US dollar, unless it is set.</summary>
    public const decimal DefaultQuotaPerUsd = 500_000m;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <exception cref="AdminException">An option that money is worked out from cannot be read.</exception>
    public NewApiOptions(IReadOnlyDictionary<string, string> options)
    {
        foreach (var (name, value) in options)
        {
            _values[Plain(name)] = value;
        }

        var unit = Text("QuotaPerUnit");
        QuotaPerUsd = unit is null ? DefaultQuotaPerUsd
            : decimal.TryParse(unit, NumberStyles.Float, CultureInfo.InvariantCulture, out var said) && said > 0 ? said
            : throw new AdminException("options.QuotaPerUnit", $"'{unit}' is no number above 0; put it right in new-api and export again");
        GroupRatio = Numbers("GroupRatio");
        ModelRatio = Numbers("ModelRatio");
        ModelPrice = Numbers("ModelPrice");
        CompletionRatio = Numbers("CompletionRatio");
        CacheRatio = Numbers("CacheRatio");
        CreateCacheRatio = Numbers("CreateCacheRatio");
        ImageRatio = Numbers("ImageRatio");
        AudioRatio = Numbers("AudioRatio");
        AudioCompletionRatio = Numbers("AudioCompletionRatio");
    }

    public decimal QuotaPerUsd { get; }

    /// <summary>Null = never saved; so are all below.</summary>
    public IReadOnlyDictionary<string, decimal>? GroupRatio { get; }

    /// <summary>1 = one of its money a token of input.</summary>
    public IReadOnlyDictionary<string, decimal>? ModelRatio { get; }

    /// <summary>USD a call.</summary>
    public IReadOnlyDictionary<string, decimal>? ModelPrice { get; }

    public IReadOnlyDictionary<string, decimal>? CompletionRatio { get; }

    public IReadOnlyDictionary<string, decimal>? CacheRatio { get; }

    public IReadOnlyDictionary<string, decimal>? CreateCacheRatio { get; }

    public IReadOnlyDictionary<string, decimal>? ImageRatio { get; }

    public IReadOnlyDictionary<string, decimal>? AudioRatio { get; }

    public IReadOnlyDictionary<string, decimal>? AudioCompletionRatio { get; }

    /// <summary>Null = never saved, or empty.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(Plain(name)) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    /// <summary>Texts by name; null = never saved.</summary>
    /// <exception cref="AdminException">It is no JSON object.</exception>
    public IReadOnlyDictionary<string, string>? Texts(string name) => Text(name) is not { } json ? null : Read(name, json, static root =>
        root.EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText(), StringComparer.Ordinal));

    /// <summary>A JSON array of texts; null = never saved.</summary>
    /// <exception cref="AdminException">It is none.</exception>
    public ImmutableArray<string>? List(string name) => Text(name) is not { } json ? null : Read(name, json, static root => root.EnumerateArray().Select(static item => item.GetString() ?? "").ToImmutableArray());

    private Dictionary<string, decimal>? Numbers(string name) => Text(name) is not { } json ? null : Read(name, json, static root =>
    {
        var numbers = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            numbers[member.Name] = member.Value.GetDecimal();
        }

        return numbers;
    });

    private static T Read<T>(string name, string json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new AdminException($"options.{name}", $"cannot be read ({wrong.Message.Split('\n')[0]}); put it right in new-api's settings and export again");
        }
    }

    // Newer settings are saved as group_ratio_setting.group_special_usable_group, older ones as GroupRatio.
    private static string Plain(string name) => name[(name.LastIndexOf('.') + 1)..].Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
