using System.Collections.Concurrent;
using System.Collections.Immutable;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>
/// Rates for a hub with one process. Exact for requests a minute: no 60 seconds ever hold more calls than the limit; for requests a day and tokens a minute
/// see <see cref="SlidingSum"/>. No lock.
/// </summary>
public sealed class LocalRateLimits : IRateLimits, IRateReadings
{
    private readonly TimeProvider _time;
    private readonly SlotLine _line;
    private readonly ConcurrentDictionary<long, RateGate> _keys = new();
    private readonly ConcurrentDictionary<Spender, RateGate> _others = new();

    public LocalRateLimits(TimeProvider time)
    {
        _time = time;
        _line = new SlotLine(this, time);
    }

    /// <summary>Calls that wait for a place.</summary>
    public int Waiting => _line.Waiting;

    /// <inheritdoc/>
    public RateVerdict TryEnter(ApiKey key)
    {
        // Counted for every key, limited or not: a limit may be set while calls run.
        var gate = OfKey(key);
        if (!gate.TryRun(key.Limits.Concurrency))
        {
            return gate.Busy(key.Limits.Concurrency!.Value, LimitOwner.Key);
        }

        if (!key.Limits.HasRates && !key.OwnerLimits.HasRates)
        {
            return RateVerdict.Yes;
        }

        // A request that was counted cannot be taken back: first whether the key has room.
        var verdict = gate.Look(key.Limits, LimitOwner.Key, -1, Now(), isRunning: false);
        verdict = verdict.Allowed ? TryEnterUser(key) : verdict;
        if (verdict.Allowed && !(verdict = gate.TryCount(key.Limits, LimitOwner.Key, -1, Now(), out _)).Allowed)
        {
            LeaveUser(key);
        }

        if (!verdict.Allowed)
        {
            gate.EndRun();
        }

        return verdict;
    }

    /// <inheritdoc/>
    public void Leave(ApiKey key)
    {
        if (_keys.TryGetValue(key.Id.Value, out var gate))
        {
            gate.EndRun();
        }

        LeaveUser(key);
    }

    /// <inheritdoc/>
    public RateVerdict TryTake(ApiKey key, long tokens, out RatePass? pass)
    {
        pass = null;
        if (key.Limits.Tpm is null && key.OwnerLimits.Tpm is null)
        {
            return RateVerdict.Yes;
        }

        var now = Now();
        var taken = new LocalRatePass(tokens, _line);
        var gate = OfKey(key);
        var verdict = gate.TryTake(key.Limits, LimitOwner.Key, tokens, now, out var bucket);
        if (verdict.Allowed)
        {
            taken.Add(gate, ran: false, bucket);
            var user = Of(LimitOwner.User, key.Owner.Value);
            verdict = user.TryTake(key.OwnerLimits, LimitOwner.User, tokens, now, out bucket);
            if (verdict.Allowed)
            {
                taken.Add(user, ran: false, bucket);
                pass = taken;
                return verdict;
            }

            taken.Settle(0);
        }

        return verdict;
    }

    /// <inheritdoc/>
    public RateVerdict TryBegin(in RateClaim claim, out RatePass? pass)
    {
        var verdict = TryBegin(claim, Place.New, out var begun);
        pass = begun;
        return verdict;
    }

    /// <inheritdoc/>
    public RateVerdict Look(in RateClaim claim) => Look(claim, isFirst: false);

    /// <inheritdoc/>
    public ValueTask<PlaceResult> WaitAsync(ApiKey key, ImmutableArray<RateClaim> claims, LineTerms terms, CancellationToken cancellation) =>
        _line.WaitAsync(key.Id.Value, claims, terms, cancellation);

    /// <inheritdoc/>
    public void EndWaiting() => _line.Close();

    internal RateVerdict TryBegin(in RateClaim claim, Place place, out LocalRatePass? pass)
    {
        pass = null;
        if (!claim.Group.Limits.HasRates && !claim.Channel.Limits.HasRates && !claim.Credential.Limits.HasRates)
        {
            return RateVerdict.Yes;
        }

        // A request that was counted cannot be taken back: first whether all of them have room.
        var isFirst = place == Place.First;
        var verdict = Look(claim, isFirst);
        if (!verdict.Allowed)
        {
            return verdict;
        }

        var now = Now();
        var begun = new LocalRatePass(claim.Tokens, _line);
        verdict = Begin(claim.Group, LimitOwner.Group, begun, now, isFirst);
        verdict = verdict.Allowed ? Begin(claim.Channel, LimitOwner.Channel, begun, now, isFirst) : verdict;
        verdict = verdict.Allowed ? Begin(claim.Credential, LimitOwner.Credential, begun, now, isFirst) : verdict;
        if (verdict.Allowed)
        {
            pass = begun;
        }
        else if (place == Place.New)
        {
            begun.Settle(0);
        }
        else
        {
            // Inside the line, which looks by itself who is next.
            begun.GiveBack(0);
        }

        return verdict;
    }

    /// <summary>Where the places of one owner are counted.</summary>
    internal RateGate GateOf(LimitOwner owner, in RateClaim claim) =>
        Of(owner, owner == LimitOwner.Group ? claim.Group.Id : owner == LimitOwner.Channel ? claim.Channel.Id : claim.Credential.Id);

    /// <inheritdoc/>
    public RateVerdict Look(LimitOwner owner, long id, Limits limits, long tokens)
    {
        var gate = owner == LimitOwner.Key ? _keys.GetValueOrDefault(id) : _others.GetValueOrDefault(new Spender(owner, id));
        return (gate ?? new RateGate()).Look(limits, owner, tokens, Now());
    }

    /// <summary>Calls of a key that run now.</summary>
    public int Running(ApiKey key) => _keys.TryGetValue(key.Id.Value, out var gate) ? gate.Running : 0;

    /// <summary>Attempts that run now at a group, channel or credential that has limits.</summary>
    public int Running(LimitOwner owner, long id) => _others.TryGetValue(new Spender(owner, id), out var gate) ? gate.Running : 0;

    private RateVerdict TryEnterUser(ApiKey key)
    {
        if (!key.OwnerLimits.HasRates)
        {
            return RateVerdict.Yes;
        }

        var gate = Of(LimitOwner.User, key.Owner.Value);
        if (!gate.TryRun(key.OwnerLimits.Concurrency))
        {
            return gate.Busy(key.OwnerLimits.Concurrency!.Value, LimitOwner.User);
        }

        var verdict = gate.TryCount(key.OwnerLimits, LimitOwner.User, -1, Now(), out _);
        if (!verdict.Allowed)
        {
            gate.EndRun();
        }

        return verdict;
    }

    // The key is the same object from the call's beginning to its end, and so are its owner's limits.
    private void LeaveUser(ApiKey key)
    {
        if (key.OwnerLimits.HasRates)
        {
            Of(LimitOwner.User, key.Owner.Value).EndRun();
        }
    }

    private RateVerdict Look(in RateClaim claim, bool isFirst)
    {
        var now = Now();
        var verdict = LookAt(claim.Group, LimitOwner.Group, claim.Tokens, now, isFirst);
        verdict = verdict.Allowed ? LookAt(claim.Channel, LimitOwner.Channel, claim.Tokens, now, isFirst) : verdict;
        return verdict.Allowed ? LookAt(claim.Credential, LimitOwner.Credential, claim.Tokens, now, isFirst) : verdict;
    }

    private RateVerdict Begin(in Payer payer, LimitOwner owner, LocalRatePass pass, long now, bool isFirst)
    {
        if (!payer.Limits.HasRates)
        {
            return RateVerdict.Yes;
        }

        var gate = Of(owner, payer.Id);
        if (!gate.TryRun(payer.Limits.Concurrency, isFirst))
        {
            return gate.Busy(payer.Limits.Concurrency!.Value, owner);
        }

        var verdict = gate.TryCount(payer.Limits, owner, pass.Estimate, now, out var bucket);
        if (verdict.Allowed)
        {
            pass.Add(gate, ran: true, bucket);
        }
        else
        {
            gate.EndRun();
        }

        return verdict;
    }

    private RateVerdict LookAt(in Payer payer, LimitOwner owner, long tokens, long now, bool isFirst) =>
        payer.Limits.HasRates ? Of(owner, payer.Id).Look(payer.Limits, owner, tokens, now, isFirst: isFirst) : RateVerdict.Yes;

    private RateGate OfKey(ApiKey key) =>
        _keys.TryGetValue(key.Id.Value, out var gate) ? gate : _keys.GetOrAdd(key.Id.Value, static _ => new RateGate());

    private RateGate Of(LimitOwner owner, long id)
    {
        var spender = new Spender(owner, id);
        return _others.TryGetValue(spender, out var gate) ? gate : _others.GetOrAdd(spender, static _ => new RateGate());
    }

    private long Now() => (long)_time.GetElapsedTime(0).TotalMilliseconds;
}
