using AioHub.Admin.Frame;

namespace AioHub.Admin.Session;

/// <summary>
/// Bounds how often doors are tried: by whom it is tried as, known or not, and by the address that tries come from. A try takes its place before it is made, so that tries which race are
/// bounded too; one that succeeds gives it back. Kept by each process for itself; the lock of a user stands in the database.
/// </summary>
internal sealed class Tries(TimeProvider time)
{
    public const int MostOfName = 10;
    public const int MostOfAddress = 50;
    private const int MostRemembered = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<long>> _tries = new(StringComparer.Ordinal);

    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(15);

    /// <exception cref="Refused">Too many tries in the window; says when the next may be made.</exception>
    public void Take(string name, string address)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_tries.Count >= MostRemembered)
            {
                Forget(now);
            }

            var (ofName, ofAddress) = (Of("n " + name.ToLowerInvariant(), now), Of("a " + address, now));
            var wait = Longer(Wait(ofName, MostOfName, now), Wait(ofAddress, MostOfAddress, now));
            if (wait > TimeSpan.Zero)
            {
                throw new Refused(RefusalCode.TooManyTries, $"Too many tries. The next may be made in {Math.Ceiling(wait.TotalMinutes):0} minutes.") { RetryAfter = wait };
            }

            ofName.Enqueue(now);
            ofAddress.Enqueue(now);
        }
    }

    /// <summary>The try was none in vain: the name's tries are forgotten, the address gets its place back.</summary>
    public void Forgive(string name, string address)
    {
        lock (_gate)
        {
            _tries.Remove("n " + name.ToLowerInvariant());
            if (_tries.TryGetValue("a " + address, out var ofAddress) && ofAddress.Count > 0)
            {
                ofAddress.Dequeue();
            }
        }
    }

    private Queue<long> Of(string who, long now)
    {
        if (!_tries.TryGetValue(who, out var tries))
        {
            _tries[who] = tries = new Queue<long>();
        }

        while (tries.TryPeek(out var at) && time.GetElapsedTime(at, now) >= Window)
        {
            tries.Dequeue();
        }

        return tries;
    }

    private TimeSpan Wait(Queue<long> tries, int most, long now) => tries.Count < most ? TimeSpan.Zero : Window - time.GetElapsedTime(tries.Peek(), now);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Forget(long now)
    {
        foreach (var (who, _) in _tries.Where(pair => Of(pair.Key, now).Count == 0).ToList())
        {
            _tries.Remove(who);
        }

        // Whoever is near a bound stays: forgetting must not be a way out of it.
        foreach (var (who, _) in _tries.Where(static pair => pair.Value.Count < MostOfName).Take(Math.Max(0, _tries.Count - (MostRemembered / 2))).ToList())
        {
            _tries.Remove(who);
        }
    }
}
