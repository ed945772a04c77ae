using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

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

    [Fact]
    public async Task The_price_is_the_serving_groups_and_whose_it_is_is_told()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        var list = await AskAsync(hub);
        (list.GetProperty("price_version").GetString(), list.GetProperty("price_group").GetString()).ShouldBe((hub.Home.Catalog.Current.Find(SmallHub.Model)!.Prices[0].Version, null));
        var own = new PriceRow { Version = "", From = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 20, Output = 100 } };
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "second", Multiplier = 0.5m, Channels = [new MemberDraft("channel-0")], Prices = [new GroupPrice(SmallHub.Model, own)] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["second", "first"] });
        await hub.RefreshAsync();
        var told = await AskAsync(hub);
        (told.GetProperty("group").GetString(), told.GetProperty("price_group").GetString(), told.GetProperty("price_version").GetString())
            .ShouldBe(("second", "second", hub.Home.Routing.Current.FindGroup("second")!.Prices.All[0].Row.Version));
        decimal Usd(JsonElement answer) => decimal.Parse(answer.GetProperty("expected_usd").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        Usd(told).ShouldBe(5 * Usd(list), "ten times the price, half the multiplier");

        // Without the model's own price the other group says why it is passed over.
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = SmallHub.Model, Prices = [] });
        await hub.Home.Identity.UpsertKeyAsync(new KeyDraft { Name = "key", User = SmallHub.Email, Groups = ["first", "second"] });
        await hub.RefreshAsync();
        told = await AskAsync(hub);
        told.GetProperty("group").GetString().ShouldBe("second");
        var first = told.GetProperty("groups")[0];
        (first.GetProperty("group").GetString(), first.GetProperty("code").GetString()).ShouldBe(("first", "model_price_missing"));
        first.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain("no price in group 'first'");
        told.GetProperty("groups")[1].TryGetProperty("code", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Needs_are_named_as_everywhere_and_unknown_ones_are_refused()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", Capabilities = new Dictionary<Needs, bool> { [Needs.Documents] = false } });
        await hub.RefreshAsync();

        foreach (var name in (string[])["document", "documents", "pdf", "PDF"])
        {
            var told = await ExplainAsync(hub, $$"""{"model":"{{SmallHub.Model}}","needs":["tools","{{name}}"]}""");
            told.GetProperty("refusal").GetProperty("code").GetString().ShouldBe("document_input_unsupported", name);
        }

        foreach (var wrong in (string[])["\"telepathy\"", "8", "\"8\"", "null"])
        {
            var (head, body, _) = await hub.PostAsync("/api/route/explain", $$"""{"model":"{{SmallHub.Model}}","needs":[{{wrong}}]}""");
            ((int)head.StatusCode, body.Contains("prompt_caching", StringComparison.Ordinal)).ShouldBe((400, true), body);
        }
    }

    [Fact]
    public async Task What_is_asked_is_what_a_call_asks()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = SmallHub.Model, LongContextWindow = 1_000_000 });
        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", Capabilities = new Dictionary<Needs, bool> { [Needs.Streaming] = false } });
        await hub.RefreshAsync();

        // Gemini's path asks for the stream.
        var contents = """{"contents":[{"parts":[{"text":"hi"}]}]}""";
        (await ExplainAsync(hub, $$"""{"path":"/v1beta/models/{{SmallHub.Model}}:generateContent","body":{{contents}} }""")).TryGetProperty("refusal", out _).ShouldBeFalse();
        (await ExplainAsync(hub, $$"""{"path":"/v1beta/models/{{SmallHub.Model}}:streamGenerateContent?alt=sse","body":{{contents}} }"""))
            .GetProperty("refusal").GetProperty("code").GetString().ShouldBe("streaming_unsupported");

        // Claude Code's header asks for the long variant; other dialects know no such header.
        var messages = $$"""{"model":"{{SmallHub.Model}}","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""";
        var headers = """{"anthropic-beta":["claude-code-20250219","Context-1M-2025-08-07"],"user-agent":"claude-cli"}""";
        (await ExplainAsync(hub, $$"""{"path":"/v1/messages","body":{{messages}},"headers":{{headers}} }""")).GetProperty("model").GetString().ShouldBe(SmallHub.Model + "[1m]");
        (await ExplainAsync(hub, $$"""{"path":"/v1/messages","body":{{messages}} }""")).GetProperty("model").GetString().ShouldBe(SmallHub.Model);
        (await ExplainAsync(hub, $$"""{"path":"/v1/chat/completions","body":{{messages}},"headers":{{headers}} }""")).GetProperty("model").GetString().ShouldBe(SmallHub.Model);
        (await ExplainAsync(hub, $$"""{"model":"{{SmallHub.Model}}","dialect":"anthropic","headers":{{headers}} }""")).GetProperty("model").GetString().ShouldBe(SmallHub.Model + "[1m]");
    }

    [Fact]
    public async Task The_hold_covers_the_long_variants_window()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200,
            """{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":400000,"output_tokens":5}}"""));
        await using var hub = await SmallHub.StartAsync([upstream], usd: 1);
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = SmallHub.Model, LongContextWindow = 1_000_000 });
        await hub.RefreshAsync();

        // 800 kB of text at 2 USD a million tokens: 1.60 USD as the bound of the wide window, 0.40 USD as that of the narrow one.
        var body = $$"""{"model":"{{SmallHub.Model}}","max_tokens":5,"messages":[{"role":"user","content":"{{string.Join(' ', Enumerable.Repeat("wide", 160_000))}}"}]}""";
        var (refused, text, _) = await hub.PostAsync("/v1/messages", body, ("anthropic-beta", "context-1m-2025-08-07"));
        ((int)refused.StatusCode).ShouldBe(402, text);
        upstream.Requests.ShouldBeEmpty();
        var (served, _, _) = await hub.PostAsync("/v1/messages", body);
        ((int)served.StatusCode).ShouldBe(200);
        (await hub.ReceiptAsync(served)).ContextWindow.ShouldBe(200_000);
    }

    private static async Task<List<string>> LimitsAsync(SmallHub hub) => [.. (await AskAsync(hub)).GetProperty("limits").EnumerateArray().Select(static limit =>
        $"{limit.GetProperty("owner").GetString()} {limit.GetProperty("name").GetString()} {limit.GetProperty("limit").GetString()}: {limit.GetProperty("state").GetString()}")];

    private static Task<JsonElement> AskAsync(SmallHub hub) => ExplainAsync(hub, $$"""{"path":"/v1/chat/completions","body":{{SmallHub.ChatBody}}}""");

    private static async Task<JsonElement> ExplainAsync(SmallHub hub, string question)
    {
        using var document = JsonDocument.Parse((await hub.PostAsync("/api/route/explain", question)).Body);
        return document.RootElement.Clone();
    }
}
