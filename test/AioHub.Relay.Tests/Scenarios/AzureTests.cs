using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>OpenAI's models through Azure: both surfaces, both kinds of credential, and what Azure says of its own.</summary>
public sealed class AzureTests(SharedHub shared)
{
    private const string Body = """{"model":"test-model","messages":[{"role":"user","content":"hi"}],"max_tokens":64}""";
    private const string Filtered = """data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}""";
    private const string Opening = """data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1,"id":"c","model":"gpt-5-2025-08-07","object":"chat.completion.chunk","system_fingerprint":"fp"}""";
    private const string Content = """data: {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Hello"},"finish_reason":null,"index":0,"logprobs":null}],"created":1,"id":"c","model":"gpt-5-2025-08-07","object":"chat.completion.chunk"}""";
    private const string Offsets = """data: {"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":65},"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"finish_reason":null,"index":0}],"created":1,"id":"","model":"","object":""}""";
    private const string Finish = """data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1,"id":"c","model":"gpt-5-2025-08-07","object":"chat.completion.chunk"}""";
    private const string Usage = """data: {"choices":[],"created":1,"id":"c","model":"gpt-5-2025-08-07","object":"chat.completion.chunk","usage":{"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":0},"prompt_tokens":7,"prompt_tokens_details":{"cached_tokens":3},"total_tokens":12}}""";
    private const string Done = "data: [DONE]";
    private const string Entra = """{"tenant_id":"11111111-2222-3333-4444-555555555555","client_id":"client-of-the-hub","client_secret":"secret-of-the-client"}""";

    private readonly HubUnderTest _hub = shared.Hub;

    [Theory]
    [InlineData("", null, "/openai/v1/chat/completions")]
    [InlineData("/openai", null, "/openai/v1/chat/completions")]
    [InlineData("/openai/v1", "preview", "/openai/v1/chat/completions?api-version=preview")]
    [InlineData("", "v1", "/openai/v1/chat/completions")]
    [InlineData("/prefix/openai/v1", null, "/prefix/openai/v1/chat/completions")]
    [InlineData("", "2024-10-21", "/openai/deployments/my_deployment/chat/completions?api-version=2024-10-21")]
    [InlineData("/openai/deployments/other/chat/completions", "2025-04-01-preview", "/openai/deployments/my_deployment/chat/completions?api-version=2025-04-01-preview")]
    public async Task Both_surfaces_are_called_with_the_deployment(string path, string? version, string target)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply).Header("x-ms-region", "East US").Header("apim-request-id", "a"));
        var cloud = await StartAsync(upstream, "azure-key-0123456789", path, version is null ? [] : [("api_version", version)], "my_deployment");
        var answer = await cloud.PostAsync("/v1/chat/completions?api-version=1999-01-01", Body);
        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldBe(SmallHub.ChatReply);
        answer.Header("x-ms-region").ShouldBeNull();
        answer.Header("apim-request-id").ShouldBeNull();

        var request = upstream.Requests.Single();
        // A caller's own version means nothing here.
        request.Target.ShouldBe(target);
        request.Header("api-key").ShouldBe("azure-key-0123456789");
        request.Header("authorization").ShouldBeNull();
        request.BodyText.ShouldBe(Body.Replace("test-model", "my_deployment", StringComparison.Ordinal));
        (await cloud.ReceiptAsync(answer)).Usage.Output.ShouldBe(5);
    }

    [Theory]
    [InlineData("/v1/responses", """{"model":"test-model","input":"hi"}""", "/openai/v1/responses", "/openai/responses?api-version=2024-10-21")]
    [InlineData("/v1/embeddings", """{"model":"test-model","input":"hi"}""", "/openai/v1/embeddings", "/openai/deployments/d/embeddings?api-version=2024-10-21")]
    [InlineData("/v1/images/generations", """{"model":"test-model","prompt":"hi"}""", "/openai/v1/images/generations", "/openai/deployments/d/images/generations?api-version=2024-10-21")]
    [InlineData("/v1/audio/speech", """{"model":"test-model","input":"hi","voice":"x"}""", "/openai/v1/audio/speech", "/openai/deployments/d/audio/speech?api-version=2024-10-21")]
    public async Task Every_operation_has_its_place_on_both(string path, string body, string v1, string dated)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(400, """{"error":{"code":"BadRequest","message":"Seen."}}"""));
        (await (await StartAsync(upstream, "azure-key-0123456789")).PostAsync(path, body)).Status.ShouldBe(400);
        (await (await StartAsync(upstream, "azure-key-0123456789", settings: [("api_version", "2024-10-21")])).PostAsync(path, body)).Status.ShouldBe(400);
        upstream.Requests.Select(static request => request.Target).ShouldBe([v1, dated]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_stream_with_filter_results_is_content_only_where_it_is(int size)
    {
        string[] events = [Filtered, Opening, Content, Offsets, Finish, Usage, Done];
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("content-type", "text/event-stream").Chunked()
            .SendInPieces(System.Text.Encoding.UTF8.GetBytes(string.Concat(events.Select(static one => one + "\n\n"))), size));
        var cloud = await StartAsync(upstream, "azure-key-0123456789");
        var answer = await cloud.PostAsync("/v1/chat/completions", Body.Replace("\"max_tokens\"", "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\"", StringComparison.Ordinal));
        answer.Text.ShouldBe(string.Concat(events.Select(static one => one + "\n\n")));
        var receipt = await cloud.ReceiptAsync(answer);
        receipt.Outcome.ShouldBe(CallOutcome.Completed);
        (receipt.Usage.Input, receipt.Usage.CacheRead, receipt.Usage.Output).ShouldBe((4, 3, 5));
        cloud.Spent.ShouldBe(new NanoUsd((4 * 2000) + (3 * 200) + (5 * 10_000)));
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"test-model","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("/v1beta/models/test-model:streamGenerateContent?alt=sse", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""")]
    public async Task Filter_results_say_nothing_to_callers_of_other_dialects(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(Filtered, Opening, Content, Offsets, Finish, Usage, Done));
        var cloud = await StartAsync(upstream, "azure-key-0123456789", settings: [("api_version", "2024-10-21")], dialects: [Dialect.OpenAiChat]);
        var answer = await cloud.PostAsync(path, body);
        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldContain("Hello");
        answer.Text.ShouldNotContain("filter");
        (await cloud.ReceiptAsync(answer)).Usage.Output.ShouldBe(5);
    }

    [Fact]
    public async Task Nothing_but_filter_results_is_an_empty_answer_and_free()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(Filtered, Done));
        var cloud = await StartAsync(upstream, "azure-key-0123456789");
        var answer = await cloud.PostAsync("/v1/chat/completions", Body.Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal));
        (await cloud.ReceiptAsync(answer)).Charge.Total.ShouldBe(NanoUsd.Zero);
        cloud.Spent.ShouldBe(NanoUsd.Zero);
    }

    [Fact]
    public async Task A_filtered_prompt_is_the_callers_affair_and_final()
    {
        const string Refusal = """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""";
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(400, Refusal));
        var cloud = await StartAsync(upstream, "azure-key-0123456789");
        for (var i = 0; i < 3; i++)
        {
            var answer = await cloud.PostAsync("/v1/chat/completions", Body);
            answer.Status.ShouldBe(400);
            answer.Error.ShouldBe("content_filter");
            answer.Text.ShouldBe(Refusal);
            answer.Header("x-should-retry").ShouldBe("false");
        }

        upstream.Requests.Count.ShouldBe(3);
        cloud.Spent.ShouldBe(NanoUsd.Zero);
    }

    [Theory]
    [InlineData(429, "429", "Your requests to gpt-5 for gpt-5 in East US 2 have exceeded token rate limit for your current AIServices S0 pricing tier. Please retry after 6 seconds.", 429, "upstream_rate_limited")]
    [InlineData(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait.", 404, "model_not_found")]
    [InlineData(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.", 401, "upstream_unauthorized")]
    public async Task Refusals_are_judged_and_tell_no_region(int status, string code, string message, int shown, string error)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(status, JsonSerializer.Serialize(new { error = new { code, message } })));
        var cloud = await StartAsync(upstream, "azure-key-0123456789");
        var answer = await cloud.PostAsync("/v1/chat/completions", Body);
        answer.Status.ShouldBe(shown, answer.Text);
        answer.Error.ShouldBe(error);
        answer.Text.ShouldNotContain("East US");
        if (status == 429)
            answer.Header("retry-after").ShouldBe("6");
    }

    [Fact]
    public async Task Entra_gives_one_token_for_all_calls_at_once()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.Target.EndsWith("/token", StringComparison.Ordinal)
            ? Reply.Json(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"entra-token-1"}""").WaitBeforeHead(TimeSpan.FromMilliseconds(100)) : Reply.Json(200, SmallHub.ChatReply));
        var cloud = await StartAsync(upstream, Entra, settings: [("authority", upstream.BaseAddress.ToString())]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cloud.PostAsync("/v1/chat/completions", Body)));
        answers.ShouldAllBe(static answer => answer.Status == 200);

        var asked = upstream.Requests.Where(static request => request.Target.EndsWith("/token", StringComparison.Ordinal)).ShouldHaveSingleItem();
        asked.Target.ShouldBe("/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token");
        asked.BodyText.ShouldBe("grant_type=client_credentials&client_id=client-of-the-hub&client_secret=secret-of-the-client&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default");
        var calls = upstream.Requests.Where(static request => !request.Target.EndsWith("/token", StringComparison.Ordinal)).ToList();
        calls.Count.ShouldBe(8);
        calls.ShouldAllBe(static call => call.Header("authorization") == "Bearer entra-token-1" && call.Header("api-key") == null);
    }

    /// <summary>A small form goes from memory, a large one from its file: neither with the secret that buys tokens, in no header, address or body.</summary>
    [Theory]
    [InlineData(2_000, null, "/openai/v1/audio/transcriptions")]
    [InlineData(600_000, null, "/openai/v1/audio/transcriptions")]
    [InlineData(2_000, "2024-10-21", "/openai/deployments/whisper-1/audio/transcriptions?api-version=2024-10-21")]
    public async Task A_form_goes_out_with_a_bought_token_and_never_with_what_buys_it(int size, string? version, string target)
    {
        const string Transcript = """{"text":"hi","usage":{"type":"tokens","input_tokens":7,"input_token_details":{"audio_tokens":7},"output_tokens":1,"total_tokens":8}}""";
        await using var upstream = await FakeUpstream.StartAsync(static request => request.Target.EndsWith("/token", StringComparison.Ordinal)
            ? Reply.Json(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"entra-token-of-forms"}""") : Reply.Json(200, Transcript));
        (string, string)[] settings = [("authority", upstream.BaseAddress.ToString()), .. version is null ? [] : new[] { ("api_version", version) }];
        var cloud = await StartAsync(upstream, Entra.Replace("client-of-the-hub", $"client-of-forms-{size}-{version}", StringComparison.Ordinal), settings: settings, deployment: "whisper-1");
        using var form = new MultipartFormDataContent("a-boundary-of-forms")
        {
            { new ByteArrayContent(new byte[size]), "file", "speech.mp3" },
            { new StringContent("test-model"), "model" },
        };
        var bytes = await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var answer = await cloud.PostAsync("/v1/audio/transcriptions", form);
        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldBe(Transcript);
        upstream.Requests.Count(static request => request.Target.EndsWith("/token", StringComparison.Ordinal)).ShouldBe(1);
        var sent = upstream.Requests[^1];
        sent.Target.ShouldBe(target);
        (sent.Header("authorization"), sent.Header("api-key")).ShouldBe(("Bearer entra-token-of-forms", null));
        sent.Header("content-type").ShouldBe("multipart/form-data; boundary=\"a-boundary-of-forms\"");
        sent.Headers.ShouldAllBe(static header => !header.Value.Contains("secret-of-the-client", StringComparison.Ordinal));
        System.Text.Encoding.Latin1.GetString(sent.Body).ShouldBe(System.Text.Encoding.Latin1.GetString(bytes).Replace("\r\n\r\ntest-model\r\n", "\r\n\r\nwhisper-1\r\n", StringComparison.Ordinal));
        (await cloud.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe((7 * 2_000) + 10_000);
    }

    [Theory]
    [InlineData(401, 401, "upstream_unauthorized")]
    [InlineData(503, 502, "upstream_unreachable")]
    public async Task Without_a_token_the_caller_learns_whose_fault_it_is_and_no_secret(int status, int shown, string error)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(status, """{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided for 'client-of-the-hub', tenant 11111111-2222-3333-4444-555555555555."}"""));
        var cloud = await StartAsync(upstream, Entra, settings: [("authority", upstream.BaseAddress.ToString()), ("scope", $"https://scope-{status}.example.com/.default")]);
        var answer = await cloud.PostAsync("/v1/chat/completions", Body);
        answer.Status.ShouldBe(shown, answer.Text);
        answer.Error.ShouldBe(error);
        answer.Text.ShouldNotContain("client-of-the-hub");
        answer.Text.ShouldNotContain("AADSTS");
        upstream.Requests.ShouldAllBe(static request => request.Target.EndsWith("/token", StringComparison.Ordinal));
        cloud.Spent.ShouldBe(NanoUsd.Zero);
    }

    [Fact]
    public async Task Real_streams_of_Azure_pass_and_are_charged()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var cases = RecordedCases.Of("openai-responses").Where(static one => one.Url.Contains("azure.com", StringComparison.Ordinal)).ToList();
        cases.ShouldNotBeEmpty();
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var recorded in cases)
        {
            upstream.Script(Reply.RecordedCase(recorded));
            var model = JsonSerializer.Deserialize<JsonElement>(recorded.Request).GetProperty("model").GetString()!;
            await _hub.DefineAsync([.. new[] { model }.Where(id => _hub.Home.Catalog.Current.Find(id) is null)]);
            var cloud = await CloudHub.StartAsync(_hub, upstream, "azure", "azure-key-0123456789", [(model, "deployed")]);
            var answer = await cloud.PostAsync("/v1/responses", recorded.Request);
            answer.Body.ShouldBe(recorded.Reply, recorded.Name);
            upstream.Requests[^1].Target.ShouldBe("/openai/v1/responses");
            var told = JsonSerializer.Deserialize<JsonElement>(recorded.Meta.RootElement.GetProperty("derived").GetProperty("usage").GetRawText());
            var usage = (await cloud.ReceiptAsync(answer)).Usage;
            (usage.TotalInput, usage.Output).ShouldBe((told.GetProperty("input_tokens").GetInt64(), told.GetProperty("output_tokens").GetInt64()), recorded.Name);
            cloud.Spent.Value.ShouldBeGreaterThan(0);
        }
    }

    [Theory]
    [InlineData("api_version", "yesterday")]
    [InlineData("scope", "cognitiveservices")]
    [InlineData("authority", "login")]
    public async Task Wrong_settings_are_refused_by_name(string name, string value)
    {
        var wrong = await Should.ThrowAsync<AdminException>(() => _hub.Home.Channels.UpsertAsync(new ChannelDraft
        {
            Name = "azure-wrong", Type = "azure", BaseUrl = "https://name.openai.azure.com", Credentials = [new CredentialDraft("a", "key-0123456789")],
            Settings = new Dictionary<string, string> { [name] = value },
        }));
        wrong.Message.ShouldContain($"settings.{name}");
    }

    private async Task<CloudHub> StartAsync(
        FakeUpstream upstream, string credential, string path = "", (string Name, string Value)[]? settings = null, string deployment = "d", Dialect[]? dialects = null)
    {
        return await CloudHub.StartAsync(_hub, upstream, "azure", credential, [("test-model", deployment)], settings, path, dialects: dialects);
    }
}
