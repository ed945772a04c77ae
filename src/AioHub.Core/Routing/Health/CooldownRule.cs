namespace AioHub.Core.Routing.Health;

/// <summary>How long a credential rests after failures of one kind.</summary>
/// <param name="First">The first rest.</param>
/// <param name="Longest">Each further rest is twice as long, up to this.</param>
/// <param name="Threshold">Failures in a row before the first rest.</param>
/// <param name="Within">The failures before the first rest count only so long; afterwards they start anew.</param>
/// <param name="WholeCredential">The rest concerns all models of the credential.</param>
/// <param name="HeedsRetryAfter">What the upstream asked for goes first, up to <see cref="LongestRetryAfter"/>.</param>
internal sealed record CooldownRule(TimeSpan First, TimeSpan Longest, int Threshold, TimeSpan Within, bool WholeCredential, bool HeedsRetryAfter)
{
    /// <summary>Upstreams have been seen to ask for days; an operator would wonder where the channel went.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly CooldownRule Limited = new(TimeSpan.FromSeconds(5), Minute, 1, Minute, WholeCredential: false, HeedsRetryAfter: true);
    private static readonly CooldownRule Broken = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 3, Minute, WholeCredential: false, HeedsRetryAfter: false);
    private static readonly CooldownRule Refused = new(Minute, TimeSpan.FromMinutes(30), 1, Minute, WholeCredential: true, HeedsRetryAfter: false);
    private static readonly CooldownRule Forbidden = new(Minute, TimeSpan.FromMinutes(30), 3, TimeSpan.FromMinutes(10), WholeCredential: false, HeedsRetryAfter: false);
    private static readonly CooldownRule Spent = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), 1, Minute, WholeCredential: true, HeedsRetryAfter: true);
    private static readonly CooldownRule Unknown = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), 1, Minute, WholeCredential: false, HeedsRetryAfter: false);

    /// <summary>Null = health does not mind: a success, or the caller's own fault.</summary>
    public static CooldownRule? For(AttemptFailure failure) => failure switch
    {
        AttemptFailure.RateLimited or AttemptFailure.Overloaded => Limited,
        AttemptFailure.UpstreamError or AttemptFailure.Unreachable or AttemptFailure.Timeout => Broken,
        AttemptFailure.Unauthorized => Refused,
        AttemptFailure.Forbidden => Forbidden,
        AttemptFailure.QuotaExhausted => Spent,
        AttemptFailure.ModelUnknown => Unknown,
        _ => null,
    };

    /// <summary>The rest after so many failures in a row that began a rest.</summary>
    public TimeSpan Rest(int rests)
    {
        var length = First.Ticks;
        for (var i = 1; i < rests && length < Longest.Ticks; i++)
            length *= 2;
        return TimeSpan.FromTicks(Math.Min(length, Longest.Ticks));
    }
}
