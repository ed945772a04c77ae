using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Health;

/// <summary>Where a state of health stands.</summary>
public enum HealthPhase
{
    /// <summary>Failures were counted, fewer than begin a rest; also: nothing is held against it.</summary>
    Closed,
    /// <summary>It is left alone.</summary>
    Resting,
    /// <summary>The rest is over; the next call proves it.</summary>
    HalfOpen,
    /// <summary>A call proves it at this moment.</summary>
    Probing,
}

/// <summary>What is held against one credential, for operators.</summary>
/// <param name="Subject">The family or the model; empty for <see cref="HealthScope.Credential"/>.</param>
/// <param name="Failure">The last failure.</param>
/// <param name="Failures">Failures of this kind in a row.</param>
/// <param name="Rests">How many rests in a row; 0 = failures below the rule's threshold.</param>
/// <param name="Since">When the first of the failures happened (UTC).</param>
/// <param name="Last">When the last of them happened.</param>
/// <param name="Until">When its rest ends or ended, or its probe at the latest; null = no rest yet.</param>
/// <param name="Reason">What the upstream said of the last failure, without secrets.</param>
public sealed record HealthState(
    CredentialId Credential, HealthScope Scope, string Subject, HealthPhase Phase, AttemptFailure Failure, int Failures, int Rests, DateTime Since, DateTime Last, DateTime? Until, string? Reason);

/// <summary>One change of a state.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Subject">The family or the model; empty for <see cref="HealthScope.Credential"/>.</param>
/// <param name="Failure">What led to it; <see cref="AttemptFailure.None"/> for what made it well.</param>
/// <param name="Reason">In words, without secrets.</param>
/// <param name="Until">Until when it rests; null = it does not.</param>
public sealed record HealthEvent(
    DateTime At, CredentialId Credential, HealthScope Scope, string Subject, HealthPhase From, HealthPhase To, AttemptFailure Failure, string Reason, DateTime? Until);
