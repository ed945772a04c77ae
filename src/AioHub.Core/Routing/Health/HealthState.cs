using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Health;

/// <summary>What is known of one credential, for operators.</summary>
/// <param name="Model">Null = the state concerns all models of the credential.</param>
/// <param name="Failure">The last failure.</param>
/// <param name="Failures">Failures of this kind in a row.</param>
/// <param name="Since">When the first of them happened.</param>
/// <param name="CoolingUntil">Null = not cooling: not enough failures yet, or the rest is over and no call has proved it well.</param>
public sealed record HealthState(CredentialId Credential, string? Model, AttemptFailure Failure, int Failures, DateTime Since, DateTime? CoolingUntil);
