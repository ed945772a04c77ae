using System.Collections.Concurrent;
using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Health;

/// <summary>
/// Health inside one process. Nothing is ever disabled for good: every rest ends, and a success ends it at once. Reading takes no lock, and
/// costs one comparison while everything is well. The rules stand in <c>docs/routing.md</c>.
/// </summary>
public sealed class LocalHealth(TimeProvider time) : IHealth
{
    /// <summary>Past this number of states those that are long over are dropped.</summary>
    private const int SweepAbove = 10_000;

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(CredentialId Credential, string? Model), Cell> _cells = new();
    private int _count;

    /// <inheritdoc/>
    public DateTime? CoolingUntil(CredentialId credential, string model)
    {
        if (Volatile.Read(ref _count) == 0)
            return null;

        var until = DateTime.MinValue;
        if (_cells.TryGetValue((credential, model), out var cell))
            until = cell.Until;
        if (_cells.TryGetValue((credential, null), out var whole) && whole.Until > until)
            until = whole.Until;
        return until > DateTime.MinValue && until > Now() ? until : null;
    }

    /// <inheritdoc/>
    public void Report(CredentialId credential, string model, AttemptFailure failure, TimeSpan? retryAfter)
    {
        if (failure == AttemptFailure.None)
        {
            if (Volatile.Read(ref _count) != 0)
            {
                Remove((credential, model));
                Remove((credential, null));
            }

            return;
        }

        if (CooldownRule.For(failure) is not { } rule)
            return;

        var now = Now();
        var key = (credential, rule.WholeCredential ? null : model);
        while (true)
        {
            if (_cells.TryGetValue(key, out var old))
            {
                if (_cells.TryUpdate(key, Next(old, rule, failure, retryAfter, now), old))
                    return;
            }
            else if (_cells.TryAdd(key, Next(null, rule, failure, retryAfter, now)))
            {
                if (Interlocked.Increment(ref _count) > SweepAbove)
                    Sweep(now);
                return;
            }
        }
    }

    /// <summary>All that is not well, by credential; models of one credential by name.</summary>
    public ImmutableArray<HealthState> Snapshot()
    {
        var now = Now();
        return
        [
            .. _cells
                .Select(pair => new HealthState(pair.Key.Credential, pair.Key.Model, pair.Value.Failure, pair.Value.Failures, pair.Value.Since, pair.Value.Until > now ? pair.Value.Until : null))
                .OrderBy(static state => state.Credential.Value)
                .ThenBy(static state => state.Model, StringComparer.Ordinal),
        ];
    }

    /// <summary>Forgets all that is held against a credential: it is tried again at once.</summary>
    public void Reset(CredentialId credential)
    {
        foreach (var (key, _) in _cells)
        {
            if (key.Credential == credential)
                Remove(key);
        }
    }

    private static Cell Next(Cell? old, CooldownRule rule, AttemptFailure failure, TimeSpan? retryAfter, DateTime now)
    {
        var asked = rule.HeedsRetryAfter && retryAfter is { Ticks: > 0 } wish ? Shorter(wish, CooldownRule.LongestRetryAfter) : (TimeSpan?)null;

        // Of another kind, or so long ago that it says nothing of today.
        if (old is null || !ReferenceEquals(old.Rule, rule) || now - old.Last > ForgottenAfter || (old.Rests == 0 && now - old.Since > rule.Within))
        {
            var rests = rule.Threshold <= 1 ? 1 : 0;
            var until = rests == 0 ? DateTime.MinValue : now + (asked ?? rule.Rest(1));
            return new Cell(rule, failure, 1, rests, now, now, Later(until, old?.Until ?? DateTime.MinValue));
        }

        var failures = old.Failures + 1;
        if (failures < rule.Threshold)
            return old with { Failure = failure, Failures = failures, Last = now };

        // Calls that were under way when the rest began fail as well: they do not make it longer step by step.
        var step = old.Rests > 0 && old.Until > now ? old.Rests : old.Rests + 1;
        return old with { Failure = failure, Failures = failures, Rests = step, Last = now, Until = Later(now + (asked ?? rule.Rest(step)), old.Until) };
    }

    private void Remove((CredentialId, string?) key)
    {
        if (_cells.TryRemove(key, out _))
            Interlocked.Decrement(ref _count);
    }

    private void Sweep(DateTime now)
    {
        foreach (var (key, cell) in _cells)
        {
            if (now - cell.Last > ForgottenAfter && cell.Until < now)
                Remove(key);
        }
    }

    private DateTime Now() => time.GetUtcNow().UtcDateTime;

    private static DateTime Later(DateTime left, DateTime right) => left > right ? left : right;

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <param name="Rests">How many rests in a row; 0 = failures below the threshold.</param>
    private sealed record Cell(CooldownRule Rule, AttemptFailure Failure, int Failures, int Rests, DateTime Since, DateTime Last, DateTime Until);
}
