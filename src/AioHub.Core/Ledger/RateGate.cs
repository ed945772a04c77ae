using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>The rates of one key, user, group, channel or credential. Windows exist from the first call that meets their limit.</summary>
internal sealed class RateGate
{
    private const long Minute = 60_000;
    private const long Day = 24 * 60 * Minute;
    private const int BucketsOfMinute = 60;
    private const int BucketsOfDay = 96;

    private int _running;
    private int _waiting;
    private SlotRing? _line;
    private MinuteRing? _ring;
    private SlidingSum? _day;
    private SlidingSum? _tokens;

    public int Running => Volatile.Read(ref _running);

    /// <summary>Calls that wait for a place. Raised before a waiting call looks for the last time, and read after a place came free: either one sees the other.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Who waits; touched under the lock of <see cref="SlotLine"/> alone.</summary>
    public SlotRing Line => _line ??= new SlotRing();

    public void NoteWaiting(int more) => Interlocked.Add(ref _waiting, more);

    /// <summary>Calls at a time, counted without a limit: one may be set while calls run.</summary>
    /// <param name="isFirst">It is the turn of a call that waited: others do not overtake it.</param>
    public bool TryRun(int? most, bool isFirst = false)
    {
        if (most is not { } limit)
        {
            Interlocked.Increment(ref _running);
            return true;
        }

        if (!isFirst && Waiting != 0)
        {
            return false;
        }

        var seen = Running;
        while (seen < limit)
        {
            var before = Interlocked.CompareExchange(ref _running, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void EndRun() => Interlocked.Decrement(ref _running);

    /// <summary>Counts a request in, with its tokens. Requests that are refused for one reason do not count for another.</summary>
    /// <param name="tokens">Below zero: not asked about.</param>
    /// <param name="bucket">Where tokens were taken.</param>
    public RateVerdict TryCount(Limits limits, LimitOwner owner, long tokens, long now, out long bucket)
    {
        bucket = -1;
        var taken = -1L;
        TimeSpan wait;
        if (limits.Tpm is { } tpm && tokens >= 0 && !Tokens(now).TryTake(tokens, tpm, now, out bucket, out wait))
        {
            bucket = -1;
            return No(LimitNames.Tpm, tpm, wait, owner);
        }

        if (limits.Rpd is { } rpd && !Requests(now).TryTake(1, rpd, now, out taken, out wait))
        {
            GiveBack(bucket, tokens);
            bucket = -1;
            return No(LimitNames.Rpd, rpd, wait, owner);
        }

        if (limits.Rpm is { } rpm && !RingFor(rpm).TryEnter(now, out wait))
        {
            GiveBack(bucket, tokens);
            bucket = -1;
            if (taken >= 0)
            {
                _day!.Correct(taken, 1, 0);
            }

            return No(LimitNames.Rpm, rpm, wait, owner);
        }

        return RateVerdict.Yes;
    }

    /// <summary>Takes tokens alone.</summary>
    public RateVerdict TryTake(Limits limits, LimitOwner owner, long tokens, long now, out long bucket)
    {
        bucket = -1;
        if (limits.Tpm is not { } tpm || Tokens(now).TryTake(tokens, tpm, now, out bucket, out var wait))
        {
            return RateVerdict.Yes;
        }

        bucket = -1;
        return No(LimitNames.Tpm, tpm, wait, owner);
    }

    /// <summary>Whether a call could start now; momentary.</summary>
    /// <param name="isRunning">Calls at a time count too.</param>
    /// <param name="isFirst">As of <see cref="TryRun"/>.</param>
    public RateVerdict Look(Limits limits, LimitOwner owner, long tokens, long now, bool isRunning = true, bool isFirst = false)
    {
        TimeSpan wait;
        return isRunning && limits.Concurrency is { } most && (Running >= most || (!isFirst && Waiting != 0)) ? Busy(most, owner)
            : limits.Tpm is { } tpm && tokens >= 0 && !Tokens(now).HasRoom(tokens, tpm, now, out wait) ? No(LimitNames.Tpm, tpm, wait, owner)
            : limits.Rpd is { } rpd && !Requests(now).HasRoom(1, rpd, now, out wait) ? No(LimitNames.Rpd, rpd, wait, owner)
            : limits.Rpm is { } rpm && !RingFor(rpm).HasRoom(now, out wait) ? No(LimitNames.Rpm, rpm, wait, owner)
            : RateVerdict.Yes;
    }

    /// <summary>The true usage in place of the estimate.</summary>
    public void Correct(long bucket, long estimate, long tokens) => Volatile.Read(ref _tokens)!.Correct(bucket, estimate, tokens);

    /// <summary>There is no place. When one comes free nobody knows: those who waited tell it better (<see cref="SlotRing.Wait"/>).</summary>
    public RateVerdict Busy(int most, LimitOwner owner) => No(LimitNames.Concurrency, most, TimeSpan.FromSeconds(1), owner) with { Waiting = Waiting };

    private static RateVerdict No(string limit, long most, TimeSpan wait, LimitOwner owner) => new(false, limit, wait) { Owner = owner, Most = most };

    private void GiveBack(long bucket, long tokens)
    {
        if (bucket >= 0)
        {
            Correct(bucket, tokens, 0);
        }
    }

    private SlidingSum Tokens(long now) => Volatile.Read(ref _tokens) ?? Put(ref _tokens, new SlidingSum(Minute, BucketsOfMinute, now));

    private SlidingSum Requests(long now) => Volatile.Read(ref _day) ?? Put(ref _day, new SlidingSum(Day, BucketsOfDay, now));

    private static SlidingSum Put(ref SlidingSum? place, SlidingSum fresh) => Interlocked.CompareExchange(ref place, fresh, null) ?? fresh;

    /// <summary>The ring for a limit; a changed limit starts a new one.</summary>
    private MinuteRing RingFor(int rpm)
    {
        var seen = Volatile.Read(ref _ring);
        if (seen is not null && seen.Rpm == rpm)
        {
            return seen;
        }

        var fresh = new MinuteRing(rpm);
        var before = Interlocked.CompareExchange(ref _ring, fresh, seen);
        return ReferenceEquals(before, seen) ? fresh : before ?? fresh;
    }
}
