using AioHub.Core.Primitives;
using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Routing;

/// <summary>The way through the groups of a call's key: all that are open to it for their healthy pairs, then once more for those that rest.</summary>
/// <param name="home">The group that answered the call's conversation last: inside <c>auto</c> it comes first.</param>
internal sealed class RouteWalk(Route route, GroupId? home)
{
    private GroupEntry? _only;
    private int _keyPlace;
    private int _autoPlace = -1;
    private bool _wasHome = home is null;

    /// <summary>Null = between two groups.</summary>
    public GroupEntry? Group { get; private set; }

    /// <summary>What the group has for the model.</summary>
    public CandidateList Candidates { get; private set; } = CandidateList.None;

    /// <summary>The second round.</summary>
    public bool IsCooling { get; private set; }

    /// <summary>From now on there is no other group.</summary>
    public void StayWith(GroupEntry group) => _only ??= group;

    public void Leave() => Group = null;

    public void Restart()
    {
        IsCooling = false;
        _keyPlace = 0;
        _autoPlace = -1;
    }

    /// <summary>Begins the second round once more.</summary>
    public void RestartLast()
    {
        Restart();
        Leave();
        IsCooling = true;
    }

    /// <summary>Goes to the next group; false = there is none left.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            if (!MoveNextInRound())
            {
                if (IsCooling)
                    return false;
                Restart();
                IsCooling = true;
                continue;
            }

            if (_only is null || ReferenceEquals(_only, Group))
                return true;
        }
    }

    private bool MoveNextInRound()
    {
        Group = null;
        var names = route.Question.Key.Groups;
        while (_keyPlace < names.Length)
        {
            if (_autoPlace >= 0)
            {
                if (MoveNextOfAuto())
                    return true;
                _autoPlace = -1;
                _keyPlace++;
                continue;
            }

            var name = names[_keyPlace];
            if (route.Enter(name, out var entry) != Gate.Open)
            {
                _keyPlace++;
            }
            else if (entry is null || entry.Group.IsAuto)
            {
                _autoPlace = 0;
            }
            else
            {
                _keyPlace++;
                return Go(entry, route.Index.Candidates(entry, route.Model!));
            }
        }

        return false;
    }

    private bool MoveNextOfAuto()
    {
        var stops = route.Index.Auto(route.Model!, route.Question);
        if (!_wasHome)
        {
            // Sticky: auto stays with the group that answered the conversation last.
            _wasHome = true;
            foreach (var stop in stops)
            {
                if (stop.Group.Group.Id == home && stop.Group.Group.Policy.Affinity && IsOpen(stop))
                    return Go(stop.Group, stop.Candidates);
            }
        }

        while (_autoPlace < stops.Length)
        {
            var stop = stops[_autoPlace++];
            if (IsOpen(stop))
                return Go(stop.Group, stop.Candidates);
        }

        return false;
    }

    private bool Go(GroupEntry group, CandidateList candidates)
    {
        (Group, Candidates) = (group, candidates);
        return true;
    }

    private bool IsOpen(AutoStop stop) => stop.Group.Admits(route.Question.Key.OwnerTags) && route.Inside(stop.Group) == Gate.Open;
}
