using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Probes;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Probes;

/// <summary>A probe says what an upstream said clearly, and nothing else.</summary>
public sealed class ChannelProberTests(SharedHub shared)
{
    private const string Secret = "upstream-secret-of-the-probe";

    private static readonly Needs[] All = [Needs.Streaming, Needs.Tools, Needs.Images, Needs.Documents, Needs.JsonSchema, Needs.Reasoning];

    [Theory]
    [InlineData("openai-chat", "openai")]
    [InlineData("openai-responses", "codex")]
    [InlineData("anthropic", "anthropic")]
    [InlineData("gemini", "gemini")]
    public async Task What_an_upstream_shows_it_can(string dialect, string type)
    {
        var host = new ProbedHost(dialect);
        var (outcome, requests) = await RunAsync(host, type);
        outcome.Answered.ShouldBeTrue(outcome.Plain);
        outcome.Findings.Select(static finding => finding.Capability).ShouldBe(All.Order());
        outcome.Findings.ShouldAllBe(static finding => finding.Verdict == ProbeVerdict.Can, string.Join('\n', outcome.Findings));
        // Through the channel's own carrier: address, model's name, credential.
        requests.ShouldAllBe(request => request.Header(type == "anthropic" ? "x-api-key" : type == "gemini" ? "x-goog-api-key" : "authorization")!.EndsWith(Secret, StringComparison.Ordinal));
        requests.ShouldAllBe(static request => (request.Target + request.BodyText).Contains("probed-upstream", StringComparison.Ordinal));
        outcome.Calls.ShouldBe(requests.Count);
        // 100 tokens in at 2, 10 out at 10 USD a million, half price; the stream tells its own.
        outcome.Cost!.Value.Value.ShouldBeGreaterThan(6 * 150_000);
    }

    [Theory]
    [InlineData("openai-chat", "openai", new string[0])]
    [InlineData("openai-chat", "openai", new[] { "stream", "images" })]
    [InlineData("openai-responses", "codex", new[] { "tools", "documents" })]
    [InlineData("anthropic", "anthropic", new[] { "stream", "tools", "images" })]
    [InlineData("gemini", "gemini", new[] { "schema" })]
    public async Task What_an_upstream_refuses_in_so_many_words_it_cannot(string dialect, string type, string[] takes)
    {
        var (outcome, _) = await RunAsync(new ProbedHost(dialect) { Takes = [.. takes] }, type);
        foreach (var (need, kind) in All.Zip(["stream", "tools", "images", "documents", "schema", "reasoning"]))
        {
            Of(outcome, need).Verdict.ShouldBe(takes.Contains(kind) ? ProbeVerdict.Can : ProbeVerdict.Cannot, Of(outcome, need).Reason);
        }

        outcome.Findings.Where(static finding => finding.Verdict == ProbeVerdict.Cannot).ShouldAllBe(static finding => finding.Reason.StartsWith("refused: 4", StringComparison.Ordinal));
    }

    /// <summary>What says nothing of the capability: the verdict stays open.</summary>
    public static TheoryData<int, string> Unclear { get; } = new()
    {
        { 400, "Something about the request is wrong." },
        { 400, "The image is too small: width must be larger than 10 pixels." },
        { 400, "Could not process image" },
        { 401, "Invalid image key" },
        { 403, "images are not allowed for this project" },
        { 404, "image model not found" },
        { 413, "image too large" },
        { 429, "too many images, slow down" },
        { 500, "image backend failed" },
        { 503, "image backend overloaded" },
    };

    [Theory]
    [MemberData(nameof(Unclear))]
    public async Task Only_a_clear_answer_counts(int status, string message)
    {
        var (outcome, _) = await RunAsync(new ProbedHost("openai-chat") { Instead = kind => kind == "images" ? ProbedHost.Refusal(status, message) : null }, "openai");
        Of(outcome, Needs.Images).Verdict.ShouldBe(ProbeVerdict.Unknown, Of(outcome, Needs.Images).Reason);
        outcome.Findings.ShouldNotContain(static finding => finding.Verdict == ProbeVerdict.Cannot);
    }

    [Fact]
    public async Task An_upstream_that_wants_peace_is_not_asked_on()
    {
        var host = new ProbedHost("openai-chat") { Instead = static kind => kind == "images" ? ProbedHost.Refusal(429, "slow down") : null };
        var (outcome, _) = await RunAsync(host, "openai");
        host.Asked.ShouldBe(["plain", "stream", "tools", "images"]);
        (Of(outcome, Needs.Tools).Verdict, Of(outcome, Needs.Documents).Verdict).ShouldBe((ProbeVerdict.Can, ProbeVerdict.Unknown));
        Of(outcome, Needs.Documents).Reason.ShouldStartWith("not asked any more: 429");
    }

    [Fact]
    public async Task What_is_taken_and_not_looked_at_is_not_proved()
    {
        var plain = new ProbedHost("openai-chat");
        var (outcome, _) = await RunAsync(new ProbedHost("openai-chat") { Instead = kind => Reply.Json(200, plain.Whole("plain")) }, "openai");
        outcome.Answered.ShouldBeTrue();
        outcome.Findings.ShouldAllBe(static finding => finding.Verdict == ProbeVerdict.Unknown, string.Join('\n', outcome.Findings));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(400)]
    public async Task Without_a_plain_answer_nothing_is_said(int status)
    {
        var host = new ProbedHost("openai-chat") { Instead = _ => ProbedHost.Refusal(status, $"images, tools, schema: {Secret}") };
        var (outcome, _) = await RunAsync(host, "openai");
        outcome.Answered.ShouldBeFalse();
        outcome.Findings.ShouldAllBe(static finding => finding.Verdict == ProbeVerdict.Unknown && finding.Reason.StartsWith("the plain call failed", StringComparison.Ordinal));
        host.Asked.ShouldAllBe(static kind => kind == "plain");
        (outcome.Plain + string.Concat(outcome.Findings)).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Each_model_is_asked_in_its_own_spelling()
    {
        var host = new ProbedHost("openai-chat") { Refuses = ["max_tokens", "reasoning_effort"] };
        var (outcome, requests) = await RunAsync(host, "openai");
        outcome.Findings.ShouldAllBe(static finding => finding.Verdict == ProbeVerdict.Can, string.Join('\n', outcome.Findings));
        requests[1].BodyText.ShouldContain("max_completion_tokens");
        requests.Skip(1).ShouldAllBe(static request => !request.BodyText.Contains("\"max_tokens\"", StringComparison.Ordinal));
        requests.ShouldContain(static request => request.BodyText.Contains("\"thinking\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_channel_of_several_dialects_is_asked_in_one_that_answers()
    {
        var host = new ProbedHost("openai-responses");
        await using var upstream = await FakeUpstream.StartAsync(request => request.Target.EndsWith("/chat/completions", StringComparison.Ordinal) ? ProbedHost.Refusal(404, "The model does not exist here") : host.Answer(request));
        (await AskAsync(upstream, "openai")).Dialect.ShouldBe(Dialect.OpenAiResponses);
    }

    [Fact]
    public async Task Sound_is_asked_for_when_told()
    {
        var host = new ProbedHost("openai-chat") { Takes = ["stream"] };
        await using var upstream = await FakeUpstream.StartAsync(host.Answer);
        var outcome = await AskAsync(upstream, "openai", audio: true);
        Of(outcome, Needs.Audio).Verdict.ShouldBe(ProbeVerdict.Cannot);
        (await RunAsync(new ProbedHost("openai-chat"), "openai")).Outcome.Findings.ShouldNotContain(static finding => finding.Capability == Needs.Audio);
    }

    [Fact]
    public async Task It_goes_where_the_channels_calls_may_go_and_nowhere_else()
    {
        await using var upstream = await FakeUpstream.StartAsync(new ProbedHost("openai-chat").Answer);
        var outcome = await AskAsync(upstream, "openai", allow: false);
        (outcome.Answered, upstream.Connections).ShouldBe((false, 0));
        outcome.Plain.ShouldContain("allow_private_network");
    }

    [Fact]
    public async Task The_sandbox_can_be_probed_like_any_upstream()
    {
        using var bench = shared.Hub.Home.OpenBench();
        var channel = new Channel { Id = new ChannelId(1), Name = "sandbox", Type = ChannelType.Sandbox };
        var outcome = await ChannelProber.RunAsync(bench, new ProbeOrder(channel, new Credential(default, "-", ""), Target("sandbox/echo")), CancellationToken.None);
        outcome.Answered.ShouldBeTrue(outcome.Plain);
        Of(outcome, Needs.Streaming).Verdict.ShouldBe(ProbeVerdict.Can);
        outcome.Findings.ShouldNotContain(static finding => finding.Verdict == ProbeVerdict.Cannot);
        outcome.Cost!.Value.Value.ShouldBe(0);
    }

    private static ProbeFinding Of(ProbeOutcome outcome, Needs need) => outcome.Findings.Single(finding => finding.Capability == need);

    private async Task<(ProbeOutcome Outcome, IReadOnlyList<CapturedRequest> Requests)> RunAsync(ProbedHost host, string type)
    {
        await using var upstream = await FakeUpstream.StartAsync(host.Answer);
        return (await AskAsync(upstream, type), upstream.Requests);
    }

    private async Task<ProbeOutcome> AskAsync(FakeUpstream upstream, string type, bool allow = true, bool audio = false)
    {
        using var bench = shared.Hub.Home.OpenBench();
        var channel = new Channel
        {
            Id = new ChannelId(1), Name = "up", Type = ChannelTypes.Find(type)!.Type, BaseUrl = upstream.BaseAddress, AllowPrivateNetwork = allow, CostMultiplier = 0.5m,
            Credentials = [new Credential(new CredentialId(1), "a", Secret)],
        };
        return await ChannelProber.RunAsync(bench, new ProbeOrder(channel, channel.Credentials[0], Target("probed-upstream"), audio), TestContext.Current.CancellationToken);
    }

    private static ProbeTarget Target(string upstream) => new(
        new ModelInfo
        {
            Id = "probed", Vendor = "test", DisplayName = "Probed", ContextWindow = 200_000,
            Prices = [new PriceRow { Version = "v", From = DateTime.UnixEpoch, Rates = new Rates { Input = 2, Output = 10 } }],
        },
        upstream, Needs.None);
}
