namespace AioHub.Core.Primitives;

/// <summary>Whose limit it is. The numbers stand in the database: new ones come at the end.</summary>
public enum LimitOwner
{
    Key,
    User,
    Group,
    Channel,
    Credential,
}

/// <summary>
/// Bounds of a key, user, group, channel or credential; null = none. Money is nano-USD in UTC calendar periods (a week begins on Monday); rates are
/// sliding windows.
/// </summary>
public sealed record Limits
{
    public static Limits None { get; } = new();

    public NanoUsd? PerDay { get; init; }
    public NanoUsd? PerWeek { get; init; }
    public NanoUsd? PerMonth { get; init; }
    public NanoUsd? Total { get; init; }
    /// <summary>Share of a money limit at which an alert is raised, above 0 and below 1; null = no alert.</summary>
    public decimal? Soft { get; init; }
    /// <summary>Requests in any 60 seconds.</summary>
    public int? Rpm { get; init; }
    /// <summary>Requests in any 24 hours.</summary>
    public int? Rpd { get; init; }
    /// <summary>Tokens, input and output, in any 60 seconds.</summary>
    public long? Tpm { get; init; }
    /// <summary>Calls at the same time.</summary>
    public int? Concurrency { get; init; }
    /// <summary>Calls that may wait for a place of <see cref="Concurrency"/>; 0 = nobody waits, null = the default. Of groups, channels and credentials only.</summary>
    public int? Queue { get; init; }
    /// <summary>How long a call waits for such a place; null = the default.</summary>
    public TimeSpan? QueueWait { get; init; }

    /// <summary>Whether money is bounded.</summary>
    public bool HasBudget => PerDay is not null || PerWeek is not null || PerMonth is not null || Total is not null;

    /// <summary>Whether anything but money is bounded.</summary>
    public bool HasRates => Rpm is not null || Rpd is not null || Tpm is not null || Concurrency is not null;

    /// <summary>Whether it is said who may wait for a place.</summary>
    public bool HasQueue => Queue is not null || QueueWait is not null;

    public bool IsEmpty => !HasBudget && !HasRates && !HasQueue && Soft is null;
}

/// <summary>A limit's names in settings and JSON, and how it is told to people.</summary>
public static class LimitNames
{
    public const string PerDay = "usd_per_day";
    public const string PerWeek = "usd_per_week";
    public const string PerMonth = "usd_per_month";
    public const string Total = "usd_total";
    public const string Soft = "soft";
    public const string Rpm = "rpm";
    public const string Rpd = "rpd";
    public const string Tpm = "tpm";
    public const string Concurrency = "concurrency";
    public const string Queue = "queue";
    /// <summary>In seconds.</summary>
    public const string QueueWait = "queue_wait";

    public static string Of(LimitOwner owner) => owner switch
    {
        LimitOwner.Key => "key",
        LimitOwner.User => "user",
        LimitOwner.Group => "group",
        LimitOwner.Channel => "channel",
        LimitOwner.Credential => "credential",
        _ => throw new ArgumentOutOfRangeException(nameof(owner), owner, null),
    };

    /// <summary>Such as <c>60 requests a minute (rpm)</c>.</summary>
    public static string Tell(string limit, long most) => limit switch
    {
        Rpm => $"{most} requests a minute (rpm)",
        Rpd => $"{most} requests a day (rpd)",
        Tpm => $"{most} tokens a minute (tpm)",
        Concurrency => $"{most} calls at the same time (concurrency)",
        _ => $"{most} ({limit})",
    };

    /// <summary>Every limit that is set, by name, in one order.</summary>
    public static IEnumerable<(string Name, decimal Value)> All(Limits limits)
    {
        (string, decimal?)[] all =
        [
            (PerDay, limits.PerDay?.ToUsd()), (PerWeek, limits.PerWeek?.ToUsd()), (PerMonth, limits.PerMonth?.ToUsd()), (Total, limits.Total?.ToUsd()),
            (Soft, limits.Soft), (Rpm, limits.Rpm), (Rpd, limits.Rpd), (Tpm, limits.Tpm), (Concurrency, limits.Concurrency),
            (Queue, limits.Queue), (QueueWait, limits.QueueWait is { } wait ? (decimal)wait.Ticks / TimeSpan.TicksPerSecond : null),
        ];
        foreach (var (name, value) in all)
        {
            if (value is { } set)
            {
                // Without the zeros of a division.
                yield return (name, set / 1.0000000000000000000000000000m);
            }
        }
    }
}
