using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>Whether one more call may start and, if not, which limit of whom stands in the way.</summary>
/// <param name="Limit">The limit's name, such as <c>rpm</c>; null when allowed.</param>
/// <param name="RetryAfter">When it may be worth trying again.</param>
public readonly record struct RateVerdict(bool Allowed, string? Limit, TimeSpan RetryAfter)
{
    public static RateVerdict Yes { get; } = new(true, null, TimeSpan.Zero);

    public LimitOwner Owner { get; init; }

    /// <summary>The limit's value.</summary>
    public long Most { get; init; }
}

/// <summary>Who serves an attempt, as far as rates are concerned.</summary>
/// <param name="Tokens">An estimate of input and output together; the true usage replaces it.</param>
public readonly record struct RateClaim(Payer Group, Payer Channel, Payer Credential, long Tokens);

/// <summary>The places that an attempt takes in the limits of group, channel and credential, and the tokens that a call takes in any limit.</summary>
public abstract class RatePass
{
    /// <summary>Ends the places and puts the tokens that were used in place of the estimate. Further times do nothing.</summary>
    /// <param name="tokens">Input and output; 0 when the upstream gave no answer.</param>
    public abstract void Settle(long tokens);
}

/// <summary>
/// How fast keys and users may call, and groups, channels and credentials be called. In no window is more let through than its limit. A door: several
/// nodes will share one implementation behind it.
/// </summary>
public interface IRateLimits
{
    /// <summary>Counts the call in for its key and its user: requests and calls at a time. When allowed, <see cref="Leave(ApiKey)"/> must follow exactly once.</summary>
    RateVerdict TryEnter(ApiKey key);

    void Leave(ApiKey key);

    /// <summary>Takes the tokens of a call from the limits of its key and its user.</summary>
    /// <param name="pass">Null when neither limits tokens. Else <see cref="RatePass.Settle"/> must follow.</param>
    RateVerdict TryTake(ApiKey key, long tokens, out RatePass? pass);

    /// <summary>Counts an attempt in for group, channel and credential: all of them or none.</summary>
    /// <param name="pass">Null when none of them limits anything. Else <see cref="RatePass.Settle"/> must follow.</param>
    RateVerdict TryBegin(in RateClaim claim, out RatePass? pass);

    /// <summary>What <see cref="TryBegin"/> would say, without counting anything.</summary>
    RateVerdict Look(in RateClaim claim);
}
