using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.Gemini;
using AioHub.Wire.Framing;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.Gemini;

/// <summary>Calls of the room as tests want them.</summary>
internal static class GeminiTalk
{
    public static GeminiDialect Room => GeminiDialect.Instance;

    public static Conversation Read(string body, IReasoningSeal? seal = null) => Read(Encoding.UTF8.GetBytes(body), seal);

    public static Conversation Read(byte[] body, IReasoningSeal? seal = null)
    {
        Room.TryReadRequest(body, new RequestHead("gemini-3.8-flash", Stream: false, seal), out var conversation, out var fault).ShouldBeTrue(fault.Message);
        return conversation!;
    }

    public static RequestFault Refused(string body)
    {
        Room.TryReadRequest(Encoding.UTF8.GetBytes(body), new RequestHead("m", Stream: false, null), out _, out var fault).ShouldBeFalse();
        fault.Code.ShouldNotBeNullOrEmpty();
        fault.Message.Length.ShouldBeGreaterThan(10);
        return fault;
    }

    public static JsonNode Write(Conversation conversation, LossLog? losses = null, string model = "gemini-3.8-flash", string type = "gemini", long? most = null)
    {
        TryWrite(conversation, losses ?? new LossLog(), model, type, most, out var node, out var fault).ShouldBeTrue(fault.Message);
        return node!;
    }

    public static bool TryWrite(Conversation conversation, LossLog losses, string model, string type, long? most, out JsonNode? node, out RequestFault fault)
    {
        var output = new ArrayBufferWriter<byte>();
        var terms = new UpstreamTerms { Model = model, ChannelType = type, MaxOutputTokens = most, Names = new ToolNames(Room.ToolNameRule, conversation), Losses = losses };
        var written = Room.TryWriteRequest(output, conversation, terms, out fault);
        node = written ? JsonNode.Parse(output.WrittenSpan) : null;
        return written;
    }

    public static ReplyTerms Terms(Conversation? conversation = null, IReasoningSeal? seal = null, LossLog? losses = null) => new()
    {
        RequestId = "req_1",
        Model = "public-model",
        Conversation = conversation ?? Asking(),
        Seal = seal,
        Losses = losses ?? new LossLog(),
    };

    /// <summary>A caller who wants to see thoughts.</summary>
    public static Conversation Asking(bool show = true) => new() { Dialect = Dialect.Gemini, Model = "m", Reasoning = new ReasoningWish { Show = show } };

    /// <summary>A conversation of another dialect.</summary>
    public static Conversation Foreign(params Turn[] turns) => new() { Dialect = Dialect.OpenAiChat, Model = "m", Turns = turns };

    public static Turn User(params Block[] blocks) => new(Role.User, blocks);

    public static Turn Model(params Block[] blocks) => new(Role.Assistant, blocks);

    public static TextBlock Text(string text) => new(JsonText.Of(text));

    public static JsonNode WriteReply(Reply reply, ReplyTerms? terms = null, Usage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        Room.WriteReply(output, reply, usage, terms ?? Terms());
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    public static Reply ReadReply(string body) => ReadReply(Encoding.UTF8.GetBytes(body));

    public static Reply ReadReply(byte[] body)
    {
        Room.TryReadReply(body, out var reply).ShouldBeTrue();
        return reply!;
    }

    /// <summary>The events of a stream, cut into chunks of so many bytes.</summary>
    public static List<string> Events(ReadOnlySpan<byte> stream, int cut = int.MaxValue)
    {
        var told = new Told();
        Feed(stream, Room.CreateStreamReader(told), cut);
        return told.Events;
    }

    public static List<string> EventsOf(params string[] chunks)
    {
        var told = new Told();
        var reader = Room.CreateStreamReader(told);
        foreach (var chunk in chunks)
            reader.OnEvent(default, Encoding.UTF8.GetBytes(chunk));

        reader.OnEnd();
        return told.Events;
    }

    public static void Feed(ReadOnlySpan<byte> stream, ReplyStreamReader reader, int cut = int.MaxValue)
    {
        using var sse = new SseTap();
        while (!stream.IsEmpty)
        {
            var chunk = stream[..Math.Min(cut, stream.Length)];
            stream = stream[chunk.Length..];
            while (sse.TryRead(chunk, out var consumed, out var e))
            {
                reader.OnEvent(e.Type, e.Data);
                chunk = chunk[consumed..];
            }
        }

        reader.OnEnd();
    }

    public static byte[] WriteStream(Reply reply, ReplyTerms? terms = null, Usage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Room.CreateStreamWriter(output, terms ?? Terms());
        ReplyPlay.Play(reply, writer);
        writer.End(usage);
        return output.WrittenSpan.ToArray();
    }

    public static string Show(JsonText text) => text.Exists ? text.ToString() : "-";

    public static string Show(Sealed? token) => token is null ? "" : $" sealed({DialectNames.Of(token.By)},{Show(token.Token)}{(token.Hides ? ",hides" : "")})";

    /// <summary>All that a reply says, one line a block.</summary>
    public static List<string> Lines(Reply reply)
    {
        var lines = new List<string>();
        foreach (var answer in reply.Answers)
        {
            foreach (var block in answer.Blocks)
                lines.Add(Show(block));

            lines.Add($"stop {answer.Stop} {(answer.LogProbs.IsEmpty ? "" : JsonNode.Parse(answer.LogProbs.Span)!.ToJsonString())}".TrimEnd());
        }

        return lines;
    }

    public static string Show(Block block) => block switch
    {
        TextBlock text => $"text {text.Text}{string.Concat(text.Citations.Select(Show))}",
        ThinkingBlock thinking => $"thinking {thinking.Text}{Show(thinking.Sealed)}",
        ToolCallBlock call => $"call {call.Id} {call.Name} {Canonical(call.Input)}{Show(call.Sealed)}",
        ToolResultBlock result => $"result {result.CallId} {result.Name}{(result.IsError ? " error" : "")} [{string.Join(", ", result.Content.Select(Show))}]",
        ImageBlock image => $"image {image.MediaType} {Show(image.Source)}",
        AudioBlock audio => $"audio {audio.MediaType} {Show(audio.Source)}",
        FileBlock file => $"file {file.MediaType} {Show(file.Source)} {Show(file.Text)} {Show(file.Name)}",
        OpaqueBlock opaque => $"opaque {opaque.Type} {JsonNode.Parse(opaque.Origin!.Raw.Span)!.ToJsonString()}",
        _ => "?",
    };

    private static string Show(MediaSource source) => source.Data.Exists ? $"data {source.Data}" : source.Url.Exists ? $"url {source.Url}" : $"file {source.FileId}";

    private static string Show(Citation citation) =>
        $" cites({Show(citation.Url)},{Show(citation.Title)},{Show(citation.Quote)},{citation.Start?.ToString(CultureInfo.InvariantCulture)}-{citation.End?.ToString(CultureInfo.InvariantCulture)})";

    private static string Canonical(ToolInput input) => input.TryObject(out var value) ? JsonNode.Parse(value.Span)!.ToJsonString() : $"text {input.Text}";

    /// <summary>Writes down what it is told; pieces of one text are put together.</summary>
    internal sealed class Told : IStreamSink
    {
        private string _open = "";

        public List<string> Events { get; } = [];

        public void On(in StreamEvent happening)
        {
            var key = $"{happening.Kind} {happening.Answer}";
            switch (happening.Kind)
            {
                case StreamEventKind.Text or StreamEventKind.Refusal or StreamEventKind.Thinking or StreamEventKind.ToolInput:
                    var text = JsonText.FromQuoted(happening.Text.ToArray()).ToString();
                    if (_open == key)
                        Events[^1] += text;
                    else
                        Events.Add($"{key}: {text}");

                    _open = key;
                    return;
                case StreamEventKind.Begin:
                    Events.Add($"Begin {Plain(happening.Id)} {Plain(happening.Name)}");
                    break;
                case StreamEventKind.ToolCall:
                    Events.Add($"{key}: {Plain(happening.Id)} {Plain(happening.Name)} {happening.ToolKind}{Show(happening.Sealed)}");
                    break;
                case StreamEventKind.ThinkingSealed:
                    Events.Add($"{key}:{Show(happening.Sealed)}");
                    break;
                case StreamEventKind.Citation:
                    Events.Add($"{key}:{Show(happening.Citation!)}");
                    break;
                case StreamEventKind.Whole:
                    Events.Add($"{key}: {Show(happening.Block!)}");
                    break;
                case StreamEventKind.LogProbs:
                    Events.Add($"{key}: {JsonNode.Parse(happening.Text)!.ToJsonString()}");
                    break;
                case StreamEventKind.BlockEnd:
                    // An end that nothing stands before says nothing.
                    if (_open.Length == 0)
                        return;

                    break;
                case StreamEventKind.Stop:
                    Events.Add($"{key}: {happening.Stop}");
                    break;
            }

            _open = "";
        }

        private static string Plain(ReadOnlySpan<byte> quoted) => quoted.IsEmpty ? "-" : JsonText.FromQuoted(quoted.ToArray()).ToString();
    }

    /// <summary>A seal that only tells its own envelopes.</summary>
    internal sealed class OpenSeal : IReasoningSeal
    {
        private const string Mark = "aiohub.";

        public string Close(ReadOnlySpan<byte> content) => Mark + Convert.ToHexStringLower(content);

        public bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content)
        {
            content = [];
            if (!envelope.StartsWith(Mark))
                return false;

            try
            {
                content = Convert.FromHexString(envelope[Mark.Length..]);
                return true;
            }
            catch (FormatException)
            {
                return false;
            }
        }
    }

    /// <summary>The same JSON whatever the order of its members.</summary>
    public static string Sorted(JsonNode? node) => node switch
    {
        JsonObject value => "{" + string.Join(",", value.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{JsonSerializer.Serialize(member.Key)}:{Sorted(member.Value)}")) + "}",
        JsonArray array => "[" + string.Join(",", array.Select(Sorted)) + "]",
        null => "null",
        _ => node.GetValueKind() == JsonValueKind.Number && decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("0.############################", CultureInfo.InvariantCulture)
            : node.ToJsonString(),
    };
}
