using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Reports;

/// <summary>Which calls of the log are wanted; what is null is not asked for. All that is asked for must hold.</summary>
public sealed record CallFilter
{
    public ApiKeyId? Key { get; init; }

    /// <summary>The name that the group had then; so with <see cref="Channel"/>.</summary>
    public string? Group { get; init; }

    public string? Channel { get; init; }

    /// <summary>Asked for or served, as the log says it.</summary>
    public string? Model { get; init; }

    /// <summary>The HTTP status that the caller got.</summary>
    public int? Status { get; init; }

    /// <summary>1 to 5: the first digit of that status.</summary>
    public int? StatusClass { get; init; }

    public CallOutcome? Outcome { get; init; }

    public string? ErrorCode { get; init; }

    public Dialect? Dialect { get; init; }

    public bool? Stream { get; init; }

    /// <summary>What they were charged at least.</summary>
    public NanoUsd? MinCharge { get; init; }

    /// <summary>How long they took at least, from beginning to end.</summary>
    public double? MinMilliseconds { get; init; }

    /// <summary>The one call of this id.</summary>
    public RequestId? Id { get; init; }

    /// <summary>The first moment (UTC) at which the calls began.</summary>
    public DateTime? From { get; init; }

    /// <summary>The first moment that no longer counts.</summary>
    public DateTime? To { get; init; }

    /// <summary>Everybody's calls only: those of one user.</summary>
    public UserId? User { get; init; }

    /// <exception cref="AdminException">It asks for what cannot be, or for what the scope does not show.</exception>
    public void Check(ReportScope scope)
    {
        var problems = new ProblemList();
        problems.Require(StatusClass is null or (>= 1 and <= 5), "status", "has a first digit of 1 to 5");
        problems.Require(Status is null or (>= 100 and <= 599), "status", "must be 100 to 599");
        problems.Require(MinCharge is not { Value: < 0 }, "min_charge_usd", "must not be negative");
        problems.Require(MinMilliseconds is null or (>= 0 and < long.MaxValue), "min_ms", "must not be negative");
        problems.Require(Channel is null || scope.SeesChannels, "channel", "is for operators; filter by group");
        problems.Require(From is null || To is null || From < To, "to", "must be later than from");
        problems.Require(User is null || scope.User is null || User == scope.User, "user", "is for operators");
        foreach (var (name, text) in new[] { ("group", Group), ("channel", Channel), ("model", Model), ("error_code", ErrorCode) })
        {
            problems.Require(text is null || (text.Length is > 0 and <= ModelName.MaxLength && !text.Contains('\0')), name, $"must have 1 to {ModelName.MaxLength} characters");
        }

        problems.ThrowIfAny();
    }

    /// <summary>What must occur in a stretch of the log for it to hold such calls.</summary>
    internal List<ulong> Marks(ReportScope scope)
    {
        var marks = new List<ulong>();
        AddNumber(LogMark.User, (scope.User ?? User)?.Value);
        AddNumber(LogMark.Key, Key?.Value);
        AddText(LogMark.Group, Group);
        AddText(LogMark.Channel, Channel);
        AddText(LogMark.Model, Model);
        AddNumber(LogMark.Status, Status);
        AddNumber(LogMark.StatusClass, StatusClass);
        AddNumber(LogMark.Outcome, (long?)Outcome);
        AddText(LogMark.Code, ErrorCode);
        AddNumber(LogMark.Dialect, (long?)Dialect);
        AddNumber(LogMark.Stream, Stream is { } stream ? stream ? 1 : 0 : null);
        return marks;

        void AddNumber(LogMark mark, long? value)
        {
            if (value is { } known)
            {
                marks.Add(LogMarks.HashOf(mark, known));
            }
        }

        void AddText(LogMark mark, string? value)
        {
            if (value is not null)
            {
                marks.Add(LogMarks.HashOf(mark, value));
            }
        }
    }

    /// <summary>What must be as large in a stretch of the log for it to hold such calls.</summary>
    internal List<ulong> Sizes() =>
        [.. new[] { LogMarks.OfSize(LogMark.Slow, MinMilliseconds ?? 0), LogMarks.OfSize(LogMark.Dear, MinCharge?.Value ?? 0) }.OfType<ulong>()];

    /// <summary>The same as a condition on rows of the log, beginning with AND.</summary>
    /// <param name="values">Gets what it compares with; it may hold some already.</param>
    internal string Where(ReportScope scope, List<object> values)
    {
        var where = new System.Text.StringBuilder();
        And("\"UserId\" =", (scope.User ?? User)?.Value);
        And("\"KeyId\" =", Key?.Value);
        And("\"GroupName\" =", Group);
        And("\"ChannelName\" =", Channel);
        And("\"HttpStatus\" =", Status);
        And("\"HttpStatus\" >=", StatusClass * 100);
        And("\"HttpStatus\" <", (StatusClass + 1) * 100);
        And("\"Outcome\" =", (int?)Outcome);
        And("\"ErrorCode\" =", ErrorCode);
        And("\"Dialect\" =", (int?)Dialect);
        And("\"Stream\" =", Stream);
        And("\"ChargeNano\" >=", MinCharge?.Value);
        And("\"TotalMs\" >=", MinMilliseconds);
        And("\"Id\" =", Id is { } id ? RequestLogRow.BytesOf(id) : null);
        And("\"StartedAt\" >=", From is { } from ? RequestLogRow.MicrosecondsOf(from) : null);
        And("\"StartedAt\" <", To is { } to ? RequestLogRow.MicrosecondsOf(to) : null);
        if (Model is not null)
        {
            values.Add(Model);
            where.Append(System.Globalization.CultureInfo.InvariantCulture, $" AND (\"ServedModel\" = ${values.Count} OR \"RequestedModel\" = ${values.Count})");
        }

        return where.ToString();

        void And(string condition, object? value)
        {
            if (value is not null)
            {
                values.Add(value);
                where.Append(System.Globalization.CultureInfo.InvariantCulture, $" AND {condition} ${values.Count}");
            }
        }
    }
}
