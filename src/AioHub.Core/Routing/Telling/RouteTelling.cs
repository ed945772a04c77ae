using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Telling;

/// <summary>What is known of a call beside its figure and its course.</summary>
/// <param name="Model">As the caller wrote it, without its variant.</param>
/// <param name="Object">What it names of the things that an upstream keeps; null = nothing that is known.</param>
/// <param name="Attempts">How many were made.</param>
/// <param name="Group">Which serves it; 0 = none.</param>
/// <param name="Channel">Which serves it; 0 = none.</param>
internal sealed record ToldCall(string Model, UpstreamObject? Object, int Attempts, long Group, string GroupName, long Channel, string ChannelName);

/// <summary>Puts a figure and a course into words: for a call that may be made, one under way, and one that is long over.</summary>
internal sealed class RouteTelling(Figure figure, Course course, ToldCall call)
{
    private readonly Dictionary<long, ChannelNote> _notes = NotesOf(course);

    private string ModelText { get; } = Shorten(call.Model);

    /// <summary>The most telling reason why nothing (more) can be tried.</summary>
    public RouteRefusal Refusal()
    {
        var best = default(Judgement);
        for (var i = 0; i < figure.Groups.Length; i++)
        {
            var one = Judge(i);
            if (one.Code is not null && (best.Code is null || one.Rank > best.Rank || (one.Rank == best.Rank && one.Wait < best.Wait)))
                best = one;
        }

        if (call.Object is { } named && call.Attempts == 0 && best.Code is null or RouteCodes.NoChannelAvailable or RouteCodes.ObjectUnreachable or RouteCodes.GroupNotAllowed)
        {
            return New(RouteCodes.ObjectUnreachable,
                $"The {named.Kind.Told()} '{Shorten(named.Name)}' lives at a channel that this key can no longer reach: it was removed or switched off, or left the key's groups. "
                + named.Kind.Remedy());
        }

        if (best.Code is null || (call.Attempts > 0 && best.Rank < RouteCodes.RankOf(RouteCodes.GroupQuotaExhausted)))
        {
            return call.Attempts > 0
                ? New(RouteCodes.NoChannelAvailable, $"None of the {call.Attempts} attempts at model '{ModelText}' succeeded, and no other channel is left. Try again later.")
                : New(RouteCodes.NoChannelAvailable, $"No group of this key can serve model '{ModelText}'.");
        }

        return New(best.Code, best.Message) with { RetryAfter = best.Wait };
    }

    /// <summary>What was thought of each group and channel, in order.</summary>
    public ImmutableArray<GroupVerdict> Verdicts()
    {
        var verdicts = ImmutableArray.CreateBuilder<GroupVerdict>();
        var chosen = false;
        for (var i = 0; i < figure.Groups.Length; i++)
        {
            var group = figure.Groups[i];
            var (code, message, _, _) = Judge(i);
            var isCurrent = call.Group != 0 && !chosen && group.Id == call.Group;
            chosen |= isCurrent;
            var reason = isCurrent ? "serves the call" + group.Ending
                : code is not null ? message
                : chosen ? $"could serve; '{call.GroupName}' comes first" + group.Ending
                : Waiting(group);
            if (!string.Equals(group.Name, group.Own, StringComparison.Ordinal))
                reason = $"expired; its replacement '{group.Own}' takes the call: {reason}";
            verdicts.Add(new GroupVerdict(group.Name, isCurrent, reason, group.Id == 0 ? [] : Channels(group, isCurrent)) { Code = isCurrent ? null : code });
        }

        if (figure.More > 0)
        {
            if (call.Group != 0 && !chosen)
                verdicts.Add(new GroupVerdict(call.GroupName, true, "serves the call", call.Channel == 0 ? [] : [new ChannelVerdict(call.ChannelName, "chosen", "")]));
            verdicts.Add(new GroupVerdict($"({figure.More} more)", false, "not listed", []));
        }

        return verdicts.ToImmutable();
    }

    private Judgement Judge(int index)
    {
        var group = figure.Groups[index];
        foreach (var note in course.Groups)
        {
            if (note.Index != index)
                continue;
            return note.Code.Length > 0 ? new Judgement(note.Code, note.Message, note.Rank, note.Wait)
                : new Judgement(RouteCodes.ObjectUnreachable, $"Group '{group.Name}' does not lead to the channel that holds {call.Object}.", 0, null);
        }

        return new Judgement(group.Code, string.Equals(group.Code, RouteCodes.ModelNotFound, StringComparison.Ordinal) ? Unknown() : Named(group.Message), group.Rank, null);
    }

    private string Unknown() => course.Near.Length == 0
        ? $"Model '{ModelText}' is not known here. GET /v1/models lists what this key can use."
        : $"Model '{ModelText}' is not known here. Near names: {string.Join(", ", course.Near)}. GET /v1/models lists what this key can use.";

    /// <summary>Why a group that could serve did not, though it stands before the one that does.</summary>
    private string Waiting(FigureGroup group) =>
        course.TriedGroups.Contains(group.Id) ? "all its attempts failed"
        : !Array.Exists(group.Channels, IsFree) ? "all its channels are resting after failures; they come last"
        : call.Group == 0 ? "could serve; the call ended before its turn came"
        : course.Affinity == AffinityOutcome.Hit ? $"could serve; the conversation stays with '{call.GroupName}'"
        : $"could serve; the call went on to '{call.GroupName}'";

    private ImmutableArray<ChannelVerdict> Channels(FigureGroup group, bool isCurrent)
    {
        var verdicts = ImmutableArray.CreateBuilder<ChannelVerdict>(group.Channels.Length);
        var shares = Shares(group);
        var isTold = !isCurrent;
        foreach (var channel in group.Channels)
        {
            isTold |= channel.Id == call.Channel;
            verdicts.Add(Verdict(group, channel, shares, isCurrent));
        }

        if (group.More > 0)
        {
            foreach (var note in course.Channels)
            {
                if (note.Group == group.Id && note.Name.Length > 0 && !(isCurrent && note.Channel == call.Channel))
                    verdicts.Add(new ChannelVerdict(note.Name, "passed_over", Told(note)));
            }

            if (!isTold && call.Channel != 0)
                verdicts.Add(new ChannelVerdict(call.ChannelName, "chosen", "not listed in its place" + Stays() + Rests()));
            verdicts.Add(new ChannelVerdict($"({group.More} more)", "passed_over", "not listed"));
        }

        return verdicts.ToImmutable();
    }

    private ChannelVerdict Verdict(FigureGroup group, FigureChannel channel, Dictionary<int, (long Weight, bool After)> shares, bool isCurrent)
    {
        if (channel.Lack is { } lack)
            return new ChannelVerdict(channel.Name, "passed_over", Named(lack));
        if (IsTooSmall(channel))
            return new ChannelVerdict(channel.Name, "passed_over", $"takes {channel.Window} tokens, and the call has {course.Size} at the least");
        if (IsElsewhere(channel))
            return new ChannelVerdict(channel.Name, "passed_over", $"another channel holds {call.Object}");

        var place = Place(channel, group.Selection, shares) + (course.Holder != 0 ? $"; holds {call.Object}" : "");
        if (isCurrent && channel.Id == call.Channel)
            return new ChannelVerdict(channel.Name, "chosen", place + Stays() + Rests());
        if (!_notes.TryGetValue(channel.Id, out var note))
            return new ChannelVerdict(channel.Name, "candidate", place);

        return note.Kind switch
        {
            ChannelNoteKind.Rests => new ChannelVerdict(channel.Name, "cooling", $"rests until {note.Until:yyyy-MM-dd HH:mm:ss}Z after failures; {place}"),
            ChannelNoteKind.Full => new ChannelVerdict(channel.Name, "cooling", $"a limit had no place for a call a moment before; {place}"),
            _ => new ChannelVerdict(channel.Name, "passed_over", Told(note)),
        };
    }

    private static string Told(ChannelNote note) => note.Kind == ChannelNoteKind.Passed ? note.Text : note.Text.Length == 0 ? "tried" : $"tried: {note.Text}";

    /// <summary>A channel's place in its tier, and its share of the calls that come to the tier.</summary>
    private static string Place(FigureChannel channel, SelectionPolicy selection, Dictionary<int, (long Weight, bool After)> shares)
    {
        var policy = selection switch
        {
            SelectionPolicy.LeastLatency => ", soonest first",
            SelectionPolicy.Cheapest => ", cheapest first",
            SelectionPolicy.RoundRobin => ", in turn",
            _ => "",
        };
        var place = $"priority {channel.Priority}, weight {channel.Weight}{policy}{channel.Remark}";
        var (weight, after) = shares.GetValueOrDefault(channel.Priority);
        return after && channel.IsForeign ? $"{place}, after those that speak the caller's dialect"
            : after && channel.Behind != Needs.None ? $"{place}, after those with {RouteCodes.Describe(channel.Behind)}"
            : weight > 0 && channel.Weight > 0 ? string.Create(CultureInfo.InvariantCulture, $"{place}, share {100.0 * channel.Weight / weight:0.#} %")
            : place;
    }

    /// <summary>What the weights of a tier add up to among those that a call could get. Conversations are not drawn: they have no shares.</summary>
    private Dictionary<int, (long Weight, bool After)> Shares(FigureGroup group)
    {
        var shares = new Dictionary<int, (long, bool)>();
        if (group.Selection is SelectionPolicy.LeastLatency or SelectionPolicy.Cheapest || group.More > 0 || course.IsConversation)
            return shares;

        foreach (var tier in group.Channels.Where(channel => channel.Weight > 0 && IsFree(channel)).GroupBy(static channel => channel.Priority))
        {
            if (tier.Count() < 2)
                continue;
            var willing = tier.Where(static channel => channel is { Behind: Needs.None, IsForeign: false }).Sum(static channel => (long)channel.Weight);
            shares[tier.Key] = willing > 0 ? (willing, true) : (tier.Sum(static channel => (long)channel.Weight), false);
        }

        return shares;
    }

    private bool IsFree(FigureChannel channel) =>
        channel.Lack is null && !IsTooSmall(channel) && !IsElsewhere(channel) && !(_notes.TryGetValue(channel.Id, out var note) && note.Kind != ChannelNoteKind.Tried);

    private bool IsTooSmall(FigureChannel channel) => channel.Window > 0 && channel.Window < course.Size;

    /// <summary>The call names something that another channel keeps.</summary>
    private bool IsElsewhere(FigureChannel channel) => course.Holder != 0 && course.Holder != channel.Id;

    private string Stays() => course.Affinity switch
    {
        AffinityOutcome.Hit => "; answered the conversation last",
        AffinityOutcome.Fallback => "; the one that answered the conversation last cannot take this call",
        AffinityOutcome.Broken => "; the one that answered the conversation last has become slow",
        _ => "",
    };

    /// <summary>A call is never stranded because everything rests: what is chosen all the same says so.</summary>
    private string Rests() => course.ChosenRests == default ? "" : $"; rests until {course.ChosenRests:yyyy-MM-dd HH:mm:ss}Z after failures, and nothing better is left";

    private string Named(string text) => text.Replace(Figure.Asked.ToString(), ModelText, StringComparison.Ordinal);

    private static Dictionary<long, ChannelNote> NotesOf(Course course)
    {
        var notes = new Dictionary<long, ChannelNote>(course.Channels.Length);
        foreach (var note in course.Channels)
            notes[note.Channel] = note;
        return notes;
    }

    public static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");

    private static RouteRefusal New(string code, string message) => new(RouteCodes.StatusOf(code), code, message);

    private readonly record struct Judgement(string? Code, string Message, int Rank, TimeSpan? Wait);
}
