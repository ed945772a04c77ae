using System.Globalization;
using System.Text;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>The sixteen groups of a first start, each through a channel of its natural type, for the clients that it is meant for.</summary>
public sealed class SeedTableTests(SharedHub shared)
{
    private const string ChatAnswer = """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":700,"completion_tokens":500,"total_tokens":1200}}""";
    private const string MessagesAnswer = """{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":700,"output_tokens":500}}""";
    private const string ImageAnswer = """{"created":1,"data":[{"b64_json":"iVBORw0KGgo="}],"usage":{"input_tokens":700,"output_tokens":500,"total_tokens":1200,"input_tokens_details":{"text_tokens":700,"image_tokens":0}}}""";
    private const string GeminiEvent = """data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":700,"candidatesTokenCount":500,"totalTokenCount":1200}}""";

    private const string ResponseDone =
        """{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"usage":{"input_tokens":700,"input_tokens_details":{"cached_tokens":0},"output_tokens":500,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":1200}}""";

    private const string Pdf = """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}}""";

    private static readonly (string, string)[] ClaudeCode =
    [
        ("anthropic-version", "2023-06-01"), ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14"), ("user-agent", "claude-cli/2.1.0 (external, cli)"), ("x-app", "cli"),
    ];

    private static readonly (string, string)[] Codex = [("originator", "codex_cli_rs"), ("user-agent", "codex_cli_rs/0.60.0"), ("session_id", "0b1f2c3d-0000-1111-2222-333344445555"), ("accept", "text/event-stream")];
    private static readonly (string, string)[] OpenAiSdk = [("user-agent", "OpenAI/Python 2.8.0"), ("x-stainless-lang", "python")];
    private static readonly (string, string)[] GeminiCli = [("user-agent", "GeminiCLI/0.20.0 (linux; x64)")];

    private static readonly Use[] Uses =
    [
        new("auto", "openai", "gpt-5.5", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions") { Served = "openai" },
        new("openai", "openai", "gpt-5.5", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions"),
        new("openai", "openai", "gpt-5.5", "/v1/responses", OpenAiSdk, "/v1/responses"),
        new("openai", "openai", "gpt-image-1.5", "/v1/images/generations", OpenAiSdk, "/v1/images/generations"),
        new("anthropic", "anthropic", "claude-opus-4-7", "/v1/messages?beta=true", ClaudeCode, "/v1/messages?beta=true"),
        new("claude-bedrock", "bedrock", "claude-opus-4-7", "/v1/messages?beta=true", ClaudeCode, "/model/"),
        new("claude-bedrock", "bedrock", "claude-opus-4-7", "/v1/messages", ClaudeCode, "/model/") { Content = Pdf },
        new("claude-kiro", "kiro", "claude-opus-4-7", "/v1/messages?beta=true", ClaudeCode, "/generateAssistantResponse"),
        new("codex", "codex", "gpt-5.5", "/v1/responses", Codex, "/v1/responses") { Streams = true },
        new("codex-passthrough", "codex", "gpt-5.5", "/v1/responses", Codex, "/v1/responses") { Streams = true },
        new("codex-cheap", "codex", "gpt-5.5", "/v1/responses", Codex, "/v1/responses") { Streams = true, IsExpired = true },
        new("codex-cheap-passthrough", "codex", "gpt-5.5", "/v1/responses", Codex, "/v1/responses") { Streams = true, IsExpired = true },
        new("gemini", "gemini", "gemini-2.5-pro", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", GeminiCli, "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"),
        new("xai", "xai", "grok-4", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions"),
        new("doubao", "doubao", "doubao-seed-1-8", "/v1/chat/completions", OpenAiSdk, "/api/v3/chat/completions"),
        new("opensource", "openai-compatible:deepseek", "deepseek-v4-flash", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions"),
        new("opensource-discount", "openai-compatible:moonshot", "kimi-k3", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions"),
        new("opensource-economy", "openai-compatible:siliconflow", "glm-5", "/v1/chat/completions", OpenAiSdk, "/v1/chat/completions"),
        new("opensource-highquality", "openai-compatible:deepseek", "deepseek-v4-pro", "/v1/messages", ClaudeCode, "/anthropic/v1/messages"),
    ];

    private readonly HubUnderTest _hub = shared.Hub;

    public static TheoryData<int, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string, string>();
            for (var i = 0; i < Uses.Length; i++)
                cases.Add(i, Uses[i].Group, Uses[i].Path);

            return cases;
        }
    }

    [Fact]
    public async Task All_sixteen_are_there()
    {
        var seeded = await _hub.Home.Groups.ListAsync();
        Uses.Select(static use => use.Group).Distinct().Count().ShouldBe(16);
        Uses.Select(static use => use.Group).Distinct().ShouldBeSubsetOf(seeded.Select(static listing => listing.Group.Name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_seeded_group_serves_what_it_is_for(int index, string group, string path)
    {
        var use = Uses[index];
        await using var upstream = await FakeUpstream.StartAsync(Script);
        var served = use.Served ?? group;
        var channel = await JoinAsync(served, use, upstream);
        try
        {
            var secret = await KeyAsync(group);
            if (use.IsExpired)
            {
                var refused = await AskAsync(use, path, secret);
                (refused.Status, refused.Error).ShouldBe((403, "group_expired"));
                refused.Text.ShouldContain("2026-05-05");
                upstream.Requests.ShouldBeEmpty();
                // The replacement came: the operator opens the group again.
                await _hub.Home.Groups.UpsertAsync(new GroupDraft { Name = group, Status = GroupStatus.Active });
                await _hub.RefreshAsync();
            }

            var answer = await AskAsync(use, path, secret);
            answer.Status.ShouldBe(200, answer.Text);
            answer.Broken.ShouldBeFalse();
            answer.Header("x-aiohub-group").ShouldBe(served);
            answer.Text.ShouldContain(path.Contains("images", StringComparison.Ordinal) ? "iVBORw0KGgo=" : "Hello");

            var request = upstream.Requests.Single();
            request.Target.ShouldStartWith(use.Target);
            var passes = group.EndsWith("-passthrough", StringComparison.Ordinal);
            request.Header("user-agent")!.StartsWith("aiohub/", StringComparison.Ordinal).ShouldBe(!passes);
            if (passes)
                (request.Header("user-agent"), request.Header("originator")).ShouldBe(("codex_cli_rs/0.60.0", "codex_cli_rs"));
            if (use.Content is not null)
                request.BodyText.ShouldContain("application/pdf");
            request.BodyText.ShouldNotContain(secret);

            await ShouldBeChargedAsync(answer, served, use.Model, secret);
        }
        finally
        {
            await _hub.Home.Channels.RemoveAsync(channel);
            if (use.IsExpired)
                await _hub.Home.Groups.UpsertAsync(new GroupDraft { Name = group, Status = GroupStatus.Expired });

            await _hub.RefreshAsync();
        }
    }

    [Fact]
    public async Task A_PDF_that_Kiro_cannot_read_goes_to_Bedrock_where_the_key_may()
    {
        await using var upstream = await FakeUpstream.StartAsync(Script);
        var kiro = await JoinAsync("claude-kiro", Uses.First(static use => use.Group == "claude-kiro"), upstream);
        var bedrock = await JoinAsync("claude-bedrock", Uses.First(static use => use.Group == "claude-bedrock"), upstream);
        var use = Uses.First(static use => use.Group == "claude-kiro") with { Content = Pdf };
        var refused = await AskAsync(use, "/v1/messages", await KeyAsync("claude-kiro"));
        (refused.Status, refused.Error).ShouldBe((400, "document_input_unsupported"));
        var served = await AskAsync(use, "/v1/messages", await KeyAsync("claude-kiro", "claude-bedrock"));
        (served.Status, served.Header("x-aiohub-group")).ShouldBe((200, "claude-bedrock"), served.Text);
        await _hub.Home.Channels.RemoveAsync(kiro);
        await _hub.Home.Channels.RemoveAsync(bedrock);
        await _hub.RefreshAsync();
    }

    private async Task ShouldBeChargedAsync(Answer answer, string group, string model, string secret)
    {
        // Some vendors ask more at some hours of the day; which hours, the tests of prices know.
        var hours = _hub.Home.Catalog.Current.Find(model)!.PriceAt(TimeProvider.System.GetUtcNow().UtcDateTime)!.Schedule.Select(static window => window.Multiplier).Prepend(1m);
        var multiplier = (await _hub.Home.Groups.ListAsync()).Single(listing => listing.Group.Name == group).Group.Multiplier;
        for (var i = 0; i < 500; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/usage/requests/{answer.RequestId}");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
            var record = (await Answer.ReadAsync(_hub.Client, request)).Json;
            if (record.TryGetProperty("state", out var state) && state.GetString() == "settled")
            {
                decimal.Parse(record.GetProperty("multiplier").GetString()!, CultureInfo.InvariantCulture).ShouldBeOneOf([.. hours.Select(hour => hour * multiplier)]);
                record.GetProperty("group").GetString().ShouldBe(group);
                record.GetProperty("charge_nano_usd").GetInt64().ShouldBeGreaterThan(0);
                record.GetProperty("usage").GetProperty("source").GetString().ShouldBe("reported");
                return;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException("The call was not settled.");
    }

    /// <summary>Puts a channel of the use's type before the seeded sandbox.</summary>
    private async Task<string> JoinAsync(string group, Use use, FakeUpstream upstream)
    {
        var name = $"seed-{group}-{Guid.NewGuid():N}";
        var (type, preset) = use.Type.Split(':') is [var one, var host] ? (one, host) : (use.Type, null);
        await _hub.Home.Channels.UpsertAsync(new ChannelDraft
        {
            Name = name, Type = type, BaseUrl = upstream.BaseAddress.ToString(), AllowPrivateNetwork = true, Credentials = [new CredentialDraft("only", "upstream-secret")],
            Settings = preset is null ? null : new Dictionary<string, string> { ["preset"] = preset },
        });
        await _hub.Home.Groups.UpsertAsync(new GroupDraft { Name = group, Channels = [new MemberDraft(name), new MemberDraft("sandbox", Priority: 100)] });
        await _hub.RefreshAsync();
        return name;
    }

    private async Task<string> KeyAsync(params string[] groups)
    {
        var name = $"seed{Guid.NewGuid():N}";
        var secret = $"sk-caller-{name}";
        await _hub.Home.Identity.UpsertUserAsync(new UserDraft { Email = $"{name}@example.com" });
        var key = await _hub.Home.Identity.CreateKeyAsync(new KeyDraft { Name = name, User = $"{name}@example.com", Secret = secret, Groups = [.. groups] });
        await _hub.Home.Ledger.TopUpAsync(AccountRef.Wallet(key.Owner), NanoUsd.FromUsd(100), "test", "test");
        await _hub.RefreshAsync();
        return secret;
    }

    private Task<Answer> AskAsync(Use use, string path, string secret)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Customer.Json(Encoding.UTF8.GetBytes(use.Body)) };
        request.Headers.TryAddWithoutValidation(path.StartsWith("/v1beta", StringComparison.Ordinal) ? "x-goog-api-key" : path.StartsWith("/v1/messages", StringComparison.Ordinal) ? "x-api-key" : "authorization",
            path.StartsWith("/v1beta", StringComparison.Ordinal) || path.StartsWith("/v1/messages", StringComparison.Ordinal) ? secret : "Bearer " + secret);
        foreach (var (name, value) in use.Headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue(name);

        return Answering(request);

        async Task<Answer> Answering(HttpRequestMessage sent)
        {
            using (sent)
                return await Answer.ReadAsync(_hub.Client, sent);
        }
    }

    private static Reply Script(CapturedRequest request) => request.Target.Split('?')[0] switch
    {
        var path when path.EndsWith("/chat/completions", StringComparison.Ordinal) => Reply.Json(200, ChatAnswer),
        var path when path.EndsWith("/responses", StringComparison.Ordinal) => request.Json().TryGetProperty("stream", out var stream) && stream.GetBoolean()
            ? Reply.Sse(
                """data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","output":[]}}""",
                """data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hello"}""",
                "data: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":" + ResponseDone + "}")
            : Reply.Json(200, ResponseDone),
        var path when path.EndsWith("/messages", StringComparison.Ordinal) || path.EndsWith("/invoke", StringComparison.Ordinal) => Reply.Json(200, MessagesAnswer),
        var path when path.EndsWith(":streamGenerateContent", StringComparison.Ordinal) => Reply.Sse(GeminiEvent),
        var path when path.EndsWith("/images/generations", StringComparison.Ordinal) => Reply.Json(200, ImageAnswer),
        "/generateAssistantResponse" => Reply.Status(200).Header("Content-Type", AwsFrames.ContentType).Chunked()
            .Send(AwsFrames.Event("assistantResponseEvent", """{"content":"Hello"}"""))
            .Send(AwsFrames.Event("metadataEvent", """{"tokenUsage":{"uncachedInputTokens":700,"outputTokens":500,"totalTokens":1200}}""")),
        _ => Reply.Json(404, JsonSerializer.Serialize(new { error = new { message = request.Target } })),
    };

    /// <param name="Type">Of the channel; behind a colon its preset.</param>
    /// <param name="Target">How the upstream's path begins.</param>
    private sealed record Use(string Group, string Type, string Model, string Path, (string Name, string Value)[] Headers, string Target)
    {
        /// <summary>The group that serves, where the key's own is no single one.</summary>
        public string? Served { get; init; }

        public bool IsExpired { get; init; }

        public bool Streams { get; init; }

        /// <summary>A block beside the words.</summary>
        public string? Content { get; init; }

        public string Body => Path switch
        {
            var path when path.StartsWith("/v1beta", StringComparison.Ordinal) => """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""",
            "/v1/responses" => $$"""{"model":"{{Model}}","stream":{{(Streams ? "true" : "false")}},"store":false,"instructions":"Be brief.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}]}""",
            "/v1/images/generations" => $$"""{"model":"{{Model}}","prompt":"a square","size":"1024x1024","quality":"low"}""",
            var path when path.StartsWith("/v1/messages", StringComparison.Ordinal) =>
                "{\"model\":\"" + Model + "\",\"max_tokens\":640,\"messages\":[{\"role\":\"user\",\"content\":[" + (Content is null ? "" : Content + ",") + "{\"type\":\"text\",\"text\":\"hi\"}]}]}",
            _ => $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"hi"}]}""",
        };
    }
}
