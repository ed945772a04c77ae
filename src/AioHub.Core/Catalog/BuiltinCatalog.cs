using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Catalog;

/// <summary>The models that come with the hub: facts with source and date, one embedded JSON file a vendor.</summary>
public static class BuiltinCatalog
{
    private const string Folder = "AioHub.Core.Catalog.Builtin.";
    private static readonly Lazy<ImmutableArray<ModelInfo>> LazyModels = new(Load);

    /// <summary>By id, ascending. Read once.</summary>
    public static ImmutableArray<ModelInfo> Models => LazyModels.Value;

    /// <summary>One by its id, in any case; null = there is none.</summary>
    public static ModelInfo? Find(string id) => Models.FirstOrDefault(model => string.Equals(model.Id, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads one vendor's file.</summary>
    /// <exception cref="FormatException">The file is malformed; the message names the model.</exception>
    internal static IEnumerable<ModelInfo> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var vendor = root.GetProperty("vendor").GetString()!;
        var checkedOn = root.TryGetProperty("checked_on", out var day) ? Day(day) : null;
        var models = new List<ModelInfo>();
        foreach (var model in root.GetProperty("models").EnumerateArray())
        {
            try
            {
                models.Add(ReadModel(model, vendor, checkedOn));
            }
            catch (Exception failure) when (failure is FormatException or InvalidOperationException or KeyNotFoundException)
            {
                throw new FormatException($"Model {(model.TryGetProperty("id", out var id) ? id.ToString() : "without id")} of {vendor}: {failure.Message}", failure);
            }
        }

        return models;
    }

    private static ImmutableArray<ModelInfo> Load()
    {
        var assembly = typeof(BuiltinCatalog).Assembly;
        var byId = new Dictionary<string, ModelInfo>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Folder, StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.Ordinal))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            foreach (var model in Read(bytes))
            {
                byId[model.Id] = model;
            }
        }

        return [.. byId.Values.OrderBy(static model => model.Id, StringComparer.Ordinal)];
    }

    private static ModelInfo ReadModel(JsonElement json, string vendor, DateOnly? checkedOn)
    {
        var id = json.GetProperty("id").GetString()!;
        var model = new ModelInfo { Id = id, Vendor = vendor, DisplayName = id, SourceDate = checkedOn };
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            model = member.Name switch
            {
                "display_name" => model with { DisplayName = value.GetString()! },
                "aliases" => model with { Aliases = [.. value.EnumerateArray().Select(static alias => alias.GetString()!)] },
                "released_on" => model with { ReleasedOn = Day(value) },
                "context_window" => model with { ContextWindow = value.GetInt32() },
                "long_context_window" => model with { LongContextWindow = value.GetInt32() },
                "max_output_tokens" => model with { MaxOutputTokens = value.GetInt32() },
                "kind" => model with { Kind = ReadKind(value.GetString()!) },
                "capabilities" => model with { Capabilities = ReadCapabilities(value) },
                "open_weights" => model with { OpenWeights = value.GetBoolean() },
                "source" => model with { Source = value.GetString()! },
                "source_date" => model with { SourceDate = Day(value) ?? checkedOn },
                "prices" => model with
                {
                    Prices = [.. value.EnumerateArray().Select(row => PriceJson.Read(id, row)).OrderBy(static row => row.From)],
                },
                _ => model,
            };
        }

        return model;
    }

    private static ModelKind ReadKind(string text) =>
        Enum.TryParse<ModelKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : throw new FormatException($"There is no kind '{text}'.");

    private static Needs ReadCapabilities(JsonElement list)
    {
        var capabilities = Needs.None;
        foreach (var item in list.EnumerateArray())
        {
            capabilities |= CapabilityNames.TryParse(item.GetString()!, out var one) ? one : throw new FormatException($"There is no capability '{item.GetString()}'.");
        }

        return capabilities;
    }

    // Some vendors tell the month alone; the first day stands for it.
    private static DateOnly? Day(JsonElement value)
    {
        var text = value.GetString()!;
        return DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
    }
}
