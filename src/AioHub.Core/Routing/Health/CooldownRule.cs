namespace AioHub.Core.Routing.Health;

/// <summary>What a state of health concerns.</summary>
public enum HealthScope
{
    /// <summary>All models of the credential.</summary>
    Credential,
    /// <summary>Models of one family: vendors limit and break by family.</summary>
    Family,
    /// <summary>One model alone.</summary>
    Model,
}

/// <summary>How long a credential rests after failures of one kind.</summary>
/// <param name="Scope">What rests.</param>
/// <param name="First">The first rest.</param>
/// <param name="Longest">Each further rest is twice as long, up to this.</param>
/// <param name="Threshold">Failures in a row before the first rest.</param>
/// <param name="Within">The failures before the first rest count only so long; afterwards they start anew.</param>
/// <param name="LongestAsked">What the upstream asked for goes first, up to this; zero = it is not asked.</param>
internal sealed record CooldownRule(HealthScope Scope, TimeSpan First, TimeSpan Longest, int Threshold, TimeSpan Within, TimeSpan LongestAsked)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    // Limits: upstreams have been seen to ask for days where a minute was meant; an operator would wonder where the channel went.
    private static readonly CooldownRule Limited = new(HealthScope.Family, TimeSpan.FromSeconds(5), Minute, 1, Minute, HalfHour);
    private static readonly CooldownRule Broken = new(HealthScope.Family, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 3, Minute, TimeSpan.Zero);
    private static readonly CooldownRule Refused = new(HealthScope.Credential, Minute, HalfHour, 1, Minute, TimeSpan.Zero);
    private static readonly CooldownRule Forbidden = new(HealthScope.Family, Minute, HalfHour, 3, TimeSpan.FromMinutes(10), TimeSpan.Zero);
    // A quota that is used up comes back on its date: to ask before is to fail. A month is the longest that quotas run.
    private static readonly CooldownRule Spent = new(HealthScope.Credential, TimeSpan.FromMinutes(5), HalfHour, 1, Minute, TimeSpan.FromDays(31));
    private static readonly CooldownRule Unknown = new(HealthScope.Model, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), 1, Minute, TimeSpan.Zero);

    /// <summary>Null = health does not mind: a success, the caller's own fault, a caller who left, or a fault of the configuration.</summary>
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

    /// <summary>What the upstream asked for, where this rule heeds it and as far as it believes it; null = nothing.</summary>
    public TimeSpan? Asked(TimeSpan? retryAfter) =>
        retryAfter is { Ticks: > 0 } wish && LongestAsked > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(wish.Ticks, LongestAsked.Ticks)) : null;
}
