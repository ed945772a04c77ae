using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;

namespace AioHub.Admin.Usage;

/// <summary>What a report is about: the last thirty days of all calls that the asker may see, unless more is said.</summary>
internal abstract class UsageQuery
{
    private const double MostOffsetMinutes = 14 * 60;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    /// <summary>The first moment at which the calls began; taken down to the full hour.</summary>
    [Query("from")]
    public DateTime? From { get; init; }

    /// <summary>The first moment that no longer counts; taken up to the full hour.</summary>
    [Query("to")]
    public DateTime? To { get; init; }

    /// <exception cref="Refused">A value cannot be.</exception>
    protected ReportQuestion Question(ReportScope scope, DateTime now)
    {
        var end = To?.ToUniversalTime() ?? now;
        return new ReportQuestion(scope, From?.ToUniversalTime() ?? end - Usual, end);
    }

    /// <param name="step"><c>hour</c> or <c>day</c>.</param>
    /// <param name="by">What calls are told apart by.</param>
    /// <param name="offsetMinutes">What days are ahead of UTC.</param>
    public static ReportQuestion Refine(ReportQuestion question, string? step, string? by, int? offsetMinutes) => question with
    {
        Step = QueryWords.Of<ReportStep>("step", step) ?? ReportStep.Day,
        By = QueryWords.Of<ReportBy>("by", by) ?? ReportBy.None,
        Offset = offsetMinutes is null or (>= -(int)MostOffsetMinutes and <= (int)MostOffsetMinutes)
            ? TimeSpan.FromMinutes(offsetMinutes ?? 0) : throw Refused.Invalid("offset_minutes", $"must be -{MostOffsetMinutes} to {MostOffsetMinutes}"),
    };
}

/// <summary>Of one's own calls.</summary>
internal sealed class OwnUsageQuery : UsageQuery
{
    public ReportQuestion Of(UserId user, DateTime now) => Question(ReportScope.Of(user), now);
}

/// <summary>Of everybody's calls, or one user's.</summary>
internal sealed class AllUsageQuery : UsageQuery
{
    /// <summary>A user's number: only theirs.</summary>
    [Query("user")]
    public long? User { get; init; }

    public ReportQuestion Of(DateTime now) => Question(User is { } user ? ReportScope.Of(new UserId(user), seesChannels: true) : ReportScope.Everybody, now);
}
