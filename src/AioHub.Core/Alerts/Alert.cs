using System.Collections.Frozen;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Alerts;

/// <summary>What an alert is about. The numbers stand in the database, the first as in <see cref="LimitOwner"/>: new ones come at the end.</summary>
public enum AlertOwner
{
    Key,
    User,
    Group,
    Channel,
    Credential,
    Model,
    Hub,
}

/// <summary>Something that people should be told of.</summary>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="OwnerId">0 for what has no number: a model, the hub.</param>
/// <param name="Name">As it was then.</param>
/// <param name="Period"><see cref="BudgetPeriod.None"/>: not about a limit on money.</param>
/// <param name="Limit">Of a limit its money; of a balance or quota the level at which it counts as low; else zero.</param>
/// <param name="Spent">Of a limit what was spent; of a balance or quota what was left; else zero.</param>
public sealed record Alert(DateTime At, string Kind, AlertOwner Owner, long OwnerId, string Name, BudgetPeriod Period, NanoUsd Limit, NanoUsd Spent)
{
    /// <summary>The share of a limit at which its owner wants to be warned is spent.</summary>
    public const string SoftLimit = "soft_limit";

    /// <summary>Little is left of a group's or channel's quota.</summary>
    public const string QuotaLow = "quota_low";

    /// <summary>Nothing is left of a group's or channel's quota, or too little for a call that came.</summary>
    public const string QuotaUsedUp = "quota_used_up";

    /// <summary>0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>Tells apart what may be open at once about the same owner: a level, a model's name. Never shown.</summary>
    public string Mark { get; init; } = "";

    /// <summary>The user whom alone it concerns; null = operators.</summary>
    public UserId? User { get; init; }

    /// <summary>Figures beside the money, by name: <c>share</c>, <c>calls</c>, <c>minutes</c>, <c>reason</c>, …</summary>
    public FrozenDictionary<string, string> Facts { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>When what it tells of was over; null = it still holds.</summary>
    public DateTime? EndedAt { get; init; }

    public DateTime? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    /// <summary>Of all that may be open at once, this one.</summary>
    internal (AlertOwner Owner, long Id, string Kind, string Mark) Key => (Owner, OwnerId, Kind, Mark);
}

/// <summary>Every kind of alert, as databases, settings and replies spell it.</summary>
public static class AlertKinds
{
    public const string SoftLimit = Alert.SoftLimit;
    public const string QuotaLow = Alert.QuotaLow;
    public const string QuotaUsedUp = Alert.QuotaUsedUp;

    /// <summary>A wallet is below the level that somebody set.</summary>
    public const string LowBalance = "low_balance";

    /// <summary>A share of a key's limit on money is spent; told to its owner.</summary>
    public const string KeyBudget = "key_budget";

    /// <summary>An API key ends soon.</summary>
    public const string KeyExpiring = "key_expiring";

    /// <summary>All credentials of a channel rest, or too many of its calls fail.</summary>
    public const string ChannelFailing = "channel_failing";

    /// <summary>A call was refused because its model has no price.</summary>
    public const string PriceMissing = "price_missing";

    /// <summary>This hour's spending is far above that of the same hours before.</summary>
    public const string SpendAnomaly = "spend_anomaly";

    /// <summary>A group is expired, and keys still name it.</summary>
    public const string GroupExpired = "group_expired";

    /// <summary>What operators may be told of.</summary>
    public static IReadOnlyList<string> OfOperators { get; } =
        [ChannelFailing, SpendAnomaly, PriceMissing, QuotaLow, QuotaUsedUp, SoftLimit, LowBalance, KeyExpiring, GroupExpired];
}

/// <summary>Names of <see cref="AlertOwner"/>.</summary>
public static class AlertOwners
{
    public static AlertOwner Of(LimitOwner owner) => (AlertOwner)(int)owner;

    public static string NameOf(AlertOwner owner) => owner switch
    {
        AlertOwner.Model => "model",
        AlertOwner.Hub => "hub",
        _ => LimitNames.Of((LimitOwner)(int)owner),
    };
}
