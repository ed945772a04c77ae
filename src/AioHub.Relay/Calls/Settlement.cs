using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>The journal refused a receipt: the answer must not be completed.</summary>
internal sealed class JournalRefusedException(IOException cause) : Exception("The usage journal refused a receipt.", cause);

/// <summary>
/// Stage 9: one call's money. A hold becomes a charge exactly once: by the pump, before the answer's last byte is released, or by the
/// pipeline's end, when there is nothing to charge.
/// </summary>
internal sealed class Settlement(Envelope envelope, IHoldBook book, IUsageJournal journal, TimeProvider time, PinDirectory? pins = null, ITaskEnds? tasks = null)
{
    private readonly long _startedAt = time.GetTimestamp();
    private ImmutableArray<AttemptRecord> _attempts = [];
    private int _passedOver;
    private RouteAttempt? _attempt;
    private long _triedAt;
    private double? _firstByte;
    private (Usage Usage, NanoUsd Cost)? _lost;
    private TaskReply? _task;

    public Hold? Hold { get; set; }

    /// <summary>How long this call has waited for other calls' holds.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>How long this call has waited in line for a place.</summary>
    public TimeSpan InLine { get; set; }

    /// <summary>The present attempt's places in the limits of group, channel and credential.</summary>
    public RatePass? Pass { get; set; }

    /// <summary>The call's tokens in the limits of its key and user.</summary>
    public RatePass? Tokens { get; set; }

    /// <summary>The call's way: told when content comes, and asked for its story at the end.</summary>
    public Route? Route { get; set; }

    /// <summary>What could not be said in the present attempt; null = nothing was translated.</summary>
    public LossLog? Losses { get; set; }

    public Receipt? Receipt { get; private set; }

    /// <summary>Why the database did not take where an object lives; the receipt brings it later.</summary>
    public Exception? KeepFault { get; private set; }

    /// <summary>Why the receipt does not tell how the call was routed.</summary>
    public Exception? StoryFault { get; private set; }

    public bool IsSettled => Receipt is not null;

    public bool FirstByteNoted => _firstByte is not null;

    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);

    /// <summary>How many were made.</summary>
    public int Attempts => _attempts.Length - _passedOver;

    /// <summary>Whether it is the attempt that was made last: then it is made once more.</summary>
    public bool IsPresent(RouteAttempt attempt) => ReferenceEquals(_attempt, attempt);

    public void Try(RouteAttempt attempt) => (_attempt, _triedAt) = (attempt, time.GetTimestamp());

    /// <summary>Notes how the current attempt went.</summary>
    public void NoteAttempt(string result, int? status, long since, string? detail = null)
    {
        _attempts = _attempts.Add(new AttemptRecord(_attempt!.Group.Name, _attempt.Channel.Name, _attempt.Credential.Name, result, status, time.GetElapsedTime(since).TotalMilliseconds, detail)
        {
            Usage = _lost?.Usage ?? default,
            OperatorCost = _lost?.Cost,
        });
        _lost = null;
    }

    /// <summary>Notes what was not tried, because a limit stands in the way: told among the attempts, though none was made.</summary>
    public void NotePassedOver(RouteAttempt attempt, string code, string reason)
    {
        _attempts = _attempts.Add(new AttemptRecord(attempt.Group.Name, attempt.Channel.Name, attempt.Credential.Name, code, null, 0, reason));
        _passedOver++;
    }

    /// <summary>The upstream accepted: the attempt counts as the one that served unless its delivery fails before content.</summary>
    public void NoteSuccess(long since, int status) => NoteAttempt("ok", status, since);

    public void TakeBackSuccess() => _attempts = _attempts.RemoveAt(_attempts.Length - 1);

    /// <summary>
    /// The current attempt failed after its upstream had reported what it used: the operator pays that, nobody else. The attempt's record, which comes next,
    /// keeps it.
    /// </summary>
    public void NoteLost(ReplyTap tap)
    {
        if (_attempt is not null && Receipt is null)
        {
            _lost = LostIn(tap, _attempt);
        }
    }

    /// <summary>The first content goes to the caller.</summary>
    public void NoteFirstByte()
    {
        if (_firstByte is not null)
        {
            return;
        }

        _firstByte = time.GetElapsedTime(_startedAt).TotalMilliseconds;
        Route?.NoteContent();
        if (envelope.Stream)
        {
            // A whole answer comes when it is done, which says more of its length than of its credential.
            _attempt?.NoteFirstToken(time.GetElapsedTime(_triedAt));
        }
    }

    /// <summary>What <see cref="Settle"/> will find used: for what is written before it.</summary>
    public Usage Foresee(ReplyTap tap, bool complete) => _attempt is null ? default : Measure.Usage(tap, envelope, complete, _attempt.ContextWindow);

    /// <summary>What <see cref="Settle"/> will charge for a complete answer, where that does not depend on what is still to come.</summary>
    public Charge ForeseeCharge(ReplyTap tap) => ChargeOf(Foresee(tap, complete: true), tap);

    /// <summary>Charges what was used and makes it safe. Later calls change nothing.</summary>
    /// <exception cref="JournalRefusedException">Nothing is charged, and the answer must not be completed.</exception>
    public Receipt Settle(CallOutcome outcome, ReplyTap? tap, bool complete, int status, Failure? failure)
    {
        if (Receipt is not null)
        {
            return Receipt;
        }

        var usage = tap is null || _attempt is null ? default : Measure.Usage(tap, envelope, complete, _attempt.ContextWindow);
        var done = pins is null ? null : ObjectTerms.EventOf(envelope, _attempt, tap, outcome, failure, usage, pins.ResponseLifetime, time.GetUtcNow().UtcDateTime);
        if (done is not null && done.PaidTo > done.PaidFrom)
        {
            usage = usage with { StoredTokenHours = ObjectTerms.TokenHours(done), Source = usage.Source == UsageSource.None ? UsageSource.Reported : usage.Source };
        }

        // A task is paid for when it is done: until then its money stays set aside.
        var begun = tasks is null || outcome != CallOutcome.Completed ? null : TaskTerms.NoteOf(envelope, _attempt, tap?.Made, Hold?.Amount ?? NanoUsd.Zero);
        _task = tap?.Task;
        var isPaid = IsPaid(tap);
        var charge = ChargeOf(usage, tap);
        if (tap is not null && _attempt is not null && Attempts > 0 && !envelope.Route.Free && Measure.IsEmpty(tap, envelope) && LostIn(tap, _attempt) is { } empty)
        {
            // An answer without content is free to its caller; its upstream may have charged for it.
            _attempts = _attempts.SetItem(_attempts.Length - 1, _attempts[^1] with { Usage = empty.Usage, OperatorCost = empty.Cost });
        }

        // None for an answer without content, whose usage is empty: its cost stands in its attempt.
        var credits = _attempt is null ? null : CreditsIn(usage, _attempt);
        var cost = isPaid && credits is null && !ReferenceEquals(_attempt!.CostPrice, _attempt.Price) ? CostIn(usage, tap!, _attempt) : null;
        done = done is not null && done.PaidTo > done.PaidFrom ? ObjectTerms.WithPaid(done, charge) : done;
        var receipt = new Receipt
        {
            Id = envelope.Id,
            StartedAt = envelope.StartedAt,
            Key = envelope.Caller.Key.Id,
            KeyName = envelope.Caller.Key.Name,
            User = envelope.Caller.Key.Owner,
            Dialect = envelope.Route.Dialect,
            Operation = envelope.Route.Operation,
            Stream = envelope.Stream,
            HttpStatus = status,
            Outcome = outcome,
            ErrorCode = failure?.Code,
            Group = _attempt?.Group.Name,
            GroupId = _attempt?.Group.Id,
            ChargesGroupQuota = _attempt?.Group.HasQuota ?? false,
            Channel = _attempt?.Channel.Name,
            ChannelId = _attempt?.Channel.Id,
            CredentialId = _attempt?.Credential.Id,
            ChargesChannelQuota = _attempt?.Channel.HasQuota ?? false,
            RequestedModel = envelope.RequestedModel,
            ServedModel = _attempt?.ServedModel ?? "",
            UpstreamModel = _attempt?.UpstreamModel ?? "",
            ContextWindow = _attempt?.ContextWindow,
            ServiceTier = tap?.ServiceTier,
            Stop = tap?.Stop ?? default,
            Usage = usage,
            Charge = charge,
            ServedCost = credits ?? cost?.Total ?? (charge.Lines.IsEmpty ? NanoUsd.Zero : Pricing.CostOf(charge, _attempt!.Channel.CostFactor)),
            Cost = cost,
            CreditPrice = credits is null ? null : _attempt!.Channel.CreditPrice,
            Attempts = _attempts,
            Losses = Losses is not null ? [.. Losses.Losses] : envelope.Unsealed ? [SealedReasoning.Loss] : [],
            TotalMilliseconds = time.GetElapsedTime(_startedAt).TotalMilliseconds,
            FirstByteMilliseconds = _firstByte,
            UpstreamMilliseconds = tap?.UpstreamMilliseconds,
            WaitedMilliseconds = InLine > TimeSpan.Zero ? InLine.TotalMilliseconds : null,
            UserAgent = envelope.Caller.UserAgent,
            Session = envelope.Session,
            Affinity = envelope.Affinity,
            SessionAffinity = _attempt?.Affinity ?? default,
            Pin = done,
            Task = begun,
            Route = Story(),
            RequestBytes = (int)Math.Min(envelope.Length, int.MaxValue),
        };
        try
        {
            journal.Append(receipt);
        }
        catch (IOException exception)
        {
            ReleaseHold();
            throw new JournalRefusedException(exception);
        }

        Receipt = receipt;
        if (done is not null)
        {
            Note(done);
        }

        if (Hold is { } hold && begun is not null)
        {
            tasks!.Keep(envelope.Id, hold);
        }
        else if (Hold is not null)
        {
            book.Settle(Hold, charge.Total);
        }

        return receipt;
    }

    /// <summary>A story that cannot be told costs nobody a charge: the receipt does without it.</summary>
    private RouteTrace? Story()
    {
        try
        {
            return Route?.Trace();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            StoryFault = exception;
            return null;
        }
    }

    /// <summary>
    /// Has the database know at once where an object lives that the call made, moved or deleted: its caller may name it next at another server. Responses are made by
    /// the thousand and come with their receipts.
    /// </summary>
    public async ValueTask KeepObjectAsync()
    {
        if (tasks is not null && envelope is { Route.Object.Kind: ObjectKind.Task, Pin: { } asked } && Receipt is { Outcome: CallOutcome.Completed })
        {
            await tasks.SeeAsync(asked, _task, envelope.Route.Operation == Operation.DeleteObject);
        }

        if (Receipt is not { Pin: { } done } receipt || envelope.Route.Operation == Operation.Generate || pins is null || PinOf(done) is not { } pin)
        {
            return;
        }

        // A database's work must not run on a socket's thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await pins.KeepAsync(done, receipt.Id, pin, CancellationToken.None);
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or InvalidOperationException or TimeoutException or IOException)
        {
            KeepFault = exception;
        }
    }

    private void Note(PinEvent done)
    {
        if (PinOf(done) is { } pin)
        {
            pins!.Note(pin);
        }
    }

    /// <summary>The state of the object after the call.</summary>
    private Pin? PinOf(PinEvent done)
    {
        if (_attempt is null)
        {
            return null;
        }

        var now = done.ToPin(envelope.Caller.Key.Owner, envelope.Caller.Key.Id, _attempt.Group.Id, _attempt.Channel.Id, _attempt.Credential.Id);
        return done.Action == PinAction.Made || envelope.Pin is not { } before ? now
            : before with { UpdatedAt = now.UpdatedAt, ExpiresAt = now.ExpiresAt, EndedAt = now.EndedAt ?? before.EndedAt };
    }

    private bool IsPaid(ReplyTap? tap) => tap is not null && _attempt is not null && !envelope.Route.Free && envelope.Route.Operation != Operation.CreateTask && !Measure.IsEmpty(tap, envelope);

    private Charge ChargeOf(in Usage usage, ReplyTap? tap) => IsPaid(tap) && Billed(_attempt!.Price, usage) is { } price
        ? Pricing.Price(price, _attempt.Group.Multiplier, usage, ContextOf(tap!, _attempt) with
        {
            UserMultiplier = envelope.Caller.Key.OwnerMultiplier,
            KeyMultiplier = envelope.Caller.Key.Multiplier,
        })
        : Charge.Nothing(_attempt?.Price.Version ?? "");

    private PriceContext ContextOf(ReplyTap tap, RouteAttempt attempt) => new()
    {
        Moment = envelope.StartedAt,
        ServiceTier = tap.ServiceTier,
        Region = tap.Region ?? attempt.Channel.Settings.GetValueOrDefault(ChannelUsage.RegionSetting),
        ImageSize = tap.ImageSize ?? envelope.Peek.ImageSize,
        ImageQuality = tap.ImageQuality ?? envelope.Peek.ImageQuality,
    };

    /// <summary>The price that a usage is billed by: a call on something that an upstream keeps pays no fee of its own. Null = there is nothing to bill.</summary>
    private PriceRow? Billed(PriceRow price, in Usage usage) =>
        usage.IsZero && (price.PerRequest is null || envelope.Route.Object is not null) ? null
        : envelope.Route.Object is null ? price
        : price with { PerRequest = null };

    /// <summary>What the caller pays goes by the group's price; what the operator pays by the model's own, all the same.</summary>
    private Charge CostIn(in Usage usage, ReplyTap tap, RouteAttempt attempt) =>
        Billed(attempt.CostPrice, usage) is { } price ? Pricing.CostBy(price, attempt.Channel.CostFactor, usage, ContextOf(tap, attempt)) : Charge.Nothing(attempt.CostPrice.Version);

    /// <summary>What the credits cost that the upstream took: that is what the operator pays, not the list price. Null = none were told, or the channel has no price for them.</summary>
    private static NanoUsd? CreditsIn(in Usage usage, RouteAttempt attempt) =>
        usage.NanoCredits > 0 && attempt.Channel.CreditPrice is { } price ? Pricing.CostOfCredits(usage.NanoCredits, price) : null;

    /// <summary>What an attempt cost that nobody is charged for: its credits, else list price times the channel's cost multiplier; null when its upstream reported nothing.</summary>
    private (Usage Usage, NanoUsd Cost)? LostIn(ReplyTap tap, RouteAttempt attempt)
    {
        var usage = tap.Usage;
        if (CreditsIn(usage, attempt) is { } credits)
        {
            return (usage, credits);
        }

        return usage.Source != UsageSource.Reported || usage.IsZero ? null : (usage, Pricing.CostBy(attempt.CostPrice, attempt.Channel.CostFactor, usage, ContextOf(tap, attempt)).Total);
    }

    /// <summary>The present attempt ended without an answer: its places in limits are free again.</summary>
    public void EndAttempt()
    {
        _attempt?.End();
        Pass?.Settle(0);
        Pass = null;
    }

    /// <summary>The call is over: gives the money back when nothing was settled, and the places in limits. Does nothing the second time.</summary>
    public void ReleaseHold()
    {
        _attempt?.End();
        if (Pass is not null || Tokens is not null)
        {
            var used = Receipt is { } settled ? settled.Usage.TotalInput + settled.Usage.TotalOutput : 0;
            Pass?.Settle(used);
            Tokens?.Settle(used);
        }

        if (Hold is { } hold && Receipt is null)
        {
            book.Release(hold);
        }
    }
}
