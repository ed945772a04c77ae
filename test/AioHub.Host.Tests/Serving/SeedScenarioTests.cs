using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Serving;

/// <summary>What the page about groups promises, asked of a hub as it is seeded, over HTTP. Kiro and Bedrock are stood in for by an upstream that speaks Messages.</summary>
[Collection(ServingCollection.Name)]
public sealed class SeedScenarioTests
{
    private const string Model = "claude-opus-4-6";
    private const string Pdf = """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjQK"}}""";

    private static readonly DateOnly Expiry = new(2026, 5, 5);

    [Fact]
    public async Task A_fresh_hub_with_nothing_but_its_sandbox()
    {
        using var folder = await HubFolder.CreateAsync();
        Dictionary<string, string> keys = [];
        await folder.WithAsync(async home =>
        {
            foreach (var groups in (string[])["auto", "claude-kiro", "claude-kiro,claude-bedrock", "codex-cheap", "codex-cheap,claude-kiro", "codex-cheap,codex"])
                keys[groups] = (await HubFolder.AddUserAsync(home, groups.Replace(',', '-'), 10, [.. groups.Split(',')])).Secret;
        });
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();

        // Kiro does not read PDF: the error says where it works.
        var refused = await PostAsync(hub, keys["claude-kiro"], "/v1/messages", Messages("sandbox/echo", Pdf));
        (refused.Status, refused.Code).ShouldBe((400, "document_input_unsupported"), refused.Body);
        var error = refused.Json.GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("document_input_unsupported");
        error.GetProperty("message").GetString()!.ShouldContain("'claude-bedrock'");
        (await PostAsync(hub, keys["claude-kiro,claude-bedrock"], "/v1/messages", Messages("sandbox/echo", Pdf))).Group.ShouldBe("claude-bedrock");
        (await PostAsync(hub, keys["claude-kiro,claude-bedrock"], "/v1/messages", Messages("sandbox/echo"))).Group.ShouldBe("claude-kiro");
        (await PostAsync(hub, keys["claude-kiro"], "/v1/chat/completions", """{"model":"sandbox/echo","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0="}}]}]}"""))
            .Code.ShouldBe("document_input_unsupported");
        (await PostAsync(hub, keys["claude-kiro"], "/v1beta/models/sandbox%2Fecho:generateContent", """{"contents":[{"parts":[{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0="}}]}]}"""))
            .Code.ShouldBe("document_input_unsupported");

        // The same is told without a call, and in the same words.
        var told = await PostAsync(hub, keys["claude-kiro"], "/api/route/explain", "{\"path\":\"/v1/messages\",\"body\":" + Messages("sandbox/echo", Pdf) + "}");
        told.Json.GetProperty("refusal").GetProperty("message").GetString().ShouldBe(error.GetProperty("message").GetString());

        // auto takes the dearer, steadier group first.
        (await PostAsync(hub, keys["auto"], "/v1/messages", Messages("sandbox/echo", Pdf))).Group.ShouldBe("openai");

        // An expired group says when, why, and what next.
        var expired = await PostAsync(hub, keys["codex-cheap"], "/v1/responses", """{"model":"sandbox/echo","input":"hi"}""");
        (expired.Status, expired.Code).ShouldBe((403, "group_expired"), expired.Body);
        expired.Body.ShouldContain("2026-05-05");
        expired.Body.ShouldContain("replacement pending");
        (await PostAsync(hub, keys["codex-cheap,codex"], "/v1/responses", """{"model":"sandbox/echo","input":"hi"}""")).Group.ShouldBe("codex");

        // Of an expired group and a need, the need is what the caller can mend.
        (await PostAsync(hub, keys["codex-cheap,claude-kiro"], "/v1/messages", Messages("sandbox/echo", Pdf))).Code.ShouldBe("document_input_unsupported");

        // Once the operator names a replacement and lets it serve, it serves.
        (await folder.RunAsync("groups", "set", "codex-cheap", "--replacement", "codex", "--serve-replacement", "true")).Exit.ShouldBe(0);
        await UntilAsync(async () => (await PostAsync(hub, keys["codex-cheap"], "/v1/responses", """{"model":"sandbox/echo","input":"hi"}""")).Group == "codex");

        // What a group lacks is the operator's to say.
        (await folder.RunAsync("groups", "set", "claude-kiro", "--lacks", "none")).Exit.ShouldBe(0);
        await UntilAsync(async () => (await PostAsync(hub, keys["claude-kiro"], "/v1/messages", Messages("sandbox/echo", Pdf))).Group == "claude-kiro");
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);

        // Each of these calls tells by itself why it went where it went, in the words of then: kiro reads PDF by now.
        await folder.ShouldTellAllAsync();
        var story = await folder.RunAsync("explain", "--request", refused.Id!);
        story.Exit.ShouldBe(0, story.Errors);
        story.Output.ShouldContain("sandbox/echo was refused: 400 document_input_unsupported: " + error.GetProperty("message").GetString());
        story.Output.ShouldContain("group 'claude-kiro' does not take documents (PDF)");
        var json = await folder.RunAsync("explain", "--request", refused.Id!, "--json");
        using var parsed = JsonDocument.Parse(json.Output);
        parsed.RootElement.GetProperty("groups")[0].GetProperty("channels")[0].GetProperty("channel").GetString().ShouldBe("sandbox");
        (await folder.RunAsync("explain", "--request", "nonsense")).Exit.ShouldNotBe(0);
        (await folder.RunAsync("explain", "--request", refused.Id!, "--model", "m")).Exit.ShouldNotBe(0);
    }

    [Fact]
    public async Task Claude_through_kiro_bedrock_and_the_vendor()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(200,
            """{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":5}}"""));
        using var folder = await HubFolder.CreateAsync();
        Dictionary<string, string> keys = [];
        await folder.WithAsync(async home =>
        {
            foreach (var (channel, group) in new[] { ("kiro-like", "claude-kiro"), ("bedrock-like", "claude-bedrock"), ("vendor", "anthropic") })
            {
                await home.Channels.UpsertAsync(new ChannelDraft
                {
                    Name = channel,
                    Type = "anthropic",
                    BaseUrl = upstream.BaseAddress.ToString(),
                    AllowPrivateNetwork = true,
                    Credentials = [new CredentialDraft("a", $"secret-of-{channel}")],
                    Models = ["claude-*"],
                });
                await home.Groups.UpsertAsync(new GroupDraft { Name = group, HasQuota = group == "claude-kiro", Channels = [new MemberDraft(channel)] });
            }

            foreach (var groups in (string[])["auto", "claude-kiro", "claude-kiro,claude-bedrock", "claude-bedrock"])
                keys[groups] = (await HubFolder.AddUserAsync(home, groups.Replace(',', '-'), 10, [.. groups.Split(',')])).Secret;
        });
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();

        // The quota is used up: the group says so, another one of the key serves, and a top-up brings it back without a restart.
        var empty = await PostAsync(hub, keys["claude-kiro"], "/v1/messages", Messages(Model));
        (empty.Status, empty.Code).ShouldBe((503, "group_quota_exhausted"), empty.Body);
        empty.Body.ShouldContain("claude-kiro");
        (await PostAsync(hub, keys["claude-kiro,claude-bedrock"], "/v1/messages", Messages(Model))).Group.ShouldBe("claude-bedrock");
        (await folder.RunAsync("topup", "--group", "claude-kiro", "--usd", "5", "--reason", "test")).Exit.ShouldBe(0);
        await UntilAsync(async () => (await PostAsync(hub, keys["claude-kiro"], "/v1/messages", Messages(Model))).Group == "claude-kiro");
        (await PostAsync(hub, keys["claude-kiro,claude-bedrock"], "/v1/messages", Messages(Model))).Group.ShouldBe("claude-kiro");

        // PDF goes to bedrock, and the price is that of the group that served.
        var served = await PostAsync(hub, keys["claude-kiro,claude-bedrock"], "/v1/messages", Messages(Model, Pdf));
        (served.Status, served.Group).ShouldBe((200, "claude-bedrock"), served.Body);
        upstream.Requests[^1].Header("x-api-key").ShouldBe("secret-of-bedrock-like");
        (await RecordAsync(hub, keys["claude-kiro,claude-bedrock"], served)).GetProperty("multiplier").GetString().ShouldBe("1.15");
        (await PostAsync(hub, keys["claude-kiro"], "/v1/messages", Messages(Model, Pdf))).Code.ShouldBe("document_input_unsupported");

        // auto: the vendor's own group before the cheaper ones.
        (await PostAsync(hub, keys["auto"], "/v1/messages", Messages(Model, Pdf))).Group.ShouldBe("anthropic");

        // The 1M variant: by its suffix, or as Claude Code asks for it. The log is the source of truth.
        var plain = await RecordAsync(hub, keys["claude-bedrock"], await PostAsync(hub, keys["claude-bedrock"], "/v1/messages", Messages(Model)));
        (plain.GetProperty("served_model").GetString(), plain.GetProperty("context_window").GetInt32()).ShouldBe((Model, 200_000));
        var suffix = await RecordAsync(hub, keys["claude-bedrock"], await PostAsync(hub, keys["claude-bedrock"], "/v1/messages", Messages(Model + "[1M]")));
        (suffix.GetProperty("requested_model").GetString(), suffix.GetProperty("served_model").GetString(), suffix.GetProperty("upstream_model").GetString(), suffix.GetProperty("context_window").GetInt32())
            .ShouldBe((Model + "[1M]", Model + "[1m]", Model, 1_000_000));
        upstream.Requests[^1].Header("anthropic-beta").ShouldBe("context-1m-2025-08-07");
        var header = await RecordAsync(hub, keys["claude-bedrock"], await PostAsync(hub, keys["claude-bedrock"], "/v1/messages", Messages(Model), "claude-code-20250219,context-1m-2025-08-07"));
        (header.GetProperty("requested_model").GetString(), header.GetProperty("served_model").GetString(), header.GetProperty("context_window").GetInt32()).ShouldBe((Model, Model + "[1m]", 1_000_000));
        upstream.Requests[^1].Header("anthropic-beta").ShouldBe("claude-code-20250219,context-1m-2025-08-07");

        // A model that has 1M tokens by nature needs neither, and none is harmed by them.
        (await PostAsync(hub, keys["claude-bedrock"], "/v1/messages", Messages("claude-opus-4-7[1m]"))).Status.ShouldBe(200);
        (await PostAsync(hub, keys["claude-bedrock"], "/v1/messages", Messages("claude-haiku-4-5"), "context-1m-2025-08-07")).Status.ShouldBe(200);
        var asked = await PostAsync(hub, keys["claude-bedrock"], "/api/route/explain", "{\"path\":\"/v1/messages\",\"headers\":{\"anthropic-beta\":\"context-1m-2025-08-07\"},\"body\":" + Messages(Model) + "}");
        asked.Json.GetProperty("model").GetString().ShouldBe(Model + "[1m]", asked.Body);
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
        await folder.ShouldTellAllAsync();
    }

    [Fact]
    public async Task The_seeds_are_as_the_page_says()
    {
        using var folder = await HubFolder.CreateAsync();
        await folder.WithAsync(static home =>
        {
            var groups = home.Routing.Current.Groups.ToDictionary(static group => group.Name);
            groups["claude-kiro"].Policy.Lacks.ShouldBe(Wire.Vocabulary.Needs.Documents);
            groups.Values.Count(static group => group.Policy != GroupPolicy.Default).ShouldBe(1);
            (groups["codex-cheap"].Status, groups["codex-cheap"].ExpiredOn).ShouldBe((GroupStatus.Expired, Expiry));
            return Task.CompletedTask;
        });
    }

    private static string Messages(string model, string? block = null) =>
        $$$"""{"model":"{{{model}}}","max_tokens":50,"messages":[{"role":"user","content":[{{{(block is null ? "" : block + ",")}}}{"type":"text","text":"hi"}]}]}""";

    private static async Task<(int Status, string? Group, string? Code, string? Id, string Body, JsonElement Json)> PostAsync(HubProcess hub, string secret, string path, string body, string? beta = null)
    {
        using var http = new HttpClient { BaseAddress = hub.Address, Timeout = TimeSpan.FromSeconds(60) };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        if (beta is not null)
            request.Headers.TryAddWithoutValidation("anthropic-beta", beta);
        using var reply = await http.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        return ((int)reply.StatusCode, reply.StatusCode == HttpStatusCode.OK ? Header("x-aiohub-group") : null, Header("x-aiohub-error"), Header("x-aiohub-request-id"), text, document.RootElement.Clone());

        string? Header(string name) => reply.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }

    private static async Task<JsonElement> RecordAsync(HubProcess hub, string secret, (int Status, string? Group, string? Code, string? Id, string Body, JsonElement Json) call)
    {
        call.Status.ShouldBe(200, call.Body);
        using var http = new HttpClient { BaseAddress = hub.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        JsonElement record = default;
        await UntilAsync(async () =>
        {
            using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/api/usage/requests/{call.Id}", UriKind.Relative)));
            record = document.RootElement.Clone();
            return record.GetProperty("state").GetString() == "settled";
        });
        return record;
    }

    /// <summary>A running server takes over what a verb changed within two seconds; a busy machine gets more.</summary>
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            i.ShouldBeLessThan(100, "it did not come true in time");
            await Task.Delay(100);
        }
    }
}
