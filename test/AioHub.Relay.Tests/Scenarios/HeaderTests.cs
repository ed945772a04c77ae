using System.Text;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Which headers go where, and that no credential ever crosses over.</summary>
public sealed class HeaderTests(SharedHub shared)
{
    private readonly HubUnderTest _hub = shared.Hub;

    private static readonly (string, string)[] OfClients =
    [
        ("anthropic-beta", "tools-2024"), ("x-stainless-lang", "js"), ("openai-beta", "responses=v1"), ("x-app", "cli"), ("session-id", "s1"), ("accept", "text/event-stream"),
    ];

    private static readonly (string, string)[] Private =
    [
        ("cookie", "a=b"), ("x-forwarded-for", "10.1.2.3"), ("cf-connecting-ip", "10.1.2.3"), ("x-real-ip", "10.1.2.3"), ("forwarded", "for=10.1.2.3"), ("via", "1.1 proxy"),
        ("accept-encoding", "gzip"), ("proxy-authorization", "Basic eDp5"), ("x-aiohub-secret", "1"), ("te", "trailers"),
    ];

    [Fact]
    public async Task A_gateway_sends_what_means_something_to_the_upstream()
    {
        var request = await SentAsync(new Offer(), [.. OfClients, .. Private, ("x-unknown", "1"), ("user-agent", "claude-cli/2.0")]);
        foreach (var (name, value) in OfClients)
        {
            request.Header(name).ShouldBe(value, name);
        }

        foreach (var (name, _) in Private)
        {
            request.Header(name).ShouldBeNull(name);
        }

        request.Header("x-unknown").ShouldBeNull();
        request.Header("user-agent")!.ShouldStartWith("aiohub/");
    }

    [Fact]
    public async Task A_passthrough_sends_the_clients_own_but_for_what_is_private()
    {
        var request = await SentAsync(new Offer { Mode = GroupMode.Passthrough }, [.. OfClients, .. Private, ("x-unknown", "1"), ("user-agent", "claude-cli/2.0")]);
        foreach (var (name, value) in OfClients)
        {
            request.Header(name).ShouldBe(value, name);
        }

        foreach (var (name, _) in Private)
        {
            request.Header(name).ShouldBeNull(name);
        }

        request.Header("x-unknown").ShouldBe("1");
        request.Header("user-agent").ShouldBe("claude-cli/2.0");
    }

    [Theory]
    [InlineData(new string[0], "2023-06-01")]
    [InlineData(new[] { "2024-10-22" }, "2024-10-22")]
    [InlineData(new[] { "2023-06-01", "2023-06-01" }, "2023-06-01")]
    public async Task The_version_of_Anthropic_is_sent_once(string[] asked, string sent)
    {
        var request = await SentAsync(new Offer(), [.. asked.Select(static value => ("anthropic-version", value))]);
        request.Headers.Count(static header => header.Key.Equals("anthropic-version", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
        request.Header("anthropic-version").ShouldBe(sent);
    }

    [Theory]
    [InlineData(null, "context-1m-2025-08-07")]
    [InlineData("tools-2024", "tools-2024,context-1m-2025-08-07")]
    [InlineData("context-1m-2025-08-07", "context-1m-2025-08-07")]
    public async Task The_1m_suffix_is_taken_off_and_its_beta_asked_for_once(string? asked, string sent)
    {
        var sample = Sample.Of(Dialect.AnthropicMessages);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.Path, sample.Body.Replace("\"test-model\"", "\"test-model[1m]\"", StringComparison.Ordinal), asked is null ? [] : [("anthropic-beta", asked)]);
        answer.Status.ShouldBe(200);
        var request = upstream.Requests[0];
        request.BodyText.ShouldBe(sample.Body);
        request.Headers.Where(static header => header.Key.Equals("anthropic-beta", StringComparison.OrdinalIgnoreCase)).ShouldHaveSingleItem().Value.Replace(" ", "", StringComparison.Ordinal).ShouldBe(sent);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.RequestedModel.ShouldBe("test-model[1m]");
        receipt.ContextWindow.ShouldBe(1_000_000);
    }

    [Theory]
    [InlineData(Dialect.OpenAiChat)]
    [InlineData(Dialect.OpenAiResponses)]
    [InlineData(Dialect.Gemini)]
    public async Task The_1m_suffix_is_taken_off_in_other_dialects(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(
            sample.Path.Replace("test-model:", "test-model[1m]:", StringComparison.Ordinal), sample.Body.Replace("\"test-model\"", "\"test-model[1m]\"", StringComparison.Ordinal));
        answer.Status.ShouldBe(200);
        upstream.Requests[0].BodyText.ShouldBe(sample.Body);
        upstream.Requests[0].Target.ShouldBe(sample.Path);
        upstream.Requests[0].Header("anthropic-beta").ShouldBeNull();
    }

    /// <summary>Where a caller may put its key.</summary>
    public static TheoryData<Dialect, string> Places
    {
        get
        {
            var data = new TheoryData<Dialect, string>();
            foreach (var dialect in Sample.All.Select(static sample => sample.Dialect))
            {
                foreach (var place in new[] { "authorization", "x-api-key", "x-goog-api-key", "?key=", "?KEY=", "?k%65y=", "all" })
                {
                    data.Add(dialect, place);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Each_key_opens_and_never_goes_on(Dialect dialect, string place)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        foreach (var mode in new[] { GroupMode.Gateway, GroupMode.Passthrough })
        {
            var customer = await _hub.CustomerAsync(new Offer { Mode = mode }, upstream);
            var path = sample.Path + (place[0] == '?' ? place + customer.Secret + "&beta=true" : "");
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Customer.Json(sample.Body) };
            foreach (var name in place == "all" ? ["authorization", "x-api-key", "x-goog-api-key"] : place[0] == '?' ? Array.Empty<string>() : [place])
            {
                request.Headers.TryAddWithoutValidation(name, (name == "authorization" ? "Bearer " : "") + customer.Secret);
            }

            var answer = await Answer.ReadAsync(_hub.Client, request);
            answer.Text.ShouldBe(sample.Reply);
            var sent = upstream.Requests[^1];
            Everything(sent).ShouldNotContain(customer.Secret);
            sent.Target.ShouldBe(sample.Path + (place[0] == '?' ? "?beta=true" : ""));
            var expected = dialect switch { Dialect.AnthropicMessages => "x-api-key", Dialect.Gemini => "x-goog-api-key", _ => "authorization" };
            sent.Header(expected).ShouldBe((expected == "authorization" ? "Bearer " : "") + customer.UpstreamSecret());
            sent.Headers.Count(static header => header.Key.ToLowerInvariant() is "authorization" or "x-api-key" or "x-goog-api-key").ShouldBe(1);
        }
    }

    /// <summary>Upstreams that repeat the hub's credential.</summary>
    public static TheoryData<string> Leaks { get; } =
    [
        "400", "401", "402", "403", "404", "408", "409", "422", "429", "500", "502", "503", "529", "error in a 200", "first event", "late event", "headers", "plain text 500",
    ];

    [Theory]
    [MemberData(nameof(Leaks))]
    public async Task The_upstreams_credential_never_reaches_a_caller(string how)
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(new Offer { Role = Role.Owner }, upstream);
        var error = "{\"error\":{\"message\":\"key " + customer.UpstreamSecret() + " is wrong\",\"type\":\"some_error\",\"code\":\"" + customer.UpstreamSecret() + "\",\"param\":\"" + customer.UpstreamSecret() + "\"}}";
        upstream.Script(_ => how switch
        {
            "error in a 200" => Reply.Json(200, error),
            "first event" => Reply.Sse("data: " + error),
            "late event" => Reply.Sse(sample.Beginning).Wait(TimeSpan.FromMilliseconds(150)).Send("data: " + error + "\n\n"),
            "headers" => Reply.Json(200, sample.Reply).Header("x-echo", customer.UpstreamSecret()).Header("set-cookie", customer.UpstreamSecret()).Header("openai-organization", "org-1"),
            "plain text 500" => Reply.Status(500).Header("Content-Type", "text/plain").Send("bad key " + customer.UpstreamSecret()),
            _ => Reply.Json(int.Parse(how, System.Globalization.CultureInfo.InvariantCulture), error),
        });
        foreach (var body in new[] { sample.Body, sample.StreamBody })
        {
            var answer = await customer.PostAsync(sample.Path, body);
            answer.Text.ShouldNotContain(customer.UpstreamSecret());
            string.Join('\n', answer.Headers.Select(static header => header.Key + ": " + header.Value)).ShouldNotContain(customer.UpstreamSecret());
            answer.Header("openai-organization").ShouldBeNull();
            answer.Header("set-cookie").ShouldBeNull();
            (await customer.GetAsync("/api/usage/requests/" + answer.RequestId)).Text.ShouldNotContain(customer.UpstreamSecret());
        }
    }

    [Fact]
    public async Task Useful_headers_of_a_reply_are_shown()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(
            _ => sample.WholeReply().Header("x-request-id", "req_1").Header("openai-processing-ms", "12").Header("server", "nginx").Header("x-ratelimit-remaining-requests", "3"));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        answer.Header("x-request-id").ShouldBe("req_1");
        answer.Header("openai-processing-ms").ShouldBe("12");
        answer.Header("server").ShouldBeNull();
        answer.Header("x-ratelimit-remaining-requests").ShouldBeNull();
        answer.Header("x-aiohub-group").ShouldBe(customer.Name);
        answer.Header("x-aiohub-model").ShouldBe("test-model");
        answer.Header("x-aiohub-attempts").ShouldBe("1");
        answer.Header("x-aiohub-cost-usd").ShouldBe("0.000064000");
        answer.Header("x-aiohub-channel").ShouldBeNull();
    }

    [Theory]
    [InlineData(Role.User, false)]
    [InlineData(Role.Operator, true)]
    [InlineData(Role.Owner, true)]
    public async Task The_channel_is_for_operators(Role role, bool shown)
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(request => request.BodyText.Contains("\"stream\"", StringComparison.Ordinal) ? sample.StreamReply() : sample.WholeReply());
        var customer = await _hub.CustomerAsync(new Offer { Role = role }, upstream);
        foreach (var body in new[] { sample.Body, sample.StreamBody })
        {
            var answer = await customer.PostAsync(sample.Path, body);
            answer.Header("x-aiohub-channel").ShouldBe(shown ? customer.Name + "-0" : null);
            var record = await customer.GetAsync("/api/usage/requests/" + answer.RequestId);
            record.Text.Contains(customer.Name + "-0", StringComparison.Ordinal).ShouldBe(shown);
            var explained = await customer.PostAsync("/api/route/explain", """{"model":"test-model"}""");
            explained.Text.Contains(customer.Name + "-0", StringComparison.Ordinal).ShouldBe(shown);
        }
    }

    [Fact]
    public async Task Odd_header_values_and_codes_of_an_upstream_break_nothing()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        upstream.Script(_ => sample.WholeReply().Header("x-request-id", "réq"));
        (await customer.PostAsync(sample.Path, sample.Body)).Text.ShouldBe(sample.Reply);
        upstream.Script(_ => Reply.Json(400, """{"error":{"message":"n\u00f6\nno","type":"x","code":"b\u00f6se\r\nx-evil: 1"}}"""));
        var answer = await customer.PostAsync(sample.Path, sample.Body);
        answer.Status.ShouldBe(400);
        answer.Error.ShouldNotBeNull();
        answer.Header("x-evil").ShouldBeNull();
    }

    private async Task<CapturedRequest> SentAsync(Offer offer, (string Name, string Value)[] headers)
    {
        var sample = Sample.Of(Dialect.AnthropicMessages);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.WholeReply());
        var customer = await _hub.CustomerAsync(offer, upstream);
        (await customer.PostAsync(sample.Path, sample.Body, headers)).Text.ShouldBe(sample.Reply);
        return upstream.Requests[0];
    }

    private static string Everything(CapturedRequest request) =>
        request.Target + "\n" + string.Join('\n', request.Headers.Select(static header => header.Key + ": " + header.Value)) + "\n" + Encoding.UTF8.GetString(request.Body);
}
