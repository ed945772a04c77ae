using System.Globalization;
using System.Text.RegularExpressions;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Serving;

/// <summary>
/// An upstream that speaks all four dialects and does what the request's text says: <c>in=7 out=20 chunks=3 pace=5</c> = so many tokens reported, so
/// many pieces of content, so many milliseconds between them; <c>gate</c> = waits for <see cref="Gate"/> after the first piece.
/// </summary>
internal sealed partial class ScriptedModel : IAsyncDisposable
{
    private readonly FakeUpstream _upstream;

    private ScriptedModel(FakeUpstream upstream) => _upstream = upstream;

    public Uri Address => _upstream.BaseAddress;

    /// <summary>Streams that say <c>gate</c> go on when this is set.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<ScriptedModel> StartAsync()
    {
        var model = new ScriptedModel(await FakeUpstream.StartAsync());
        model._upstream.Script(model.Answer);
        return model;
    }

    /// <summary>How many calls came whose text has this word in it.</summary>
    public int CallsWith(string word) => _upstream.Requests.Count(request => request.BodyText.Contains(word, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private Reply Answer(CapturedRequest request)
    {
        var text = request.BodyText;
        var script = new Script(
            Number(text, InPattern(), 7), Number(text, OutPattern(), 20), Number(text, ChunksPattern(), 3), Number(text, PacePattern(), 0), text.Contains("gate", StringComparison.Ordinal));
        var path = request.Target;
        var streams = path.Contains("streamGenerateContent", StringComparison.Ordinal) || text.Contains("\"stream\":true", StringComparison.Ordinal);
        return path switch
        {
            _ when path.Contains("/chat/completions", StringComparison.Ordinal) => streams ? Play(script, Chat(script)) : Whole(script, ChatWhole(script)),
            _ when path.Contains("/responses", StringComparison.Ordinal) => Play(script, Responses(script)),
            _ when path.Contains("/messages", StringComparison.Ordinal) => streams ? Play(script, Messages(script)) : Whole(script, MessagesWhole(script)),
            _ => Play(script, Gemini(script)),
        };
    }

    private static Reply Whole(Script script, string json) => Reply.Json(200, json).WaitBeforeHead(TimeSpan.FromMilliseconds(script.Pace));

    /// <summary>One chunk an event, a pause after each piece of content.</summary>
    private Reply Play(Script script, (string Begin, string Piece, string[] Ends) stream)
    {
        var reply = Reply.Status(200).Header("Content-Type", "text/event-stream").Chunked();
        if (stream.Begin.Length > 0)
        {
            reply.Send(stream.Begin);
        }

        for (var piece = 0; piece < script.Chunks; piece++)
        {
            reply.Send(stream.Piece);
            if (script.Gated && piece == 0)
            {
                reply.WaitFor(Gate);
            }

            if (script.Pace > 0)
            {
                reply.Wait(TimeSpan.FromMilliseconds(script.Pace));
            }
        }

        foreach (var end in stream.Ends)
        {
            reply.Send(end);
        }

        return reply;
    }

    private static (string, string, string[]) Chat(Script script) => (
        "",
        """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}""" + "\n\n",
        [
            """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n",
            script.Fill("""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":@IN,"completion_tokens":@OUT,"total_tokens":@SUM}}""") + "\n\n",
            "data: [DONE]\n\n",
        ]);

    private static string ChatWhole(Script script) => script.Fill(
        """
        {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":@IN,"completion_tokens":@OUT,"total_tokens":@SUM}}
        """);

    private static (string, string, string[]) Responses(Script script) => (
        "event: response.created\n"
        + """data: {"type":"response.created","sequence_number":0,"response":{"id":"r1","object":"response","status":"in_progress","model":"m","output":[]}}""" + "\n\n",
        "event: response.output_text.delta\n"
        + """data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"i1","output_index":0,"content_index":0,"delta":"Hello"}""" + "\n\n",
        [
            "event: response.completed\n" + script.Fill(
                """
                data: {"type":"response.completed","sequence_number":9,"response":{"id":"r1","object":"response","status":"completed","model":"m","output":[],"usage":{"input_tokens":@IN,"output_tokens":@OUT,"total_tokens":@SUM}}}
                """) + "\n\n",
        ]);

    private static (string, string, string[]) Messages(Script script) => (
        "event: message_start\n" + script.Fill(
            """
            data: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":@IN,"output_tokens":1}}}
            """)
        + "\n\nevent: content_block_start\n" + """data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""" + "\n\n",
        "event: content_block_delta\n" + """data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}""" + "\n\n",
        [
            "event: content_block_stop\n" + """data: {"type":"content_block_stop","index":0}""" + "\n\n",
            "event: message_delta\n" + script.Fill("""data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":@OUT}}""") + "\n\n",
            "event: message_stop\n" + """data: {"type":"message_stop"}""" + "\n\n",
        ]);

    private static string MessagesWhole(Script script) => script.Fill(
        """{"id":"m1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":@IN,"output_tokens":@OUT}}""");

    private static (string, string, string[]) Gemini(Script script) => (
        "",
        script.Fill(
            """
            data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"index":0}],"usageMetadata":{"promptTokenCount":@IN,"totalTokenCount":@IN}}
            """) + "\n\n",
        [
            script.Fill(
                """
                data: {"candidates":[{"content":{"role":"model","parts":[{"text":"."}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":@IN,"candidatesTokenCount":@OUT,"totalTokenCount":@SUM}}
                """) + "\n\n",
        ]);

    private static int Number(string text, Regex pattern, int otherwise) =>
        pattern.Match(text) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : otherwise;

    [GeneratedRegex(@"\bin=(?<1>\d{1,6})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InPattern();

    [GeneratedRegex(@"\bout=(?<1>\d{1,6})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OutPattern();

    [GeneratedRegex(@"\bchunks=(?<1>\d{1,4})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ChunksPattern();

    [GeneratedRegex(@"\bpace=(?<1>\d{1,5})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PacePattern();

    private sealed record Script(int In, int Out, int Chunks, int Pace, bool Gated)
    {
        public string Fill(string json) => json
            .Replace("@IN", In.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@OUT", Out.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@SUM", (In + Out).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
