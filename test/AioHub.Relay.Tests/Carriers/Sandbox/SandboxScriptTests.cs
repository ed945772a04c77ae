using AioHub.Relay.Counting;
using System.Text;
using System.Text.Json;
using AioHub.Relay.Carriers.Sandbox;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

/// <summary>Every instruction, in every dialect it could spell differently.</summary>
public sealed class SandboxScriptTests
{
    public static TheoryData<Dialect> Dialects => [.. SandboxCaller.Dialects];

    public static TheoryData<Dialect, bool> Ways => new(SandboxCaller.Dialects.SelectMany(dialect => new[] { (dialect, false), (dialect, true) }));

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("  hello [not sandbox] ", "  hello [not sandbox] ")]
    [InlineData("hello [sandbox empty] world", "hello world")]
    [InlineData("[sandbox empty]", "")]
    [InlineData("[sandbox empty] a [sandbox html no-usage]\nb", "a b")]
    [InlineData("[sandbox status=429", "[sandbox status=429")]
    public void Instructions_are_taken_out(string text, string rest)
    {
        SandboxScript.Read(text, out var left, out var complaint);
        left.ShouldBe(rest);
        complaint.ShouldBeNull();
    }

    [Fact]
    public void All_of_them_combine()
    {
        var script = SandboxScript.Read("[sandbox status=503 retry-after=2 code=x cut-clean-after=4 delay=2s] [sandbox pause=30ms tokens=9 no-usage error-in-stream]", out _, out _);
        script.ShouldBe(new SandboxScript
        {
            Status = 503, RetryAfter = 2, Code = "x", CutAfter = 4, CutCleanly = true, Delay = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromMilliseconds(30),
            Tokens = 9, NoUsage = true, ErrorInStream = true,
        });
    }

    [Theory]
    [InlineData("explode")]
    [InlineData("status=200")]
    [InlineData("status=abc")]
    [InlineData("delay=61s")]
    [InlineData("delay=60001ms")]
    [InlineData("delay=5")]
    [InlineData("tokens=20001")]
    [InlineData("cut-after=-1")]
    [InlineData("empty=1")]
    public async Task Unknown_and_unbounded_ones_are_refused_by_name(string instruction)
    {
        foreach (var dialect in SandboxCaller.Dialects)
        {
            var (status, text) = await SandboxCaller.TextAsync(SandboxCaller.Path(dialect, "m", true), SandboxCaller.Ask(dialect, "m", $"hi [sandbox {instruction}]", true));
            status.ShouldBe(400);
            var message = JsonElement.Parse(text).GetProperty("error").GetProperty("message").GetString()!;
            message.ShouldContain($"'{instruction}'");
            message.ShouldContain("error-in-stream");
        }
    }

    [Fact]
    public void Their_number_is_bounded()
    {
        SandboxScript.Read(string.Concat(Enumerable.Repeat("[sandbox empty]", 10_000)), out _, out var complaint);
        complaint.ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Status_and_retry_after(Dialect dialect, bool stream)
    {
        using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", stream), SandboxCaller.Ask(dialect, "m", "x [sandbox status=429 retry-after=2]", stream));
        ((int)reply.StatusCode).ShouldBe(429);
        reply.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        var error = JsonElement.Parse(await reply.Content.ReadAsStringAsync()).GetProperty("error");
        error.GetProperty("message").GetString()!.ShouldContain("429");
        var (member, expected) = dialect switch
        {
            Dialect.AnthropicMessages => ("type", "rate_limit_error"),
            Dialect.Gemini => ("status", "RESOURCE_EXHAUSTED"),
            _ => ("code", "rate_limit_exceeded"),
        };
        error.GetProperty(member).GetString().ShouldBe(expected);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Cut_after_breaks_a_stream_after_so_many_events(Dialect dialect)
    {
        foreach (var events in new[] { 0, 1, 3 })
        {
            using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", true), SandboxCaller.Ask(dialect, "m", $"[sandbox cut-after={events} tokens=40]", true));
            var (text, failure) = await DrainAsync(reply);
            failure.ShouldBeAssignableTo<IOException>();
            SandboxCaller.Events(text).Count.ShouldBe(events);
        }
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Cut_clean_after_just_ends(Dialect dialect)
    {
        using var reply = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", true), SandboxCaller.Ask(dialect, "m", "[sandbox cut-clean-after=3 tokens=40]", true));
        var (text, failure) = await DrainAsync(reply);
        failure.ShouldBeNull();
        SandboxCaller.Events(text).Count.ShouldBe(3);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_cut_halves_a_whole_body(Dialect dialect)
    {
        using var broken = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", false), SandboxCaller.Ask(dialect, "m", "[sandbox cut-after=3]", false));
        var (text, failure) = await DrainAsync(broken);
        failure.ShouldBeAssignableTo<IOException>();
        text.Length.ShouldBeInRange(1, (int)broken.Content.Headers.ContentLength!.Value - 1);
        using var clean = await SandboxCaller.PostAsync(SandboxCaller.Path(dialect, "m", false), SandboxCaller.Ask(dialect, "m", "[sandbox cut-clean-after=3]", false));
        (text, failure) = await DrainAsync(clean);
        failure.ShouldBeNull();
        Should.Throw<JsonException>(() => JsonElement.Parse(text));
    }

    [Fact]
    public async Task Delay_comes_before_the_reply()
    {
        var clock = new StoppedClock();
        var call = SandboxCaller.PostAsync("/v1/messages", SandboxCaller.Ask(Dialect.AnthropicMessages, "m", "x [sandbox delay=500ms]", false), clock);
        clock.Waiting.ShouldBe([TimeSpan.FromMilliseconds(500)]);
        call.IsCompleted.ShouldBeFalse();
        clock.Fire();
        using var reply = await call;
        reply.IsSuccessStatusCode.ShouldBeTrue();

        using var stop = new CancellationTokenSource();
        var cancelled = SandboxCaller.PostAsync("/v1/messages", SandboxCaller.Ask(Dialect.AnthropicMessages, "m", "x [sandbox delay=500ms]", false), clock, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public async Task Pause_comes_between_events()
    {
        var clock = new StoppedClock();
        using var reply = await SandboxCaller.PostAsync("/v1/responses", SandboxCaller.Ask(Dialect.OpenAiResponses, "m", "x [sandbox pause=200ms]", true), clock);
        await using var body = await reply.Content.ReadAsStreamAsync();
        var buffer = new byte[65536];
        (await body.ReadAsync(buffer)).ShouldBeGreaterThan(0);
        clock.Waiting.ShouldBeEmpty();
        var second = body.ReadAsync(buffer).AsTask();
        clock.Waiting.ShouldBe([TimeSpan.FromMilliseconds(200)]);
        second.IsCompleted.ShouldBeFalse();
        clock.Fire();
        (await second).ShouldBeGreaterThan(0);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Tokens_are_exactly_so_many(Dialect dialect, bool stream)
    {
        foreach (var tokens in new[] { 1, 200, 20_000 })
        {
            var folded = await SandboxCaller.AskAsync(dialect, "m", $"[sandbox tokens={tokens}]", stream, max: 30_000);
            folded.Output.ShouldBe(tokens);
            TextTokens.Count(folded.Text).ShouldBe(tokens);
        }

        (await SandboxCaller.AskAsync(dialect, "m", "[sandbox tokens=0]", stream)).Text.ShouldBe("");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task No_usage(Dialect dialect, bool stream)
    {
        var folded = await SandboxCaller.AskAsync(dialect, "m", "x [sandbox no-usage]", stream);
        (folded.Text, folded.Input, folded.Output).ShouldBe(("x", null, null));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Empty_and_html(Dialect dialect, bool stream)
    {
        var path = SandboxCaller.Path(dialect, "m", stream);
        (await SandboxCaller.TextAsync(path, SandboxCaller.Ask(dialect, "m", "x [sandbox empty]", stream))).ShouldBe((200, ""));
        using var page = await SandboxCaller.PostAsync(path, SandboxCaller.Ask(dialect, "m", "x [sandbox html status=502]", stream));
        ((int)page.StatusCode).ShouldBe(502);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Error_in_stream_comes_after_words_and_is_the_last_event(Dialect dialect)
    {
        var (status, text) = await SandboxCaller.TextAsync(SandboxCaller.Path(dialect, "m", true), SandboxCaller.Ask(dialect, "m", "alpha beta gamma delta epsilon [sandbox error-in-stream]", true));
        status.ShouldBe(200);
        var events = SandboxCaller.Events(text);
        text.ShouldContain("alpha beta gamma");
        text.ShouldNotContain("epsilon");
        text.ShouldNotContain("[DONE]");
        var (name, last) = events[^1];
        var error = JsonElement.Parse(last);
        switch (dialect)
        {
            case Dialect.OpenAiResponses:
                name.ShouldBe("response.failed");
                error.GetProperty("sequence_number").GetInt32().ShouldBe(events.Count - 1);
                error.GetProperty("response").GetProperty("error").GetProperty("code").GetString().ShouldBe("server_error");
                break;
            case Dialect.AnthropicMessages:
                name.ShouldBe("error");
                error.GetProperty("error").GetProperty("type").GetString().ShouldBe("overloaded_error");
                break;
            default:
                error.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
                break;
        }

        (await SandboxCaller.TextAsync(SandboxCaller.Path(dialect, "m", false), SandboxCaller.Ask(dialect, "m", "x [sandbox error-in-stream]", false))).Status.ShouldBe(503);
    }

    internal static async Task<(string Text, Exception? Failure)> DrainAsync(HttpResponseMessage reply)
    {
        await using var body = await reply.Content.ReadAsStreamAsync();
        var text = new MemoryStream();
        try
        {
            await body.CopyToAsync(text);
            return (Encoding.UTF8.GetString(text.ToArray()), null);
        }
        catch (Exception exception)
        {
            return (Encoding.UTF8.GetString(text.ToArray()), exception);
        }
    }
}
