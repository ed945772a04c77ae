using System.Collections.Frozen;
using System.Numerics;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Catalog;

/// <summary>How settings, files and lists spell the capabilities of <see cref="Needs"/>.</summary>
public static class CapabilityNames
{
    private static readonly FrozenDictionary<string, Needs> ByName = new Dictionary<string, Needs>(StringComparer.OrdinalIgnoreCase)
    {
        ["streaming"] = Needs.Streaming,
        ["tools"] = Needs.Tools,
        ["images"] = Needs.Images,
        ["image"] = Needs.Images,
        ["vision"] = Needs.Images,
        ["documents"] = Needs.Documents,
        ["document"] = Needs.Documents,
        ["pdf"] = Needs.Documents,
        ["audio"] = Needs.Audio,
        ["json_schema"] = Needs.JsonSchema,
        ["reasoning"] = Needs.Reasoning,
        ["long_context"] = Needs.LongContext,
        ["prompt_caching"] = Needs.PromptCaching,
        ["server_tools"] = Needs.ServerTools,
        ["stateful"] = Needs.Stateful,
        ["parallel_tools"] = Needs.ParallelTools,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names that <see cref="Of"/> gives, for error messages.</summary>
    public static IEnumerable<string> All => Enum.GetValues<Needs>().Where(static need => need != Needs.None).Select(Of);

    /// <summary>The name of one capability.</summary>
    public static string Of(Needs one) => one switch
    {
        Needs.Streaming => "streaming",
        Needs.Tools => "tools",
        Needs.Images => "images",
        Needs.Documents => "documents",
        Needs.Audio => "audio",
        Needs.JsonSchema => "json_schema",
        Needs.Reasoning => "reasoning",
        Needs.LongContext => "long_context",
        Needs.PromptCaching => "prompt_caching",
        Needs.ServerTools => "server_tools",
        Needs.Stateful => "stateful",
        Needs.ParallelTools => "parallel_tools",
        _ => throw new ArgumentOutOfRangeException(nameof(one), one, "One capability is expected."),
    };

    /// <summary>The names of several, in the order of the flags.</summary>
    public static IEnumerable<string> ListOf(Needs capabilities)
    {
        for (var rest = (uint)capabilities; rest != 0; rest &= rest - 1)
        {
            yield return Of((Needs)(1u << BitOperations.TrailingZeroCount(rest)));
        }
    }

    /// <summary>Reads one name; a few synonyms (<c>pdf</c>, <c>vision</c>) are understood.</summary>
    public static bool TryParse(string name, out Needs capability) => ByName.TryGetValue(name, out capability);
}
