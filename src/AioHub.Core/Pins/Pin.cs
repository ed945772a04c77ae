using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Pins;

/// <summary>Where something that an upstream keeps lives, and whose it is. Never changed: a later state is another one.</summary>
public sealed record Pin
{
    public required UpstreamObject Object { get; init; }
    /// <summary>The only user whose calls may name it.</summary>
    public required UserId User { get; init; }
    /// <summary>The key whose call made it; all keys of its owner may use it.</summary>
    public required ApiKeyId Key { get; init; }
    /// <summary>The group whose call made it; another group of a key may lead to the channel later.</summary>
    public required GroupId Group { get; init; }
    public required ChannelId Channel { get; init; }
    public required CredentialId Credential { get; init; }
    /// <summary>The hub's id of the model.</summary>
    public required string Model { get; init; }
    /// <summary>How many tokens it keeps; 0 = none, or unknown.</summary>
    public long Tokens { get; init; }
    /// <summary>UTC, as are all moments.</summary>
    public required DateTime CreatedAt { get; init; }
    /// <summary>When the call began that told of its present state.</summary>
    public required DateTime UpdatedAt { get; init; }
    /// <summary>When the upstream forgets it. It is still looked up afterwards: the upstream says what is true.</summary>
    public required DateTime ExpiresAt { get; init; }
    /// <summary>When it was deleted; null = it was not.</summary>
    public DateTime? EndedAt { get; init; }
}

/// <summary>What a call did to something that an upstream keeps. Numbers stand in receipts.</summary>
public enum PinAction
{
    Made,
    /// <summary>Its end was moved.</summary>
    Changed,
    /// <summary>It was deleted.</summary>
    Ended,
}

/// <summary>
/// What a call did to an object, as its receipt tells it: so it is as safe as the call's charge, and stands in the database in the same transaction. Whose and
/// where the object is are the receipt's own user, key, group, channel and credential.
/// </summary>
/// <param name="At">UTC: which of two changes is the later one.</param>
public sealed record PinEvent(PinAction Action, UpstreamObject Object, DateTime At)
{
    public string Model { get; init; } = "";
    public long Tokens { get; init; }
    public DateTime CreatedAt { get; init; } = At;
    public DateTime ExpiresAt { get; init; } = At;
    /// <summary>From when to when the call paid for storage; equal = it paid for none.</summary>
    public DateTime PaidFrom { get; init; }
    /// <inheritdoc cref="PaidFrom"/>
    public DateTime PaidTo { get; init; }
    /// <summary>What of the call's charge is for storage.</summary>
    public NanoUsd Paid { get; init; }

    /// <summary>The state after the event.</summary>
    public Pin ToPin(UserId user, ApiKeyId key, GroupId group, ChannelId channel, CredentialId credential) => new()
    {
        Object = Object, User = user, Key = key, Group = group, Channel = channel, Credential = credential, Model = Model, Tokens = Tokens,
        CreatedAt = CreatedAt, UpdatedAt = At, ExpiresAt = ExpiresAt, EndedAt = Action == PinAction.Ended ? At : null,
    };
}

/// <summary>How a call stands to an object that it names: hard affinity, as the log and explanations tell it.</summary>
/// <param name="Known">The object is pinned, and the call went where it lives; else the hub knows nothing of it and the call was routed as any other.</param>
public readonly record struct Affinity(UpstreamObject Object, bool Known)
{
    /// <summary><c>hit</c> or <c>unknown</c>.</summary>
    public string Result => Known ? "hit" : "unknown";
}

/// <summary>What is known of an object that a call names.</summary>
/// <param name="Own">The caller's own; null = it is not.</param>
/// <param name="Foreign">Somebody else's: to this caller it does not exist.</param>
public readonly record struct PinAnswer(Pin? Own, bool Foreign);

/// <summary>What bounds the hub's memory of objects. Section <c>AioHub:Pins</c>.</summary>
public sealed class PinOptions
{
    /// <summary>Objects that one server keeps in memory; older ones are read from the database.</summary>
    [System.ComponentModel.DataAnnotations.Range(16, 10_000_000)]
    public int MostInMemory { get; set; } = 100_000;

    /// <summary>Rows of Responses and conversations in the database; beyond it the oldest go first.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1_000_000_000)]
    public int MostResponses { get; set; } = 2_000_000;

    /// <summary>How long a stored Response is remembered; OpenAI and xAI keep them for 30 days.</summary>
    [System.ComponentModel.DataAnnotations.Range(typeof(TimeSpan), "01:00:00", "366.00:00:00")]
    public TimeSpan ResponseLifetime { get; set; } = TimeSpan.FromDays(30);
}
