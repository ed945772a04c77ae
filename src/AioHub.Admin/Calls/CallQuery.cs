using System.Globalization;
using AioHub.Admin.Frame;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Calls;

/// <summary>Which calls are wanted; all that is asked for must hold. Names of groups and models are those that they had then.</summary>
internal abstract class CallQuery
{
    /// <summary>A key's number.</summary>
    [Query("key")]
    public long? Key { get; init; }

    [Query("group")]
    public string? Group { get; init; }

    /// <summary>Asked for or served.</summary>
    [Query("model")]
    public string? Model { get; init; }

    /// <summary>Such as <c>openai-chat</c>.</summary>
    [Query("dialect")]
    public string? Dialect { get; init; }

    /// <summary><c>completed</c>, <c>partial</c>, <c>failed</c>, <c>refused</c> or <c>cancelled</c>.</summary>
    [Query("outcome")]
    public string? Outcome { get; init; }

    /// <summary>An HTTP status, or its first digit: <c>429</c>, <c>5xx</c>.</summary>
    [Query("status")]
    public string? Status { get; init; }

    [Query("error_code")]
    public string? ErrorCode { get; init; }

    [Query("stream")]
    public bool? Stream { get; init; }

    /// <summary>The first moment at which the calls began.</summary>
    [Query("from")]
    public DateTime? From { get; init; }

    /// <summary>The first moment that no longer counts.</summary>
    [Query("to")]
    public DateTime? To { get; init; }

    /// <summary>What they were charged at least.</summary>
    [Query("min_charge_usd")]
    public decimal? MinChargeUsd { get; init; }

    /// <summary>How many milliseconds they took at least, from beginning to end.</summary>
    [Query("min_ms")]
    public double? MinMs { get; init; }

    /// <summary>The one call of this id.</summary>
    [Query("request_id")]
    public string? RequestId { get; init; }

    /// <exception cref="Refused">A value cannot be.</exception>
    public virtual CallFilter Filter()
    {
        var (exact, first) = StatusOf(Status);
        return new CallFilter
        {
            Key = Key is { } key ? new ApiKeyId(key) : null,
            Group = Given(Group),
            Model = Given(Model),
            Dialect = DialectOf(Dialect),
            Outcome = QueryWords.Of<CallOutcome>("outcome", Outcome),
            Status = exact,
            StatusClass = first,
            ErrorCode = Given(ErrorCode),
            Stream = Stream,
            From = From?.ToUniversalTime(),
            To = To?.ToUniversalTime(),
            MinCharge = MinChargeUsd is { } usd ? MoneyOf(usd) : null,
            MinMilliseconds = MinMs,
            Id = IdOf(RequestId),
        };
    }

    /// <summary>What is asked for as nothing is not asked for.</summary>
    protected static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static NanoUsd MoneyOf(decimal usd) =>
        usd is >= 0 and <= 1_000_000_000m ? NanoUsd.FromUsd(usd) : throw Refused.Invalid("min_charge_usd", "must be 0 to 1000000000");

    private static RequestId? IdOf(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : Core.Primitives.RequestId.TryParse(text.Trim(), out var id) ? id
        : throw Refused.Invalid("request_id", $"must be a whole request id: {Core.Primitives.RequestId.TextLength} letters and digits");

    private static Dialect? DialectOf(string? name) => string.IsNullOrEmpty(name) ? null
        : DialectNames.TryParse(name, out var dialect) ? dialect
        : throw Refused.Invalid("dialect", $"must be one of {string.Join(", ", Enum.GetValues<Dialect>().Select(DialectNames.Of))}");

    private static (int? Exact, int? First) StatusOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (null, null);
        }

        if (text.Length == 3 && text.EndsWith("xx", StringComparison.OrdinalIgnoreCase) && text[0] is >= '1' and <= '5')
        {
            return (null, text[0] - '0');
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var exact) && exact is >= 100 and <= 599
            ? (exact, null) : throw Refused.Invalid("status", "must be an HTTP status such as 429, or a first digit such as 5xx");
    }
}

/// <summary>Of one's own calls.</summary>
internal sealed class OwnCallQuery : CallQuery;

/// <summary>Of everybody's calls.</summary>
internal sealed class AllCallQuery : CallQuery
{
    /// <summary>A user's number.</summary>
    [Query("user")]
    public long? User { get; init; }

    [Query("channel")]
    public string? Channel { get; init; }

    public override CallFilter Filter() => base.Filter() with { User = User is { } user ? new UserId(user) : null, Channel = Given(Channel) };
}
