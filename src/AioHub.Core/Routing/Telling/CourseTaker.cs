using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Routing.Telling;

/// <summary>Notes what is a route's alone, beside its figure. Nothing is looked at twice, and nothing at all where nothing happened.</summary>
internal sealed class CourseTaker(Route route, LiveFigure live)
{
    /// <summary>A call that went where it would always go: nothing was tried, full or resting, and nothing is told of it that others do not share.</summary>
    public static bool IsPlain(Route route) =>
        route is { Rests: null, Ends: null, PassedOver: null, Attempts: 1, Question.Pin: null } && route.ChosenRests == default && !MattersSize(route)
        && route.Question.Key is { OwnerMultiplier: 1m, Multiplier: 1m };

    /// <summary>The channels that a call cannot get now because all their credentials rest or are full; null = there are none.</summary>
    public static List<ChannelNote>? RestsOf(Route route, ChannelEntry[] channels)
    {
        List<ChannelNote>? notes = null;
        foreach (var channel in channels)
        {
            if (RestOf(route.Picker, channel) is { } note)
                (notes ??= []).Add(note);
        }

        return notes;
    }

    public Course Take()
    {
        var question = route.Question;
        return new Course
        {
            IsConversation = route.Picker.IsConversation,
            Affinity = route.Affinity,
            Size = MattersSize(route) ? route.Picker.Size : 0,
            Holder = question.Pin?.Channel.Value ?? 0,
            ChosenRests = route.ChosenRests,
            OwnerMultiplier = question.Key.OwnerMultiplier,
            KeyMultiplier = question.Key.Multiplier,
            Near = route.Near,
            TriedGroups = route.Ends?.Select(static end => end.Attempt.Group.Id.Value).Distinct().ToArray() ?? [],
            Groups = GroupNotes(),
            Channels = ChannelNotes(),
        };
    }

    private static bool MattersSize(Route route) => route.Picker.Size > route.Index.LeastWindow;

    private static ChannelNote? RestOf(Picker picker, ChannelEntry channel)
    {
        var (rest, full) = (DateTime.MaxValue, DateTime.MaxValue);
        foreach (var slot in channel.Credentials)
        {
            if (picker.IsOut(slot))
                continue;
            if (picker.CoolingUntil(slot) is { } until)
                rest = until < rest ? until : rest;
            else if (picker.FullUntil(slot) is { } free)
                full = free < full ? free : full;
            else
                return null;
        }

        return full != DateTime.MaxValue ? new ChannelNote(channel.Channel.Id.Value, ChannelNoteKind.Full)
            : rest != DateTime.MaxValue ? new ChannelNote(channel.Channel.Id.Value, ChannelNoteKind.Rests, rest)
            : null;
    }

    private GroupNote[] GroupNotes()
    {
        if (route.PassedOver is null && route.Question.Pin is null && !MattersSize(route))
            return [];

        var notes = new List<GroupNote>();
        for (var i = 0; i < live.Entries.Length; i++)
        {
            if (live.Entries[i] is { } entry && NoteOf(i, entry) is { } note)
                notes.Add(note);
        }

        return [.. notes];
    }

    private GroupNote? NoteOf(int index, GroupEntry entry)
    {
        if (route.Question.Pin is { } pin && !entry.LeadsTo(pin.Channel))
            return new GroupNote(index, "", "", 0, null);

        foreach (var pass in route.PassedOver ?? [])
        {
            if (pass.Channel is null && ReferenceEquals(pass.Group, entry.Group))
                return new GroupNote(index, pass.Code, pass.Reason, RouteCodes.RankOf(pass.Code), pass.Wait);
        }

        return live.Figure.Groups[index].Code is null ? TooSmall(index, entry) ?? Limited(index, entry) : null;
    }

    /// <summary>When no channel's window is large enough.</summary>
    private GroupNote? TooSmall(int index, GroupEntry entry)
    {
        var size = route.Picker.Size;
        if (!MattersSize(route))
            return null;

        var largest = 0;
        foreach (var channel in Able(entry))
        {
            if (channel.Window >= size)
                return null;
            largest = Math.Max(largest, channel.Window);
        }

        return new GroupNote(index, RouteCodes.NoChannelAvailable,
            $"No channel of group '{entry.Group.Name}' takes more than {largest} tokens, and the call has {size} at the least.", FigureMaker.RankOfUnusable, null);
    }

    /// <summary>When limits keep every channel of a group that could serve.</summary>
    private GroupNote? Limited(int index, GroupEntry entry)
    {
        if (route.PassedOver is null)
            return null;

        RoutePass? best = null;
        foreach (var channel in Able(entry))
        {
            if (channel.Window < route.Picker.Size || (route.Question.Pin is { } pin && pin.Channel != channel.Channel.Id))
                continue;
            if (PassOf(channel) is not { } pass)
                return null;
            // A wait is worth more than none, a short one more than a long one.
            if (best is null || (pass.Wait ?? TimeSpan.MaxValue) < (best.Wait ?? TimeSpan.MaxValue))
                best = pass;
        }

        if (best is null)
            return null;

        var many = $"Every channel of group '{entry.Group.Name}' that could serve model '{route.Model!.Info.Id}'";
        return new GroupNote(index, best.Code, string.Equals(best.Code, RouteCodes.RateLimited, StringComparison.Ordinal)
            ? $"{many} is at its limit. Try again in {Math.Max(1, Math.Ceiling((best.Wait ?? TimeSpan.Zero).TotalSeconds)):0} s, or use another group."
            : $"{many} has used up its budget. An operator can top it up; meanwhile use another group.", RouteCodes.RankOf(best.Code), best.Wait);
    }

    /// <summary>Why limits keep a channel with all its credentials; of several reasons the one that ends soonest. Null = they do not.</summary>
    private RoutePass? PassOf(ChannelEntry channel)
    {
        if (route.PassedOver is null || !Array.TrueForAll(channel.Credentials, route.Picker.IsOut))
            return null;

        RoutePass? best = null;
        foreach (var pass in route.PassedOver)
        {
            if (ReferenceEquals(pass.Channel, channel.Channel) && (best is null || (pass.Wait ?? TimeSpan.MaxValue) < (best.Wait ?? TimeSpan.MaxValue)))
                best = pass;
        }

        return best;
    }

    /// <summary>The channels of a group that nothing stands in the way of, tier by tier. Who asks nearly always learns enough from the first.</summary>
    private IEnumerable<ChannelEntry> Able(GroupEntry entry)
    {
        foreach (var tier in route.Model is { } model ? route.Index.Candidates(entry, model).Tiers : [])
        {
            foreach (var candidate in tier.Items)
            {
                if (candidate.Suits(route.Picker.Form, route.Needs))
                    yield return candidate.Channel;
            }
        }
    }

    private ChannelNote[] ChannelNotes()
    {
        var notes = new Dictionary<long, ChannelNote>();
        foreach (var rest in (route.Attempts == 0 ? RestsOf(route, live.Able) : route.Rests) ?? [])
            notes[rest.Channel] = rest;

        if (route.Attempts > 0 || route.PassedOver is not null || route.Question.Pin is not null)
        {
            foreach (var channel in live.Able)
            {
                if (IsOver(channel) && channel.Channel.Id != route.Current?.Channel.Id)
                    notes[channel.Channel.Id.Value] = new ChannelNote(channel.Channel.Id.Value, ChannelNoteKind.Tried);
            }
        }

        foreach (var pass in route.PassedOver ?? [])
        {
            if (pass.Channel is not null && EntryOf(pass.Group, pass.Channel) is { } channel && PassOf(channel) is { } best)
                notes[pass.Channel.Id.Value] = Note(pass.Group, pass.Channel, ChannelNoteKind.Passed, best.Reason);
        }

        foreach (var ends in route.Ends?.GroupBy(static end => end.Attempt.Channel.Id) ?? [])
        {
            var attempt = ends.First().Attempt;
            if (EntryOf(attempt.Group, attempt.Channel) is { } channel && IsOver(channel))
                notes[ends.Key.Value] = Note(attempt.Group, attempt.Channel, ChannelNoteKind.Tried, string.Join(", ", ends.Select(static end => end.Failure)));
        }

        return [.. notes.Values];
    }

    private bool IsOver(ChannelEntry channel) => Array.TrueForAll(channel.Credentials, route.Picker.IsOut);

    private ChannelNote Note(Group group, Channel channel, ChannelNoteKind kind, string text)
    {
        var isListed = Array.Exists(live.Figure.Groups, one => Array.Exists(one.Channels, listed => listed.Id == channel.Id.Value));
        return new ChannelNote(channel.Id.Value, kind, default, text, isListed ? 0 : group.Id.Value, isListed ? "" : channel.Name);
    }

    private ChannelEntry? EntryOf(Group group, Channel channel) =>
        route.Model is { } model && route.Index.Find(group.Name) is { } entry ? route.Index.Candidates(entry, model).Find(channel.Id)?.Candidate.Channel : null;
}
