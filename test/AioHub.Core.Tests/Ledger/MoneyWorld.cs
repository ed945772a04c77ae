using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Ledger;

/// <summary>Who calls, who serves and how they are bounded, for random histories.</summary>
internal static class MoneyWorld
{
    private const int Users = 3;
    private const int Keys = 6;
    private const int Groups = 4;
    private const int Channels = 5;

    /// <summary>Gets its limits while the hub serves.</summary>
    private const int LateGroup = 4;

    /// <summary>Three wallets, a group's quota and a channel's budget.</summary>
    public static AccountRef[] Accounts { get; } =
    [
        .. Enumerable.Range(1, Users).Select(static user => AccountRef.Wallet(new UserId(user))), AccountRef.Quota(new GroupId(1)), AccountRef.Budget(new ChannelId(1)),
    ];

    /// <summary>A random call.</summary>
    /// <param name="key">Of a call that is under way; null = any.</param>
    public static HoldClaim Draw(Random random, ApiKey? key, DateTime started, bool late)
    {
        var group = random.Next(1, Groups + 1);
        var channel = random.Next(1, Channels + 1);
        var credential = (channel * 10) + random.Next(1, 3);
        return new HoldClaim(
            key ?? KeyOf(random.Next(1, Keys + 1)),
            new Payer(group, LimitsOf(LimitOwner.Group, group, late), group == 1),
            new Payer(channel, LimitsOf(LimitOwner.Channel, channel, late), channel == 1),
            new Payer(credential, LimitsOf(LimitOwner.Credential, credential, late), false),
            started);
    }

    /// <summary>The receipt of a call that ended as it was claimed.</summary>
    public static Receipt Served(Receipt receipt, in HoldClaim claim) => receipt with
    {
        StartedAt = claim.StartedAt,
        Group = $"group-{claim.Group.Id}",
        GroupId = new GroupId(claim.Group.Id),
        ChargesGroupQuota = claim.Group.HasQuota,
        ChannelId = new ChannelId(claim.Channel.Id),
        ChargesChannelQuota = claim.Channel.HasQuota,
        CredentialId = new CredentialId(claim.Credential.Id),
    };

    public static (LimitOwner Owner, long Id)[] Bounded(bool late) =>
    [
        .. Enumerable.Range(1, Keys).Select(static id => (LimitOwner.Key, (long)id)),
        (LimitOwner.User, 1), (LimitOwner.User, 2), (LimitOwner.Group, 1), (LimitOwner.Group, 2), (LimitOwner.Channel, 2), (LimitOwner.Channel, 3), (LimitOwner.Credential, 41),
        .. late ? new[] { (LimitOwner.Group, (long)LateGroup) } : [],
    ];

    public static Limits LimitsOf(LimitOwner owner, long id, bool late) => (owner, id) switch
    {
        (LimitOwner.Key, 1) => new Limits { PerDay = new NanoUsd(9_000), PerMonth = new NanoUsd(200_000) },
        (LimitOwner.Key, 2) => new Limits { PerWeek = new NanoUsd(40_000) },
        (LimitOwner.User, 1) => new Limits { PerDay = new NanoUsd(15_000), PerWeek = new NanoUsd(70_000) },
        (LimitOwner.User, 2) => new Limits { PerMonth = new NanoUsd(300_000) },
        (LimitOwner.Group, 1) => new Limits { PerDay = new NanoUsd(11_000) },
        (LimitOwner.Group, 2) => new Limits { PerWeek = new NanoUsd(50_000), Total = new NanoUsd(1_500_000) },
        (LimitOwner.Group, LateGroup) when late => new Limits { PerDay = new NanoUsd(8_000), PerMonth = new NanoUsd(90_000) },
        (LimitOwner.Channel, 2) => new Limits { PerDay = new NanoUsd(10_000) },
        (LimitOwner.Channel, 3) => new Limits { PerMonth = new NanoUsd(150_000), Total = new NanoUsd(900_000) },
        (LimitOwner.Credential, 41) => new Limits { PerDay = new NanoUsd(3_000), PerWeek = new NanoUsd(15_000) },
        _ => Limits.None,
    };

    private static ApiKey KeyOf(int number)
    {
        var owner = ((number - 1) % Users) + 1;
        return OnLedger.Key(number, owner, LimitsOf(LimitOwner.Key, number, false)) with { OwnerLimits = LimitsOf(LimitOwner.User, owner, false) };
    }
}
