using AioHub.Core.Primitives;
using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>
/// The way of one call through the groups of its key: gives out the next best (channel, credential) until one has answered. First every
/// group's healthy pairs, group after group; then the cooling ones. For one thread at a time.
/// </summary>
public sealed class Route
{
    /// <summary>Others are asked first for so long after a limit had no place: a place may come free at any moment.</summary>
    private static readonly TimeSpan AskedAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly Router _router;
    private readonly bool _preview;
    private readonly Picker _picker;
    private readonly RouteTalk? _talk;
    private readonly RouteWalk _walk;
    private readonly int _mostAttempts;

    private RouteAttempt? _peeked;
    private CredentialSlot? _peekedSlot;
    private ChannelEntry? _peekedChannel;
    private ChannelEntry? _lastChannel;
    private bool _stopped;
    private HealthPass _pass;

    internal Route(RouteQuestion question, RouteIndex index, Router router, DateTime now, bool preview = false)
    {
        var settings = router.Settings;
        Question = question;
        Index = index;
        Now = now;
        _router = router;
        _preview = preview;
        _mostAttempts = settings.MaxAttempts;
        Model = question.Model.Base.Length <= ModelName.MaxLength ? index.FindModel(question.Model.Base) : null;
        Dialect = Ridden(question.Dialect, question.Operation);
        var needs = question.Needs;
        if (Model is not null)
        {
            Price = Model.Info.PriceAt(now) ?? settings.FallbackPrice;
            KeyAllowsModel = Allows(question.Key.Models, Model);
            LongContextMissing = question.Model.LongContext && Model.Info.LongContextWindow is null && !Model.NativelyLong;
            LongContext = (question.Model.LongContext || question.PrefersLongContext) && Model.Info.LongContextWindow is not null;
            if (LongContext || LongContextMissing)
                needs |= Needs.LongContext;
            else if (Model.NativelyLong)
                needs &= ~Needs.LongContext;
        }

        var talk = question.Session is { Length: > 0 } session ? StableHash.Of(session) : question.Prefix;
        ulong? conversation = talk is { } one && Model is not null ? StableHash.Combine(one, StableHash.Combine(unchecked((ulong)question.Key.Id.Value), Model.FamilyHash)) : null;
        _picker = new Picker(router, Model, CallForm.Of(Dialect, question.Operation, needs), needs, conversation, question.Pin?.Credential, question.InputTokens, preview);
        _talk = conversation is { } own ? new RouteTalk(router, _picker, own, preview) : null;
        _walk = new RouteWalk(this, _talk?.Home);
    }

    /// <summary>Why nothing at all can be tried; null = at least one attempt is (or was) possible.</summary>
    public RouteRefusal? Refusal => Attempts > 0 || Peek() is not null ? null : FinalRefusal();

    /// <summary>Attempts given out so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>What became of the conversation's wish to stay where it was; of the next attempt or, once it was given out, of the last one.</summary>
    public AffinityOutcome Affinity => _talk?.Outcome ?? AffinityOutcome.None;

    internal RouteQuestion Question { get; }

    internal RouteIndex Index { get; }

    internal DateTime Now { get; }

    internal ModelEntry? Model { get; }

    internal PriceRow? Price { get; }

    internal Dialect Dialect { get; }

    internal Needs Needs => _picker.Needs;

    internal bool KeyAllowsModel { get; }

    internal bool LongContextMissing { get; }

    /// <summary>The call gets the model's long variant.</summary>
    internal bool LongContext { get; }

    internal Picker Picker => _picker;

    /// <summary>The attempt that is next or, once it was given out, the last one.</summary>
    internal RouteAttempt? Current => _peeked ?? Last;

    internal RouteAttempt? Last { get; private set; }

    /// <summary>The groups that somebody outside refused, with why.</summary>
    internal List<RoutePass>? PassedOver { get; private set; }

    /// <summary>How the attempts ended.</summary>
    internal List<(RouteAttempt Attempt, AttemptFailure Failure)>? Ends { get; private set; }

    /// <summary>The attempt that <see cref="TryNext"/> would give out, left in place: for the quote.</summary>
    public bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RouteAttempt? attempt) => (attempt = Peek()) is not null;

    /// <summary>Gives out the next best attempt; false = there is none left.</summary>
    public bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RouteAttempt? attempt)
    {
        while ((attempt = Peek()) is not null)
        {
            if (TryTake())
                return true;
        }

        return false;
    }

    /// <summary>Gives out what <see cref="TryPeek"/> showed; false = another call came first and probes that credential at this moment: look again.</summary>
    public bool TryTake()
    {
        if (Peek() is not { } attempt)
            return false;

        var slot = _peekedSlot!;
        _peeked = null;
        _peekedSlot = null;
        _pass = _picker.Enter(slot);
        if (_pass.Gate == HealthGate.Resting && !_walk.IsCooling)
            return false;

        _picker.MarkTried(slot);
        attempt.Begin();
        _lastChannel = _peekedChannel;
        Last = attempt;
        Attempts++;
        return true;
    }

    /// <summary>Whether a pair is left that neither rests nor was tried.</summary>
    public bool HasHealthyOther()
    {
        var isThere = Peek() is not null && !_walk.IsCooling;

        // Not kept: what comes of the last attempt decides which is best.
        _peeked = null;
        _peekedSlot = null;
        return isThere;
    }

    /// <summary>Content of the last attempt has come: a credential that was being proved is well from now on, however long the answer takes.</summary>
    public void NoteContent()
    {
        if (_pass.Gate != HealthGate.Probe || Last is not { } attempt)
            return;

        _router.Health.Report(attempt.Credential.Id, attempt.Model.Id, AttemptFailure.None, null, new AttemptNotes(_pass));
        _pass = _pass with { Gate = HealthGate.Open };
    }

    /// <summary>Notes how an attempt ended, for this call and for the health of its credential. <see cref="AttemptFailure.None"/> is a success.</summary>
    /// <param name="retryAfter">What the upstream asked for, if it did.</param>
    /// <param name="reason">For operators, without secrets.</param>
    public void Report(RouteAttempt attempt, AttemptFailure failure, TimeSpan? retryAfter, string? reason = null)
    {
        attempt.End();

        // An operator may want a channel to be asked always, whatever it answers.
        var told = failure != AttemptFailure.None && attempt.Channel.NeverRests ? AttemptFailure.Abandoned : failure;
        _router.Health.Report(attempt.Credential.Id, attempt.Model.Id, told, retryAfter, new AttemptNotes(ReferenceEquals(attempt, Last) ? _pass : null, reason)
        {
            LongestRest = failure == AttemptFailure.None ? null : attempt.Channel.LongestRest,
        });
        _pass = default;
        _talk?.Remember(attempt, failure);
        if (failure is AttemptFailure.None or AttemptFailure.Abandoned)
            return;

        (Ends ??= []).Add((attempt, failure));
        if (failure == AttemptFailure.CallerFault)
        {
            _stopped = true;
            _peeked = null;
        }
        else if (failure is AttemptFailure.Unreachable or AttemptFailure.Timeout or AttemptFailure.UpstreamError or AttemptFailure.Overloaded
            && ReferenceEquals(attempt, Last) && _lastChannel is not null)
        {
            _picker.Avoid(_lastChannel);
        }
    }

    /// <summary>Skips the rest of a group, and remembers why in case no other group can serve.</summary>
    /// <param name="code">One of <see cref="RouteCodes"/>, such as <c>group_quota_exhausted</c>.</param>
    /// <param name="reason">Told to the caller: names what to do next.</param>
    /// <param name="wait">When it may be able again; null = unknown.</param>
    public void PassOver(Group group, string code, string reason, TimeSpan? wait = null)
    {
        (PassedOver ??= []).Add(new RoutePass(group, null, code, reason, wait));
        if (_peeked is not null && ReferenceEquals(_peeked.Group, group))
        {
            _peeked = null;
            _peekedSlot = null;
        }
    }

    /// <summary>Skips one credential of an attempt's channel, or all of them, in whatever group; the next best takes the call.</summary>
    /// <param name="whole">The channel itself cannot take it.</param>
    /// <param name="code">One of <see cref="RouteCodes"/>.</param>
    /// <param name="reason">For operators: what the channel lacks.</param>
    /// <param name="wait">When it may be able again; null = unknown.</param>
    public void PassOver(RouteAttempt attempt, bool whole, string code, string reason, TimeSpan? wait)
    {
        (PassedOver ??= []).Add(new RoutePass(attempt.Group, attempt.Channel, code, reason, wait));
        var isPeeked = ReferenceEquals(attempt, _peeked);
        var full = _router.Time.GetUtcNow().UtcDateTime + (wait < AskedAgainAfter ? wait.Value : AskedAgainAfter);
        foreach (var slot in (isPeeked ? _peekedChannel : _lastChannel)?.Credentials ?? [])
        {
            if (!whole && slot.Credential.Id != attempt.Credential.Id)
                continue;
            if (!_preview)
                slot.Load.NoteFull(full);
            if (!_picker.IsTried(slot))
                _picker.MarkTried(slot);
        }

        if (isPeeked)
        {
            _peeked = null;
            _peekedSlot = null;
        }
    }

    /// <summary>The most telling reason why nothing (more) can be tried.</summary>
    public RouteRefusal FinalRefusal() => new RouteStory(this).Refusal();

    /// <summary>What was thought of each group and channel, in order. Worked out only here: routing itself keeps no story.</summary>
    public ImmutableArray<GroupVerdict> Explain()
    {
        if (Attempts == 0)
            Peek();
        return new RouteStory(this).Verdicts();
    }

    internal bool IsPassedOver(Group group)
    {
        if (PassedOver is null)
            return false;

        foreach (var passed in PassedOver)
        {
            if (passed.Channel is null && ReferenceEquals(passed.Group, group))
                return true;
        }

        return false;
    }

    /// <summary>Whether as many attempts failed in a group as it makes for one call.</summary>
    private bool IsUsedUp(Group group) =>
        Ends is not null && group.Policy.Failover.MaxAttempts is { } most && Ends.Count(end => end.Attempt.Group.Id == group.Id) >= most;

    /// <summary>Whether a group that the key names may serve this call at all; one that expired may give way to its replacement.</summary>
    internal Gate Enter(string name, out GroupEntry? entry)
    {
        entry = Index.Enter(name, Question.Key.OwnerTags, Now);
        if (entry is null)
        {
            // Without a row of its own auto is always there.
            return string.Equals(name, Group.AutoName, StringComparison.Ordinal) && Index.Find(name) is null ? Gate.Open : Gate.NotAllowed;
        }

        return Inside(entry);
    }

    /// <summary>Whether a group that is open to the caller takes a call of this kind now.</summary>
    internal Gate Inside(GroupEntry entry) => entry.StatusAt(Now) switch
    {
        GroupStatus.Paused => Gate.Paused,
        GroupStatus.Expired => Gate.Expired,
        _ => Takes(entry),
    };

    private Gate Takes(GroupEntry entry) => entry.Allows(Question.Dialect) || entry.Allows(Dialect)
        ? Model is null || entry.Allows(Model) ? Gate.Open : Gate.Model
        : Gate.Dialect;

    private RouteAttempt? Peek()
    {
        if (_peeked is not null)
            return _peeked;
        if (_stopped || Attempts >= _mostAttempts || Model is null || Price is null || !KeyAllowsModel || LongContextMissing)
            return null;

        while (_walk.Group is not null || _walk.MoveNext())
        {
            var group = _walk.Group!;
            if (!IsPassedOver(group.Group) && !IsUsedUp(group.Group) && Pick(group, out var slot) is { } candidate)
            {
                if (!Question.Key.CrossGroupFailover)
                    _walk.StayWith(group);
                _peekedSlot = slot;
                _peekedChannel = candidate.Channel;
                return _peeked = new RouteAttempt(group.Group, candidate.Channel.Channel, slot!.Credential, Model.Info, candidate.UpstreamFor(Model.Info, Question.Model.Base), Price)
                {
                    Dialect = candidate.Speaks(Dialect) ? Dialect : candidate.Channel.Preferred,
                    LongContext = LongContext,
                    Affinity = Affinity,
                    Vitals = new AttemptVitals(_router, slot.Load, Model.FamilyHash),
                };
            }

            // Without failover the first group that could serve is the only one, even while all of it rests or its purse is empty.
            if (!Question.Key.CrossGroupFailover && (Question.Pin is { } pin ? _walk.Candidates.Find(pin.Channel) is not null : _walk.Candidates.Suits(_picker.Form, Needs)))
                _walk.StayWith(group);
            _walk.Leave();
        }

        return Attempts == 0 && PassedOver is null && _picker.ForgetSize() ? PeekAnew() : null;
    }

    private Candidate? Pick(GroupEntry group, out CredentialSlot? slot) =>
        _walk.IsCooling ? _picker.PickCooling(_walk.Candidates, out slot)
        : _talk is null ? _picker.PickHealthy(group, _walk.Candidates, out slot)
        : _talk.Pick(group, _walk.Candidates, out slot);

    /// <summary>
    /// Nothing in reach is said to be large enough: the upstream judges then, whose words about it clients act upon (they compact the conversation). The hub
    /// only guesses sizes, and never refuses for one.
    /// </summary>
    private RouteAttempt? PeekAnew()
    {
        _walk.Restart();
        return Peek();
    }

    /// <summary>Media calls have one grammar per vendor: OpenAI's endpoints beside Chat, Gemini's own.</summary>
    private static Dialect Ridden(Dialect dialect, Operation operation) => operation switch
    {
        Operation.Generate or Operation.CountTokens or Operation.Compact or Operation.ReadObject or Operation.ChangeObject or Operation.DeleteObject => dialect,
        _ => dialect == Dialect.OpenAiResponses ? Dialect.OpenAiChat : dialect,
    };

    internal static bool Allows(ImmutableArray<string> globs, ModelEntry model)
    {
        if (globs.IsDefaultOrEmpty)
            return true;

        foreach (var name in model.Names)
        {
            if (Glob.MatchesAny(globs, name))
                return true;
        }

        return false;
    }
}

/// <summary>What somebody outside refused: a group, or one channel.</summary>
/// <param name="Channel">Null = the whole group.</param>
internal sealed record RoutePass(Group Group, Channel? Channel, string Code, string Reason, TimeSpan? Wait);

/// <summary>Whether a group lets a call in, before its channels are looked at.</summary>
internal enum Gate
{
    Open,
    /// <summary>Unknown, or not for this owner: callers cannot tell the two apart.</summary>
    NotAllowed,
    Paused,
    Expired,
    Dialect,
    Model,
}
