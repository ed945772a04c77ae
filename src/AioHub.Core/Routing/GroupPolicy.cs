using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>Rules of a group for its calls. Kept as one JSON text: what stands at its default is not written.</summary>
public sealed record GroupPolicy
{
    public static GroupPolicy Default { get; } = new();

    /// <summary>What calls of the group cannot have, whatever its channels can do.</summary>
    public Needs Lacks { get; init; }
}

/// <summary>What the rules of a group shall be. A null member stays as it is.</summary>
public sealed record GroupPolicyDraft
{
    /// <summary>Replaces all; <see cref="Needs.None"/> = the group lacks nothing.</summary>
    public Needs? Lacks { get; init; }
}

/// <summary>The text of <see cref="GroupPolicy"/> in its column.</summary>
internal static class GroupPolicyText
{
    /// <summary>All at its default.</summary>
    public const string None = JsonText.EmptyMap;

    private const string LacksMember = "lacks";

    public static string Of(GroupPolicy policy) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        if (policy.Lacks != Needs.None)
        {
            writer.WriteStartArray(LacksMember);
            foreach (var name in CapabilityNames.ListOf(policy.Lacks))
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    public static GroupPolicy To(string json)
    {
        if (json is None)
        {
            return GroupPolicy.Default;
        }

        using var document = JsonDocument.Parse(json);
        var lacks = Needs.None;
        foreach (var name in document.RootElement.TryGetProperty(LacksMember, out var names) ? names.EnumerateArray() : default)
        {
            lacks |= CapabilityNames.TryParse(name.GetString()!, out var one) ? one : Needs.None;
        }

        return new GroupPolicy { Lacks = lacks };
    }

    /// <summary>The text after a draft, with a line for each member that it changes.</summary>
    public static string Change(Primitives.ChangeLines lines, string json, GroupPolicyDraft draft)
    {
        var present = To(json);
        var next = present with { Lacks = draft.Lacks ?? present.Lacks };
        lines.Set(LacksMember, Names(present.Lacks), Names(next.Lacks));
        return Of(next);
    }

    private static string Names(Needs needs) => string.Join(", ", CapabilityNames.ListOf(needs));
}
