using System.Security.Cryptography;
using System.Text.Json;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed class CloudChannelOnSqliteTests() : CloudChannelTests(DatabaseEngine.Sqlite);

public sealed class CloudChannelOnPostgresTests() : CloudChannelTests(DatabaseEngine.Postgres);

/// <summary>Lists and tests of Azure and Vertex as an operator types them: what is listed is told for what it is, and no screen shows a secret or an account.</summary>
public abstract class CloudChannelTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    private const string Key = "azure-key-0123456789";
    private const string Whole =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ready"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}""";
    private const string Deployments =
        """{"data":[{"scale_settings":{"scale_type":"standard"},"model":"gpt-4o-mini","owner":"organization-owner","id":"my-mini","status":"succeeded","created_at":1699185501,"updated_at":1699185501,"object":"deployment"},{"model":"gpt-4o","id":"soon","status":"creating","object":"deployment"}],"object":"list"}""";
    private const string Models =
        """{"data":[{"status":"succeeded","capabilities":{"fine_tune":false,"inference":true,"completion":false,"chat_completion":true,"embeddings":false},"lifecycle_status":"generally-available","deprecation":{"inference":1790000000},"id":"gpt-4o-mini-2024-07-18","created_at":1721275200,"object":"model"}],"object":"list"}""";
    private const string Gemini =
        """{"candidates":[{"content":{"role":"model","parts":[PART]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12},"modelVersion":"gemini"}""";

    private static readonly string Pem = NewKey();

    [Fact]
    public async Task AzureListsDeploymentsAndIsTested()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.Method == "GET"
            ? request.Target == "/openai/deployments?api-version=2023-03-15-preview" ? Reply.Json(200, Deployments) : Reply.Json(404, "{}")
            : AnswerOf(request));
        await AddAzureAsync(upstream, Key, "");
        var one = (await JsonAsync("channels", "test", "az", "--raw")).GetProperty("credentials")[0];
        one.GetProperty("message").GetString().ShouldBe("the resource lists 1 deployments; not ready: soon (creating)");
        (one.GetProperty("callable").GetBoolean(), one.GetProperty("model").GetString()).ShouldBe((true, "gpt-4o-mini"));
        one.GetProperty("models").EnumerateArray().Select(static id => id.GetString()).ShouldBe(["my-mini"]);
        Steps(one).ShouldBe([("call", true), ("stream", true), ("tools", true)], one.GetRawText());
        upstream.Requests.Skip(1).ShouldAllBe(static request => request.Target == "/openai/v1/responses" || request.Target == "/openai/v1/chat/completions");
        upstream.Requests.ShouldAllBe(static request => request.Header("api-key") == Key && request.Header("authorization") == null);
        upstream.Requests[1].BodyText.ShouldContain("\"my-mini\"");
        (await RunAsync("channels", "test", "az", "--raw")).Output.ShouldNotContain(Key);

        var models = await JsonAsync("channels", "models", "az");
        var line = models.GetProperty("models")[0];
        (line.GetProperty("offered_as")[0].GetString(), line.GetProperty("note").GetString()).ShouldBe(("gpt-4o-mini", "of gpt-4o-mini"));
        models.GetProperty("missing")[0].GetProperty("upstream_model").GetString().ShouldBe("my-gone");
        (await RunAsync("channels", "models", "az")).Output.ShouldContain("MISSING  my-gone, offered as gpt-4o: the upstream does not list it");
    }

    [Theory]
    [InlineData("", "/openai/v1/models")]
    [InlineData("api_version: preview", "/openai/v1/models?api-version=preview")]
    [InlineData("api_version: 2024-10-21", "/openai/models?api-version=2024-10-21")]
    public async Task AzuresModelsAreNoNamesForCalls(string settings, string target)
    {
        await using var upstream = await FakeUpstream.StartAsync(request => request.Method != "GET" ? AnswerOf(request)
            : request.Target == target ? Reply.Json(200, Models) : Reply.Json(404, """{"error":{"code":"404","message":"Resource not found"}}"""));
        await AddAzureAsync(upstream, Key, settings);
        var one = (await JsonAsync("channels", "test", "az")).GetProperty("credentials")[0];
        (one.GetProperty("listed").GetBoolean(), one.GetProperty("callable").GetBoolean()).ShouldBe((true, false));
        one.GetProperty("message").GetString()!.ShouldContain("does not list its deployments (404)");
        // The cheapest that the channel names, though the list does not have it.
        one.GetProperty("model").GetString().ShouldBe("gpt-4o-mini");
        Steps(one).ShouldBe([("call", true), ("stream", true), ("tools", true)], one.GetRawText());

        var output = (await RunAsync("channels", "models", "az")).Output;
        output.ShouldContain("inference, chat_completion; generally-available");
        output.ShouldContain("unlisted my-mini, offered as gpt-4o-mini");
        output.ShouldNotContain("MISSING");
    }

    [Fact]
    public async Task AWrongKeyOfAzuresIsToldAtOnce()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(401, """{"error":{"code":"401","message":"Access denied due to invalid subscription key azure-key-0123456789 or wrong API endpoint."}}"""));
        await AddAzureAsync(upstream, Key, "");
        var (exit, output, _) = await RunAsync("channels", "test", "az", "--list-only", "--raw");
        (exit, upstream.Requests.Count).ShouldBe((1, 1), output);
        output.ShouldContain("answered 401");
        output.ShouldNotContain(Key);
        (await RunAsync("channels", "models", "az")).Error.ShouldContain("answered 401");
        (await RunAsync("channels", "test", "az")).Output.ShouldContain("FAIL  az/a: call of gpt-4o-mini: answered 401: Access denied");
    }

    [Fact]
    public async Task AnApplicationOfEntraListsWithItsToken()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.Target == "/11111111-aaaa-4bbb-8ccc-222222222222/oauth2/v2.0/token"
            ? Reply.Json(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"entra-token-of-the-hub"}""")
            : request.Method == "GET" ? Reply.Json(200, Deployments) : AnswerOf(request));
        const string Application = """{"tenant_id":"11111111-aaaa-4bbb-8ccc-222222222222","client_id":"33333333-aaaa-4bbb-8ccc-444444444444","client_secret":"entra-client-secret"}""";
        await AddAzureAsync(upstream, Application, $"authority: {upstream.BaseAddress}");
        var (exit, output, error) = await RunAsync("channels", "test", "az", "--raw");
        exit.ShouldBe(0, output + error);
        output.ShouldContain("authorization: Bearer …");
        foreach (var secret in new[] { "entra-token-of-the-hub", "entra-client-secret", "11111111-aaaa", "33333333-aaaa" })
            output.ShouldNotContain(secret);
        upstream.Requests.Where(static request => request.Target.StartsWith("/openai/", StringComparison.Ordinal)).ShouldAllBe(static request => request.Header("authorization") == "Bearer entra-token-of-the-hub" && request.Header("api-key") == null);

        upstream.Script(static _ => Reply.Json(401, """{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided for 33333333-aaaa-4bbb-8ccc-444444444444."}"""));
        (exit, output, _) = await RunAsync("channels", "test", "az", "--raw");
        exit.ShouldBe(1);
        output.ShouldContain("The token server 127.0.0.1 answered 401");
        output.ShouldNotContain("33333333-aaaa");
    }

    [Fact]
    public async Task VertexListsPageByPageAndIsTested()
    {
        await using var upstream = await FakeUpstream.StartAsync(AnswerOfGoogle);
        await AddVertexAsync(upstream, FileOf(upstream), "location: us-east5");
        var one = (await JsonAsync("channels", "test", "gcp")).GetProperty("credentials")[0];
        one.GetProperty("models").EnumerateArray().Select(static id => id.GetString()).ShouldBe(["gemini-2.5-flash", "gemini-2.5-pro", "claude-sonnet-4-5@20250929", "claude-opus-4-6"]);
        one.GetProperty("message").GetString()!.ShouldContain("Model Garden lists 4 models of google and anthropic; not all of them are served at us-east5");
        one.GetProperty("model").GetString().ShouldBe("gemini-2.5-flash");
        Steps(one).ShouldBe([("call", true), ("stream", true), ("tools", true)], one.GetRawText());
        upstream.Requests.Where(static request => request.Method == "GET").Select(static request => request.Target).ShouldBe([
            "/v1beta1/publishers/google/models?pageSize=200", "/v1beta1/publishers/google/models?pageSize=200&pageToken=a%2Bb%2Fc%3D%3D", "/v1beta1/publishers/anthropic/models?pageSize=200"]);
        upstream.Requests.Where(static request => request.Target != "/token").ShouldAllBe(static request => request.Header("authorization") == "Bearer google-token-of-the-hub" && request.Header("x-goog-user-project") == null);

        var claude = (await JsonAsync("channels", "test", "gcp", "--model", "claude-sonnet-4-5")).GetProperty("credentials")[0];
        Steps(claude).ShouldBe([("call", true), ("stream", true), ("tools", true)], claude.GetRawText());
        upstream.Requests[^1].Target.ShouldEndWith("/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict");

        var models = (await JsonAsync("channels", "models", "gcp")).GetProperty("models").EnumerateArray().ToArray();
        (models[0].GetProperty("note").GetString(), models[0].GetProperty("offered_as")[0].GetString()).ShouldBe(("GA", "gemini-2.5-flash"));
        // By its date or without.
        models[2].GetProperty("offered_as").EnumerateArray().Select(static name => name.GetString()).ShouldContain("claude-sonnet-4-5");
        var raw = await RunAsync("channels", "test", "gcp", "--raw");
        raw.Output.ShouldContain("authorization: Bearer …");
        foreach (var secret in new[] { "my-project", "google-token-of-the-hub", "PRIVATE KEY", "hub@", "key-id-1" })
            raw.Output.ShouldNotContain(secret);
    }

    [Fact]
    public async Task AnotherProjectOfVertexPaysForTheQuestion()
    {
        await using var upstream = await FakeUpstream.StartAsync(AnswerOfGoogle);
        await AddVertexAsync(upstream, FileOf(upstream), "project: other-project");
        await JsonAsync("channels", "test", "gcp", "--list-only");
        upstream.Requests.Where(static request => request.Method == "GET").ShouldAllBe(static request => request.Header("x-goog-user-project") == "other-project");
        (await RunAsync("channels", "test", "gcp", "--raw")).Output.ShouldNotContain("other-project");
    }

    [Fact]
    public async Task AListOfVertexWithoutAnEndIsCutAndOneThatIsRefusedIsTold()
    {
        var pages = 0;
        await using var upstream = await FakeUpstream.StartAsync(request => request.Method == "GET"
            ? Reply.Json(200, $$"""{"publisherModels":[{"name":"publishers/google/models/model-{{Interlocked.Increment(ref pages)}}"}],"nextPageToken":"more"}""") : AnswerOfGoogle(request));
        await AddVertexAsync(upstream, FileOf(upstream), "location: global");
        var one = (await JsonAsync("channels", "test", "gcp", "--list-only")).GetProperty("credentials")[0];
        (pages, one.GetProperty("models").GetArrayLength()).ShouldBe((40, 40));
        one.GetProperty("message").GetString()!.ShouldContain("and more");

        upstream.Script(static request => request.Method == "GET"
            ? Reply.Json(403, """{"error":{"code":403,"message":"Permission 'aiplatform.models.list' denied for hub@my-project.iam.gserviceaccount.com in projects/my-project.","status":"PERMISSION_DENIED"}}""") : AnswerOfGoogle(request));
        var (exit, output, _) = await RunAsync("channels", "test", "gcp", "--raw");
        exit.ShouldBe(0, "the calls were answered");
        output.ShouldContain("FAIL  gcp/a: models:");
        output.ShouldContain("answered 403");
        output.ShouldNotContain("my-project");
    }

    [Fact]
    public async Task AnApiKeyOfGooglesListsNothingAndCallsTell()
    {
        await using var upstream = await FakeUpstream.StartAsync(AnswerOfGoogle);
        await AddVertexAsync(upstream, "AIza-express-key-0123456789", "location: global");
        var (exit, output, error) = await RunAsync("channels", "test", "gcp");
        exit.ShouldBe(0, output + error);
        output.ShouldContain("skip  gcp/a: models: Google lists no models for API keys");
        output.ShouldContain("pass  gcp/a: call of gemini-2.5-flash");
        upstream.Requests.ShouldAllBe(static request => request.Method == "POST" && request.Target.StartsWith("/v1/publishers/google/models/gemini-2.5-flash:", StringComparison.Ordinal));
        (await RunAsync("channels", "models", "gcp")).Error.ShouldContain("Google lists no models for API keys");
    }

    [Fact]
    public async Task KiroAndConverseAreProbed()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.Target.EndsWith("/converse", StringComparison.Ordinal)
            ? Reply.Json(200, """{"output":{"message":{"role":"assistant","content":[{"text":"Red PELICAN"}]}},"stopReason":"end_turn","usage":{"inputTokens":100,"outputTokens":10,"totalTokens":110}}""")
            : Reply.Status(200).Header("Content-Type", AwsFrames.ContentType).Send(request.Target.EndsWith("/converse-stream", StringComparison.Ordinal)
                ? (byte[])[.. AwsFrames.Event("messageStart", """{"role":"assistant"}"""), .. AwsFrames.Event("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"ready"}}"""), .. AwsFrames.Event("messageStop", """{"stopReason":"end_turn"}"""), .. AwsFrames.Event("metadata", """{"usage":{"inputTokens":100,"outputTokens":10,"totalTokens":110}}""")]
                : [.. AwsFrames.Event("assistantResponseEvent", """{"content":"Red PELICAN"}"""), .. AwsFrames.Event("meteringEvent", """{"usage":0.25,"unit":"credit"}""")]));
        await JsonAsync("channels", "add", "kiro", "--type", "kiro", "--base-url", upstream.BaseAddress.ToString(), "--secret", "ksk_secret_of_kiro", "--allow-private-network", "--model", "claude-sonnet-4-6");
        await JsonAsync("channels", "add", "aws", "--type", "bedrock", "--base-url", upstream.BaseAddress.ToString(), "--secret", "bedrock-api-key-secret", "--allow-private-network", "--setting", "api=converse", "--model", "claude-sonnet-4-6");
        foreach (var name in new[] { "kiro", "aws" })
        {
            var probe = await JsonAsync("channels", "probe", name);
            var findings = probe.GetProperty("models")[0].GetProperty("findings").EnumerateArray().ToDictionary(static one => one.GetProperty("capability").GetString()!, static one => one.GetProperty("verdict").GetString());
            (findings["streaming"], findings["images"]).ShouldBe(("can", "can"), probe.GetRawText());
            findings.Values.ShouldNotContain("cannot");
        }
    }

    private static IEnumerable<(string?, bool)> Steps(JsonElement one) => one.GetProperty("steps").EnumerateArray().Select(static step => (step.GetProperty("name").GetString(), step.GetProperty("ok").GetBoolean()));

    private static string NewKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static string FileOf(FakeUpstream upstream) => JsonSerializer.Serialize(
        new { type = "service_account", project_id = "my-project", private_key_id = "key-id-1", private_key = Pem, client_email = "hub@my-project.iam.gserviceaccount.com", token_uri = $"{upstream.BaseAddress}token" });

    private static Reply AnswerOf(CapturedRequest request) => request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal)
        ? Reply.Sse(
            """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ready"},"finish_reason":null}]}""",
            """data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""", "data: [DONE]")
        : Reply.Json(200, Whole);

    private static Reply AnswerOfGoogle(CapturedRequest request) => request.Target switch
    {
        "/token" => Reply.Json(200, """{"access_token":"google-token-of-the-hub","expires_in":3599,"token_type":"Bearer"}"""),
        "/v1beta1/publishers/google/models?pageSize=200" => Reply.Json(200, """{"publisherModels":[{"name":"publishers/google/models/gemini-2.5-flash","versionId":"default","openSourceCategory":"PROPRIETARY","launchStage":"GA","publisherModelTemplate":"projects/{project}/locations/{location}/publishers/google/models/gemini-2.5-flash@default"}],"nextPageToken":"a+b/c=="}"""),
        "/v1beta1/publishers/google/models?pageSize=200&pageToken=a%2Bb%2Fc%3D%3D" => Reply.Json(200, """{"publisherModels":[{"name":"publishers/google/models/gemini-2.5-pro","versionId":"default","launchStage":"GA"},{"name":"publishers/google/models/gemini-2.5-flash","versionId":"default"}]}"""),
        "/v1beta1/publishers/anthropic/models?pageSize=200" => Reply.Json(200, """{"publisherModels":[{"name":"publishers/anthropic/models/claude-sonnet-4-5","versionId":"20250929","launchStage":"GA"},{"name":"publishers/anthropic/models/claude-opus-4-6","versionId":"default"}]}"""),
        var target when target.EndsWith("rawPredict", StringComparison.OrdinalIgnoreCase) => request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal)
            ? Reply.Sse(
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}",
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"ready\"}}",
                "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}",
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}",
                "event: message_stop\ndata: {\"type\":\"message_stop\"}")
            : Reply.Json(200, """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"ready"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":5}}"""),
        var target when target.Contains("alt=sse", StringComparison.Ordinal) => Reply.Sse("data: " + Gemini.Replace("PART", """{"text":"ready"}""", StringComparison.Ordinal)),
        _ => Reply.Json(200, Gemini.Replace("PART", request.BodyText.Contains("functionDeclarations", StringComparison.Ordinal) ? """{"functionCall":{"name":"note","args":{"word":"ready"}}}""" : """{"text":"ready"}""", StringComparison.Ordinal)),
    };

    private Task AddAzureAsync(FakeUpstream upstream, string secret, string settings) => AddAsync("az", "azure", upstream, secret, settings, "model_map: { gpt-4o-mini: my-mini, gpt-4o: my-gone }, models: [gpt-4o-mini, gpt-4o], dialects: [openai-chat]");

    private Task AddVertexAsync(FakeUpstream upstream, string secret, string settings) => AddAsync("gcp", "vertex", upstream, secret, settings, "models: [gemini-2.5-flash, claude-sonnet-4-5], test_model: gemini-2.5-flash");

    private async Task AddAsync(string name, string type, FakeUpstream upstream, string secret, string settings, string more)
    {
        var variable = "CLOUD_TEST_SECRET_" + Guid.NewGuid().ToString("N").ToUpperInvariant();
        Environment.SetEnvironmentVariable(variable, secret);
        await JsonAsync("apply", Folder.Write(name + ".yaml", $$"""
            version: 1
            channels:
              - { name: {{name}}, type: {{type}}, base_url: "{{upstream.BaseAddress}}", allow_private_network: true, credentials: [{ name: a, secret: "${{{variable}}}" }], settings: { {{settings}} }, {{more}} }
            """));
    }
}
