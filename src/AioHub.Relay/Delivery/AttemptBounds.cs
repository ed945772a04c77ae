using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Relay.Delivery;

/// <summary>How long the attempts of one call may take until content comes: all of them, and those in a group that has a deadline of its own.</summary>
/// <param name="all">For all attempts, counted from the call's start.</param>
internal struct AttemptBounds(TimeSpan all)
{
    /// <summary>When the first attempt in such a group began.</summary>
    private List<(GroupId Group, TimeSpan Since)>? _entered;

    /// <summary>What an attempt that begins now has; zero or less = the group has had its time.</summary>
    /// <param name="group">Where it is.</param>
    /// <param name="elapsed">Since the call began.</param>
    public TimeSpan Left(Group group, TimeSpan elapsed)
    {
        var left = all - elapsed;
        if (group.Policy.Failover.Deadline is not { } own)
        {
            return left;
        }

        var entered = _entered ??= [];
        var place = entered.FindIndex(one => one.Group == group.Id);
        if (place < 0)
        {
            place = entered.Count;
            entered.Add((group.Id, elapsed));
        }

        var ownLeft = own - (elapsed - entered[place].Since);
        return ownLeft < left ? ownLeft : left;
    }

    /// <summary>Whether a group has had its time, while the call has some left.</summary>
    public bool IsOver(Group group, TimeSpan elapsed) => group.Policy.Failover.Deadline is not null && Left(group, elapsed) <= TimeSpan.Zero && elapsed < all;
}
