using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>Reads and writes in this room the way the relay does.</summary>
internal static class Responses
{
    public static readonly Usage SomeUsage = new() { Input = 10, CacheRead = 4, Output = 7, Reasoning = 2, Source = UsageSource.Reported };

    private static OpenAiResponsesDialect Room => OpenAiResponsesDialect.Instance;

    public static Conversation Read(string body, IReasoningSeal? seal = null)
    {
        Room.TryReadRequest(Encoding.UTF8.GetBytes(body), new RequestHead("asked", Stream: false, seal), out var conversation, out var fault).ShouldBeTrue(fault.Message);
        return conversation!;
    }

    public static RequestFault Refused(string body)
    {
        Room.TryReadRequest(Encoding.UTF8.GetBytes(body), new RequestHead("asked", Stream: false, null), out var conversation, out var fault).ShouldBeFalse();
        conversation.ShouldBeNull();
        return fault;
    }

    public static (JsonNode Body, IReadOnlyList<Loss> Losses) Write(Conversation conversation, string model = "gpt-5.5", string channel = "openai", bool stream = false, long? most = null, string? session = null)
    {
        var (body, losses) = WriteBytes(conversation, model, channel, stream, most, session);
        return (JsonNode.Parse(body)!, losses);
    }

    public static (byte[] Body, IReadOnlyList<Loss> Losses) WriteBytes(Conversation conversation, string model, string channel, bool stream = false, long? most = null, string? session = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var terms = new UpstreamTerms
        {
            Model = model, ChannelType = channel, Stream = stream, MaxOutputTokens = most, Session = session, Names = new ToolNames(Room.ToolNameRule, conversation), Losses = new LossLog(),
        };
        Room.TryWriteRequest(output, conversation, terms, out var fault).ShouldBeTrue(fault.Message);
        return (output.WrittenSpan.ToArray(), terms.Losses.Losses);
    }

    public static Reply ReadReply(string body)
    {
        Room.TryReadReply(Encoding.UTF8.GetBytes(body), out var reply).ShouldBeTrue();
        return reply!;
    }

    public static ReplyTerms Terms(Conversation? asked = null, IReasoningSeal? seal = null) => new()
    {
        RequestId = "req-1", Model = "asked", CreatedAt = 1_800_000_000, Conversation = asked ?? new Conversation { Dialect = Dialect.OpenAiResponses, Model = "asked" }, Seal = seal, Losses = new LossLog(),
    };

    public static JsonNode WriteReply(Reply reply, ReplyTerms? terms = null, Usage? usage = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Room.WriteReply(output, reply, usage ?? SomeUsage, terms ?? Terms());
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    /// <summary>Plays an answer into a stream.</summary>
    public static byte[] WriteStream(Reply reply, ReplyTerms? terms = null, Usage? usage = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Room.CreateStreamWriter(output, terms ?? Terms());
        ReplyPlay.Play(reply, writer);
        writer.End(usage ?? SomeUsage);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a stream through the framing, cut into chunks.</summary>
    public static void ReadStream(ReadOnlySpan<byte> stream, IStreamSink sink, int cut = int.MaxValue)
    {
        var reader = Room.CreateStreamReader(sink);
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

    public static Reply Fold(ReadOnlySpan<byte> stream)
    {
        var fold = new ReplyFold();
        ReadStream(stream, fold);
        return fold.ToReply();
    }

    public static Reply Fold(params string[] events)
    {
        var fold = new ReplyFold();
        var reader = Room.CreateStreamReader(fold);
        foreach (var data in events)
            reader.OnEvent(default, Encoding.UTF8.GetBytes(data));
        return fold.ToReply();
    }

    /// <summary>What the events of a stream say, one line each.</summary>
    public static List<string> Events(ReadOnlySpan<byte> stream, int cut = int.MaxValue)
    {
        var told = new Told();
        ReadStream(stream, told, cut);
        return told.Lines;
    }

    public static List<JsonElement> Parse(byte[] stream) => Feed.Objects(stream, streamed: true);

    /// <summary>Same meaning: nulls, and a stream that is not asked for, say nothing.</summary>
    public static JsonNode? Plain(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject one:
                var plain = new JsonObject();
                foreach (var (name, value) in one.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    if (value is not null)
                        plain[name] = Plain(value);
                }

                return plain;
            case JsonArray array:
                return new JsonArray([.. array.Select(Plain)]);
            default:
                return node?.DeepClone();
        }
    }

    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(Plain(left), Plain(right));

    /// <summary>An answer without what depends on the way it came: ids, and whether reasoning is called a summary.</summary>
    public static string Say(Reply reply) => string.Join('\n', reply.Answers.SelectMany(answer => answer.Blocks.Select(Say).Append($"stop {answer.Stop} {answer.StopSequence}").Append(
        $"logprobs {System.Text.Encoding.UTF8.GetString(answer.LogProbs.Span)}")));

    public static string Json(this JsonText text) => Encoding.UTF8.GetString(text.Quoted);

    public static string Say(Block block) => block switch
    {
        TextBlock text => $"text {text.IsRefusal} {text.Text} [{string.Join(", ", text.Citations.Select(citation => $"{citation.Url} {citation.Title} {citation.Start}-{citation.End}"))}]",
        ThinkingBlock thinking => $"thinking {thinking.Text} {thinking.Sealed?.By} {thinking.Sealed?.Token}",
        ToolCallBlock call => $"call {call.Id} {call.Kind} {call.Namespace} {call.Name} {call.Input.Text} {call.Sealed?.Token}",
        ToolResultBlock result => $"result {result.CallId} {result.Kind} {result.IsError} {string.Join('|', result.Content.Select(Say))}",
        ImageBlock image => $"image {image.MediaType} {image.Source.Data} {image.Source.Url} {image.Source.FileId} {image.Detail}",
        FileBlock file => $"file {file.MediaType} {file.Name} {file.Source.Data} {file.Source.Url} {file.Source.FileId} {file.Text}",
        AudioBlock audio => $"audio {audio.MediaType} {audio.Source.Data} {audio.Transcript}",
        OpaqueBlock opaque => $"opaque {opaque.Type}",
        _ => block.GetType().Name,
    };

    /// <summary>Writes down what it is told; pieces of one kind in a row are one line.</summary>
    internal sealed class Told : IStreamSink
    {
        public List<string> Lines { get; } = [];

        public void On(in StreamEvent happening)
        {
            var text = Encoding.UTF8.GetString(happening.Text);
            Lines.Add(happening.Kind switch
            {
                StreamEventKind.Begin => $"begin {Encoding.UTF8.GetString(happening.Id)} {Encoding.UTF8.GetString(happening.Name)}",
                StreamEventKind.ToolCall => $"call {Encoding.UTF8.GetString(happening.Id)} {Encoding.UTF8.GetString(happening.Name)} {happening.Group} {happening.ToolKind}",
                StreamEventKind.ThinkingSealed => $"sealed {happening.Sealed!.By} {happening.Sealed.Token}",
                StreamEventKind.Citation => $"citation {happening.Citation!.Url} {happening.Citation.Title}",
                StreamEventKind.Whole => $"whole {Say(happening.Block!)}",
                StreamEventKind.Stop => $"stop {happening.Stop} {Encoding.UTF8.GetString(happening.StopSequence)}",
                _ => $"{happening.Kind} {text}",
            });
        }
    }

    /// <summary>Closes by a mark and base64: good enough where nobody forges.</summary>
    internal sealed class Seal : IReasoningSeal
    {
        public string Close(ReadOnlySpan<byte> content) => "hub." + Convert.ToBase64String(content);

        public bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content)
        {
            content = [];
            if (!envelope.StartsWith("hub."))
                return false;

            var room = new byte[envelope.Length];
            if (!Convert.TryFromBase64Chars(envelope[4..], room, out var length))
                return false;

            content = room[..length];
            return true;
        }
    }
}
