using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>How a channel is chosen among those of one priority.</summary>
public enum SelectionPolicy
{
    /// <summary>By weight; the busier of two gives way.</summary>
    Weighted,
    /// <summary>Of two drawn by weight the one that answers sooner, by its recent first tokens and what it does now.</summary>
    LeastLatency,
    /// <summary>The lowest cost multiplier first, by weight among equals.</summary>
    Cheapest,
    /// <summary>Each in turn, by weight.</summary>
    RoundRobin,
}

/// <summary>The policies by the names that files, commands and the database use.</summary>
public static class SelectionPolicyNames
{
    public static IEnumerable<string> All => Enum.GetValues<SelectionPolicy>().Select(Of);

    public static string Of(SelectionPolicy policy) => JsonNamingPolicy.KebabCaseLower.ConvertName(policy.ToString());

    public static bool TryParse(string text, out SelectionPolicy policy)
    {
        policy = Enum.GetValues<SelectionPolicy>().FirstOrDefault(one => string.Equals(Of(one), text, StringComparison.Ordinal));
        return string.Equals(Of(policy), text, StringComparison.Ordinal);
    }
}

/// <summary>Rules of a group for its calls. Kept as one JSON text: what stands at its default is not written.</summary>
public sealed record GroupPolicy
{
    public static readonly TimeSpan ShortestAffinity = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestAffinity = TimeSpan.FromDays(7);
    public const double MostSlower = 1_000;

    public static GroupPolicy Default { get; } = new();

    /// <summary>What calls of the group cannot have, whatever its channels can do.</summary>
    public Needs Lacks { get; init; }
    public SelectionPolicy Selection { get; init; }
    /// <summary>Calls of one conversation go where the last one was answered, so that the upstream's prompt cache is warm. False: each is chosen anew.</summary>
    public bool Affinity { get; init; } = true;
    /// <summary>How long after its last answer a conversation is remembered.</summary>
    public TimeSpan AffinityTtl { get; init; } = TimeSpan.FromHours(1);
    /// <summary>A conversation leaves a credential whose first tokens take so many times as long as its siblings'; 0 = never.</summary>
    public double AffinityBreakAt { get; init; } = 3;
    public GroupFailover Failover { get; init; } = GroupFailover.Default;
    /// <summary>Asked for; <see cref="Group.Translation"/> is what holds.</summary>
    public TranslationPolicy Translation { get; init; }
}

/// <summary>What the rules of a group shall be. A null member stays as it is.</summary>
public sealed record GroupPolicyDraft
{
    /// <summary>Replaces all; <see cref="Needs.None"/> = the group lacks nothing.</summary>
    public Needs? Lacks { get; init; }
    public SelectionPolicy? Selection { get; init; }
    public bool? Affinity { get; init; }
    public TimeSpan? AffinityTtl { get; init; }
    public double? AffinityBreakAt { get; init; }
    /// <summary>Replaces all of it.</summary>
    public GroupFailover? Failover { get; init; }
    public TranslationPolicy? Translation { get; init; }

    internal void Check(ProblemList problems)
    {
        problems.Require(
            AffinityTtl is null || (AffinityTtl >= GroupPolicy.ShortestAffinity && AffinityTtl <= GroupPolicy.LongestAffinity), "affinity.ttl",
            "must be from one second to seven days");
        problems.Require(AffinityBreakAt is null or 0 or (>= 1 and <= GroupPolicy.MostSlower), "affinity.break_at_slower", $"must be 0 (never) or from 1 to {GroupPolicy.MostSlower}");
        Failover?.Check(problems);
    }
}

/// <summary>The text of <see cref="GroupPolicy"/> in its column.</summary>
internal static class GroupPolicyText
{
    /// <summary>All at its default.</summary>
    public const string None = JsonText.EmptyMap;

    private const string LacksMember = "lacks";
    private const string SelectionMember = "selection";
    private const string AffinityMember = "affinity";
    private const string TtlMember = "affinity_seconds";
    private const string BreakMember = "affinity_break_at";
    private const string FailoverMember = "failover";
    private const string TranslationMember = "translation";

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

        if (policy.Selection != GroupPolicy.Default.Selection)
        {
            writer.WriteString(SelectionMember, SelectionPolicyNames.Of(policy.Selection));
        }

        if (policy.Affinity != GroupPolicy.Default.Affinity)
        {
            writer.WriteBoolean(AffinityMember, policy.Affinity);
        }

        if (policy.AffinityTtl != GroupPolicy.Default.AffinityTtl)
        {
            writer.WriteNumber(TtlMember, policy.AffinityTtl.TotalSeconds);
        }

        if (policy.AffinityBreakAt != GroupPolicy.Default.AffinityBreakAt)
        {
            writer.WriteNumber(BreakMember, policy.AffinityBreakAt);
        }

        policy.Failover.Write(writer, FailoverMember);
        if (policy.Translation != GroupPolicy.Default.Translation)
        {
            writer.WriteString(TranslationMember, TranslationPolicyNames.Of(policy.Translation));
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
        var root = document.RootElement;
        var lacks = Needs.None;
        foreach (var name in root.TryGetProperty(LacksMember, out var names) ? names.EnumerateArray() : default)
        {
            lacks |= CapabilityNames.TryParse(name.GetString()!, out var one) ? one : Needs.None;
        }

        return new GroupPolicy
        {
            Lacks = lacks,
            Selection = root.TryGetProperty(SelectionMember, out var selection) && SelectionPolicyNames.TryParse(selection.GetString()!, out var policy) ? policy : GroupPolicy.Default.Selection,
            Affinity = root.TryGetProperty(AffinityMember, out var affinity) ? affinity.GetBoolean() : GroupPolicy.Default.Affinity,
            AffinityTtl = root.TryGetProperty(TtlMember, out var ttl) ? TimeSpan.FromSeconds(ttl.GetDouble()) : GroupPolicy.Default.AffinityTtl,
            AffinityBreakAt = root.TryGetProperty(BreakMember, out var slower) ? slower.GetDouble() : GroupPolicy.Default.AffinityBreakAt,
            Failover = GroupFailover.Read(root, FailoverMember),
            Translation = root.TryGetProperty(TranslationMember, out var translation) && TranslationPolicyNames.TryParse(translation.GetString()!, out var translates)
                ? translates : GroupPolicy.Default.Translation,
        };
    }

    /// <summary>The text after a draft, with a line for each member that it changes.</summary>
    public static string Change(ChangeLines lines, string json, GroupPolicyDraft draft)
    {
        var present = To(json);
        var next = present with
        {
            Lacks = draft.Lacks ?? present.Lacks,
            Selection = draft.Selection ?? present.Selection,
            Affinity = draft.Affinity ?? present.Affinity,
            AffinityTtl = draft.AffinityTtl ?? present.AffinityTtl,
            AffinityBreakAt = draft.AffinityBreakAt ?? present.AffinityBreakAt,
            Failover = draft.Failover ?? present.Failover,
            Translation = draft.Translation ?? present.Translation,
        };
        lines.Set(LacksMember, Names(present.Lacks), Names(next.Lacks));
        lines.Set(SelectionMember, SelectionPolicyNames.Of(present.Selection), SelectionPolicyNames.Of(next.Selection));
        lines.Set("affinity.mode", Mode(present), Mode(next));
        lines.Set("affinity.ttl", present.AffinityTtl, next.AffinityTtl);
        lines.Set("affinity.break_at_slower", present.AffinityBreakAt.ToString(CultureInfo.InvariantCulture), next.AffinityBreakAt.ToString(CultureInfo.InvariantCulture));
        GroupFailover.Tell(lines, present.Failover, next.Failover);
        lines.Set(TranslationMember, TranslationPolicyNames.Of(present.Translation), TranslationPolicyNames.Of(next.Translation));
        return Of(next);
    }

    private static string Mode(GroupPolicy policy) => policy.Affinity ? "soft" : "off";

    private static string Names(Needs needs) => string.Join(", ", CapabilityNames.ListOf(needs));
}
