using AioHub.Core.Primitives;

namespace AioHub.Core.Routing;

/// <summary>
/// What is known of each (credential, model): a door that a shared implementation can take over when several nodes serve one database.
/// Reading takes no lock.
/// </summary>
public interface IHealth
{
    /// <summary>Until when this credential should be left alone for this model; null = now is fine.</summary>
    DateTime? CoolingUntil(CredentialId credential, string model);

    /// <summary>Notes how an attempt ended. A success ends a cooldown.</summary>
    void Report(CredentialId credential, string model, AttemptFailure failure, TimeSpan? retryAfter);
}
