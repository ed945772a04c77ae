using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Stages;

/// <summary>
/// Before a call is turned away for want of a place: nothing else is left, so it stands in line for the first place that comes free of those that it found taken
/// (decision 0029). What it holds in its wallet stays held meanwhile.
/// </summary>
internal sealed class Queue(Reserve reserve, IRateLimits rates, RelayOptions options, TimeProvider time)
{
    /// <summary>The attempt that has its places now, and comes next on the route; or why there is none.</summary>
    /// <param name="caller">Cancelled when the caller leaves: nothing of the call is anywhere but here.</param>
    /// <exception cref="OperationCanceledException">The caller left. The call has no place, and none is kept for it.</exception>
    public async ValueTask<Step<RouteAttempt>> WaitAsync(Order order, Settlement settlement, CancellationToken caller)
    {
        var route = order.Route;

        // Nobody waits while keeping somebody else waiting.
        settlement.EndAttempt();
        var waiting = WhatCanBePaid(order, settlement);
        if (waiting.IsEmpty)
        {
            return Quote.FromRefusal(route.FinalRefusal());
        }

        var terms = new LineTerms(route.Settings.Queue, route.Settings.QueueWait, settlement.InLine, options.AttemptsDeadline - settlement.Elapsed);
        var since = time.GetTimestamp();
        PlaceResult result;
        try
        {
            result = await rates.WaitAsync(order.Envelope.Caller.Key, [.. waiting.Select(attempt => Reserve.Claim(order, attempt))], terms, caller);
        }
        finally
        {
            settlement.InLine += time.GetElapsedTime(since);
        }

        if (result.HasPlace)
        {
            settlement.Pass = result.Pass;
            route.Reopen(waiting[result.Index]);
            return waiting[result.Index];
        }

        if (result.IsClosed)
        {
            return HubFailures.ShuttingDown;
        }

        var now = time.GetUtcNow().UtcDateTime;
        route.NoteWait(result.Verdict.RetryAfter, group => HubFailures.GroupFull(group, result.Verdict.RetryAfter, now).Message);
        return Quote.FromRefusal(route.FinalRefusal());
    }

    /// <summary>Without those for which there would be no money at the end of the line.</summary>
    private ImmutableArray<RouteAttempt> WhatCanBePaid(Order order, Settlement settlement)
    {
        var full = order.Route.Full();
        if (settlement.Hold is not null)
        {
            // There is some already; whether more is needed shows when the place is there.
            return full;
        }

        foreach (var attempt in full)
        {
            if (reserve.LacksMoney(order, attempt, settlement))
            {
                order.Route.GiveUp(attempt);
            }
        }

        return order.Route.Full();
    }
}
