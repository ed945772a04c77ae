using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Identity;

/// <summary>What a person may do.</summary>
public enum Role
{
    User,
    Operator,
    Owner,
}

/// <summary>An API key as the hot path sees it: immutable; its secret is nowhere in it.</summary>
public sealed record ApiKey
{
    public required ApiKeyId Id { get; init; }
    public required string Name { get; init; }
    public required UserId Owner { get; init; }
    public required Role OwnerRole { get; init; }
    /// <summary>The owner's tags, which open restricted groups.</summary>
    public ImmutableArray<string> OwnerTags { get; init; } = [];
    /// <summary>Group names in order; never empty.</summary>
    public required ImmutableArray<string> Groups { get; init; }
    public bool CrossGroupFailover { get; init; } = true;
    /// <summary>Globs of models that the key may use; empty = all.</summary>
    public ImmutableArray<string> Models { get; init; } = [];
    /// <summary>On all prices of this key, beside the group's and the owner's.</summary>
    public decimal Multiplier { get; init; } = 1m;
    /// <summary>The owner's, on all prices of all keys.</summary>
    public decimal OwnerMultiplier { get; init; } = 1m;
    public Limits Limits { get; init; } = Limits.None;
    /// <summary>The owner's own limits, over all of the owner's keys.</summary>
    public Limits OwnerLimits { get; init; } = Limits.None;
    public DateTime? ExpiresAt { get; init; }
    public bool Enabled { get; init; } = true;
    /// <summary>The owner may see channel names.</summary>
    public bool SeesChannels => OwnerRole != Role.User;
}
