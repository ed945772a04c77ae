namespace AioHub.Core.Routing;

/// <summary>How a channel is chosen among those of one priority.</summary>
public enum SelectionPolicy
{
    /// <summary>By weight; the busier of two gives way.</summary>
    Weighted,
    /// <summary>Of two drawn by weight the one that answers sooner, by its recent first tokens and what it does now.</summary>
    LeastLatency,
    /// <summary>The lowest cost multiplier first, by weight among equals.</summary>
    Cheapest,
    /// <summary>Each in turn, by weight.</summary>
    RoundRobin,
}

/// <summary>How a group chooses.</summary>
public sealed record GroupPolicy
{
    public static readonly TimeSpan LongestAffinity = TimeSpan.FromDays(7);

    public static GroupPolicy Default { get; } = new();

    public SelectionPolicy Selection { get; init; }
    /// <summary>Calls of one conversation go where the last one was answered, so that the upstream's prompt cache is warm. False: each is chosen anew.</summary>
    public bool Affinity { get; init; } = true;
    /// <summary>How long after its last answer a conversation is remembered.</summary>
    public TimeSpan AffinityTtl { get; init; } = TimeSpan.FromHours(1);
    /// <summary>A conversation leaves a credential whose first tokens take so many times as long as its siblings'; 0 = never.</summary>
    public double AffinityBreakAt { get; init; } = 3;
}
