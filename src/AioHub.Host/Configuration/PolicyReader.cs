using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>A group's rules for its calls: <c>lacks</c>, <c>selection</c>, <c>affinity</c>, <c>failover</c>, <c>translation</c>.</summary>
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
            Selection = ReadOne<SelectionPolicy>(group, "selection", SelectionPolicyNames.TryParse, SelectionPolicyNames.All),
            Translation = ReadOne<TranslationPolicy>(group, "translation", TranslationPolicyNames.TryParse, TranslationPolicyNames.All),
            Failover = group.Section("failover", "the failover of a group") is { } failover ? ReadFailover(failover) : null,
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

        // What is not named is as the hub is set.
        var failover = new JsonObject();
        if (policy.Failover.MaxAttempts is { } attempts)
        {
            failover["max_attempts"] = attempts;
        }

        if (policy.Failover.SameCredential is { } same)
        {
            failover["same_credential"] = same;
        }

        if (policy.Failover.Deadline is { } deadline)
        {
            failover["deadline"] = Durations.Of(deadline);
        }

        if (policy.Failover.HoldHandshake is { } hold)
        {
            failover["hold_handshake"] = hold;
        }

        json["failover"] = failover;
        json["translation"] = TranslationPolicyNames.Of(policy.Translation);
    }

    private static GroupFailover ReadFailover(YamlSection failover)
    {
        var read = new GroupFailover(
            failover.Int("max_attempts", RouteSettings.LeastAttempts), failover.Int("same_credential"), failover.Duration("deadline"), failover.Flag("hold_handshake"));
        failover.Done();
        return read;
    }

    private static T? ReadOne<T>(YamlSection group, string key, YamlSection.TryParse<T> parse, IEnumerable<string> known)
        where T : struct
    {
        if (group.Text(key) is not { } text)
        {
            return null;
        }

        if (parse(text, out var one))
        {
            return one;
        }

        group.Report(key, $"'{text}' is not one of {string.Join(", ", known)}");
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
