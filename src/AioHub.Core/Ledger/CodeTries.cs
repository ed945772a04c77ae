namespace AioHub.Core.Ledger;

/// <summary>
/// Bounds how often somebody may try redemption codes in vain: by user, and by the address that the tries come from. A try takes its place before it is made, so
/// that tries which race are bounded too; one that succeeds gives it back. Kept by each process for itself, in memory.
/// </summary>
public sealed class CodeTries(TimeProvider time)
{
    /// <summary>In any <see cref="Window"/>.</summary>
    public const int MostOfUser = 10;

    /// <summary>In any <see cref="Window"/>; an address may be many people's.</summary>
    public const int MostOfAddress = 30;

    /// <summary>Beyond it the oldest are forgotten: memory is bounded, whoever tries.</summary>
    private const int MostRemembered = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<long>> _tries = new(StringComparer.Ordinal);

    public static TimeSpan Window { get; } = TimeSpan.FromHours(1);

    /// <summary>Takes the places of one try.</summary>
    /// <returns>Null = it may be made; else when the next may.</returns>
    internal TimeSpan? Take(string user, string address)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_tries.Count >= MostRemembered)
            {
                Forget(now);
            }

            var (ofUser, ofAddress) = (Of(user, now), Of(address, now));
            var wait = Longer(WaitOf(ofUser, MostOfUser, now), WaitOf(ofAddress, MostOfAddress, now));
            if (wait is null)
            {
                ofUser.Add(now);
                ofAddress.Add(now);
            }

            return wait;
        }
    }

    /// <summary>The latest try was none in vain.</summary>
    internal void GiveBack(string user, string address)
    {
        lock (_gate)
        {
            foreach (var who in new[] { user, address })
            {
                if (_tries.TryGetValue(who, out var tries) && tries.Count > 0)
                {
                    tries.RemoveAt(tries.Count - 1);
                }
            }
        }
    }

    private List<long> Of(string who, long now)
    {
        if (!_tries.TryGetValue(who, out var tries))
        {
            _tries[who] = tries = [];
        }

        tries.RemoveAll(at => time.GetElapsedTime(at, now) >= Window);
        return tries;
    }

    private TimeSpan? WaitOf(List<long> tries, int most, long now) => tries.Count < most ? null : Window - time.GetElapsedTime(tries[^most], now);

    private static TimeSpan? Longer(TimeSpan? one, TimeSpan? other) => one is null ? other : other is null || one > other ? one : other;

    private void Forget(long now)
    {
        foreach (var (who, tries) in _tries.OrderBy(static pair => pair.Value.Count == 0 ? 0 : pair.Value[^1]).Take(MostRemembered / 2).ToList())
        {
            // Whoever is at a bound now stays: forgetting must not be a way out of it.
            if (tries.Count < MostOfUser || time.GetElapsedTime(tries[^1], now) >= Window)
            {
                _tries.Remove(who);
            }
        }
    }
}
