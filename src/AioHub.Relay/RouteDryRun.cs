using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay;

/// <summary>What a call would meet.</summary>
/// <param name="Explanation">The route; its refusal is also told when a limit of the key or user, or the wallet, stands in the way.</param>
/// <param name="Expected">What it would cost, by an estimate of its tokens; null when nothing would serve it.</param>
/// <param name="Limits">What limits, quotas and the wallet say, of everybody who could have to do with the call; the default = of a call that is over this is not kept.</param>
public sealed record DryRun(RouteExplanation Explanation, Charge? Expected, ImmutableArray<LimitState> Limits)
{
    /// <summary>The same as the owner of a key may see it.</summary>
    public DryRun For(ApiKey key) => For(key.SeesChannels);

    /// <inheritdoc cref="For(ApiKey)"/>
    internal DryRun For(bool seesChannels) => this with
    {
        Explanation = Explanation.For(seesChannels),
        Limits = seesChannels || Limits.IsDefault ? Limits : [.. Limits.Where(static limit => limit.Owner is not (LimitOwner.Channel or LimitOwner.Credential))],
    };

    /// <summary>The story of a call that is over; null when its receipt keeps none.</summary>
    public static DryRun? Of(Receipt receipt)
    {
        var told = CallStory.RouteOf(receipt);
        return told is null ? null : new DryRun(told.Explanation, told.Explanation.Price is { } price
            ? RouteDryRun.Expect(price, told.Explanation.Multiplier, receipt.RequestBytes, new PriceContext { Moment = receipt.StartedAt, UserMultiplier = told.OwnerMultiplier, KeyMultiplier = told.KeyMultiplier })
            : null, default);
    }
}

/// <summary>Explains calls without making them: the route, the price, and what every limit says. Nothing is sent, counted or set aside.</summary>
/// <param name="counted">Null = calls are counted in another process, so that rates are not known here.</param>
public sealed class RouteDryRun(Router router, RoutingDirectory routing, LocalHoldBook book, IRateLimits? counted, TimeProvider time)
{
    /// <summary>What an answer is taken to be long.</summary>
    private const int ExpectedOutput = 1000;
    private const int BytesPerToken = 4;

    private readonly Reserve _reserve = new(book, counted ?? new LocalRateLimits(time), time);
    private readonly LimitReading _reading = new(book, counted as IRateReadings, time);

    /// <param name="question">Whose call, and what for.</param>
    /// <param name="owner">The user's name in the answer.</param>
    /// <param name="bytes">Of the body; 0 = it is not known.</param>
    public DryRun Run(RouteQuestion question, string owner, int bytes)
    {
        var (key, tokens) = (question.Key, (bytes / BytesPerToken) + ExpectedOutput);
        var route = router.Preview(question);
        var wait = _reserve.PassOverFull(route, key, tokens);
        var explanation = RouteExplanation.Of(question, route);
        if (wait > TimeSpan.Zero && explanation.Refusal is { Code: RouteCodes.RateLimited } full)
        {
            explanation = explanation with { Refusal = full with { Message = $"{full.Message} A call first waits up to {HubFailures.Seconds(wait)} s for a place." } };
        }

        var expected = explanation.Price is { } price
            ? Expect(price, explanation.Multiplier, bytes, new PriceContext { Moment = time.GetUtcNow().UtcDateTime, UserMultiplier = key.OwnerMultiplier, KeyMultiplier = key.Multiplier })
            : null;
        var need = expected?.Total ?? new NanoUsd(1);
        var own = Own(key, owner, need, tokens);
        if (explanation.Refusal is null && own.FirstOrDefault(static limit => limit.Refuses) is { } refusing)
        {
            explanation = explanation with { Refusal = Refusal(refusing) };
        }

        return new DryRun(explanation, expected, [.. own, .. Others(explanation, need, tokens)]);
    }

    /// <summary>What a call with a body of this size is taken to cost.</summary>
    internal static Charge Expect(PriceRow price, decimal multiplier, int bytes, PriceContext context) =>
        Pricing.Price(price, multiplier, new Usage { Input = bytes / BytesPerToken, Output = ExpectedOutput, Source = UsageSource.Estimated }, context);

    private ImmutableArray<LimitState> Own(ApiKey key, string owner, NanoUsd need, long tokens) =>
    [
        _reading.Of(LimitOwner.User, owner, AccountRef.Wallet(key.Owner), need),
        .. _reading.Of(new Bounded(LimitOwner.User, key.Owner.Value, owner, key.OwnerLimits), need, tokens),
        .. _reading.Of(new Bounded(LimitOwner.Key, key.Id.Value, key.Name, key.Limits), need, tokens),
    ];

    private IEnumerable<LimitState> Others(RouteExplanation explanation, NanoUsd need, long tokens)
    {
        var table = routing.Current;
        foreach (var group in explanation.Groups.Select(verdict => table.Groups.FirstOrDefault(group => group.Name == verdict.Group)).OfType<Group>())
        {
            if (group.HasQuota)
            {
                yield return _reading.Of(LimitOwner.Group, group.Name, AccountRef.Quota(group.Id), need);
            }

            foreach (var state in _reading.Of(new Bounded(LimitOwner.Group, group.Id.Value, group.Name, group.Limits), need, tokens))
            {
                yield return state;
            }
        }

        var names = explanation.Groups.SelectMany(static group => group.Channels).Select(static channel => channel.Channel).ToHashSet(StringComparer.Ordinal);
        foreach (var channel in table.Channels.Where(channel => names.Contains(channel.Name)))
        {
            if (channel.HasQuota)
            {
                yield return _reading.Of(LimitOwner.Channel, channel.Name, AccountRef.Budget(channel.Id), need);
            }

            foreach (var state in _reading.Of(new Bounded(LimitOwner.Channel, channel.Id.Value, channel.Name, channel.Limits), need, tokens))
            {
                yield return state;
            }

            foreach (var state in channel.Credentials.SelectMany(credential =>
                _reading.Of(new Bounded(LimitOwner.Credential, credential.Id.Value, $"{channel.Name}/{credential.Name}", credential.Limits), need, tokens)))
            {
                yield return state;
            }
        }
    }

    private RouteRefusal Refusal(LimitState limit)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var failure = limit.State == "at_limit"
            ? HubFailures.RateLimited(new RateVerdict(false, limit.Limit, limit.RetryAfter ?? TimeSpan.Zero) { Owner = limit.Owner, Most = (long)(limit.Most ?? 0) }, now)
            : HubFailures.NoMoney(
                new HoldResult(null, limit.Limit == LimitReading.Balance ? HoldRefusal.Wallet : limit.Owner == LimitOwner.Key ? HoldRefusal.KeyBudget : HoldRefusal.UserBudget, limit.ResetsAt, limit.Limit),
                "", NanoUsd.Zero, now) with { Message = $"The {(limit.Limit == LimitReading.Balance ? "balance" : $"budget ({limit.Limit})")} of {LimitNames.Of(limit.Owner)} '{limit.Name}' is used up." };
        return new RouteRefusal(failure.Status, failure.Code, failure.Message) { RetryAfter = failure.RetryAfter };
    }
}
