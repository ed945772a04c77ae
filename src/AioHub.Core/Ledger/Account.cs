using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>Whose money an account holds.</summary>
public enum AccountKind
{
    /// <summary>A user's; the owner id is the user's.</summary>
    Wallet,
    /// <summary>A group's own budget; the owner id is the group's.</summary>
    GroupQuota,
    /// <summary>A channel's budget; the owner id is the channel's.</summary>
    ChannelBudget,
}

/// <summary>Why an entry stands in the ledger.</summary>
public enum EntryKind
{
    TopUp,
    Charge,
    Refund,
    Adjustment,
    Redemption,
    /// <summary>From one user's wallet to another's: two entries that name each other.</summary>
    Transfer,
}

/// <summary>Names an account. It exists from its first entry on; before, its balance is zero.</summary>
public readonly record struct AccountRef(AccountKind Kind, long OwnerId)
{
    public static AccountRef Wallet(UserId user) => new(AccountKind.Wallet, user.Value);

    public static AccountRef Quota(GroupId group) => new(AccountKind.GroupQuota, group.Value);

    public static AccountRef Budget(ChannelId channel) => new(AccountKind.ChannelBudget, channel.Value);

    public override string ToString() => $"{LedgerNames.Of(Kind)} {OwnerId}";
}

/// <summary>One row of the ledger; never changed, never removed.</summary>
/// <param name="Amount">Positive adds to the account, negative takes from it.</param>
/// <param name="Request">The call that a charge or a refund is about.</param>
public sealed record Entry(long Id, AccountRef Account, EntryKind Kind, NanoUsd Amount, string? Request, string Reason, string Actor, DateTime At);

/// <summary>The names of kinds in the database and in JSON.</summary>
public static class LedgerNames
{
    public static string Of(AccountKind kind) => kind switch
    {
        AccountKind.Wallet => "wallet",
        AccountKind.GroupQuota => "group_quota",
        AccountKind.ChannelBudget => "channel_budget",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static string Of(EntryKind kind) => kind switch
    {
        EntryKind.TopUp => "top_up",
        EntryKind.Charge => "charge",
        EntryKind.Refund => "refund",
        EntryKind.Adjustment => "adjustment",
        EntryKind.Redemption => "redemption",
        EntryKind.Transfer => "transfer",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    internal static AccountKind AccountKindOf(string name) => name switch
    {
        "wallet" => AccountKind.Wallet,
        "group_quota" => AccountKind.GroupQuota,
        "channel_budget" => AccountKind.ChannelBudget,
        _ => throw new InvalidDataException($"The ledger holds an account of the unknown kind \"{name}\"."),
    };

    internal static EntryKind EntryKindOf(string name) => name switch
    {
        "top_up" => EntryKind.TopUp,
        "charge" => EntryKind.Charge,
        "refund" => EntryKind.Refund,
        "adjustment" => EntryKind.Adjustment,
        "redemption" => EntryKind.Redemption,
        "transfer" => EntryKind.Transfer,
        _ => throw new InvalidDataException($"The ledger holds an entry of the unknown kind \"{name}\"."),
    };
}
