using System.Collections.Concurrent;
using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Routing.Health;

/// <summary>
/// Health inside one process: a breaker for each (credential, model family). Nothing is ever disabled for good: every rest ends, then one call proves the
/// credential, and a success ends it at once. Reading takes no lock, and costs one comparison while everything is well. The rules stand in <c>docs/health.md</c>.
/// </summary>
public sealed class LocalHealth(TimeProvider time) : IHealth
{
    /// <summary>Past this number of credentials with states those that are long over are dropped.</summary>
    private const int SweepAbove = 10_000;

    /// <summary>Changes that nobody has taken yet; the oldest go first. They are for eyes, not for decisions.</summary>
    private const int MostEvents = 2_000;

    private const int LongestReason = 200;

    private readonly ConcurrentDictionary<CredentialId, HealthCell[]> _unwell = new();
    private readonly ConcurrentDictionary<string, string> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<HealthEvent> _events = new();
    private int _count;
    private long _version;

    /// <summary>Rises with each change of a state.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <inheritdoc/>
    public DateTime? CoolingUntil(CredentialId credential, string model)
    {
        if (Volatile.Read(ref _count) == 0 || !_unwell.TryGetValue(credential, out var cells))
            return null;

        var now = Now();
        var family = FamilyOf(model);
        var until = DateTime.MinValue;
        foreach (var cell in cells)
        {
            if (cell.Concerns(model, family) && cell.ClosedUntil(now) is var closed && closed > until)
                until = closed;
        }

        return until > DateTime.MinValue ? until : null;
    }

    /// <inheritdoc/>
    public HealthPass Enter(CredentialId credential, string model)
    {
        if (Volatile.Read(ref _count) == 0)
            return default;

        var now = Now();
        var family = FamilyOf(model);
        while (_unwell.TryGetValue(credential, out var cells))
        {
            HealthCell[]? claimed = null;
            for (var i = 0; i < cells.Length; i++)
            {
                if (!cells[i].Concerns(model, family))
                    continue;
                switch (cells[i].PhaseAt(now))
                {
                    case HealthPhase.Resting or HealthPhase.Probing:
                        return new HealthPass(HealthGate.Resting, now);
                    case HealthPhase.HalfOpen:
                        claimed ??= [.. cells];
                        claimed[i] = cells[i] with { ProbeUntil = now + HealthCell.ProbeLease };
                        break;
                }
            }

            if (claimed is null)
                break;
            if (!_unwell.TryUpdate(credential, claimed, cells))
                continue;

            foreach (var cell in claimed)
            {
                if (cell.Concerns(model, family) && cell.PhaseAt(now) == HealthPhase.Probing)
                    Note(credential, cell, now, HealthPhase.HalfOpen, HealthPhase.Probing, cell.Failure, "its rest is over; one call proves it", cell.ProbeUntil);
            }

            return new HealthPass(HealthGate.Probe, now);
        }

        return new HealthPass(HealthGate.Open, now);
    }

    /// <inheritdoc/>
    public void Report(CredentialId credential, string model, AttemptFailure failure, TimeSpan? retryAfter, AttemptNotes notes = default)
    {
        if (failure == AttemptFailure.None)
        {
            if (Volatile.Read(ref _count) != 0)
                Heal(credential, model, notes);
        }
        else if (CooldownRule.For(failure) is { } rule)
        {
            Strike(credential, model, rule, failure, retryAfter, notes);
        }
        else if (notes.Pass?.Gate == HealthGate.Probe)
        {
            GiveBack(credential, model);
        }
    }

    /// <summary>All that is held against credentials, by credential, then the widest first.</summary>
    public ImmutableArray<HealthState> Snapshot()
    {
        var now = Now();
        return
        [
            .. _unwell
                .SelectMany(pair => pair.Value.Where(cell => !cell.IsForgotten(now)).Select(cell => cell.ToState(pair.Key, now)))
                .OrderBy(static state => state.Credential.Value)
                .ThenBy(static state => state.Scope)
                .ThenBy(static state => state.Subject, StringComparer.Ordinal),
        ];
    }

    /// <summary>Takes states over that were noted down: a restart must not ask at once what was told to rest. States that are here already stay.</summary>
    public void Restore(IEnumerable<HealthState> states)
    {
        foreach (var group in states.GroupBy(static state => state.Credential))
        {
            var cells = group.Select(HealthCell.From).OfType<HealthCell>().ToArray();
            if (cells.Length > 0 && _unwell.TryAdd(group.Key, cells))
                Interlocked.Increment(ref _count);
        }
    }

    /// <summary>Forgets all that is held against a credential: it is tried again at once.</summary>
    public void Reset(CredentialId credential)
    {
        if (!_unwell.TryRemove(credential, out var cells))
            return;

        Interlocked.Decrement(ref _count);
        var now = Now();
        foreach (var cell in cells)
            Note(credential, cell, now, cell.PhaseAt(now), HealthPhase.Closed, AttemptFailure.None, "an operator reset it", null);
    }

    /// <summary>The changes since the last look, oldest first.</summary>
    public ImmutableArray<HealthEvent> TakeEvents()
    {
        var taken = ImmutableArray.CreateBuilder<HealthEvent>();
        while (taken.Count < MostEvents && _events.TryDequeue(out var change))
            taken.Add(change);
        return taken.ToImmutable();
    }

    private void Strike(CredentialId credential, string model, CooldownRule rule, AttemptFailure failure, TimeSpan? retryAfter, AttemptNotes notes)
    {
        var now = Now();
        var family = FamilyOf(model);
        var subject = rule.Scope switch { HealthScope.Credential => "", HealthScope.Family => family, _ => model };
        var reason = notes.Reason is { Length: > LongestReason } long_ ? long_[..LongestReason] : notes.Reason;
        var isProbe = notes.Pass?.Gate == HealthGate.Probe;
        while (true)
        {
            var found = _unwell.TryGetValue(credential, out var cells);
            HealthCell? old = null;
            var next = new List<HealthCell>((cells?.Length ?? 0) + 1);
            foreach (var cell in cells ?? [])
            {
                if (cell.Rule.Scope == rule.Scope && string.Equals(cell.Subject, subject, StringComparison.Ordinal))
                    old = cell;
                else if (!cell.IsForgotten(now))
                    next.Add(isProbe && cell.Concerns(model, family) ? cell with { ProbeUntil = DateTime.MinValue } : cell);
            }

            var underWay = !isProbe && old is not null && notes.Pass is { } pass && pass.At < old.Last;
            var after = HealthCell.After(old, rule, subject, failure, retryAfter, reason, underWay, now, notes.LongestRest);
            next.Add(after);
            if (found ? !_unwell.TryUpdate(credential, [.. next], cells!) : !_unwell.TryAdd(credential, [.. next]))
                continue;

            if (!found && Interlocked.Increment(ref _count) > SweepAbove)
                Sweep(now);
            Interlocked.Increment(ref _version);
            var before = old?.PhaseAt(now) ?? HealthPhase.Closed;
            if (before != HealthPhase.Resting && after.PhaseAt(now) == HealthPhase.Resting)
                Note(credential, after, now, before, HealthPhase.Resting, failure, reason ?? failure.ToString(), after.Until);
            return;
        }
    }

    private void Heal(CredentialId credential, string model, AttemptNotes notes)
    {
        var now = Now();
        var family = FamilyOf(model);
        while (_unwell.TryGetValue(credential, out var cells))
        {
            // A call that began before the last failure proves nothing of afterwards, but it breaks a row that is only counted.
            var kept = cells.Where(cell => !cell.Concerns(model, family)
                || (cell.Rests > 0 && notes.Pass is { } pass && pass.Gate != HealthGate.Probe && pass.At < cell.Last)).ToArray();
            if (kept.Length == cells.Length)
                return;
            if (kept.Length == 0 ? !_unwell.TryRemove(KeyValuePair.Create(credential, cells)) : !_unwell.TryUpdate(credential, kept, cells))
                continue;

            if (kept.Length == 0)
                Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _version);
            foreach (var cell in cells)
            {
                if (cell.Rests > 0 && Array.IndexOf(kept, cell) < 0)
                    Note(credential, cell, now, cell.PhaseAt(now), HealthPhase.Closed, AttemptFailure.None, "a call succeeded", null);
            }

            return;
        }
    }

    /// <summary>A probe ended without a verdict: the next call proves it.</summary>
    private void GiveBack(CredentialId credential, string model)
    {
        var family = FamilyOf(model);
        while (_unwell.TryGetValue(credential, out var cells))
        {
            var freed = Array.ConvertAll(cells, cell => cell.Concerns(model, family) ? cell with { ProbeUntil = DateTime.MinValue } : cell);
            if (_unwell.TryUpdate(credential, freed, cells))
            {
                Interlocked.Increment(ref _version);
                return;
            }
        }
    }

    private void Sweep(DateTime now)
    {
        foreach (var pair in _unwell)
        {
            if (Array.TrueForAll(pair.Value, cell => cell.IsForgotten(now)) && _unwell.TryRemove(pair))
                Interlocked.Decrement(ref _count);
        }
    }

    private void Note(CredentialId credential, HealthCell cell, DateTime now, HealthPhase from, HealthPhase to, AttemptFailure failure, string reason, DateTime? until)
    {
        Interlocked.Increment(ref _version);
        _events.Enqueue(new HealthEvent(now, credential, cell.Rule.Scope, cell.Subject, from, to, failure, reason, until));
        while (_events.Count > MostEvents)
            _events.TryDequeue(out _);
    }

    /// <summary>Models are those of the catalogue and of channels' lists: few, and the same for long.</summary>
    private string FamilyOf(string model) => _families.GetOrAdd(model, ModelFamily.Of);

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}
