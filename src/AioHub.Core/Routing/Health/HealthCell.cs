using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Health;

/// <summary>One state of a credential's health; immutable. Its breaker is closed, resting, half-open or being probed, by the time alone.</summary>
/// <param name="Rests">How many rests in a row; 0 = failures below the rule's threshold.</param>
/// <param name="ProbeUntil">A call probes it, and has until then to come back.</param>
internal sealed record HealthCell(
    CooldownRule Rule, string Subject, AttemptFailure Failure, int Failures, int Rests, DateTime Since, DateTime Last, DateTime Until, DateTime ProbeUntil, string? Reason)
{
    /// <summary>A state nobody touched for so long says nothing of today.</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    /// <summary>What a probe has, to bring content. A call that dies without a word must not keep others waiting.</summary>
    public static readonly TimeSpan ProbeLease = TimeSpan.FromMinutes(5);

    public bool Concerns(string model, string family) => Rule.Scope switch
    {
        HealthScope.Credential => true,
        HealthScope.Family => string.Equals(Subject, family, StringComparison.Ordinal),
        _ => string.Equals(Subject, model, StringComparison.Ordinal),
    };

    public HealthPhase PhaseAt(DateTime now) =>
        Rests == 0 || IsForgotten(now) ? HealthPhase.Closed
        : Until > now ? HealthPhase.Resting
        : ProbeUntil > now ? HealthPhase.Probing
        : HealthPhase.HalfOpen;

    /// <summary>Until when calls should stay away; <see cref="DateTime.MinValue"/> = they need not.</summary>
    public DateTime ClosedUntil(DateTime now) => PhaseAt(now) switch
    {
        HealthPhase.Resting => Until,
        HealthPhase.Probing => ProbeUntil,
        _ => DateTime.MinValue,
    };

    public bool IsForgotten(DateTime now) => now - (Last > Until ? Last : Until) > ForgottenAfter;

    public HealthState ToState(CredentialId credential, DateTime now) => new(
        credential, Rule.Scope, Subject, PhaseAt(now), Failure, Failures, Rests, Since, Last, Rests == 0 ? null : ProbeUntil > now ? ProbeUntil : Until, Reason);

    /// <summary>As it was noted down; null where it is of a kind that begins no rests.</summary>
    public static HealthCell? From(HealthState state) => CooldownRule.For(state.Failure) is { } rule && rule.Scope == state.Scope
        ? new HealthCell(rule, state.Subject, state.Failure, state.Failures, state.Rests, state.Since, state.Last, state.Until ?? DateTime.MinValue, DateTime.MinValue, state.Reason)
        : null;

    /// <summary>The state after one more failure.</summary>
    /// <param name="old">The state before; null = all was well.</param>
    /// <param name="underWay">The call had begun before the state's last failure: it says nothing of how it is afterwards.</param>
    /// <param name="longest">An operator's bound on every rest; null = the rule's alone.</param>
    public static HealthCell After(
        HealthCell? old, CooldownRule rule, string subject, AttemptFailure failure, TimeSpan? retryAfter, string? reason, bool underWay, DateTime now, TimeSpan? longest = null)
    {
        var asked = rule.Asked(retryAfter);
        if (old is null || old.IsForgotten(now) || (old.Rests == 0 && (!ReferenceEquals(old.Rule, rule) || now - old.Since > rule.Within)))
        {
            var rests = rule.Threshold <= 1 ? 1 : 0;
            return new HealthCell(rule, subject, failure, 1, rests, now, now, rests == 0 ? DateTime.MinValue : now + Rest(1), DateTime.MinValue, reason);
        }

        if (!ReferenceEquals(old.Rule, rule))
        {
            // A rest of another kind runs: what counts only in a row adds nothing to it. Behind the rest it was a probe, and the credential is as unwell as before.
            if (old.Until > now && rule.Threshold > 1)
                return old;
            return new HealthCell(rule, subject, failure, 1, 1, now, now, Later(now + Rest(1), old.Until), DateTime.MinValue, reason);
        }

        var failures = old.Failures + 1;
        if (failures < rule.Threshold)
            return old with { Failure = failure, Failures = failures, Last = now, Reason = reason };

        // Calls that were under way when the rest began fail as well: they do not make it longer step by step.
        underWay = old.Rests > 0 && (underWay || old.Until > now);
        var step = underWay ? old.Rests : old.Rests + 1;
        var until = underWay && asked is null && old.Until <= now ? old.Until : Later(now + Rest(step), old.Until);
        return old with { Failure = failure, Failures = failures, Rests = step, Last = now, Until = until, ProbeUntil = underWay ? old.ProbeUntil : DateTime.MinValue, Reason = reason };

        TimeSpan Rest(int rests) => (asked ?? rule.Rest(rests)) is var rest && longest < rest ? longest.Value : rest;
    }

    private static DateTime Later(DateTime left, DateTime right) => left > right ? left : right;
}
