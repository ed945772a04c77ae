using AioHub.Core.Identity;

namespace AioHub.Core.Ledger;

/// <summary>Whether one more call may start. Disposing it ends the call's place (for limits on concurrency).</summary>
public readonly record struct RateVerdict(bool Allowed, string? Limit, TimeSpan RetryAfter);

/// <summary>How fast a key may call. A door: several nodes will share one implementation behind it.</summary>
public interface IRateLimits
{
    /// <summary>Counts the call in. When allowed, <see cref="Leave"/> must follow exactly once.</summary>
    RateVerdict TryEnter(ApiKey key);

    void Leave(ApiKey key);
}
