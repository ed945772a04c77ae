using System.Collections.Concurrent;
using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Selection;

/// <summary>What a credential does now. Shared by all groups that lead to it; a change of the configuration leaves it as it is.</summary>
internal sealed class Load
{
    private int _running;
    private long _fullUntil;

    /// <summary>Attempts that were given out and have not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Begin() => Interlocked.Increment(ref _running);

    /// <summary>A place may be free now.</summary>
    public void End()
    {
        Interlocked.Decrement(ref _running);
        if (Volatile.Read(ref _fullUntil) != 0)
            Volatile.Write(ref _fullUntil, 0);
    }

    /// <summary>A place is free after all.</summary>
    public void NoteRoom() => Volatile.Write(ref _fullUntil, 0);

    /// <summary>A limit had no place for a call: until then others are asked first.</summary>
    public void NoteFull(DateTime until) => Volatile.Write(ref _fullUntil, until.Ticks);

    /// <summary>Until when it is full; null = it is not.</summary>
    public DateTime? FullUntil(TimeProvider time)
    {
        var until = Volatile.Read(ref _fullUntil);
        return until != 0 && until > time.GetUtcNow().UtcTicks ? new DateTime(until, DateTimeKind.Utc) : null;
    }
}

/// <summary>
/// How soon a credential brings the first content of one model family: a peak-sensitive moving average. A slow answer counts at once, fast ones win back trust over
/// half a minute, and what nobody has measured for long fades, so that a credential is tried again.
/// </summary>
internal sealed class Pace
{
    private const double DecaySeconds = 30;

    private Reading _reading = new(0, 0);

    /// <summary>Milliseconds.</summary>
    public double At(DateTime now)
    {
        var reading = Volatile.Read(ref _reading);
        return reading.Milliseconds * Share(reading, now);
    }

    public void Note(double milliseconds, DateTime now)
    {
        while (true)
        {
            var reading = Volatile.Read(ref _reading);
            var share = Share(reading, now);
            var next = milliseconds > reading.Milliseconds ? milliseconds : (reading.Milliseconds * share) + (milliseconds * (1 - share));
            if (ReferenceEquals(Interlocked.CompareExchange(ref _reading, new Reading(next, now.Ticks), reading), reading))
                return;
        }
    }

    private static double Share(Reading reading, DateTime now) => Math.Exp(-Math.Max(0, now.Ticks - reading.At) / (TimeSpan.TicksPerSecond * DecaySeconds));

    private sealed record Reading(double Milliseconds, long At);
}

/// <summary>The vitals of all credentials, for as long as the process lives.</summary>
internal sealed class VitalsBook
{
    private readonly ConcurrentDictionary<CredentialId, Load> _loads = new();
    private readonly ConcurrentDictionary<(CredentialId Credential, ulong Family), Pace> _paces = new();

    private long _fullUntil;

    /// <summary>A limit of a credential, or of its channel, had no place for a call: until then others are asked first.</summary>
    public void NoteFull(Load load, DateTime until)
    {
        load.NoteFull(until);
        // Two threads may both write it; then one of two moments a quarter of a second ahead stays, and only stories go by it.
        if (Volatile.Read(ref _fullUntil) < until.Ticks)
            Volatile.Write(ref _fullUntil, until.Ticks);
    }

    /// <summary>Whether any credential may be full.</summary>
    public bool IsAnyFull(TimeProvider time) => Volatile.Read(ref _fullUntil) is not 0 and var until && until > time.GetUtcNow().UtcTicks;

    public Load LoadOf(CredentialId credential) => _loads.GetOrAdd(credential, static _ => new Load());

    /// <summary>Null = nobody has measured it.</summary>
    public Pace? FindPace(CredentialId credential, ulong family) => _paces.GetValueOrDefault((credential, family));

    public void NoteFirstToken(CredentialId credential, ulong family, double milliseconds, DateTime now) =>
        _paces.GetOrAdd((credential, family), static _ => new Pace()).Note(milliseconds, now);

    /// <summary>Forgets credentials that are no more.</summary>
    public void Keep(IReadOnlySet<CredentialId> credentials)
    {
        foreach (var credential in _loads.Keys)
        {
            if (!credentials.Contains(credential))
                _loads.TryRemove(credential, out _);
        }

        foreach (var key in _paces.Keys)
        {
            if (!credentials.Contains(key.Credential))
                _paces.TryRemove(key, out _);
        }
    }
}
