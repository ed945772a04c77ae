using System.Collections.Concurrent;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>
/// Rates for a hub with one process. Exact for requests a minute: no 60 seconds ever hold more calls than the limit; for requests a day and tokens a minute
/// see <see cref="SlidingSum"/>. No lock.
/// </summary>
public sealed class LocalRateLimits(TimeProvider time) : IRateLimits, IRateReadings
{
    private readonly ConcurrentDictionary<long, RateGate> _keys = new();
    private readonly ConcurrentDictionary<Spender, RateGate> _others = new();

    /// <inheritdoc/>
    public RateVerdict TryEnter(ApiKey key)
    {
        // Counted for every key, limited or not: a limit may be set while calls run.
        var gate = OfKey(key);
        if (!gate.TryRun(key.Limits.Concurrency))
        {
            return RateGate.Busy(key.Limits.Concurrency!.Value, LimitOwner.Key);
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
        var taken = new LocalRatePass(tokens);
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
        pass = null;
        if (!claim.Group.Limits.HasRates && !claim.Channel.Limits.HasRates && !claim.Credential.Limits.HasRates)
        {
            return RateVerdict.Yes;
        }

        // A request that was counted cannot be taken back: first whether all of them have room.
        var verdict = Look(claim);
        if (!verdict.Allowed)
        {
            return verdict;
        }

        var now = Now();
        var begun = new LocalRatePass(claim.Tokens);
        verdict = Begin(claim.Group, LimitOwner.Group, begun, now);
        verdict = verdict.Allowed ? Begin(claim.Channel, LimitOwner.Channel, begun, now) : verdict;
        verdict = verdict.Allowed ? Begin(claim.Credential, LimitOwner.Credential, begun, now) : verdict;
        if (verdict.Allowed)
        {
            pass = begun;
        }
        else
        {
            begun.Settle(0);
        }

        return verdict;
    }

    /// <inheritdoc/>
    public RateVerdict Look(in RateClaim claim)
    {
        var now = Now();
        var verdict = LookAt(claim.Group, LimitOwner.Group, claim.Tokens, now);
        verdict = verdict.Allowed ? LookAt(claim.Channel, LimitOwner.Channel, claim.Tokens, now) : verdict;
        return verdict.Allowed ? LookAt(claim.Credential, LimitOwner.Credential, claim.Tokens, now) : verdict;
    }

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
            return RateGate.Busy(key.OwnerLimits.Concurrency!.Value, LimitOwner.User);
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

    private RateVerdict Begin(in Payer payer, LimitOwner owner, LocalRatePass pass, long now)
    {
        if (!payer.Limits.HasRates)
        {
            return RateVerdict.Yes;
        }

        var gate = Of(owner, payer.Id);
        if (!gate.TryRun(payer.Limits.Concurrency))
        {
            return RateGate.Busy(payer.Limits.Concurrency!.Value, owner);
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

    private RateVerdict LookAt(in Payer payer, LimitOwner owner, long tokens, long now) =>
        payer.Limits.HasRates ? Of(owner, payer.Id).Look(payer.Limits, owner, tokens, now) : RateVerdict.Yes;

    private RateGate OfKey(ApiKey key) =>
        _keys.TryGetValue(key.Id.Value, out var gate) ? gate : _keys.GetOrAdd(key.Id.Value, static _ => new RateGate());

    private RateGate Of(LimitOwner owner, long id)
    {
        var spender = new Spender(owner, id);
        return _others.TryGetValue(spender, out var gate) ? gate : _others.GetOrAdd(spender, static _ => new RateGate());
    }

    private long Now() => (long)time.GetElapsedTime(0).TotalMilliseconds;
}

/// <summary>Up to three places, given back once.</summary>
internal sealed class LocalRatePass(long estimate) : RatePass
{
    private readonly (RateGate? Gate, bool Ran, long Bucket)[] _places = new (RateGate?, bool, long)[3];
    private int _count;
    private int _ended;

    public long Estimate { get; } = estimate;

    /// <param name="ran">A place among the calls at a time was taken.</param>
    /// <param name="bucket">Where tokens were taken; below zero: none were.</param>
    public void Add(RateGate gate, bool ran, long bucket) => _places[_count++] = (gate, ran, bucket);

    public override void Settle(long tokens)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        foreach (var (gate, ran, bucket) in _places.AsSpan(0, _count))
        {
            if (bucket >= 0)
            {
                gate!.Correct(bucket, Estimate, tokens);
            }

            if (ran)
            {
                gate!.EndRun();
            }
        }
    }
}
