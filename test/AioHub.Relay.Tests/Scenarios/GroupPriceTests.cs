using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>
/// A group's own price of a model. What must hold: a call pays the price of the group that served it, as it stood when the call began, and no other; the operator's cost
/// goes by the model's own price; holds are never smaller than what the group may charge. List price: 2 in, 10 out; every answer has 7 tokens in and 5 out.
/// </summary>
public sealed class GroupPriceTests
{
    private const long ListNano = ((7 * 2) + (5 * 10)) * 1000;
    private static readonly DateTime From = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>20 in, 100 out: ten times the list price.</summary>
    private static readonly PriceRow Dear = new() { Version = "", From = From, Rates = new Rates { Input = 20, Output = 100 } };

    public static TheoryData<string, PriceRow, long> Prices { get; } = new()
    {
        { "rates", Dear, 10 * ListNano },
        { "tier", Dear with { Tiers = [new PriceTier(6, Inclusive: false, new Rates { Input = 1, Output = 1 })] }, 12_000 },
        { "a tier that is not reached", Dear with { Tiers = [new PriceTier(7, Inclusive: false, new Rates { Input = 1, Output = 1 })] }, 10 * ListNano },
        { "by the call alone", Dear with { Rates = new Rates(), PerRequest = 0.25m }, 250_000_000 },
        { "nothing", Dear with { Rates = new Rates { Input = 0, Output = 0 } }, 0 },
        { "another currency", Dear with { Currency = "CNY" }, 10 * ListNano * 14 / 100 },
    };

    [Theory]
    [MemberData(nameof(Prices))]
    public async Task A_call_pays_the_groups_price_times_all_multipliers_and_costs_the_list_price(string what, PriceRow price, long nano)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Multiplier = 0.5m, Prices = [new GroupPrice(SmallHub.Model, price)] });
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", CostMultiplier = 0.25m });
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = SmallHub.Email, Multiplier = 3m });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Multiplier = 2m });
        await hub.RefreshAsync();
        foreach (var body in new[] { SmallHub.ChatBody, SmallHub.ChatStreamBody })
        {
            if (body == SmallHub.ChatStreamBody)
                upstream.Script(static (_, _) => ValueTask.FromResult(Reply.Sse([.. SmallHub.ChatStream.Select(static one => one + "\n\n")])));
            var receipt = await ReceiptAsync(hub, body);
            receipt.Charge.Total.Value.ShouldBe(3 * nano, what);
            receipt.Charge.PriceVersion.ShouldBe(OwnVersion(hub, "first"));
            receipt.ServedCost.Value.ShouldBe(ListNano / 4);
            (receipt.Cost!.PriceVersion, receipt.Cost.Total).ShouldBe((ListVersion(hub), receipt.ServedCost));
        }

        hub.Holds.View(hub.Key).Spent.Value.ShouldBe(6 * nano);
        await ShouldAddUpAsync(hub);
    }

    [Theory]
    [InlineData("first", "second", 10 * ListNano, ListNano)]
    [InlineData("second", "first", ListNano, 10 * ListNano)]
    public async Task Failover_charges_by_the_group_that_served_and_what_was_lost_costs_list_price(string one, string other, long ofOne, long ofOther)
    {
        await using var away = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"message":"x"},"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}"""));
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([away, upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Prices = [new GroupPrice(SmallHub.Model, Dear)] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second" });
        await hub.Home.Groups.SetMembersAsync(one, [new MemberDraft("channel-0")]);
        await hub.Home.Groups.SetMembersAsync(other, [new MemberDraft("channel-1")]);
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = [one, other] });
        await hub.RefreshAsync();
        var receipt = await ReceiptAsync(hub, SmallHub.ChatBody);
        (receipt.Group, receipt.Charge.Total.Value).ShouldBe((other, ofOther));
        receipt.LostCost.Value.ShouldBe(ListNano, "whatever the group would have charged");
        (receipt.ServedCost.Value, receipt.Cost is null).ShouldBe((ListNano, other == "second"));
        ofOne.ShouldNotBe(ofOther);
        hub.Holds.View(hub.Key).Spent.Value.ShouldBe(ofOther);
        await ShouldAddUpAsync(hub);

        // And back: the first group answers again.
        away.Script(static (_, _) => ValueTask.FromResult(Reply.Json(200, SmallHub.ChatReply)));
        await hub.Home.Health.ResetAsync([.. hub.Home.Routing.Current.Channels.SelectMany(static channel => channel.Credentials).Select(static credential => credential.Id)], "test", CancellationToken.None);
        await hub.Home.Groups.SetStatusAsync(other, GroupStatus.Paused);
        await hub.RefreshAsync();
        var back = await ReceiptAsync(hub, SmallHub.ChatBody);
        (back.Group, back.Charge.Total.Value, back.ServedCost.Value).ShouldBe((one, ofOne, ListNano));
        await ShouldAddUpAsync(hub);
    }

    [Fact]
    public async Task The_hold_is_by_the_groups_price_and_moves_with_the_group()
    {
        var held = new List<long>();
        SmallHub? running = null;
        await using var away = await FakeUpstream.StartAsync(_ => Watched(Reply.Json(500, """{"error":{"message":"x"}}""")));
        await using var upstream = await FakeUpstream.StartAsync(_ => Watched(Reply.Json(200, SmallHub.ChatReply)));
        await using var hub = running = await SmallHub.StartAsync([away, upstream]);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Multiplier = 2m, Prices = [new GroupPrice(SmallHub.Model, Dear)], Channels = [new MemberDraft("channel-0")] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-1")] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.RefreshAsync();
        await ReceiptAsync(hub, SmallHub.ChatBody);
        var list = (SmallHub.ChatBody.Length * 2_000L) + (50 * 10_000L);
        held.ShouldBe([20 * list, list]);

        // A wallet that pays the list price and not the group's.
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = "poor@example.com" });
        var poor = await hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = "poor", User = "poor@example.com", Secret = "sk-secret-of-a-poor-caller-03", Groups = ["first"] });
        await hub.Home.Ledger.TopUpAsync(AccountRef.Wallet(poor.Owner), new NanoUsd(2 * list), "test", "test");
        await hub.RefreshAsync();
        (await PostAsync(hub, "sk-secret-of-a-poor-caller-03")).ShouldBe(402);
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Multiplier = 1m, Prices = [], Channels = [new MemberDraft("channel-1")] });
        await hub.RefreshAsync();
        (await PostAsync(hub, "sk-secret-of-a-poor-caller-03")).ShouldBe(200);

        Reply Watched(Reply reply)
        {
            held.Add(running!.Holds.View(running.Key).Held.Value);
            return reply;
        }
    }

    [Fact]
    public async Task A_price_that_changes_while_a_call_runs_is_not_that_calls_price()
    {
        SmallHub? running = null;
        var changes = new Queue<Change>([new([Dear with { From = DateTime.UtcNow.AddDays(-1), Rates = new Rates { Input = 1, Output = 1 } }]), new([])]);
        await using var upstream = await FakeUpstream.StartAsync(_ => throw new InvalidOperationException("scripted below"));
        await using var hub = running = await SmallHub.StartAsync([upstream]);
        upstream.Script(async (_, cancellation) =>
        {
            GroupPrice[] next = [.. changes.Dequeue().Rows.Select(static row => new GroupPrice(SmallHub.Model, row))];
            await running.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Prices = [.. next] }, cancellation: cancellation);
            await running.RefreshAsync();
            return Reply.Json(200, SmallHub.ChatReply);
        });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Prices = [new GroupPrice(SmallHub.Model, Dear)] });
        await hub.RefreshAsync();
        var (dear, first) = (OwnVersion(hub, "first"), await ReceiptAsync(hub, SmallHub.ChatBody));
        (first.Charge.Total.Value, first.Charge.PriceVersion).ShouldBe((10 * ListNano, dear));
        var (cheap, second) = (OwnVersion(hub, "first"), await ReceiptAsync(hub, SmallHub.ChatBody));
        (second.Charge.Total.Value, second.Charge.PriceVersion).ShouldBe((12_000, cheap));
        changes.Enqueue(new([]));
        var third = await ReceiptAsync(hub, SmallHub.ChatBody);
        (third.Charge.Total.Value, third.Charge.PriceVersion, third.Cost).ShouldBe((ListNano, ListVersion(hub), null));
        await ShouldAddUpAsync(hub);
        (await hub.Home.GroupPrices.HistoryAsync(SmallHub.Model, "first")).Select(static record => record.Price.Row.Version).ShouldBe([dear, cheap], ignoreOrder: true);
    }

    /// <summary>Nobody else prices it: what the caller pays by is then all that is known of what it costs.</summary>
    [Fact]
    public async Task A_model_that_only_a_group_prices_is_served_there_alone_and_listed_there()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = SmallHub.Model, Prices = [] });
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-0")], Prices = [new GroupPrice(SmallHub.Model, Dear)] });
        await hub.RefreshAsync();
        var (refused, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        ((int)refused.StatusCode, body.Contains("model_price_missing", StringComparison.Ordinal)).ShouldBe((403, true), body);
        (await ModelsAsync()).ShouldNotContain(SmallHub.Model);
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", CostMultiplier = 0.5m });
        await hub.RefreshAsync();
        (await ModelsAsync()).ShouldContain(SmallHub.Model);
        var receipt = await ReceiptAsync(hub, SmallHub.ChatBody);
        (receipt.Group, receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.Cost).ShouldBe(("second", 10 * ListNano, 5 * ListNano, null));

        // With a fallback price that is the cost, as it is of every other model without a price.
        await hub.Home.RouteSettings.SetAsync(new RouteSettingsDraft { FallbackPrice = (PriceRow?)(Dear with { Rates = new Rates { Input = 2, Output = 10 } }) });
        await hub.RefreshAsync();
        await TakeSettingsAsync(hub);
        receipt = await ReceiptAsync(hub, SmallHub.ChatBody);
        (receipt.Group, receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.Cost).ShouldBe(("first", ListNano, ListNano / 2, null));
        await hub.Home.Groups.SetStatusAsync("first", GroupStatus.Paused);
        await hub.RefreshAsync();
        receipt = await ReceiptAsync(hub, SmallHub.ChatBody);
        (receipt.Group, receipt.Charge.Total.Value, receipt.ServedCost.Value, receipt.Cost!.Total.Value).ShouldBe(("second", 10 * ListNano, ListNano / 2, ListNano / 2));
        await ShouldAddUpAsync(hub);

        async Task<string> ModelsAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + SmallHub.Secret);
            using var answer = await hub.Client.SendAsync(request);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    /// <summary>Storage runs for as long as its caller likes: through a group whose price does not name it, nothing is kept and nothing is kept longer.</summary>
    [Fact]
    public async Task A_group_whose_price_leaves_storage_out_keeps_nothing()
    {
        const string body = """{"model":"models/small-model","contents":[{"role":"user","parts":[{"text":"The book."}]}]}""";
        await using var hub = await PinnedHub.StartAsync();
        var home = hub.Hub.Home;
        await home.Groups.UpsertAsync(new GroupDraft { Name = "first", Prices = [new GroupPrice(SmallHub.Model, PinnedHub.Price with { StorageHour = null })] });
        await home.Groups.UpsertAsync(new GroupDraft { Name = "second", Channels = [new MemberDraft("channel-0")] });
        await hub.Hub.RefreshAsync();
        var refused = await hub.SendAsync("POST", PinnedHub.Caches, body);
        refused.Status.ShouldBe(403);
        refused.Body.GetRawText().ShouldContain("storage_hour");
        refused.Body.GetRawText().ShouldContain("'first'");
        hub.First.Calls.ShouldBeEmpty();
        await home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.Hub.RefreshAsync();
        var made = await hub.SendAsync("POST", PinnedHub.Caches, body);
        (made.Status, made.Head.Headers.GetValues("x-aiohub-group").Single()).ShouldBe((200, "second"));
        var before = await hub.BalanceAsync();
        var longer = await hub.SendAsync("PATCH", PinnedHub.Caches + "/a1", """{"ttl":"36000s"}""");
        (longer.Status, longer.Head.Headers.GetValues("x-aiohub-group").Single()).ShouldBe((200, "second"));
        (await hub.BalanceAsync()).ShouldBeLessThan(before);
        await home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first"] });
        await hub.Hub.RefreshAsync();
        (await hub.SendAsync("PATCH", PinnedHub.Caches + "/a1", """{"ttl":"72000s"}""")).Status.ShouldBe(403);
        (await hub.SendAsync("DELETE", PinnedHub.Caches + "/a1")).Status.ShouldBe(200);

        // Nor when the call comes to that group only because the one before it failed.
        await home.Groups.SetMembersAsync("first", [new MemberDraft("channel-1")]);
        await home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["second", "first"] });
        await hub.Hub.RefreshAsync();
        (await hub.AtSecondAsync(PinnedHub.Caches, body)).Status.ShouldBeGreaterThanOrEqualTo(500);
        hub.Second.Calls.ShouldBeEmpty();
        await ShouldAddUpAsync(hub.Hub);
    }

    private sealed record Change(PriceRow[] Rows);

    private static string OwnVersion(SmallHub hub, string group) => hub.Home.Routing.Current.FindGroup(group)!.Prices.All.Single().Row.Version;

    private static string ListVersion(SmallHub hub) => hub.Home.Catalog.Current.Find(SmallHub.Model)!.Prices.Single().Version;

    private static async Task<int> PostAsync(SmallHub hub, string secret)
    {
        using var request = hub.Request("/v1/chat/completions", SmallHub.ChatBody);
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        using var answer = await hub.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task<Receipt> ReceiptAsync(SmallHub hub, string body)
    {
        var (head, text, _) = await hub.PostAsync("/v1/chat/completions", body);
        ((int)head.StatusCode).ShouldBe(200, text);
        RequestId.TryParse(head.Headers.GetValues("x-aiohub-request-id").Single(), out var id).ShouldBeTrue();
        var log = (RequestLog)hub.Services.GetService(typeof(RequestLog))!;
        for (var i = 0; i < 500; i++)
        {
            if (await log.FindAsync(id, hub.Key.Id, CancellationToken.None) is { Receipt: { } receipt })
                return receipt;
            await Task.Delay(10);
        }

        throw new TimeoutException("The call has no receipt.");
    }

    /// <summary>As the heartbeat does.</summary>
    private static async Task TakeSettingsAsync(SmallHub hub) => ((Router)hub.Services.GetService(typeof(Router))!).Settings = await hub.Home.RouteSettings.ReadAsync();

    private static async Task ShouldAddUpAsync(SmallHub hub)
    {
        var journal = (UsageJournal)hub.Services.GetService(typeof(IUsageJournal))!;
        for (var i = 0; i < 200 && journal.Queued > 0; i++)
            await Task.Delay(20);
        await Task.Delay(200);
        (await LedgerAudit.VerifyAsync(hub.Home.Database, null, TimeProvider.System, CancellationToken.None)).Problems.ShouldBeEmpty();
    }
}
