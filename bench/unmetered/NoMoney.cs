using System.Collections.Immutable;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;

namespace AioHub.Bench.Unmetered;

/// <summary>Every call can pay, and nothing is taken.</summary>
internal sealed class NoHolds : IHoldBook
{
    private static readonly HoldResult s_yes = new(new NoHold(), HoldRefusal.None, null);

    public int OpenHolds => 0;

    public ValueTask<HoldResult> ReserveAsync(in HoldClaim claim, NanoUsd amount, CancellationToken cancellation) => ValueTask.FromResult(s_yes);

    public ValueTask<HoldResult> MoveAsync(Hold hold, in HoldClaim claim, NanoUsd amount, CancellationToken cancellation) => ValueTask.FromResult(s_yes);

    public HoldResult Look(in HoldClaim claim, NanoUsd amount) => s_yes;

    public void Settle(Hold hold, NanoUsd charge)
    {
    }

    public void Release(Hold hold)
    {
    }

    private sealed class NoHold : Hold
    {
        public override NanoUsd Amount => NanoUsd.Zero;
    }
}

/// <summary>Receipts are forgotten: nothing reaches a file or a database.</summary>
internal sealed class NoJournal : IUsageJournal
{
    public void Append(Receipt receipt)
    {
    }
}

/// <summary>Nobody is too fast.</summary>
internal sealed class NoLimits : IRateLimits
{
    public RateVerdict TryEnter(ApiKey key) => RateVerdict.Yes;

    public void Leave(ApiKey key)
    {
    }

    public RateVerdict TryTake(ApiKey key, long tokens, out RatePass? pass)
    {
        pass = null;
        return RateVerdict.Yes;
    }

    public RateVerdict TryBegin(in RateClaim claim, out RatePass? pass)
    {
        pass = null;
        return RateVerdict.Yes;
    }

    public RateVerdict Look(in RateClaim claim) => RateVerdict.Yes;

    public ValueTask<PlaceResult> WaitAsync(ApiKey key, ImmutableArray<RateClaim> claims, LineTerms terms, CancellationToken cancellation) =>
        ValueTask.FromResult(new PlaceResult(0, null, RateVerdict.Yes));

    public void EndWaiting()
    {
    }
}
