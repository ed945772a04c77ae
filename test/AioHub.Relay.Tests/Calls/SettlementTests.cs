using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Hub;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Calls;

/// <summary>
/// From what Bedrock's and Kiro's taps read to the receipt: callers pay for tokens, the operator pays credits where they were told and have a price. List price:
/// 2 in, 10 out a million tokens; the group takes three times that, the channel pays half of it.
/// </summary>
public sealed class SettlementTests
{
    private const string Text = """{"content":"Hello there, how are you today?"}""";
    private const string Tokens = """{"tokenUsage":{"uncachedInputTokens":1000,"outputTokens":100,"totalTokens":1100}}""";
    private const string Credits = """{"unit":"credit","usage":0.0897}""";
    private const long TokenNano = 3_000_000;
    private const long CreditPriceNano = 40_000_000;
    private const long CreditNano = 3_588_000;

    private static readonly PriceRow Price = new()
    {
        Version = "v", From = DateTime.UnixEpoch, Rates = new Rates { Input = 2m, Output = 10m }, ServiceTiers = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, decimal> { ["flex"] = 0.5m }),
    };

    private static readonly (string, string)[] Both = [("assistantResponseEvent", Text), ("metadataEvent", Tokens), ("meteringEvent", Credits)];

    [Theory]
    [InlineData(CreditPriceNano, CreditNano)]
    [InlineData(1L, 0L)]
    [InlineData(6L, 1L)]
    [InlineData(0L, 0L)]
    [InlineData(1_000_000_000_000L, 89_700_000_000L)]
    public void Credits_with_a_price_are_the_operators_cost_and_callers_pay_for_tokens(long price, long cost)
    {
        var receipt = Settled(Dialect.Kiro, price, CallOutcome.Completed, Both);
        receipt.Usage.ShouldBe(new Usage { Input = 1000, Output = 100, NanoCredits = 89_700_000, Source = UsageSource.Reported });
        receipt.Charge.Total.Value.ShouldBe(3 * TokenNano);
        (receipt.ServedCost.Value, receipt.LostCost.Value, receipt.CreditPrice).ShouldBe((cost, 0L, new NanoUsd(price)));
    }

    [Fact]
    public void Without_a_price_the_list_price_counts_and_the_credits_are_told()
    {
        var receipt = Settled(Dialect.Kiro, null, CallOutcome.Completed, Both);
        (receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.CreditPrice, receipt.Usage.NanoCredits).ShouldBe((3 * TokenNano, TokenNano / 2, null, 89_700_000L));
    }

    [Fact]
    public void A_stream_that_broke_off_before_its_credits_costs_list_price()
    {
        var receipt = Settled(Dialect.Kiro, CreditPriceNano, CallOutcome.Cancelled, Both[..2]);
        (receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.CreditPrice).ShouldBe((3 * TokenNano, TokenNano / 2, null));
    }

    /// <summary>Most accounts are told no tokens: the output is counted, and the rest of what fills the context was the input.</summary>
    [Theory]
    [InlineData("10.867", 200_000, 21_734)]
    [InlineData("0.7", 1_000_000, 7_000)]
    [InlineData("300", 200_000, 200_000)]
    public void Without_tokens_the_context_tells_the_input(string percent, int window, long total)
    {
        var receipt = Settled(Dialect.Kiro, CreditPriceNano, CallOutcome.Completed, [("assistantResponseEvent", Text), ("contextUsageEvent", $$"""{"contextUsagePercentage":{{percent}}}"""), ("meteringEvent", Credits)], window);
        (receipt.Usage.Source, receipt.Usage.Output, receipt.Usage.TotalInput + receipt.Usage.TotalOutput).ShouldBe((UsageSource.Estimated, 8L, total));
        receipt.Charge.Total.Value.ShouldBe(3 * (((total - 8) * 2_000) + (8 * 10_000)));
        (receipt.Usage.NanoCredits, receipt.ServedCost.Value).ShouldBe((89_700_000L, CreditNano));
    }

    [Theory]
    // Reported tokens hold, whatever fills the context.
    [InlineData("10", 200_000, true, UsageSource.Reported, 1000)]
    // No window, nothing told, or less than came out: a tokenizer counts the request.
    [InlineData("10", null, false, UsageSource.Counted, null)]
    [InlineData("0", 200_000, false, UsageSource.Counted, null)]
    [InlineData("0.001", 200_000, false, UsageSource.Counted, null)]
    public void What_the_context_does_not_tell(string percent, int? window, bool reported, UsageSource source, int? input)
    {
        var receipt = Settled(
            Dialect.Kiro,
            CreditPriceNano,
            CallOutcome.Completed,
            [("assistantResponseEvent", Text), ("contextUsageEvent", $$"""{"contextUsagePercentage":{{percent}}}"""), ("metadataEvent", reported ? Tokens : "{}"), ("meteringEvent", Credits)],
            window);
        (receipt.Usage.Source, receipt.Usage.NanoCredits, receipt.ServedCost.Value).ShouldBe((source, 89_700_000L, CreditNano));
        receipt.Usage.Input.ShouldBe(input ?? receipt.Usage.Input);
        receipt.Usage.Input.ShouldBeInRange(5, 1000);
    }

    [Theory]
    [InlineData(CreditPriceNano, true, CreditNano)]
    [InlineData(CreditPriceNano, false, CreditNano)]
    [InlineData(null, true, TokenNano / 2)]
    [InlineData(null, false, null)]
    public void An_answer_without_content_is_free_and_its_credits_are_lost(long? price, bool tokens, long? cost)
    {
        var receipt = Settled(Dialect.Kiro, price, CallOutcome.Completed, [("metadataEvent", tokens ? Tokens : "{}"), ("meteringEvent", Credits)]);
        (receipt.Charge.Total, receipt.ServedCost, receipt.CreditPrice, receipt.Usage).ShouldBe((NanoUsd.Zero, NanoUsd.Zero, null, default));
        receipt.Attempts.ShouldHaveSingleItem().OperatorCost?.Value.ShouldBe(cost ?? -1);
        receipt.OperatorCost.Value.ShouldBe(cost ?? 0);
    }

    /// <summary>The attempt that failed keeps its credits; the one that served has its own, and neither is told twice.</summary>
    [Fact]
    public void A_failed_attempts_credits_stand_in_its_record_alone()
    {
        using var bench = new Bench(Dialect.Kiro, CreditPriceNano, 200_000);
        using var failed = bench.Tap([("meteringEvent", Credits), ("throttlingException", """{"message":"slow"}""")]);
        bench.Settlement.NoteLost(failed);
        bench.Settlement.NoteAttempt("upstream_overloaded", 200, 0);
        using var served = bench.Tap([.. Both]);
        bench.Settlement.NoteSuccess(0, 200);
        var receipt = bench.Settlement.Settle(CallOutcome.Completed, served, complete: true, 200, null);
        receipt.Attempts.Select(static one => one.OperatorCost?.Value).ShouldBe([CreditNano, null]);
        (receipt.Attempts[0].Usage.NanoCredits, receipt.ServedCost.Value, receipt.OperatorCost.Value, receipt.Charge.Total.Value)
            .ShouldBe((89_700_000L, CreditNano, 2 * CreditNano, 3 * TokenNano));
    }

    /// <summary>
    /// Whatever a group's price and the model's say: the charge is that of the group's price by itself, and the cost that of the model's, each times its own multipliers
    /// alone. A receipt proves both.
    /// </summary>
    [Fact]
    public void A_charge_by_a_groups_price_is_that_price_by_itself_and_the_cost_is_the_models()
    {
        var random = new Random(27);
        for (var run = 0; run < 400; run++)
        {
            var (own, list) = (RandomRow("own"), RandomRow("list"));
            using var bench = new Bench(Dialect.BedrockConverse, null, 200_000, own, list);
            using var tap = bench.Tap(
            [
                ("contentBlockDelta", """{"delta":{"text":"Hello"}}"""),
                ("messageStop", """{"stopReason":"end_turn"}"""),
                ("metadata", $$$"""{"usage":{"inputTokens":{{{random.Next(1, 900)}}},"outputTokens":{{{random.Next(1, 900)}}},"cacheReadInputTokens":{{{random.Next(0, 300)}}} },"serviceTier":{"type":"{{{(random.Next(2) == 0 ? "flex" : "default")}}}"}}"""),
            ]);
            bench.Settlement.NoteSuccess(0, 200);
            var receipt = bench.Settlement.Settle(CallOutcome.Completed, tap, complete: true, 200, null);
            var context = new PriceContext { Moment = DateTime.UnixEpoch, ServiceTier = receipt.ServiceTier };
            var charge = Pricing.Price(own, 3m, receipt.Usage, context);
            (receipt.Charge.Total, receipt.Charge.Multiplier, receipt.Charge.PriceVersion).ShouldBe((charge.Total, charge.Multiplier, "own"));
            receipt.Charge.Lines.ShouldBe(charge.Lines);
            var cost = Pricing.Price(list, 0.5m, receipt.Usage, context);
            (receipt.ServedCost, receipt.Cost!.Total, receipt.Cost.PriceVersion, receipt.Cost.Multiplier).ShouldBe((cost.Total, cost.Total, "list", cost.Multiplier));
            receipt.Cost.Lines.ShouldBe(cost.Lines);
            receipt.Cost.Factors.ShouldContain(new ChargeFactor("channel", 0.5m));
            receipt.ServedCost.ShouldBe(Pricing.CostOf(Pricing.Price(list, 1m, receipt.Usage, context), 0.5m), "as if the group had no price of its own");
        }

        PriceRow RandomRow(string version) => Price with
        {
            Version = version,
            Rates = new Rates { Input = Rate(), Output = Rate(), CacheRead = random.Next(2) == 0 ? Rate() : null },
            Tiers = random.Next(2) == 0 ? [new PriceTier(random.Next(1, 900), random.Next(2) == 0, new Rates { Input = Rate(), Output = Rate() })] : [],
            PerRequest = random.Next(2) == 0 ? Rate() : null,
        };

        decimal Rate() => random.Next(0, 3_000_000) / 100_000m;
    }

    [Fact]
    public void What_is_lost_costs_the_models_price_and_credits_go_before_any()
    {
        var own = Price with { Version = "own", Rates = new Rates { Input = 200m, Output = 1_000m } };
        using var bench = new Bench(Dialect.Kiro, CreditPriceNano, 200_000, own, Price);
        using var failed = bench.Tap([("metadataEvent", Tokens), ("throttlingException", """{"message":"slow"}""")]);
        bench.Settlement.NoteLost(failed);
        bench.Settlement.NoteAttempt("upstream_overloaded", 200, 0);
        using var served = bench.Tap([.. Both]);
        bench.Settlement.NoteSuccess(0, 200);
        var receipt = bench.Settlement.Settle(CallOutcome.Completed, served, complete: true, 200, null);
        receipt.Attempts.Select(static one => one.OperatorCost?.Value).ShouldBe([TokenNano / 2, null]);
        (receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.Cost).ShouldBe((300 * TokenNano, CreditNano, null));
        Shown(receipt, showChannels: true).TryGetProperty("cost_price_version", out _).ShouldBeFalse();

        using var plain = new Bench(Dialect.Kiro, null, 200_000, own, Price);
        using var empty = plain.Tap([("metadataEvent", Tokens)]);
        plain.Settlement.NoteSuccess(0, 200);
        var free = plain.Settlement.Settle(CallOutcome.Completed, empty, complete: true, 200, null);
        (free.Charge.Total, free.Charge.PriceVersion, free.ServedCost, free.Cost, free.LostCost.Value).ShouldBe((NanoUsd.Zero, "own", NanoUsd.Zero, null, TokenNano / 2));
    }

    [Fact]
    public void Operators_see_by_which_price_the_cost_was_worked_out_and_callers_do_not()
    {
        using var bench = new Bench(Dialect.Kiro, null, 200_000, Price with { Version = "own" }, Price with { Version = "list" });
        using var tap = bench.Tap([.. Both]);
        bench.Settlement.NoteSuccess(0, 200);
        var receipt = bench.Settlement.Settle(CallOutcome.Completed, tap, complete: true, 200, null);
        var shown = Shown(receipt, showChannels: true);
        (shown.GetProperty("price_version").GetString(), shown.GetProperty("cost_price_version").GetString()).ShouldBe(("own", "list"));
        Shown(receipt, showChannels: false).GetRawText().ShouldNotContain("cost");
    }

    [Fact]
    public void Operators_see_credits_and_callers_do_not()
    {
        var receipt = Settled(Dialect.Kiro, CreditPriceNano, CallOutcome.Completed, Both);
        var shown = Shown(receipt, showChannels: true);
        shown.GetProperty("usage").GetProperty("credits").GetString().ShouldBe("0.0897");
        shown.GetProperty("credit_price_usd").GetString().ShouldBe("0.040000000");
        shown.GetProperty("operator_cost_nano_usd").GetInt64().ShouldBe(CreditNano);
        shown.GetProperty("margin_usd").GetString().ShouldBe("0.005412000");
        Shown(receipt, showChannels: false).GetRawText().ShouldNotContain("credit");
    }

    [Fact]
    public void Converse_is_priced_by_its_buckets_and_the_tier_that_served()
    {
        var receipt = Settled(Dialect.BedrockConverse, null, CallOutcome.Completed,
        [
            ("contentBlockDelta", """{"delta":{"text":"Hello"}}"""),
            ("messageStop", """{"stopReason":"end_turn"}"""),
            ("metadata", """{"usage":{"inputTokens":1000,"outputTokens":100,"totalTokens":1350,"cacheReadInputTokens":50,"cacheWriteInputTokens":200,"cacheDetails":[{"ttl":"1h","inputTokens":200}]},"metrics":{"latencyMs":821},"serviceTier":{"type":"flex"}}"""),
        ]);
        receipt.Usage.ShouldBe(new Usage { Input = 1000, CacheRead = 50, CacheWrite1h = 200, Output = 100, Source = UsageSource.Reported });
        receipt.Charge.Total.Value.ShouldBe(3 * ((1250 * 2_000) + (100 * 10_000)) / 2);
        receipt.ServedCost.Value.ShouldBe(((1250 * 2_000) + (100 * 10_000)) / 4);
        (receipt.ServiceTier, receipt.Stop, receipt.UpstreamMilliseconds).ShouldBe(("flex", StopReason.EndTurn, 821d));
        Shown(receipt, showChannels: true).GetProperty("ms").GetProperty("upstream").GetDouble().ShouldBe(821);
        Shown(receipt, showChannels: false).GetProperty("ms").TryGetProperty("upstream", out _).ShouldBeFalse();
    }

    private static Receipt Settled(Dialect dialect, long? creditPrice, CallOutcome outcome, (string Type, string Data)[] events, int? window = 200_000)
    {
        using var bench = new Bench(dialect, creditPrice, window);
        using var tap = bench.Tap(events);
        bench.Settlement.NoteSuccess(0, 200);
        var receipt = bench.Settlement.Settle(outcome, tap, complete: outcome == CallOutcome.Completed, 200, null);
        bench.Kept.ShouldHaveSingleItem().ShouldBe(receipt);
        bench.Settlement.Settle(outcome, tap, complete: true, 200, null).ShouldBeSameAs(receipt);
        bench.Kept.Length.ShouldBe(1);
        return receipt;
    }

    private static JsonElement Shown(Receipt receipt, bool showChannels)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            UsageRecord.Write(writer, receipt, showChannels);

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }

    /// <summary>One call before its settlement, its journal a list.</summary>
    private sealed class Bench : IUsageJournal, IDisposable
    {
        private readonly PooledBytes _body = new();
        private readonly Envelope _envelope;
        private readonly Dialect _dialect;

        public Bench(Dialect dialect, long? creditPrice, int? window, PriceRow? own = null, PriceRow? list = null)
        {
            _dialect = dialect;
            _body.Append("""{"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Say hello to me, please."}]}"""u8);
            DialectRooms.Client(Dialect.AnthropicMessages).TryPeek(_body.Span, Operation.Generate, out var peek, out _).ShouldBeTrue();
            var key = new ApiKey { Id = new ApiKeyId(1), Name = "k", Owner = new UserId(1), OwnerRole = Role.User, Groups = ["g"] };
            var route = new RelayRoute(Dialect.AnthropicMessages, Operation.Generate);
            _envelope = new Envelope(
                RequestId.New(TimeProvider.System), new Caller(key, null), route, _body, peek, "m", "application/json", DateTime.UnixEpoch,
                CallQuestion.Of(key, route, peek, "m", new Microsoft.AspNetCore.Http.HeaderDictionary(), _body.Length));
            Settlement = new Settlement(_envelope, null!, this, TimeProvider.System);
            Settlement.Try(new RouteAttempt(
                new Group { Id = new GroupId(1), Name = "g", Multiplier = 3m },
                new Channel { Id = new ChannelId(1), Name = "c", Type = ChannelType.Kiro, CostMultiplier = 0.5m, CreditPrice = creditPrice is { } nano ? new NanoUsd(nano) : null },
                new Credential(new CredentialId(1), "only", "secret"),
                new ModelInfo { Id = "m", Vendor = "test", DisplayName = "test", ContextWindow = window },
                "m",
                own ?? Price) { CostPrice = list ?? Price, IsGroupPrice = own is not null });
        }

        public Settlement Settlement { get; }

        public ImmutableArray<Receipt> Kept { get; private set; } = [];

        public void Append(Receipt receipt) => Kept = Kept.Add(receipt);

        public ReplyTap Tap((string Type, string Data)[] events)
        {
            var tap = DialectRooms.Upstream(_dialect).CreateTap(Operation.Generate);
            foreach (var (type, data) in events)
                tap.OnEvent(Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(data));

            return tap;
        }

        public void Dispose() => _envelope.Dispose();
    }
}
