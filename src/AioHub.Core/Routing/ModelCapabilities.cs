using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>
/// What an operator says of some models of a channel; beats what is said of the whole channel. Where several patterns match a model, the more telling one counts: a name
/// before a pattern, then the one with more letters.
/// </summary>
/// <param name="Models">A glob of public model names.</param>
/// <param name="Can">What the channel takes for them.</param>
/// <param name="Cannot">What it does not take; has nothing in common with <paramref name="Can"/>.</param>
public sealed record ModelCapabilities(string Models, Needs Can, Needs Cannot)
{
    /// <summary>The same with one thing more said; null = with one thing less.</summary>
    public ModelCapabilities With(Needs capability, bool? can) => this with
    {
        Can = can is true ? Can | capability : Can & ~capability,
        Cannot = can is false ? Cannot | capability : Cannot & ~capability,
    };
}

/// <summary>The text of what a channel can do, in its column: <c>{"documents":true,"gpt-3.5*":{"images":false}}</c>.</summary>
internal static class CapabilitiesText
{
    public static string Of(IReadOnlyDictionary<Needs, bool> whole, ImmutableArray<ModelCapabilities> byModel) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (need, can) in whole.OrderBy(static pair => CapabilityNames.Of(pair.Key), StringComparer.Ordinal))
        {
            writer.WriteBoolean(CapabilityNames.Of(need), can);
        }

        foreach (var said in byModel.OrderBy(static said => said.Models, StringComparer.Ordinal))
        {
            writer.WriteStartObject(said.Models);
            foreach (var name in CapabilityNames.ListOf(said.Can | said.Cannot))
            {
                writer.WriteBoolean(name, CapabilityNames.TryParse(name, out var need) && (said.Can & need) != Needs.None);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    public static (FrozenDictionary<Needs, bool> Whole, ImmutableArray<ModelCapabilities> ByModel) To(string json)
    {
        if (json is JsonText.EmptyMap)
        {
            return (FrozenDictionary<Needs, bool>.Empty, []);
        }

        using var document = JsonDocument.Parse(json);
        var whole = new Dictionary<Needs, bool>();
        var byModel = ImmutableArray.CreateBuilder<ModelCapabilities>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                byModel.Add(member.Value.EnumerateObject().Aggregate(
                    new ModelCapabilities(member.Name, Needs.None, Needs.None),
                    static (said, flag) => CapabilityNames.TryParse(flag.Name, out var need) ? said.With(need, flag.Value.GetBoolean()) : said));
            }
            else if (CapabilityNames.TryParse(member.Name, out var need))
            {
                whole[need] = member.Value.GetBoolean();
            }
        }

        return (whole.ToFrozenDictionary(), byModel.ToImmutable());
    }
}
