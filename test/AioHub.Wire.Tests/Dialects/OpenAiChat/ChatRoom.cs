using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiChat;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

/// <summary>The room's doors, with what tests need around them.</summary>
internal static class ChatRoom
{
    public static OpenAiChatDialect Room => OpenAiChatDialect.Instance;

    public static Usage Some { get; } = new() { Input = 17, CacheRead = 4, Output = 9, Reasoning = 3, Source = UsageSource.Reported };

    public static IEnumerable<string> Goldens(string kind) =>
        Directory.EnumerateFiles(Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/openai-chat/{kind}")).Order(StringComparer.Ordinal);

    public static byte[] Golden(string kind, string name) => File.ReadAllBytes(Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/openai-chat/{kind}/{name}"));

    public static bool TryRead(byte[] body, out Conversation? conversation, out RequestFault fault, IReasoningSeal? seal = null)
    {
        conversation = null;
        return Room.TryPeek(body, Operation.Generate, out var peek, out fault)
            && Room.TryReadRequest(body, new RequestHead(peek.Model!, peek.Stream, seal), out conversation, out fault);
    }

    public static Conversation Read(string body, IReasoningSeal? seal = null)
    {
        TryRead(Encoding.UTF8.GetBytes(body), out var conversation, out var fault, seal).ShouldBeTrue(fault.Message);
        return conversation!;
    }

    /// <summary>Reads a call with these members beside its model.</summary>
    public static Conversation With(string members) => Read($$"""{"model":"m",{{members}}}""");

    /// <summary>Reads a call with these messages.</summary>
    public static Conversation Messages(string messages, IReasoningSeal? seal = null) => Read($$"""{"model":"m","messages":[{{messages}}]}""", seal);

    public static RequestFault Fault(string members)
    {
        TryRead(Encoding.UTF8.GetBytes($$"""{"model":"m",{{members}}}"""), out _, out var fault).ShouldBeFalse();
        return fault;
    }

    public static (JsonNode Body, LossLog Losses) Write(Conversation conversation, string model = "some-model", string channel = "openai-compatible", string? session = null)
    {
        TryWrite(conversation, model, channel, session, out var body, out var losses, out var fault).ShouldBeTrue(fault.Message);
        return (body!, losses);
    }

    public static RequestFault Refuse(Conversation conversation, string model, string channel)
    {
        TryWrite(conversation, model, channel, null, out _, out _, out var fault).ShouldBeFalse();
        return fault;
    }

    private static bool TryWrite(Conversation conversation, string model, string channel, string? session, out JsonNode? body, out LossLog losses, out RequestFault fault)
    {
        losses = new LossLog();
        body = null;
        var output = new ArrayBufferWriter<byte>();
        var terms = new UpstreamTerms
        {
            Model = model, Stream = conversation.Stream, ChannelType = channel, Session = session, Names = new ToolNames(Room.ToolNameRule, conversation), Losses = losses, MaxOutputTokens = 8_000,
        };
        if (!Room.TryWriteRequest(output, conversation, terms, out fault))
            return false;

        body = JsonNode.Parse(output.WrittenSpan, documentOptions: new JsonDocumentOptions { MaxDepth = 300 })!;
        return true;
    }

    /// <summary>A conversation as if it had come in another dialect.</summary>
    public static Conversation Foreign(params Turn[] turns) => new() { Dialect = Dialect.AnthropicMessages, Model = "m", Turns = turns };

    public static Turn User(params Block[] blocks) => new(Role.User, blocks);

    public static Turn Assistant(params Block[] blocks) => new(Role.Assistant, blocks);

    public static TextBlock Text(string text) => new(JsonText.Of(text));

    public static ReplyTerms Terms(IReasoningSeal? seal = null, bool usage = true, Conversation? conversation = null) => new()
    {
        RequestId = "req-1", Model = "public-model", CreatedAt = 1_790_000_000, Conversation = conversation ?? Foreign(), IncludeUsage = usage, Losses = new LossLog(), Seal = seal,
    };

    public static JsonNode WriteReply(Reply reply, ReplyTerms? terms = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Room.WriteReply(output, reply, Some, terms ?? Terms());
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    public static Reply ReadReply(byte[] body)
    {
        Room.TryReadReply(body, out var reply).ShouldBeTrue();
        return reply!;
    }

    public static Reply ReadReply(string body) => ReadReply(Encoding.UTF8.GetBytes(body));

    /// <summary>The events of a stream whose bytes come in pieces of this size.</summary>
    public static List<string> Hear(ReadOnlySpan<byte> stream, int cut = int.MaxValue)
    {
        var heard = new Heard();
        Feed(stream, Room.CreateStreamReader(heard), cut);
        return heard.Events;
    }

    public static Reply Fold(ReadOnlySpan<byte> stream)
    {
        var fold = new ReplyFold();
        Feed(stream, Room.CreateStreamReader(fold));
        return fold.ToReply();
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

    /// <summary>What a writer makes of a stream that this room reads.</summary>
    public static string Retell(ReadOnlySpan<byte> stream, ReplyTerms? terms = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Room.CreateStreamWriter(output, terms ?? Terms());
        Feed(stream, Room.CreateStreamReader(writer));
        writer.End(Some);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A reply in words, so that two can be compared.</summary>
    public static List<string> Say(Reply reply)
    {
        var said = new List<string>();
        foreach (var answer in reply.Answers)
        {
            said.AddRange(answer.Blocks.Select(Say));
            said.Add($"stop {answer.Stop} {answer.StopSequence} {(answer.LogProbs.IsEmpty ? "" : JsonNode.Parse(answer.LogProbs.Span)!.ToJsonString())}");
        }

        return said;
    }

    public static string Say(Block block) => block switch
    {
        TextBlock text => $"{(text.IsRefusal ? "refusal" : "text")} {text.Text} {string.Join(';', text.Citations.Select(one => $"{one.Url} {one.Title} {one.Start} {one.End}"))}",
        ThinkingBlock thinking => $"thinking {thinking.Text} [{thinking.Sealed?.By} {thinking.Sealed?.Token}]",
        ToolCallBlock call => $"call {call.Id} {call.Namespace}/{call.Name} {call.Kind} {call.Input.Text} [{call.Sealed?.Token}]",
        ToolResultBlock result => $"result {result.CallId} {result.IsError} {string.Join(';', result.Content.Select(Say))}",
        ImageBlock image => $"image {image.MediaType} {image.Source.Data}{image.Source.Url} {image.Detail}",
        AudioBlock audio => $"audio {audio.MediaType} {audio.Source.Data} {audio.Transcript}",
        FileBlock file => $"file {file.MediaType} {file.Name} {file.Source.Data}{file.Source.Url}{file.Source.FileId}",
        OpaqueBlock opaque => $"opaque {opaque.Type}",
        _ => block.ToString(),
    };

    /// <summary>Writes down what happens; neighbouring pieces of one kind stay apart.</summary>
    internal sealed class Heard : IStreamSink
    {
        public List<string> Events { get; } = [];

        public void On(in StreamEvent happening) => Events.Add(string.Join('|', new[]
        {
            happening.Kind.ToString(),
            happening.Answer.ToString(CultureInfo.InvariantCulture),
            Encoding.UTF8.GetString(happening.Text),
            Encoding.UTF8.GetString(happening.Id),
            Encoding.UTF8.GetString(happening.Name),
            happening.Kind == StreamEventKind.ToolCall ? happening.ToolKind.ToString() : "",
            happening.Sealed?.Token.ToString() ?? "",
            happening.Citation is { } citation ? $"{citation.Url} {citation.Title}" : "",
            happening.Block is { } block ? Say(block) : "",
            happening.Kind == StreamEventKind.Stop ? happening.Stop.ToString() : "",
            Encoding.UTF8.GetString(happening.StopSequence),
        }).TrimEnd('|'));
    }

    /// <summary>Seals with a mark and the bytes in base64: enough to see what is in it.</summary>
    internal sealed class OpenSeal : IReasoningSeal
    {
        public string Close(ReadOnlySpan<byte> content) => $"hub.{Convert.ToBase64String(content)}";

        public bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content)
        {
            content = envelope.StartsWith("hub.") ? Convert.FromBase64String(envelope[4..].ToString()) : [];
            return content.Length > 0;
        }
    }
}
