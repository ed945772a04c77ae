using System.Collections.Immutable;
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

    /// <summary>Calls that wait for a place already, where the limit is one of calls at the same time.</summary>
    public int Waiting { get; init; }
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

    /// <summary>
    /// The call lives and may be silent for so long: its places are kept until then and a little longer, so that one whose holder was killed or hangs comes free by
    /// itself. Does nothing where the limits are counted by the call's own process: there a place ends with its call, which its deadlines end.
    /// </summary>
    public virtual void Keep(TimeSpan silence)
    {
    }
}

/// <summary>How many calls may wait for one place, and how long, where the limit itself does not say.</summary>
/// <param name="Most">0 = nobody waits; null = twice the number of places.</param>
/// <param name="Longest">A call's wait for a place.</param>
/// <param name="Waited">How long this call has waited already: it counts.</param>
/// <param name="Patience">What the call has left of its own time.</param>
public readonly record struct LineTerms(int? Most, TimeSpan Longest, TimeSpan Waited, TimeSpan Patience)
{
    /// <summary>How many calls may wait where an attempt found no place, and how long this one may; nothing below zero.</summary>
    /// <param name="full">What <see cref="IRateLimits.TryBegin"/> said to it.</param>
    public (long Most, TimeSpan Longest) At(in RateVerdict full, in RateClaim claim)
    {
        var own = full.Owner == LimitOwner.Group ? claim.Group.Limits : full.Owner == LimitOwner.Channel ? claim.Channel.Limits : claim.Credential.Limits;

        // What is said of a channel holds for its credentials.
        var above = full.Owner == LimitOwner.Credential ? claim.Channel.Limits : own;
        var longest = (own.QueueWait ?? above.QueueWait ?? Longest) - Waited;
        longest = longest < Patience ? longest : Patience;
        return (own.Queue ?? above.Queue ?? Most ?? Math.Max(1, 2 * full.Most), longest > TimeSpan.Zero ? longest : TimeSpan.Zero);
    }
}

/// <summary>What waiting for a place came to.</summary>
/// <param name="Index">Which of the claims has its places; below zero: none.</param>
/// <param name="Pass">As of <see cref="IRateLimits.TryBegin"/>.</param>
/// <param name="Verdict">What stands in the way when there is none: the limit that may have room soonest.</param>
public readonly record struct PlaceResult(int Index, RatePass? Pass, RateVerdict Verdict)
{
    /// <summary>Whether the server stops: nobody waits any more.</summary>
    public bool IsClosed { get; init; }

    public bool HasPlace => Index >= 0;
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

    /// <summary>
    /// Waits for the first of several attempts that gets its places: those whose group, channel or credential is at its limit of calls at the same time. In line keys take
    /// turns, and the calls of one key go in the order in which they came; who waits goes before who comes. Other limits are not waited for.
    /// </summary>
    /// <param name="key">Whose call it is.</param>
    /// <param name="claims">The attempts, best first.</param>
    /// <exception cref="OperationCanceledException">The caller left: the call has left the line and has no place.</exception>
    ValueTask<PlaceResult> WaitAsync(ApiKey key, ImmutableArray<RateClaim> claims, LineTerms terms, CancellationToken cancellation);

    /// <summary>The server stops: calls that wait are sent away now, and later ones at once.</summary>
    void EndWaiting();
}
