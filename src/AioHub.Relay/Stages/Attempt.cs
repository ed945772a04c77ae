using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Delivery;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AioHub.Relay.Stages;

/// <summary>Stages 4 to 8, once for each (channel, credential) that is tried.</summary>
internal sealed class Attempt(
    Reserve reserve, Queue queue, Translate translate, Count count, Dispatch dispatch, Deliver deliver, CarrierTable carriers, IReasoningSeal seal, RelayOptions options, TimeProvider time,
    ILogger<RelayPipeline> logger)
{
    /// <summary>An upstream that wants to be left alone for longer is not asked again by the same call.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Until the first byte of an answer reached the caller. Null: the caller has its answer.</summary>
    public async ValueTask<Failure?> RunAsync(HttpContext http, Order order, CallerStream? stream, CallClock clock, Settlement settlement)
    {
        Failure? best = null;
        Failure? vain = null;
        RouteAttempt? again = null;
        var repeats = 0;
        var bounds = new AttemptBounds(options.AttemptsDeadline);

        while (best is null || settlement.Elapsed < options.AttemptsDeadline)
        {
            // 5 Route: the next best (channel, credential). When only full and resting ones are left, the first of the full that has a place again, then those that rest.
            var hasPlace = false;
            if (!Next(order.Route, again, out var attempt) || (vain is null && order.Route is { IsResting: true, HasFull: true }))
            {
                var rests = attempt is not null;
                if (vain is not null || !order.Route.HasFull)
                {
                    break;
                }

                if (stream is not null)
                {
                    await ShowRouteAsync(http, order.Envelope, stream, order.Route.Full()[0], settlement.Attempts + 1);
                    stream.StartBeating();
                }

                if ((await queue.WaitAsync(order, settlement, http.RequestAborted)).Failed(out var noPlace, out attempt))
                {
                    var isClosing = ReferenceEquals(noPlace, HubFailures.ShuttingDown);
                    if (rests && !isClosing)
                    {
                        vain = noPlace;
                        continue;
                    }

                    return best is null || isClosing ? noPlace : best;
                }

                hasPlace = true;
            }

            var since = time.GetTimestamp();
            var isRepeated = again is not null;
            repeats = settlement.IsPresent(attempt) ? repeats + 1 : 0;
            again = null;
            if (bounds.IsOver(attempt.Group, settlement.Elapsed))
            {
                order.Route.PassOver(attempt.Group, RouteCodes.NoChannelAvailable, "its attempts took as long as they may");
                continue;
            }

            clock.BoundCall(bounds.Left(attempt.Group, settlement.Elapsed));

            // 4 Reserve: for the first attempt, and again where an attempt is dearer or in another group.
            var reserved = await reserve.HoldAsync(order, attempt, settlement, hasPlace, clock.CallerToken);
            if (reserved.Failed(out var failure, out var hold))
            {
                continue;
            }

            settlement.Hold = hold;

            // Only now is it given out: what one group cannot pay for, another may reach through the same channel.
            if (!isRepeated && !order.Route.TryTake())
            {
                continue;
            }

            settlement.Try(attempt);
            if (order.Envelope.Lane is { } lane && !lane.Leads(attempt))
            {
                // Configured anew since the frame came: it goes nowhere else, for nobody else knows what was said before it.
                best = Note(order.Route, attempt, settlement, since, best, HubFailures.LaneMoved);
                continue;
            }

            if (attempt.Dialect != order.Envelope.Route.Dialect && order.Envelope.Route.Operation == Operation.CountTokens)
            {
                long? tokens = null;
                try
                {
                    tokens = await count.AskAsync(order.Envelope, attempt, http.Request.Headers, clock.CallerToken);
                }
                finally
                {
                    // Whether it answered says nothing of how it serves.
                    order.Route.Report(attempt, AttemptFailure.Abandoned, null);
                }

                settlement.NoteAttempt(tokens is null ? "counted" : "ok", null, since);
                await CountAsync(http, order, attempt, settlement, tokens);
                return null;
            }

            // 6 Prepare: the caller's bytes with this upstream's splices, or its words in the upstream's dialect.
            UpstreamCall? call;
            if (attempt.Dialect == order.Envelope.Route.Dialect)
            {
                if (Prepare.Build(http, order.Envelope, attempt, carriers.Of(attempt.Channel), seal).Failed(out failure, out call))
                {
                    best = Note(order.Route, attempt, settlement, since, best, failure);
                    continue;
                }
            }
            else if ((await translate.BuildAsync(order.Envelope, attempt, clock.CallerToken)).Failed(out failure, out call))
            {
                best = Note(order.Route, attempt, settlement, since, best, failure);
                continue;
            }

            CallOverrides.Apply(call.Request, attempt, new OverrideForm(call.Dialect, order.Envelope.Route.Operation, order.Envelope.Stream), http.Request.Headers, time);
            settlement.Losses = call.Losses;
            if (carriers.Of(attempt.Channel).LeadsOn(attempt))
            {
                HubHops.Mark(call.Request, HubHops.In(http.Request.Headers));
            }

            // 7 Dispatch: out, and back with headers.
            clock.Places = settlement.Pass;
            var answer = dispatch.Send(call, clock);
            if (stream is null)
            {
                ShowRoute(http, order.Envelope, attempt, settlement.Attempts + 1);
            }
            else
            {
                await ShowRouteAsync(http, order.Envelope, stream, attempt, settlement.Attempts + 1);
                stream.StartBeating();
            }

            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Step<UpstreamReply> sent;
            try
            {
                sent = await Dispatch.ReceiveAsync(call, answer, clock, settlement);
            }
            catch (OperationCanceledException)
            {
                // The caller left before the upstream said a word: that says nothing of the upstream.
                order.Route.Report(attempt, AttemptFailure.Abandoned, null);
                throw;
            }

            if (!sent.Failed(out failure, out var reply))
            {
                // 8 Deliver: to the caller, settled before its last byte.
                using (reply)
                {
                    settlement.NoteSuccess(since, (int)reply.Response.StatusCode);
                    var outcome = await deliver.ToCallerAsync(http, reply, stream, clock, settlement);
                    if (outcome.Kind is not CallOutcome.Failed)
                    {
                        var end = outcome.Kind == CallOutcome.Cancelled && !settlement.FirstByteNoted ? AttemptFailure.Abandoned : outcome.Failure?.Attempt ?? AttemptFailure.None;
                        order.Route.Report(attempt, end, null, outcome.Failure?.Message);
                        return null;
                    }

                    failure = outcome.Failure!;
                    settlement.TakeBackSuccess();
                }
            }
            else
            {
                call.Request.Dispose();
            }

            failure = await carriers.Of(attempt.Channel).CompleteAsync(failure, attempt, clock.CallerToken);
            failure = failure.Without(attempt.Credential.Secret);
            settlement.NoteAttempt(failure.Code, failure.UpstreamStatus, since, failure.Detail ?? failure.Message);
            RelayLog.AttemptFailed(logger, order.Envelope.Id, attempt.Channel.Name, failure.Code);

            if (count.IsLeftToHub(order.Envelope, attempt, failure))
            {
                order.Route.Report(attempt, AttemptFailure.Abandoned, null);
                await CountAsync(http, order, attempt, settlement, tokens: null);
                return null;
            }

            var isLate = clock.CallIsOverdue;
            if (failure.RefusesSeal && !order.Envelope.Unsealed && attempt.Group.Mode != GroupMode.Passthrough && !isLate)
            {
                order.Envelope.Unsealed = true;
                again = attempt;
                continue;
            }

            if (!isLate && carriers.Of(attempt.Channel).MovesOn(attempt.Channel, call.Request.RequestUri, failure, repeats))
            {
                again = attempt;
                continue;
            }

            best = UpstreamFailures.Better(best, failure);
            if (repeats < (attempt.Group.Policy.Failover.SameCredential ?? options.SameCredentialRetries) && !isLate && await MayRepeatAsync(order.Route, failure, settlement, clock))
            {
                again = attempt;
                continue;
            }

            // An attempt that the call's own deadline cut off had less time than its upstream may take.
            order.Route.Report(attempt, isLate && failure.Attempt == AttemptFailure.Timeout ? AttemptFailure.Abandoned : failure.Attempt, failure.RetryAfter, failure.Detail ?? failure.Message);
            if (failure.IsFinal || IsUnsure(order.Envelope.Route, failure))
            {
                break;
            }
        }

        return best ?? vain ?? Quote.FromRefusal(order.Route.FinalRefusal());
    }

    /// <param name="tokens">Null: the upstream does not count, and nothing is held against it; the hub does.</param>
    private static async ValueTask CountAsync(HttpContext http, Order order, RouteAttempt attempt, Settlement settlement, long? tokens)
    {
        ShowRoute(http, order.Envelope, attempt, settlement.Attempts);
        await Count.AnswerAsync(http, order.Envelope, settlement, tokens);
    }

    /// <summary>What the call says cannot be said to this upstream; one that speaks the caller's dialect may still take it.</summary>
    private static Failure Note(Route route, RouteAttempt attempt, Settlement settlement, long since, Failure? best, Failure failure)
    {
        settlement.NoteAttempt(failure.Code, null, since, failure.Message);
        route.Report(attempt, AttemptFailure.Abandoned, null);
        return UpstreamFailures.Better(best, failure);
    }

    /// <summary>Whether the same credential is worth another try: after what passes by itself, and when no other healthy one is left.</summary>
    private async ValueTask<bool> MayRepeatAsync(Route route, Failure failure, Settlement settlement, CallClock clock)
    {
        var isReset = ReferenceEquals(failure, UpstreamFailures.Unreachable);
        if (!isReset && failure.UpstreamStatus is not (502 or 503 or 504))
        {
            return false;
        }

        // A pooled connection that the upstream had closed meanwhile says nothing about the upstream: once more, on a fresh one.
        if (isReset && settlement.Attempts == 1)
        {
            return true;
        }

        if (failure.RetryAfter > LongestPause || route.HasHealthyOther())
        {
            return false;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(250, 501)), time, clock.CallerToken);
        return true;
    }

    /// <summary>Whether the upstream may have begun a task of which it told nothing: another would be begun, and paid for, beside it.</summary>
    private static bool IsUnsure(RelayRoute route, Failure failure) =>
        route.Operation == Operation.CreateTask && failure is { UpstreamStatus: null, Attempt: AttemptFailure.Timeout or AttemptFailure.UpstreamError };

    private static bool Next(Route route, RouteAttempt? again, [NotNullWhen(true)] out RouteAttempt? attempt)
    {
        attempt = again;
        return attempt is not null || route.TryPeek(out attempt);
    }

    private static async ValueTask ShowRouteAsync(HttpContext http, Envelope envelope, CallerStream stream, RouteAttempt attempt, int attempts)
    {
        // A keep-alive sends the headers: they must not change under its hands.
        await stream.TakeTurnAsync();
        ShowRoute(http, envelope, attempt, attempts);
        stream.GiveTurn();
    }

    private static void ShowRoute(HttpContext http, Envelope envelope, RouteAttempt attempt, int attempts)
    {
        if (http.Response.HasStarted)
        {
            return;
        }

        var headers = http.Response.Headers;
        headers["x-aiohub-group"] = attempt.Group.Name;
        headers["x-aiohub-model"] = attempt.ServedModel;
        headers["x-aiohub-attempts"] = attempts.ToString(CultureInfo.InvariantCulture);
        if (envelope.Unsealed && attempt.Dialect == envelope.Route.Dialect)
        {
            headers["x-aiohub-losses"] = SealedReasoning.Loss.Path;
        }

        if (envelope.Caller.Key.SeesChannels)
        {
            headers["x-aiohub-channel"] = attempt.Channel.Name;
        }
    }
}
