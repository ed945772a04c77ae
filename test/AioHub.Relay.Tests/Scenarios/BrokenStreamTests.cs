using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>A stream that fails after content ends with an error in the caller's dialect, never cleanly, and what was shown is paid for.</summary>
public sealed class BrokenStreamTests(SharedHub shared)
{
    private readonly HubUnderTest _hub = shared.Hub;

    public static TheoryData<Dialect, string> Breaks
    {
        get
        {
            var data = new TheoryData<Dialect, string>();
            foreach (var sample in Sample.All)
            {
                foreach (var how in new[] { "reset", "cut", "clean end", "silence", "cut in an event" })
                {
                    data.Add(sample.Dialect, how);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task It_ends_with_the_dialects_error(Dialect dialect, string how)
    {
        var sample = Sample.Of(dialect);
        var gate = new TaskCompletionSource();
        await using var first = await FakeUpstream.StartAsync(_ => Broken(sample, how, gate.Task));
        await using var second = await FakeUpstream.StartAsync(_ => sample.StreamReply());
        var customer = await _hub.CustomerAsync(new Offer { Timeouts = new ChannelTimeouts(Idle: TimeSpan.FromMilliseconds(500)) }, first, second);
        var reading = customer.PostAsync(sample.StreamPath, sample.StreamBody);

        // A reset throws away what was not read yet: the content must have passed before it.
        await Task.Delay(150);
        gate.SetResult();
        var answer = await reading;
        second.Requests.ShouldBeEmpty();
        answer.Status.ShouldBe(200);
        var receipt = await customer.ReceiptAsync(answer);
        var code = how == "silence" ? "upstream_idle_timeout" : "upstream_stream_cut";
        answer.Text.ShouldBe(sample.Beginning + ErrorOf(dialect, code, receipt));

        // Google's SDK takes a clean end for the whole answer.
        answer.Broken.ShouldBe(dialect == Dialect.Gemini);
        receipt.Outcome.ShouldBe(CallOutcome.Partial);
        receipt.ErrorCode.ShouldBe(code);
        receipt.Charge.Total.Value.ShouldBeInRange(1, 4 * Sample.Nano);
        await customer.ShouldHoldNothingAsync();
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Fact]
    public async Task The_Gemini_CLI_gets_a_clean_end_after_the_error()
    {
        var sample = Sample.Of(Dialect.Gemini);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(sample.Events[0]));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody, ("User-Agent", "GeminiCLI/0.40.0 (linux; x64)"));
        answer.Broken.ShouldBeFalse();
        answer.Text.ShouldBe(sample.Events[0] + ErrorOf(Dialect.Gemini, "upstream_stream_cut", await customer.ReceiptAsync(answer)));
    }

    [Fact]
    public async Task A_Gemini_array_is_passed_and_metered()
    {
        var text = "[" + string.Join("\r\n,\r\n", Sample.GeminiParts) + "\r\n]\r\n";
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        foreach (var size in new[] { 1, 100, 10_000 })
        {
            upstream.Script(_ => Reply.Status(200).Header("Content-Type", "application/json").Chunked().SendInPieces(System.Text.Encoding.UTF8.GetBytes(text), size));
            var answer = await customer.PostAsync("/v1beta/models/test-model:streamGenerateContent", Sample.Of(Dialect.Gemini).Body);
            answer.Text.ShouldBe(text);
            answer.Broken.ShouldBeFalse();
            answer.Header("content-type").ShouldBe("application/json");
            var receipt = await customer.ReceiptAsync(answer);
            receipt.Outcome.ShouldBe(CallOutcome.Completed);
            receipt.Charge.Total.Value.ShouldBe(Sample.Nano);
        }
    }

    [Theory]
    [InlineData("GeminiCLI/0.40.0", false)]
    [InlineData("google-genai-sdk/1.0", true)]
    public async Task A_Gemini_array_that_breaks_is_closed_by_an_error_element(string agent, bool broken)
    {
        await using var upstream = await FakeUpstream.StartAsync(
            _ => Reply.Status(200).Header("Content-Type", "application/json").Chunked().Send("[" + Sample.GeminiParts[0]).Wait(TimeSpan.FromMilliseconds(50)).Send("\r\n,\r\n{\"cand"));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync("/v1beta/models/test-model:streamGenerateContent", Sample.Of(Dialect.Gemini).Body, ("User-Agent", agent));
        answer.Broken.ShouldBe(broken);
        answer.Text.ShouldStartWith("[" + Sample.GeminiParts[0]);
        var array = answer.Json;
        Answer.CodeIn(Dialect.Gemini, array[array.GetArrayLength() - 1]).ShouldBe("upstream_stream_cut");
        (await customer.ReceiptAsync(answer)).Outcome.ShouldBe(CallOutcome.Partial);
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task Without_content_nothing_is_charged(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(sample.Events[..(sample.Content - 1)]));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Status.ShouldBe(502);
        answer.CodeIn(dialect).ShouldBe(answer.Error);
        (await customer.ReceiptAsync(answer)).Outcome.ShouldBe(CallOutcome.Failed);
        await customer.ShouldHavePaidNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task The_upstreams_own_words_end_a_stream_that_began(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var words = dialect switch
        {
            Dialect.OpenAiChat => "data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\",\"code\":500}}\n\n",
            Dialect.OpenAiResponses => "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":9,\"response\":{\"id\":\"r1\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"gone\"}}}\n\n",
            Dialect.AnthropicMessages => "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"gone\"}}\n\n",
            _ => "data: {\"error\":{\"code\":503,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n",
        };
        await using var upstream = await FakeUpstream.StartAsync(
            _ => Reply.Sse(sample.Beginning).Wait(TimeSpan.FromMilliseconds(150)).Send(words + string.Concat(sample.Events[sample.Content..])));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Broken.ShouldBe(dialect == Dialect.Gemini);
        answer.Text.ShouldBe(sample.Beginning + words);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Outcome.ShouldBe(CallOutcome.Partial);
        receipt.Charge.Total.Value.ShouldBeGreaterThan(0);
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    private static Reply Broken(Sample sample, string how, Task gate)
    {
        var reply = Reply.Sse(sample.Beginning).WaitFor(gate);
        return how switch
        {
            "reset" => reply.Reset(),
            "cut" => reply.Close(),
            "silence" => reply.Hang(),
            "cut in an event" => reply.Send(sample.Events[sample.Content][..20]).Wait(TimeSpan.FromMilliseconds(50)).Close(),
            _ => reply,
        };
    }

    /// <summary>What the contract promises, written down here once more.</summary>
    private static string ErrorOf(Dialect dialect, string code, Receipt receipt)
    {
        var silent = code == "upstream_idle_timeout";
        var message = silent ? "The upstream stopped sending in the middle of its answer." : "The upstream's stream broke off before it was finished.";
        var status = silent ? 504 : 502;
        return dialect switch
        {
            Dialect.OpenAiChat => "data: {\"error\":{\"message\":" + Quoted(message) + ",\"type\":\"server_error\",\"param\":null,\"code\":\"" + code + "\"}}\n\n",
            Dialect.OpenAiResponses => "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":3,\"response\":{\"id\":\"resp_" + receipt.Id
                + "\",\"object\":\"response\",\"created_at\":0,\"status\":\"failed\",\"error\":{\"code\":\"" + code + "\",\"message\":" + Quoted(message)
                + "},\"incomplete_details\":null,\"output\":[],\"usage\":null}}\n\n",
            Dialect.AnthropicMessages => "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" + (silent ? "timeout_error" : "api_error") + "\",\"message\":" + Quoted(message) + ",\"code\":\"" + code
                + "\"},\"request_id\":\"" + receipt.Id + "\"}\n\n",
            _ => "data: {\"error\":{\"code\":" + status + ",\"message\":" + Quoted(message) + ",\"status\":\"" + (silent ? "DEADLINE_EXCEEDED" : "UNAVAILABLE")
                + "\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" + code + "\",\"domain\":\"aiohub\"}]}}\r\n\r\n",
        };
    }

    private static string Quoted(string text) => "\"" + text + "\"";
}
