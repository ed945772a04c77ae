using System.Collections.Frozen;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Bench.Micro;

/// <summary>A call as money sees it: who pays, what it used, at what price, and what is written of it.</summary>
internal static class Calls
{
    /// <summary>More than a benchmark can spend.</summary>
    private static readonly NanoUsd s_much = new(4_000_000_000_000_000_000);

    private static readonly Limits s_limits = new() { PerDay = s_much, PerWeek = s_much, PerMonth = s_much, Total = s_much };

    /// <summary>Whose limits <see cref="Claim"/> of a bounded call names.</summary>
    public static readonly (LimitOwner Owner, long Id)[] Bounded =
        [(LimitOwner.Key, 1), (LimitOwner.User, 1), (LimitOwner.Group, 1), (LimitOwner.Channel, 1), (LimitOwner.Credential, 1)];

    public static readonly Usage Usage = new() { Input = 1_250, CacheRead = 8_192, CacheWrite5m = 512, Output = 734, Reasoning = 200, Source = UsageSource.Reported };

    public static readonly PriceRow Row = new()
    {
        Version = "bench",
        From = DateTime.UnixEpoch,
        Rates = new Rates { Input = 1.25m, Output = 10m, CacheRead = 0.125m, CacheWrite5m = 1.5625m },
        Tiers = [new PriceTier(200_000, false, new Rates { Input = 2.5m, Output = 15m, CacheRead = 0.25m, CacheWrite5m = 3.125m })],
        ServiceTiers = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase) { ["flex"] = 0.5m, ["priority"] = 2m }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
    };

    /// <param name="bounded">True: key, user, group, channel and credential have limits by day, week, month and in total.</param>
    public static HoldClaim Claim(bool bounded, DateTime started)
    {
        var limits = bounded ? s_limits : Limits.None;
        var key = new ApiKey { Id = new ApiKeyId(1), Name = "bench", Owner = new UserId(1), OwnerRole = Role.User, Groups = ["openai"], Limits = limits, OwnerLimits = limits };
        var payer = new Payer(1, limits, false);
        return new HoldClaim(key, payer, payer, payer, started);
    }

    /// <param name="number">Of the key and its user.</param>
    public static Receipt Receipt(Charge charge, long number = 1, double milliseconds = 40.123) => new()
    {
        Id = RequestId.New(TimeProvider.System),
        StartedAt = TimeProvider.System.GetUtcNow().UtcDateTime,
        Key = new ApiKeyId(number),
        KeyName = "laptop",
        User = new UserId(number),
        Dialect = Dialect.OpenAiChat,
        Operation = Operation.Generate,
        HttpStatus = 200,
        Outcome = CallOutcome.Completed,
        Group = "openai",
        GroupId = new GroupId(1),
        Channel = "openai",
        ChannelId = new ChannelId(1),
        CredentialId = new CredentialId(1),
        RequestedModel = "gpt-5-mini",
        ServedModel = "gpt-5-mini",
        UpstreamModel = "gpt-5-mini-2026-01-01",
        Usage = Usage,
        Charge = charge,
        Attempts = [new AttemptRecord("openai", "openai", "default", "ok", 200, 12.5, null)],
        UserAgent = "OpenAI/Python 1.99.0",
        TotalMilliseconds = milliseconds,
        FirstByteMilliseconds = 12.5,
    };

    public static Charge Charge() => Pricing.Price(Row, 0.8m, Usage, default);
}
