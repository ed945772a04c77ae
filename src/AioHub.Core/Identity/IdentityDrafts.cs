using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Identity;

/// <summary>What a user shall be. A null member stays as it is (or takes its default when the user is new).</summary>
public sealed record UserDraft
{
    /// <summary>Names the user, in any case.</summary>
    public required string Email { get; init; }
    /// <summary>Default: <see cref="Identity.Role.User"/>.</summary>
    public Role? Role { get; init; }
    public ImmutableArray<string>? Tags { get; init; }
    /// <summary>On all prices of all keys of the user; default 1.</summary>
    public decimal? Multiplier { get; init; }
    public bool? Enabled { get; init; }
    /// <summary>Replaces all limits of the user.</summary>
    public Limits? Limits { get; init; }
}

/// <summary>What an API key shall be. A null or unnamed member stays as it is (or takes its default when the key is new).</summary>
public sealed record KeyDraft
{
    /// <summary>Unique among the owner's keys.</summary>
    public required string Name { get; init; }
    /// <summary>The owner's e-mail address.</summary>
    public required string User { get; init; }
    /// <summary>A secret of one's own; null = a random one for a new key.</summary>
    public string? Secret { get; init; }
    /// <summary>In order, at least one. Default: <c>auto</c>.</summary>
    public ImmutableArray<string>? Groups { get; init; }
    public bool? CrossGroupFailover { get; init; }
    /// <summary>Globs; empty = all models.</summary>
    public ImmutableArray<string>? Models { get; init; }
    /// <summary>On all prices of this key; default 1.</summary>
    public decimal? Multiplier { get; init; }
    /// <summary>Replaces all limits of the key.</summary>
    public Limits? Limits { get; init; }
    /// <summary>UTC; null = never.</summary>
    public Named<DateTime?> ExpiresAt { get; init; }
    public bool? Enabled { get; init; }
}

/// <summary>What became of a key.</summary>
/// <param name="Secret">The secret of a new key, here and never again; null when the key existed.</param>
public sealed record KeyReport(ChangeReport Report, ApiKeyId Id, UserId Owner, string? Secret) : IReported;

/// <summary>A user as lists show it.</summary>
public sealed record UserListing(UserId Id, string Email, Role Role, ImmutableArray<string> Tags, bool Enabled, DateTime CreatedAt)
{
    public decimal Multiplier { get; init; } = 1m;
    public Limits Limits { get; init; } = Limits.None;
}

/// <summary>A key as lists show it.</summary>
/// <param name="MaskedSecret"><c>sk-…</c> and the last four characters.</param>
public sealed record KeyListing(ApiKey Key, string OwnerEmail, string MaskedSecret, DateTime CreatedAt, DateTime? RevokedAt);
