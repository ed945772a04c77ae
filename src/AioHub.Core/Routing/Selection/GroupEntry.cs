using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>A channel of a group, resolved.</summary>
internal readonly record struct MemberEntry(ChannelEntry Channel, int Priority, int Weight);

/// <summary>A group with its members resolved.</summary>
internal sealed class GroupEntry(Group group, MemberEntry[] members, GlobSet models)
{
    /// <summary>The group is over from then on (UTC).</summary>
    private readonly DateTime _end = group.EndsAt ?? DateTime.MaxValue;
    /// <summary>Up to here a look at each is as fast as a set.</summary>
    private const int Few = 8;

    private readonly DialectSet _dialects = DialectSet.Of(group.Dialects.IsDefaultOrEmpty ? Enum.GetValues<Dialect>() : group.Dialects);
    private FrozenSet<ChannelId>? _leads;

    public Group Group { get; } = group;

    public MemberEntry[] Members { get; } = members;

    /// <summary>Dialects whose calls may be translated into what a channel speaks. Bytes that are passed through are not.</summary>
    public DialectSet Translated { get; } = group.Translation == TranslationPolicy.NativeOnly ? default : DialectSet.All;

    public ulong Seed { get; } = StableHash.Mix(unchecked((ulong)group.Id.Value) ^ 0x6209UL);

    /// <summary>What becomes of an ending that was set for later, without anybody doing anything.</summary>
    public GroupStatus StatusAt(DateTime now) => now >= _end ? GroupStatus.Expired : Group.Status;

    /// <summary>What its calls cannot have.</summary>
    public Needs Lacks => Group.Policy.Lacks;

    public bool Allows(Dialect dialect) => _dialects.Has(dialect);

    public DialectSet Dialects => _dialects;

    public bool Allows(ModelEntry model)
    {
        foreach (var name in model.Names)
        {
            if (models.Matches(name))
                return true;
        }

        return false;
    }

    /// <summary>Whether a channel is among its members, whatever it can.</summary>
    public bool LeadsTo(ChannelId channel)
    {
        if (Members.Length <= Few)
            return Array.Exists(Members, member => member.Channel.Channel.Id == channel);

        // Two calls may both make it; either is right.
        return (_leads ??= Members.Select(static member => member.Channel.Channel.Id).ToFrozenSet()).Contains(channel);
    }

    /// <summary>Whether a user may reach the group by naming it.</summary>
    public bool Admits(ImmutableArray<string> tags)
    {
        return Group.Visibility != GroupVisibility.Restricted || Share(Group.Tags, tags);
    }

    /// <summary>Whether two lists of tags have one in common.</summary>
    public static bool Share(ImmutableArray<string> left, ImmutableArray<string> right)
    {
        if (left.IsDefaultOrEmpty || right.IsDefaultOrEmpty)
            return false;

        foreach (var tag in left)
        {
            foreach (var own in right)
            {
                if (string.Equals(tag, own, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}

/// <summary>A group on <c>auto</c>'s way, with what it has for the model.</summary>
internal readonly record struct AutoStop(GroupEntry Group, CandidateList Candidates);

/// <summary>The groups that <c>auto</c> goes to by one rule, then all others.</summary>
/// <param name="Rule">Null = the way of calls that no rule is for.</param>
internal sealed record AutoWay(AutoRule? Rule, AutoStop[] Stops);
