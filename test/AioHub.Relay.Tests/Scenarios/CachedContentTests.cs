using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;
using Microsoft.Extensions.DependencyInjection;
using static AioHub.Relay.Tests.Running.PinnedHub;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>
/// Gemini's cached contents. The invariant: of each object, every hour between its creation and its end is paid exactly once, by the call that brought the hour in, and
/// no hour behind its end is paid by anybody.
/// </summary>
public sealed class CachedContentTests
{
    private const string Generate = $"/v1beta/models/{SmallHub.Model}:generateContent";

    /// <summary>500,000 tokens at 2 USD in and 4 USD an hour, per million.</summary>
    private const decimal Creation = 1;
    private const decimal Hour = 2;

    /// <summary>What a few seconds of test are worth, and the rounding of tokens times hours.</summary>
    private const decimal Little = 0.05m;

    [Theory]
    [InlineData("", 1)]
    [InlineData(",\"ttl\":\"3600s\"", 1)]
    [InlineData(",\"ttl\":\"1800s\",\"displayName\":\"mine\"", 0.5)]
    [InlineData(",\"ttl\":\"86400.5s\"", 24)]
    public async Task Creating_one_pays_its_tokens_and_its_hours(string lifetime, double hours)
    {
        await using var hub = await StartAsync();
        var (status, body, head) = await hub.SendAsync("POST", Caches, Body(lifetime));
        status.ShouldBe(200);
        body.GetProperty("name").GetString().ShouldBe("cachedContents/a1");
        head.Headers.GetValues("x-aiohub-group").Single().ShouldBe("first");
        var receipt = await hub.Hub.ReceiptAsync(head);
        receipt.Operation.ShouldBe(Operation.CreateCache);
        receipt.Usage.Input.ShouldBe(KeepingUpstream.Tokens);
        receipt.Charge.Lines.Select(static line => line.What).ShouldBe(["input", "storage"]);
        ((double)receipt.Charge.Lines[1].Quantity).ShouldBe(KeepingUpstream.Tokens * hours, 100);
        receipt.Charge.Total.ToUsd().ShouldBe(Creation + ((decimal)hours * Hour), 0.001m);
        head.Headers.GetValues("x-aiohub-cost-usd").Single().ShouldBe(receipt.Charge.Total.ToUsdString());
        hub.First.Server.Requests[0].Header("x-goog-api-key").ShouldBe(SmallHub.UpstreamSecret(0));
        hub.First.Server.Requests[0].BodyText.ShouldBe(Body(lifetime), "the caller's own bytes");
        (await hub.BalanceAsync()).ShouldBe(100 - receipt.Charge.Total.ToUsd());
        await hub.ShouldAddUpAsync();
    }

    [Theory]
    [InlineData("/v1beta/cachedContents")]
    [InlineData("/v1/cachedContents")]
    [InlineData("/gemini/v1beta/cachedContents")]
    public async Task It_is_used_read_and_listed_where_it_lives(string path)
    {
        await using var hub = await StartAsync();
        (await hub.AtSecondAsync(path, Body())).Status.ShouldBe(200);
        var name = "cachedContents/b1";
        var used = await hub.SendAsync("POST", Generate, $$"""{"contents":[{"parts":[{"text":"hi"}]}],"cachedContent":"{{name}}"}""");
        used.Body.GetRawText().ShouldContain("from b");
        (await hub.Hub.ReceiptAsync(used.Head)).Affinity!.Value.Known.ShouldBeTrue();
        (await hub.SendAsync("POST", Generate, """{"contents":[{"parts":[{"text":"hi"}]}]}""")).Body.GetRawText().ShouldContain("from a");
        (await hub.SendAsync("GET", path + "/b1")).Body.GetProperty("at").GetString().ShouldBe("b");
        var balance = await hub.BalanceAsync();
        (await hub.SendAsync("GET", path + "/b1")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(balance);

        var listed = (await hub.SendAsync("GET", path)).Body.GetProperty("cachedContents").EnumerateArray().ShouldHaveSingleItem();
        listed.GetProperty("name").GetString().ShouldBe(name);
        listed.GetProperty("model").GetString().ShouldBe("models/" + SmallHub.Model);
        listed.GetProperty("usageMetadata").GetProperty("totalTokenCount").GetInt64().ShouldBe(KeepingUpstream.Tokens);
        listed.GetProperty("expireTime").GetDateTime().ShouldBe(DateTime.UtcNow.AddHours(1), TimeSpan.FromMinutes(1));

        (await hub.SendAsync("GET", path, null, OtherSecret)).Body.GetProperty("cachedContents").GetArrayLength().ShouldBe(0);
        foreach (var method in (string[])["GET", "PATCH", "DELETE"])
        {
            var refused = await hub.SendAsync(method, path + "/b1", method == "PATCH" ? """{"ttl":"10s"}""" : null, OtherSecret);
            (refused.Status, Code(refused)).ShouldBe((404, "object_not_found"));
            refused.Body.GetProperty("error").GetProperty("status").GetString().ShouldBe("NOT_FOUND");
        }

        var foreign = await hub.SendAsync("POST", Generate, $$"""{"contents":[],"cachedContent":"{{name}}"}""", OtherSecret);
        (foreign.Status, Code(foreign)).ShouldBe((404, "object_not_found"));
    }

    [Fact]
    public async Task Lists_come_in_pages_newest_first()
    {
        await using var hub = await StartAsync(usd: 1000);
        for (var i = 0; i < 3; i++)
        {
            (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        }

        var first = (await hub.SendAsync("GET", Caches + "?pageSize=2")).Body;
        first.GetProperty("cachedContents").EnumerateArray().Select(static one => one.GetProperty("name").GetString()).ShouldBe(["cachedContents/a3", "cachedContents/a2"]);
        var second = (await hub.SendAsync("GET", Caches + "?pageSize=2&pageToken=" + first.GetProperty("nextPageToken").GetString())).Body;
        second.GetProperty("cachedContents").EnumerateArray().ShouldHaveSingleItem().GetProperty("name").GetString().ShouldBe("cachedContents/a1");
        second.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        (await hub.SendAsync("DELETE", Caches + "/a2")).Status.ShouldBe(200);
        (await hub.SendAsync("GET", Caches)).Body.GetProperty("cachedContents").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_deletion_gives_back_the_hours_that_were_not_used_once()
    {
        await using var hub = await StartAsync();
        (await hub.SendAsync("POST", Caches, Body(",\"ttl\":\"36000s\""))).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - (10 * Hour), Little);
        var deletions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hub.SendAsync("DELETE", Caches + "/a1")));
        deletions.Count(static one => one.Status == 200).ShouldBe(1);
        deletions.Where(static one => one.Status != 200).ShouldAllBe(static one => one.Status == 403 && Code(one) == "object_not_found");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hub.Storage().SettleAsync(CancellationToken.None)));
        (await hub.BalanceAsync()).ShouldBe(100 - Creation, Little);
        (await hub.SendAsync("DELETE", Caches + "/a1")).Status.ShouldBe(403);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation, Little);
        (await hub.BalanceAsync()).ShouldBeLessThanOrEqualTo(100 - Creation, "no more than was paid");
        var refund = (await hub.Hub.Home.Ledger.EntriesAsync(AccountRef.Wallet(hub.Hub.Key.Owner), null, 100)).Single(static entry => entry.Kind == EntryKind.Refund);
        refund.Reason.ShouldBe("unused storage of cachedContents/a1");
        (await hub.SendAsync("POST", Generate, """{"contents":[],"cachedContent":"cachedContents/a1"}""")).Status.ShouldBe(403, "the upstream says what is true");
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_later_end_pays_the_difference_and_an_earlier_one_gets_it_back()
    {
        await using var hub = await StartAsync();
        (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - Hour, Little);

        var longer = await hub.SendAsync("PATCH", Caches + "/a1?updateMask=ttl", """{"ttl":"18000s"}""");
        longer.Status.ShouldBe(200);
        hub.First.Calls[^1].ShouldBe("PATCH /v1beta/cachedContents/a1?updateMask=ttl");
        var receipt = await hub.Hub.ReceiptAsync(longer.Head);
        receipt.Charge.Lines.Select(static line => line.What).ShouldBe(["storage"]);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - (5 * Hour), Little);

        (await hub.SendAsync("PATCH", Caches + "/a1", """{"ttl":"7200s"}""")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - (2 * Hour), Little);
        (await hub.SendAsync("PATCH", Caches + "/a1", """{"ttl":"10800s"}""")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - (3 * Hour), Little);
        (await hub.SendAsync("DELETE", Caches + "/a1")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation, Little);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Changes_that_race_pay_each_hour_once()
    {
        await using var hub = await StartAsync(usd: 1000);
        (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        var ends = Enumerable.Range(2, 12).Select(static hours => hours * 3600).ToArray();
        await Task.WhenAll(ends.Select(seconds => hub.SendAsync("PATCH", Caches + "/a1", $$"""{"ttl":"{{seconds}}s"}""")));
        var at = (await hub.SendAsync("GET", Caches + "/a1")).Body.GetProperty("expireTime").GetDateTime() - DateTime.UtcNow;
        var paid = 1000 - Creation - await hub.BalanceAsync();

        // Which of the racing changes the upstream took last the hub cannot know; it took one of those that were told.
        paid.ShouldBeGreaterThanOrEqualTo(2 * Hour - Little);
        paid.ShouldBeLessThanOrEqualTo((13 * Hour) + Little);
        ((double)(paid % Hour)).ShouldBe(paid % Hour > Hour / 2 ? (double)Hour : 0, (double)Little);
        at.TotalHours.ShouldBeGreaterThan(1);
        (await hub.SendAsync("DELETE", Caches + "/a1")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(1000 - Creation, Little);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Nothing_is_kept_that_the_wallet_cannot_pay()
    {
        await using var hub = await StartAsync(usd: 5);
        var refused = await hub.SendAsync("POST", Caches, Body(",\"ttl\":\"31536000s\"", text: new string('x', 500)));
        (refused.Status, Code(refused)).ShouldBe((402, "insufficient_balance"));
        hub.First.Calls.ShouldBeEmpty();
        (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        var longer = await hub.SendAsync("PATCH", Caches + "/a1", """{"ttl":"36000s"}""");
        (longer.Status, Code(longer)).ShouldBe((402, "insufficient_balance"));
        hub.First.Calls.Length.ShouldBe(1);
        (await hub.BalanceAsync()).ShouldBe(5 - Creation - Hour, Little);
        hub.Hub.Holds.OpenHolds.ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_price_for_storage_nothing_is_kept()
    {
        await using var hub = await StartAsync(price: PinnedHub.Price with { StorageHour = null });
        var refused = await hub.SendAsync("POST", Caches, Body());
        (refused.Status, Code(refused)).ShouldBe((403, "model_price_missing"));
        refused.Body.GetRawText().ShouldContain("storage_hour");
        hub.First.Calls.ShouldBeEmpty();
        hub.Second.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_costs_nothing_may_be_kept_for_nothing()
    {
        await using var hub = await StartAsync(price: new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 0, Output = 0 } });
        (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        (await hub.SendAsync("DELETE", Caches + "/a1")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_quota_and_multipliers_follow_charge_and_refund()
    {
        await using var hub = await StartAsync();
        await hub.Hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Multiplier = 0.5m, HasQuota = true });
        await hub.Hub.RefreshAsync();
        var quota = AccountRef.Quota(hub.Hub.Home.Routing.Current.FindGroup("first")!.Id);
        await hub.Hub.Home.Ledger.TopUpAsync(quota, NanoUsd.FromUsd(50), "test", "test", CancellationToken.None);
        await hub.Hub.RefreshAsync();
        (await hub.SendAsync("POST", Caches, Body(",\"ttl\":\"36000s\""))).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - (Creation / 2) - (5 * Hour), Little);
        (await hub.SendAsync("DELETE", Caches + "/a1")).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100 - (Creation / 2), Little);
        (await hub.Hub.Home.Ledger.BalanceAsync(quota, CancellationToken.None)).ToUsd().ShouldBe(50 - (Creation / 2), Little);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_caller_who_leaves_pays_for_what_the_upstream_did_all_the_same()
    {
        await using var hub = await StartAsync();
        (await hub.SendAsync("POST", Caches, Body())).Status.ShouldBe(200);
        hub.First.Server.Script(async (request, cancellation) =>
        {
            await Task.Delay(500, cancellation);
            var now = DateTime.UtcNow;
            return Reply.Json(200, $$$"""{"name":"cachedContents/a1","createTime":"{{{KeepingUpstream.Stamp(now)}}}","expireTime":"{{{KeepingUpstream.Stamp(now.AddHours(10))}}}","usageMetadata":{"totalTokenCount":{{{KeepingUpstream.Tokens}}}}}""");
        });
        using var leaving = new CancellationTokenSource(150);
        using var request = new HttpRequestMessage(HttpMethod.Patch, Caches + "/a1") { Content = new StringContent("""{"ttl":"36000s"}""") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + SmallHub.Secret);
        await Should.ThrowAsync<OperationCanceledException>(() => hub.Hub.Client.SendAsync(request, leaving.Token));
        await Task.Delay(800);
        (await hub.BalanceAsync()).ShouldBe(100 - Creation - (10 * Hour), Little);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task The_store_gives_a_new_server_what_the_old_one_promised()
    {
        await using var hub = await StartAsync();
        (await hub.AtSecondAsync(Caches, Body())).Status.ShouldBe(200);
        var fresh = new Core.Pins.PinDirectory(hub.Hub.Home.Database, new Core.Pins.PinOptions(), TimeProvider.System);
        var found = await fresh.FindAsync(new UpstreamObject(ObjectKind.CachedContent, "cachedContents/b1"), hub.Hub.Key.Owner, fresh: false, CancellationToken.None);
        var pin = found.Own.ShouldNotBeNull("it is in the database before its caller knows its name");
        pin.Tokens.ShouldBe(KeepingUpstream.Tokens);
        pin.Channel.ShouldBe(hub.Hub.Home.Routing.Current.Channels.Single(static channel => channel.Name == "channel-1").Id);
        pin.EndedAt.ShouldBeNull();
        (await hub.SendAsync("DELETE", Caches + "/b1")).Status.ShouldBe(200);
        (await fresh.FindAsync(pin.Object, pin.User, fresh: true, CancellationToken.None)).Own!.EndedAt.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("POST", "/v1beta/cachedContents", "{}", 400, "missing_field")]
    [InlineData("POST", "/v1beta/cachedContents", "", 400, "invalid_json")]
    [InlineData("PUT", "/v1beta/cachedContents", "{}", 405, "method_not_allowed")]
    [InlineData("POST", "/v1beta/cachedContents/a1", "{}", 405, "method_not_allowed")]
    [InlineData("GET", "/v1beta/cachedContents/a1/b", null, 404, "unknown_path")]
    [InlineData("GET", "/v1beta/cachedContents/nobodys", null, 404, "object_not_found")]
    [InlineData("DELETE", "/v1/responses/a%20b", null, 404, "unknown_path")]
    public async Task What_is_not_there_is_refused_in_googles_words(string method, string path, string? body, int status, string code)
    {
        await using var hub = await StartAsync();
        var answer = await hub.SendAsync(method, path, body);
        (answer.Status, Code(answer)).ShouldBe((status, code));
        hub.First.Calls.ShouldBeEmpty();
    }

    private static string Body(string more = "", string text = "a long document") => $$"""{"model":"models/{{SmallHub.Model}}","contents":[{"role":"user","parts":[{"text":"{{text}}"}]}]{{more}}}""";
}
