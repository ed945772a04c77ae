using AioHub.Core.Primitives;

namespace AioHub.Core.Routing;

/// <summary>
/// What is known of each (credential, model): a door that a shared implementation can take over when several nodes serve one database.
/// Reading takes no lock. The rules stand in <c>docs/health.md</c>.
/// </summary>
public interface IHealth
{
    /// <summary>
    /// Until when this credential should be left alone for this model; null = now is fine. After a rest one call is let through to probe; while it is under way the others
    /// see the credential resting.
    /// </summary>
    DateTime? CoolingUntil(CredentialId credential, string model);

    /// <summary>Asked when a credential is given out, after it was picked: whether this call is the one that probes it, or whether another call came first.</summary>
    HealthPass Enter(CredentialId credential, string model);

    /// <summary>Notes how an attempt ended. A success ends a cooldown.</summary>
    /// <param name="credential">Whose attempt it was.</param>
    /// <param name="model">The public id of the model.</param>
    /// <param name="failure"><see cref="AttemptFailure.None"/> is a success; what says nothing of the credential only gives a probe back.</param>
    /// <param name="retryAfter">What the upstream asked for, if it did.</param>
    /// <param name="notes">What <see cref="Enter"/> said, and why.</param>
    void Report(CredentialId credential, string model, AttemptFailure failure, TimeSpan? retryAfter, AttemptNotes notes = default);
}

/// <summary>Whether a credential lets a call in.</summary>
public enum HealthGate
{
    /// <summary>All is well.</summary>
    Open,
    /// <summary>Its rest is over and nobody has proved it well: this call does, alone.</summary>
    Probe,
    /// <summary>It rests, or another call probes it. A call that has no other way may go all the same.</summary>
    Resting,
}

/// <summary>What a call was told when it took a credential.</summary>
/// <param name="At">When (UTC); the default while all is well, when nobody asks for the time.</param>
public readonly record struct HealthPass(HealthGate Gate, DateTime At);

/// <summary>What is known of an attempt beside its end.</summary>
/// <param name="Pass">As <see cref="IHealth.Enter"/> gave it; null = unknown, which counts as begun just now. What began before a rest does not end it.</param>
/// <param name="Reason">Why it failed, for operators; without secrets.</param>
public readonly record struct AttemptNotes(HealthPass? Pass, string? Reason = null)
{
    /// <summary>The channel's own bound on every rest; null = the rules bound it.</summary>
    public TimeSpan? LongestRest { get; init; }
}
