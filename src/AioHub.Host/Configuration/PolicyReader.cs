using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>A group's rules for its calls: <c>lacks</c>, <c>selection</c>, <c>affinity</c>.</summary>
internal static class PolicyReader
{
    private const string Soft = "soft";
    private const string Off = "off";

    /// <summary>Null when the group names none of them.</summary>
    public static GroupPolicyDraft? Read(YamlSection group)
    {
        var lacks = group.Names<Needs>("lacks", "capability", CapabilityNames.TryParse, CapabilityNames.All);
        var draft = new GroupPolicyDraft
        {
            Lacks = lacks?.Aggregate(Needs.None, static (all, one) => all | one),
            Selection = ReadSelection(group),
        };
        if (group.Section("affinity", "the affinity of a group") is { } affinity)
        {
            draft = draft with
            {
                Affinity = ReadMode(affinity),
                AffinityTtl = affinity.Duration("ttl"),
                AffinityBreakAt = (double?)affinity.Number("break_at_slower"),
            };
            affinity.Done();
        }

        return draft == new GroupPolicyDraft() ? null : draft;
    }

    public static void Write(JsonObject json, GroupPolicy policy)
    {
        json["lacks"] = new JsonArray([.. CapabilityNames.ListOf(policy.Lacks).Select(static name => (JsonNode?)name)]);
        json["selection"] = SelectionPolicyNames.Of(policy.Selection);
        json["affinity"] = new JsonObject
        {
            ["mode"] = policy.Affinity ? Soft : Off,
            ["ttl"] = Durations.Of(policy.AffinityTtl),
            ["break_at_slower"] = policy.AffinityBreakAt,
        };
    }

    private static SelectionPolicy? ReadSelection(YamlSection group)
    {
        if (group.Text("selection") is not { } text)
        {
            return null;
        }

        if (SelectionPolicyNames.TryParse(text, out var policy))
        {
            return policy;
        }

        group.Report("selection", $"'{text}' is not one of {string.Join(", ", SelectionPolicyNames.All)}");
        return null;
    }

    private static bool? ReadMode(YamlSection affinity)
    {
        switch (affinity.Text("mode"))
        {
            case null:
                return null;
            case Soft:
                return true;
            case Off:
                return false;
            case var text:
                affinity.Report("mode", $"'{text}' is not one of {Soft}, {Off}");
                return null;
        }
    }
}
