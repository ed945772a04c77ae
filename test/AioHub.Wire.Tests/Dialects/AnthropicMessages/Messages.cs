using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.AnthropicMessages;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>Reads and writes with the room, and says what came out as text.</summary>
internal static class Messages
{
    public static AnthropicMessagesDialect Room => AnthropicMessagesDialect.Instance;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    // ---- requests

    public static Conversation Read(string body, IReasoningSeal? seal = null) => Read(Bytes(body), seal);

    public static Conversation Read(byte[] body, IReasoningSeal? seal = null)
    {
        Room.TryReadRequest(body, HeadOf(body, seal), out var conversation, out var fault).ShouldBeTrue(fault.Message);
        return conversation!;
    }

    public static RequestFault Refused(string body)
    {
        Room.TryReadRequest(Bytes(body), new RequestHead("m", false, null), out _, out var fault).ShouldBeFalse();
        fault.Message.Length.ShouldBeGreaterThan(10);
        return fault;
    }

    public static UpstreamTerms Terms(Conversation conversation, string model = "claude-sonnet-4-5", bool stream = false, long? most = null, string channel = "anthropic", string? session = null) => new()
    {
        Model = model,
        Stream = stream,
        MaxOutputTokens = most,
        ChannelType = channel,
        Session = session,
        Names = new ToolNames(Room.ToolNameRule, conversation),
        Losses = new LossLog(),
    };

    public static JsonElement Write(Conversation conversation, UpstreamTerms terms)
    {
        var output = new ArrayBufferWriter<byte>();
        Room.TryWriteRequest(output, conversation, terms, out var fault).ShouldBeTrue(fault.Message);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    public static JsonElement Write(Conversation conversation, string model = "claude-sonnet-4-5") => Write(conversation, Terms(conversation, model));

    private static RequestHead HeadOf(byte[] body, IReasoningSeal? seal)
    {
        var root = JsonDocument.Parse(body).RootElement;
        return new RequestHead(root.Str("model") ?? "m", root.At("stream")?.ValueKind == JsonValueKind.True, seal);
    }

    // ---- replies

    public static ReplyTerms ReplyTerms(string request = """{"model":"public","messages":[]}""", IReasoningSeal? seal = null, long estimate = 0) => new()
    {
        RequestId = "req-1",
        Model = "public",
        Conversation = Read(request),
        InputEstimate = estimate,
        Seal = seal,
        Losses = new LossLog(),
    };

    public static Reply ReadReply(byte[] body)
    {
        Room.TryReadReply(body, out var reply).ShouldBeTrue();
        return reply!;
    }

    public static byte[] WriteReply(Reply reply, ReplyTerms terms, Usage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        Room.WriteReply(output, reply, usage, terms);
        return output.WrittenSpan.ToArray();
    }

    // ---- streams

    /// <summary>Feeds a stream, cut into pieces, and gives what was told.</summary>
    public static void Stream(ReadOnlySpan<byte> stream, IStreamSink sink, int cut = int.MaxValue)
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

    public static List<string> Events(ReadOnlySpan<byte> stream, int cut = int.MaxValue)
    {
        var told = new Told();
        Stream(stream, told, cut);
        return told.Lines;
    }

    public static Reply Fold(ReadOnlySpan<byte> stream)
    {
        var fold = new ReplyFold();
        Stream(stream, fold);
        return fold.ToReply();
    }

    public static string WriteStream(Action<IStreamSink> tell, ReplyTerms terms, Usage usage = default)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Room.CreateStreamWriter(output, terms);
        tell(writer);
        writer.End(usage);
        return Text(output.WrittenSpan);
    }

    public static StreamEvent Event(StreamEventKind kind, string text) => new(kind) { Text = JsonText.Of(text).Quoted };

    // ---- what is compared

    /// <summary>A reply in words: what it says, not where it stood. A block's own JSON counts only where it is all there is.</summary>
    public static string Say(Reply reply) => string.Join('\n', reply.Answers.SelectMany(answer =>
        answer.Blocks.Select(Say).Append($"stop {answer.Stop} {answer.StopSequence}")));

    public static string Say(Block block) => block switch
    {
        TextBlock text => $"text {(text.IsRefusal ? "refused " : "")}{text.Text} [{string.Join(';', text.Citations.Select(Say))}]",
        ThinkingBlock thinking => $"thinking {thinking.Text} {Say(thinking.Sealed)}",
        ToolCallBlock call => $"call {call.Kind} {call.Id} {call.Name} {(call.Input.TryObject(out var input) ? Normal(input) : call.Input.Text)} {Say(call.Sealed)}",
        ToolResultBlock result => $"result {result.CallId} {result.IsError} [{string.Join(';', result.Content.Select(Say))}]",
        ImageBlock image => $"image {image.MediaType} {image.Source.Data}{image.Source.Url}{image.Source.FileId}",
        FileBlock file => $"file {file.MediaType} {file.Name} {file.Text}{file.Source.Data}{file.Source.Url}{file.Source.FileId}",
        OpaqueBlock opaque => $"opaque {opaque.Type} {Normal(opaque.Origin!.Raw)}",
        _ => block.GetType().Name,
    };

    private static string Say(Citation citation) => $"{citation.Url}|{citation.Title}|{citation.Quote}";

    private static string Say(Sealed? token) => token is null ? "open" : $"sealed by {token.By} {token.Token} {token.Hides}";

    /// <summary>JSON without blanks and with its members in order.</summary>
    public static string Normal(ReadOnlyMemory<byte> json) => Normal(JsonDocument.Parse(json).RootElement);

    public static string Normal(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
            .OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{Normal(member.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Normal)) + "]",
        JsonValueKind.Number => element.GetDouble().ToString("R"),
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
        _ => element.GetRawText(),
    };

    // ---- fixtures

    public static IEnumerable<(string Name, byte[] Bytes)> Goldens(string kind) =>
        Directory.GetFiles(Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/{DialectNames.Of(Dialect.AnthropicMessages)}/{kind}"))
            .Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)));

    public static IEnumerable<(string Name, byte[] Bytes)> Requests() => Goldens("requests").Concat(RecordedRequests()).Concat(CapturedRequests());

    public static IEnumerable<(string Name, byte[] Bytes)> Streams() => Goldens("streams").Concat(
        RecordedCases.Of("anthropic").Where(one => one.ReplyKind == ReplyKind.Sse).Select(one => (one.Name, one.Reply)));

    private static IEnumerable<(string Name, byte[] Bytes)> RecordedRequests()
    {
        if (!TestKit.Shared.Available)
            Console.WriteLine(TestKit.Shared.SkipReason);

        // Titan, Nova and Cohere speak other dialects through the same carrier.
        return RecordedCases.Of("anthropic", "anthropic-other", "bedrock-invoke")
            .Where(one => one.RequestIsJson && Text(one.Request).Contains("\"messages\"") && !Text(one.Request).Contains("schemaVersion"))
            .Select(one => (one.ToString(), one.Request));
    }

    private static IEnumerable<(string Name, byte[] Bytes)> CapturedRequests()
    {
        if (Recordings.Folder("captures/claude") is not { } folder)
            yield break;

        foreach (var file in Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var root = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
            if (root.At("body") is { } body && (body.ValueKind == JsonValueKind.String ? TryParse(body.GetString()!) : body) is { ValueKind: JsonValueKind.Object } request
                && request.At("messages") is not null)
                yield return (Path.GetRelativePath(folder, file), Bytes(request.GetRawText()));
        }
    }

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Writes down what a stream told.</summary>
internal sealed class Told : IStreamSink
{
    public List<string> Lines { get; } = [];

    public void On(in StreamEvent happening)
    {
        var rest = happening.Kind switch
        {
            StreamEventKind.Begin => $"{Messages.Text(happening.Id)} {Messages.Text(happening.Name)}",
            StreamEventKind.ToolCall => $"{happening.ToolKind} {Messages.Text(happening.Id)} {Messages.Text(happening.Name)}",
            StreamEventKind.ThinkingSealed => $"{happening.Sealed!.By} {happening.Sealed.Token} {happening.Sealed.Hides}",
            StreamEventKind.Citation => $"{happening.Citation!.Url}|{happening.Citation.Title}|{happening.Citation.Quote}",
            StreamEventKind.Whole => Messages.Say(happening.Block!),
            StreamEventKind.Stop => $"{happening.Stop} {Messages.Text(happening.StopSequence)}",
            _ => JsonText.FromQuoted(happening.Text.ToArray()).ToString(),
        };
        Lines.Add($"{happening.Kind} {rest}".TrimEnd());
    }
}

/// <summary>A seal that anybody could make.</summary>
internal sealed class PlainSeal : IReasoningSeal
{
    public string Close(ReadOnlySpan<byte> content) => "hub." + Convert.ToBase64String(content).Replace('+', '-').Replace('/', '_');

    public bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content)
    {
        content = [];
        if (!envelope.StartsWith("hub."))
            return false;

        try
        {
            content = Convert.FromBase64String(envelope[4..].ToString().Replace('-', '+').Replace('_', '/'));
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
