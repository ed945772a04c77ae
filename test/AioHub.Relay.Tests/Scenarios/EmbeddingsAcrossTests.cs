using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>OpenAI's embeddings over Google's models, and Google's over OpenAI's: what is sent, what comes back, what it costs, what is refused.</summary>
public sealed class EmbeddingsAcrossTests(SharedHub shared)
{
    private const string OpenAi = "/v1/embeddings";
    private const string Single = "/v1beta/models/test-model:embedContent";
    private const string Batch = "/v1beta/models/test-model:batchEmbedContents";
    private const string Upstream = "embedding-upstream";

    private readonly HubUnderTest _hub = shared.Hub;

    [Theory]
    [InlineData("""{"model":"test-model","input":"caf\u00e9"}""", """{"requests":[{"model":"models/embedding-upstream","content":{"parts":[{"text":"caf\u00e9"}]}}]}""", 1)]
    [InlineData("""{"input":["a","b"],"model":"test-model","dimensions":2,"encoding_format":"float"}""",
        """{"requests":[{"model":"models/embedding-upstream","content":{"parts":[{"text":"a"}]},"outputDimensionality":2},{"model":"models/embedding-upstream","content":{"parts":[{"text":"b"}]},"outputDimensionality":2}]}""", 2)]
    public async Task OpenAIs_question_is_asked_of_Google(string asked, string sent, int rows)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Google(rows, """,{"promptTokenCount":7}""")));
        var customer = await _hub.CustomerAsync(Of("gemini"), upstream);
        var answer = await customer.PostAsync(OpenAi, asked);
        answer.Status.ShouldBe(200, answer.Text);
        var request = upstream.Requests.Single();
        (request.Target, request.BodyText, request.Header("x-goog-api-key")).ShouldBe(($"/v1beta/models/{Upstream}:batchEmbedContents", sent, customer.UpstreamSecret()));
        answer.Text.ShouldBe($$$"""{"object":"list","data":[{{{string.Join(',', Enumerable.Range(0, rows).Select(static i => $$"""{"object":"embedding","index":{{i}},"embedding":[{{i}}.6,-0.80,0e0]}"""))}}}],"model":"test-model","usage":{"prompt_tokens":7,"total_tokens":7}}"""
            .Replace("[1.6,-0.80,0e0]", asked.Contains("dimensions", StringComparison.Ordinal) ? "[0.8944272,-0.4472136,0]" : "[1.6,-0.80,0e0]", StringComparison.Ordinal));
        var receipt = await customer.ReceiptAsync(answer);
        (receipt.Usage.Input, receipt.Usage.Source, receipt.Charge.Total.Value).ShouldBe((7, UsageSource.Reported, 7 * 2_000));
        receipt.Losses.ShouldBeEmpty();
        customer.Spent.ShouldBe(receipt.Charge.Total);
        await customer.ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task Base64_holds_the_same_numbers_as_floats()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Google(1, "")));
        var customer = await _hub.CustomerAsync(Of("gemini"), upstream);
        var answer = await customer.PostAsync(OpenAi, """{"model":"test-model","input":["hello there"],"encoding_format":"base64","user":"me"}""");
        var text = answer.Json.GetProperty("data")[0].GetProperty("embedding").GetString()!;
        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(text)).ToArray().ShouldBe([0.6f, -0.8f, 0f]);
        answer.Header("x-aiohub-losses").ShouldBe("user");

        // Google told no tokens: they are counted, the caller is told what it pays for.
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Usage.Source.ShouldBe(UsageSource.Counted);
        receipt.Usage.Input.ShouldBeInRange(2, 8);
        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt64().ShouldBe(receipt.Usage.Input);
        receipt.Charge.Total.Value.ShouldBe(receipt.Usage.Input * 2_000);
        receipt.Losses.Select(static loss => loss.Path).ShouldBe(["user"]);
    }

    [Fact]
    public async Task Googles_two_questions_are_asked_of_OpenAI()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(Of("openai-compatible"), upstream);

        upstream.Script(Reply.Json(200, OpenAis("[0.5,-1e-3]")));
        var single = await customer.PostAsync(Single, """{"model":"models/test-model","content":{"role":"user","parts":[{"text":"one"},{"text":"two"}]},"task_type":"RETRIEVAL_QUERY","output_dimensionality":2}""");
        single.Status.ShouldBe(200, single.Text);
        (upstream.Requests[^1].Target, upstream.Requests[^1].BodyText).ShouldBe(("/v1/embeddings", $$"""{"model":"{{Upstream}}","input":["one\ntwo"],"dimensions":2}"""));
        single.Text.ShouldBe("""{"embedding":{"values":[0.5,-1e-3]},"usageMetadata":{"promptTokenCount":9}}""");
        single.Header("x-aiohub-losses").ShouldBe("content.parts, taskType");
        (await customer.ReceiptAsync(single)).Charge.Total.Value.ShouldBe(9 * 2_000);

        // Rows in the order of their index; base64 from a host that gives nothing else.
        upstream.Script(Reply.Json(200, """{"data":[{"index":1,"embedding":"AAAAPwAAgL8="},{"index":0,"embedding":[0.25,1]}],"model":"x","usage":{"prompt_tokens":9,"total_tokens":9}}"""));
        var batch = await customer.PostAsync(Batch, """{"requests":[{"content":{"parts":[{"text":"a"}]}},{"model":"models/test-model","content":{"parts":[{"text":"b"}]}}]}""");
        batch.Text.ShouldBe("""{"embeddings":[{"values":[0.25,1]},{"values":[0.5,-1]}],"usageMetadata":{"promptTokenCount":9}}""");
        upstream.Requests[^1].BodyText.ShouldBe($$"""{"model":"{{Upstream}}","input":["a","b"]}""");
        batch.Header("x-aiohub-losses").ShouldBeNull();
        customer.Spent.Value.ShouldBe(2 * 9 * 2_000);
    }

    [Theory]
    [InlineData("gemini", OpenAi, """{"model":"test-model","input":[1,2,3]}""", "input")]
    [InlineData("gemini", OpenAi, """{"model":"test-model","input":[[1,2],[3]]}""", "input")]
    [InlineData("gemini", OpenAi, """{"model":"test-model","input":[]}""", "input")]
    [InlineData("gemini", OpenAi, """{"model":"test-model"}""", "input")]
    [InlineData("gemini", OpenAi, """{"model":"test-model","input":"a","dimensions":0}""", "dimensions")]
    [InlineData("gemini", OpenAi, """{"model":"test-model","input":"a","encoding_format":"int8"}""", "encoding_format")]
    [InlineData("openai-compatible", Single, """{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}""", "content.parts")]
    [InlineData("openai-compatible", Single, """{"taskType":"X"}""", "content")]
    [InlineData("openai-compatible", Batch, """{"requests":[]}""", "requests")]
    [InlineData("openai-compatible", Batch, """{"requests":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]},"outputDimensionality":3}]}""", "requests[1].outputDimensionality")]
    public async Task What_would_mean_something_else_is_refused_by_name_and_reaches_nobody(string type, string path, string body, string field)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Google(1, "")));
        var customer = await _hub.CustomerAsync(Of(type), upstream);
        var answer = await customer.PostAsync(path, body);
        answer.Status.ShouldBe(400, answer.Text);
        answer.Text.ShouldContain($"\\\"{field}\\\"");
        upstream.Requests.ShouldBeEmpty();
        await customer.ShouldHavePaidNothingAsync();
    }

    [Theory]
    [InlineData("""{"embeddings":[{"values":[1]}]}""")]
    [InlineData("""{"embeddings":[{"values":[1]},{"values":[]}]}""")]
    [InlineData("""{"embeddings":[{"values":[1]},{"values":["x"]}]}""")]
    [InlineData("""{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}""")]
    [InlineData("<html>")]
    public async Task An_answer_that_does_not_fit_is_a_failed_attempt_and_free(string reply)
    {
        await using var wrong = await FakeUpstream.StartAsync(_ => Reply.Json(200, reply));
        await using var right = await FakeUpstream.StartAsync(_ => Reply.Json(200, Google(2, """,{"promptTokenCount":2}""")));
        var customer = await _hub.CustomerAsync(Of("gemini"), wrong, right);
        var answer = await customer.PostAsync(OpenAi, """{"model":"test-model","input":["a","b"]}""");
        answer.Status.ShouldBe(200, answer.Text);
        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        (await customer.ReceiptAsync(answer)).Attempts.Length.ShouldBe(2);
        customer.Spent.Value.ShouldBe(2 * 2_000);
        var alone = await _hub.CustomerAsync(Of("gemini"), wrong);
        (await alone.PostAsync(OpenAi, """{"model":"test-model","input":["a","b"]}""")).Status.ShouldBeGreaterThanOrEqualTo(400);
        await alone.ShouldHavePaidNothingAsync();
    }

    [Fact]
    public async Task Vertex_and_passthrough_groups_are_not_asked()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Google(1, "")));
        var passthrough = await _hub.CustomerAsync(Of("gemini") with { Mode = GroupMode.Passthrough }, upstream);
        var refused = await passthrough.PostAsync(OpenAi, """{"model":"test-model","input":"a"}""");
        refused.Status.ShouldBe(400, refused.Text);
        var vertex = await CloudHub.StartAsync(_hub, upstream, "vertex", "express-key-0123456789", [("test-model", Upstream)]);
        (await vertex.PostAsync(OpenAi, """{"model":"test-model","input":"a"}""")).Status.ShouldBe(400);
        upstream.Requests.ShouldBeEmpty();
    }

    /// <summary>Google's own recordings, asked for in OpenAI's words: the same question goes out, and the same numbers come back.</summary>
    [Theory]
    [InlineData("011")]
    [InlineData("013")]
    [InlineData("015")]
    public async Task Recorded_answers_of_Googles_come_back_in_OpenAIs_shape(string number)
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var recorded = RecordedCases.Of("gemini-other").Single(one => one.Name.StartsWith(number, StringComparison.Ordinal));
        var recordedRequest = JsonNode.Parse(recorded.Request)!;
        Assert.SkipUnless(recordedRequest["requests"] is JsonArray, "It is no batch.");
        var requests = recordedRequest["requests"]!.AsArray();
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.RecordedCase(recorded));
        var customer = await _hub.CustomerAsync(Of("gemini") with { ModelMap = new Dictionary<string, string> { ["test-model"] = "gemini-embedding-2" } }, upstream);
        var asked = new JsonObject { ["model"] = "test-model", ["input"] = new JsonArray([.. requests.Select(static one => one!["content"]!["parts"]![0]!["text"]!.DeepClone())]) };
        if (requests[0]!["outputDimensionality"] is { } dimensions)
            asked["dimensions"] = dimensions.DeepClone();

        var answer = await customer.PostAsync(OpenAi, asked.ToJsonString());
        answer.Status.ShouldBe(200, answer.Text);
        JsonNode.DeepEquals(JsonNode.Parse(upstream.Requests[^1].Body), recordedRequest).ShouldBeTrue(upstream.Requests[^1].BodyText);
        var told = JsonDocument.Parse(recorded.Reply).RootElement;
        var rows = answer.Json.GetProperty("data").EnumerateArray().Select(static row => row.GetProperty("embedding").EnumerateArray().Select(static value => value.GetDouble()).ToArray()).ToArray();
        rows.ShouldBe(told.GetProperty("embeddings").EnumerateArray().Select(static row => row.GetProperty("values").EnumerateArray().Select(static value => value.GetDouble()).ToArray()).ToArray());
        var tokens = told.GetProperty("usageMetadata").GetProperty("promptTokenCount").GetInt64();
        answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt64().ShouldBe(tokens);
        customer.Spent.Value.ShouldBe(tokens * 2_000);
    }

    private static Offer Of(string type) => new(type) { ModelMap = new Dictionary<string, string> { [HubUnderTest.Model] = Upstream } };

    /// <summary>Rows of three numbers: 0.6, -0.8, 0 is of length one, the next is not.</summary>
    private static string Google(int rows, string usage) =>
        $$"""{ "embeddings": [ {{string.Join(", ", Enumerable.Range(0, rows).Select(static i => $$"""{ "values": [ {{i}}.6, -0.80, 0e0 ] }"""))}} ]{{(usage.Length == 0 ? "" : ",\"usageMetadata\":" + usage[1..])}} }""";

    private static string OpenAis(string row) => $$$"""{"object":"list","data":[{"object":"embedding","index":0,"embedding":{{{row}}}}],"model":"x","usage":{"prompt_tokens":9,"total_tokens":9}}""";
}
