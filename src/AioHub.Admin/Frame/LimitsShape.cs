using AioHub.Core.Primitives;

namespace AioHub.Admin.Frame;

/// <summary>Limits of a key, user, group, channel or credential, as JSON; an absent member bounds nothing. Money is USD in UTC calendar periods; rates are sliding windows.</summary>
/// <param name="Soft">The share of a money limit at which an alert is raised, above 0 and below 1.</param>
/// <param name="Rpm">Requests in any 60 seconds.</param>
/// <param name="Rpd">Requests in any 24 hours.</param>
/// <param name="Tpm">Tokens in any 60 seconds.</param>
/// <param name="Concurrency">Calls at the same time.</param>
/// <param name="Queue">Calls that may wait for a place of them; of groups, channels and credentials alone.</param>
/// <param name="QueueWait">How long they wait at most, in seconds.</param>
internal sealed record LimitsShape(
    decimal? UsdPerDay = null, decimal? UsdPerWeek = null, decimal? UsdPerMonth = null, decimal? UsdTotal = null, decimal? Soft = null, int? Rpm = null, int? Rpd = null, long? Tpm = null,
    int? Concurrency = null, int? Queue = null, decimal? QueueWait = null)
{
    public static LimitsShape Of(Limits limits) => new(
        limits.PerDay?.ToUsd(), limits.PerWeek?.ToUsd(), limits.PerMonth?.ToUsd(), limits.Total?.ToUsd(), limits.Soft, limits.Rpm, limits.Rpd, limits.Tpm, limits.Concurrency, limits.Queue,
        limits.QueueWait is { } wait ? (decimal)wait.Ticks / TimeSpan.TicksPerSecond / 1.0000000000000000000000000000m : null);

    /// <exception cref="Refused">An amount is too large or too fine.</exception>
    public Limits ToLimits() => new()
    {
        PerDay = Money(UsdPerDay, "limits.usd_per_day"),
        PerWeek = Money(UsdPerWeek, "limits.usd_per_week"),
        PerMonth = Money(UsdPerMonth, "limits.usd_per_month"),
        Total = Money(UsdTotal, "limits.usd_total"),
        Soft = Soft,
        Rpm = Rpm,
        Rpd = Rpd,
        Tpm = Tpm,
        Concurrency = Concurrency,
        Queue = Queue,
        QueueWait = QueueWait is { } seconds ? TimeSpan.FromTicks((long)(Math.Clamp(seconds, -1m, 86_400m) * TimeSpan.TicksPerSecond)) : null,
    };

    private static NanoUsd? Money(decimal? usd, string field)
    {
        if (usd is not { } amount)
        {
            return null;
        }

        return Math.Abs(amount) <= 1_000_000_000m ? NanoUsd.FromUsd(amount) : throw Refused.Invalid(field, "is too large");
    }
}
