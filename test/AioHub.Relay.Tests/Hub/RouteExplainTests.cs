using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Hub;

public sealed class RouteExplainTests
{
    [Fact]
    public async Task Deep_bodies_and_broken_text_are_answered()
    {
        await using var hub = await SmallHub.StartAsync([]);
        var deep = new string('[', 120) + new string(']', 120);

        var (nested, _, _) = await hub.PostAsync("/api/route/explain", $$$"""{"path":"/v1/chat/completions","body":{"model":"{{{SmallHub.Model}}}","messages":[],"x":{{{deep}}}}}""");
        ((int)nested.StatusCode).ShouldBe(200);

        using var request = hub.Request("/api/route/explain", "");
        request.Content = new ByteArrayContent([.. "{\"model\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var broken = await hub.Client.SendAsync(request);
        ((int)broken.StatusCode).ShouldBe(400, Encoding.UTF8.GetString(await broken.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Limits_say_what_they_would_say_to_the_call()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Limits = new Limits { Rpm = 2, Concurrency = 5, PerDay = NanoUsd.FromUsd(1) } });
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", Limits = new Limits { Rpm = 1 }, HasQuota = true });
        await hub.Home.Ledger.TopUpAsync(AccountRef.Budget(hub.Home.Routing.Current.Channels.Single(static channel => channel.Name == "channel-0").Id), NanoUsd.FromUsd(3), "test", "test");
        await hub.RefreshAsync();
        var before = await LimitsAsync(hub);
        before.ShouldBe(["user owner balance_usd: ok", "key key usd_per_day: ok", "key key rpm: ok", "key key concurrency: ok"]);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        (await LimitsAsync(hub)).ShouldContain("key key rpm: at_limit");
        var told = (await AskAsync(hub)).GetProperty("refusal");
        (told.GetProperty("status").GetInt32(), told.GetProperty("code").GetString()).ShouldBe((429, "rate_limited"));

        // An operator sees the channels' too.
        await hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = SmallHub.Email, Role = Role.Operator });
        await hub.RefreshAsync();
        var all = await LimitsAsync(hub);
        all.ShouldContain("channel channel-0 rpm: at_limit");
        all.ShouldContain("channel channel-0 quota_usd: ok");
    }

    private static async Task<List<string>> LimitsAsync(SmallHub hub) => [.. (await AskAsync(hub)).GetProperty("limits").EnumerateArray().Select(static limit =>
        $"{limit.GetProperty("owner").GetString()} {limit.GetProperty("name").GetString()} {limit.GetProperty("limit").GetString()}: {limit.GetProperty("state").GetString()}")];

    private static async Task<JsonElement> AskAsync(SmallHub hub)
    {
        using var document = JsonDocument.Parse((await hub.PostAsync("/api/route/explain", $$"""{"path":"/v1/chat/completions","body":{{SmallHub.ChatBody}}}""")).Body);
        return document.RootElement.Clone();
    }
}
