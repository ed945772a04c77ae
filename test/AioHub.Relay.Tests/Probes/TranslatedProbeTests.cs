using System.Collections.Frozen;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Probes;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Probes;

/// <summary>Upstreams whose dialect callers do not speak are probed and tested as they are called: translated, and read from frames.</summary>
public sealed class TranslatedProbeTests(SharedHub shared)
{
    private const string Secret = "upstream-secret-of-the-probe";
    private const string Converse = """{"output":{"message":{"role":"assistant","content":[CONTENT]}},"stopReason":"STOP","usage":{"inputTokens":100,"outputTokens":10,"totalTokens":110},"metrics":{"latencyMs":5}}""";

    [Fact]
    public async Task Converse_shows_what_it_can()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => AnswerOfConverse(request, refused: null));
        var outcome = await ProbeAsync(Bedrock(upstream), "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
        outcome.Answered.ShouldBeTrue(outcome.Plain);
        foreach (var need in new[] { Needs.Streaming, Needs.Tools, Needs.Images, Needs.Documents, Needs.Reasoning })
            Of(outcome, need).Verdict.ShouldBe(ProbeVerdict.Can, Of(outcome, need).ToString());

        upstream.Requests.ShouldAllBe(static request => request.Target.EndsWith("/converse", StringComparison.Ordinal) || request.Target.EndsWith("/converse-stream", StringComparison.Ordinal));
        upstream.Requests.ShouldAllBe(static request => request.Header("authorization") == "Bearer " + Secret);
        outcome.Calls.ShouldBe(upstream.Requests.Count);
        outcome.Cost!.Value.Value.ShouldBeGreaterThan(5 * 300_000);
    }

    [Fact]
    public async Task Converse_refuses_in_so_many_words()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => AnswerOfConverse(request, refused: "\"toolConfig\""));
        var outcome = await ProbeAsync(Bedrock(upstream), "meta.llama3-8b-instruct-v1:0");
        Of(outcome, Needs.Tools).Verdict.ShouldBe(ProbeVerdict.Cannot, Of(outcome, Needs.Tools).ToString());
        Of(outcome, Needs.Tools).Reason.ShouldStartWith("refused: 400");
        Of(outcome, Needs.Images).Verdict.ShouldBe(ProbeVerdict.Can);
    }

    [Fact]
    public async Task Kiro_shows_what_it_can_and_what_cannot_be_said_to_it_stays_open()
    {
        await using var upstream = await FakeUpstream.StartAsync(AnswerOfKiro);
        var outcome = await ProbeAsync(Kiro(upstream), "claude-sonnet-4.6");
        outcome.Answered.ShouldBeTrue(outcome.Plain);
        foreach (var need in new[] { Needs.Streaming, Needs.Tools, Needs.Images })
            Of(outcome, need).Verdict.ShouldBe(ProbeVerdict.Can, Of(outcome, need).ToString());

        // Kiro has no documents: the hub says so, and the upstream said nothing.
        Of(outcome, Needs.Documents).Verdict.ShouldBe(ProbeVerdict.Unknown, Of(outcome, Needs.Documents).ToString());
        upstream.Requests.ShouldAllBe(static request => request.Target == "/generateAssistantResponse");
        outcome.Calls.ShouldBe(upstream.Requests.Count);
    }

    [Fact]
    public async Task Kiros_refusal_of_a_picture_is_one()
    {
        await using var upstream = await FakeUpstream.StartAsync(static request => request.BodyText.Contains("\"images\"", StringComparison.Ordinal)
            ? Reply.Json(400, """{"__type":"ValidationException","message":"This model takes no images."}""") : AnswerOfKiro(request));
        var finding = Of(await ProbeAsync(Kiro(upstream), "claude-sonnet-4.6"), Needs.Images);
        finding.Verdict.ShouldBe(ProbeVerdict.Cannot, finding.ToString());
    }

    [Theory]
    [InlineData("claude-sonnet-4-5@20250929", "anthropic", "/publishers/anthropic/models/claude-sonnet-4-5@20250929:")]
    [InlineData("gemini-2.5-flash", "gemini", "/publishers/google/models/gemini-2.5-flash:")]
    public async Task Vertex_is_asked_in_the_models_own_dialect(string model, string dialect, string target)
    {
        await using var upstream = await FakeUpstream.StartAsync(new ProbedHost(dialect).Answer);
        var channel = ChannelOf(upstream, "vertex") with { Settings = new Dictionary<string, string> { ["project"] = "my-project" }.ToFrozenDictionary() };
        var outcome = await ProbeAsync(channel, model);
        outcome.Dialect.ShouldBe(dialect == "gemini" ? Dialect.Gemini : Dialect.AnthropicMessages);
        outcome.Findings.ShouldAllBe(static finding => finding.Verdict == ProbeVerdict.Can, string.Join('\n', outcome.Findings));
        upstream.Requests.ShouldAllBe(request => request.Target.Contains(target, StringComparison.Ordinal));

        using var bench = shared.Hub.Home.OpenBench();
        var steps = await ChannelTester.RunAsync(bench, channel, channel.Credentials[0], Target(model) with { Able = Needs.Tools }, TestContext.Current.CancellationToken);
        steps.ShouldAllBe(static step => step.Ok, string.Join('\n', steps.Select(static step => step.Message)));
        steps.Select(static step => step.Name).ShouldBe(["call", "stream", "tools"]);
        steps.ShouldAllBe(static step => !step.Exchange!.Address.Contains("my-project", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_says_what_the_upstream_said_without_the_secret()
    {
        await using var upstream = await FakeUpstream.StartAsync(static _ => Reply.Json(403, $$"""{"message":"The security token {{Secret}} included in the request is expired"}""").Header("x-amzn-ErrorType", "ExpiredTokenException"));
        using var bench = shared.Hub.Home.OpenBench();
        var channel = Kiro(upstream);
        var step = (await ChannelTester.RunAsync(bench, channel, channel.Credentials[0], Target("claude-sonnet-4.6"), TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        step.Ok.ShouldBeFalse();
        step.Message.ShouldStartWith("answered 403: ");
        step.Message.ShouldContain("is expired");
        (step.Message + step.Exchange!.Reply + string.Concat(step.Exchange.Headers)).ShouldNotContain(Secret);
    }

    private static Channel Bedrock(FakeUpstream upstream) => ChannelOf(upstream, "bedrock") with { Settings = new Dictionary<string, string> { ["api"] = "converse", ["region"] = "us-east-1" }.ToFrozenDictionary() };

    private static Channel Kiro(FakeUpstream upstream) => ChannelOf(upstream, "kiro");

    private static Channel ChannelOf(FakeUpstream upstream, string type) => new()
    {
        Id = new ChannelId(1), Name = "up", Type = ChannelTypes.Find(type)!.Type, BaseUrl = upstream.BaseAddress, AllowPrivateNetwork = true, Credentials = [new Credential(new CredentialId(1), "a", Secret)],
    };

    private static ProbeFinding Of(ProbeOutcome outcome, Needs need) => outcome.Findings.Single(finding => finding.Capability == need);

    private static Reply AnswerOfConverse(CapturedRequest request, string? refused)
    {
        var text = request.BodyText;
        if (refused is not null && text.Contains(refused, StringComparison.Ordinal))
            return Reply.Json(400, """{"message":"This model doesn't support tool use."}""").Header("x-amzn-ErrorType", "ValidationException");
        if (request.Target.EndsWith("/converse-stream", StringComparison.Ordinal))
        {
            return Frames(
                ("messageStart", """{"role":"assistant"}"""), ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"ready"}}"""), ("contentBlockStop", """{"contentBlockIndex":0}"""),
                ("messageStop", """{"stopReason":"end_turn"}"""), ("metadata", """{"usage":{"inputTokens":100,"outputTokens":10,"totalTokens":110},"metrics":{"latencyMs":5}}"""));
        }

        var isTool = text.Contains("\"toolConfig\"", StringComparison.Ordinal);
        var content = isTool ? """{"toolUse":{"toolUseId":"t","name":"note","input":{"word":"ready"}}}"""
            : text.Contains("\"thinking\"", StringComparison.Ordinal) ? """{"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},{"text":"391"}"""
            : $$"""{"text":"{{Said(text)}}"}""";
        return Reply.Json(200, Converse.Replace("CONTENT", content, StringComparison.Ordinal).Replace("STOP", isTool ? "tool_use" : "end_turn", StringComparison.Ordinal));
    }

    private static Reply AnswerOfKiro(CapturedRequest request) => request.BodyText.Contains("\"tools\"", StringComparison.Ordinal)
        ? Frames(("toolUseEvent", """{"name":"note","toolUseId":"t","input":"{\"word\":\"ready\"}"}"""), ("toolUseEvent", """{"name":"note","toolUseId":"t","stop":true}"""), ("meteringEvent", """{"usage":0.25,"unit":"credit"}"""))
        : Frames(("assistantResponseEvent", $$"""{"content":"{{Said(request.BodyText)}}"}"""), ("meteringEvent", """{"usage":0.25,"unit":"credit"}"""));

    /// <summary>By the words of the question, which each dialect carries as they are.</summary>
    private static string Said(string text) => text.Contains("Which colour", StringComparison.Ordinal) ? "Red." : text.Contains("in this document", StringComparison.Ordinal) ? "PELICAN" : "ready";

    private static Reply Frames(params (string Type, string Json)[] events) => Reply.Status(200).Header("Content-Type", AwsFrames.ContentType).Send((byte[])[.. events.SelectMany(static one => AwsFrames.Event(one.Type, one.Json))]);

    private static ProbeTarget Target(string upstream) => new(
        new ModelInfo
        {
            Id = "probed", Vendor = "test", DisplayName = "Probed", ContextWindow = 200_000,
            Prices = [new PriceRow { Version = "v", From = DateTime.UnixEpoch, Rates = new Rates { Input = 2, Output = 10 } }],
        },
        upstream, Needs.None);

    private async Task<ProbeOutcome> ProbeAsync(Channel channel, string upstreamModel)
    {
        using var bench = shared.Hub.Home.OpenBench();
        return await ChannelProber.RunAsync(bench, new ProbeOrder(channel, channel.Credentials[0], Target(upstreamModel)), TestContext.Current.CancellationToken);
    }
}
