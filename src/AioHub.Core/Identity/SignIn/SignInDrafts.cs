using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Identity.SignIn;

/// <summary>How a user can sign in, as the doors see it. The password's hash is for the hasher alone and is shown nowhere.</summary>
public sealed record SignInRecord
{
    public required UserId User { get; init; }
    public required string Email { get; init; }
    public required Role Role { get; init; }
    public required bool Enabled { get; init; }
    public string? PasswordHash { get; init; }
    /// <summary>Changes with every way of signing in.</summary>
    public string Stamp { get; init; } = "";
    public int FailedTries { get; init; }
    /// <summary>UTC; until then no password and no code is looked at.</summary>
    public DateTime? LockedUntil { get; init; }
    /// <summary>In base32; null = none.</summary>
    public string? TotpSecret { get; init; }
    public bool TotpOn { get; init; }
    public bool Confirmed { get; init; }
    public string? Name { get; init; }
    public string? Locale { get; init; }
    public string? Theme { get; init; }
}

/// <summary>What a user shows of themselves. An unnamed member stays; null takes it away.</summary>
public sealed record ProfileDraft
{
    public Named<string?> Name { get; init; }
    /// <summary><c>en</c> or <c>zh-CN</c>.</summary>
    public Named<string?> Locale { get; init; }
    /// <summary><c>light</c>, <c>dark</c> or <c>auto</c>.</summary>
    public Named<string?> Theme { get; init; }
}

/// <summary>A passkey as its protocol needs it.</summary>
public sealed record PasskeyRecord
{
    public long Id { get; init; }
    public required UserId User { get; init; }
    public required byte[] CredentialId { get; init; }
    public required byte[] PublicKey { get; init; }
    public string? Name { get; init; }
    public required long SignCount { get; init; }
    public ImmutableArray<string> Transports { get; init; } = [];
    public bool IsUserVerified { get; init; }
    public bool IsBackupEligible { get; init; }
    public bool IsBackedUp { get; init; }
    public required byte[] AttestationObject { get; init; }
    public required byte[] ClientDataJson { get; init; }
    public required DateTime CreatedAt { get; init; }
    public DateTime? LastUsedAt { get; init; }
}
