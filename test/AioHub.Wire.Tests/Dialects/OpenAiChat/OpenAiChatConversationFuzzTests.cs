using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

/// <summary>Whatever the bytes, nothing throws and all that is written is JSON. The seed is fixed: a failure is found again.</summary>
public sealed class OpenAiChatConversationFuzzTests
{
    private const int Rounds = 4_000;

    private static readonly string[] Splinters =
    [
        "null", "{}", "[]", "\"\"", "\"x\"", "7", "-1", "1e400", "true", "[null]", "[[]]", "{\"type\":7}", "\"\\ud800\"", "\"\\u0000\"", "[{}]", "\"data:;base64,\"", "\"<think>\"", "99999999999999999999", "{\"a\":{\"b\":[1]}}",
    ];

    [Fact]
    public void Requests()
    {
        var random = new Random(71);
        var seeds = ChatRoom.Goldens("requests").Select(File.ReadAllBytes).Concat(RecordedCases.Of("openai-chat").Where(static one => one.Request.Length < 8_000).Take(20).Select(static one => one.Request)).ToArray();
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutate(seeds[random.Next(seeds.Length)], random);
            if (!ChatRoom.TryRead(body, out var conversation, out var fault, new ChatRoom.OpenSeal()))
            {
                fault.Message.Length.ShouldBeGreaterThan(10);
                continue;
            }

            read++;
            Write(conversation!, "some-model", "openai-compatible", body);
            Write(conversation! with { Dialect = Dialect.Gemini }, Models[random.Next(Models.Length)], random.Next(2) == 0 ? "openai" : "openai-compatible", body);
        }

        read.ShouldBeGreaterThan(Rounds / 10);
    }

    [Fact]
    public void Replies()
    {
        var random = new Random(72);
        var seeds = ChatRoom.Goldens("replies").Select(File.ReadAllBytes).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutate(seeds[random.Next(seeds.Length)], random);
            if (!ChatRoom.Room.TryReadReply(body, out var reply))
                continue;

            var output = new ArrayBufferWriter<byte>();
            ChatRoom.Room.WriteReply(output, reply, ChatRoom.Some, ChatRoom.Terms(new ChatRoom.OpenSeal()));
            IsJson(output.WrittenMemory, body);
        }
    }

    [Fact]
    public void Streams()
    {
        var random = new Random(73);
        var seeds = ChatRoom.Goldens("streams").Select(File.ReadAllText).Concat(RecordedCases.Of("openai-chat").Where(static one => one.ReplyKind == ReplyKind.Sse && one.Reply.Length < 20_000)
            .Take(15).Select(static one => Encoding.UTF8.GetString(one.Reply))).ToArray();
        for (var round = 0; round < Rounds / 4; round++)
        {
            var lines = seeds[random.Next(seeds.Length)].Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal)).ToArray();
            var output = new ArrayBufferWriter<byte>();
            var writer = ChatRoom.Room.CreateStreamWriter(output, ChatRoom.Terms(new ChatRoom.OpenSeal()));
            var reader = ChatRoom.Room.CreateStreamReader(writer);
            foreach (var line in lines.Take(60))
                reader.OnEvent("x"u8, random.Next(3) == 0 ? Mutate(Encoding.UTF8.GetBytes(line[6..]), random) : Encoding.UTF8.GetBytes(line[6..]));

            reader.OnEnd();
            writer.End(ChatRoom.Some);
            foreach (var part in Encoding.UTF8.GetString(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1])
                IsJson(Encoding.UTF8.GetBytes(part["data: ".Length..]), Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        }
    }

    private static readonly string[] Models = ["gpt-5.5", "gpt-6-sol", "o3", "deepseek-v4-pro", "mistral-small-latest", "qwen3-max", "glm-5.3", "kimi-k3", "grok-4.7", "claude-opus-5-5", "x/y"];

    private static void Write(Conversation conversation, string model, string channel, byte[] body)
    {
        var output = new ArrayBufferWriter<byte>();
        var terms = new UpstreamTerms { Model = model, Stream = true, ChannelType = channel, Names = new ToolNames(ChatRoom.Room.ToolNameRule, conversation), Losses = new LossLog() };
        if (ChatRoom.Room.TryWriteRequest(output, conversation, terms, out var fault))
            IsJson(output.WrittenMemory, body);
        else
            fault.Message.Length.ShouldBeGreaterThan(10);
    }

    private static void IsJson(ReadOnlyMemory<byte> written, byte[] body)
    {
        try
        {
            using var parsed = JsonDocument.Parse(written, new JsonDocumentOptions { MaxDepth = 400 });
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{e.Message}\nfrom {Encoding.UTF8.GetString(body)}\nto {Encoding.UTF8.GetString(written.Span)}", e);
        }
    }

    /// <summary>Puts other values where values stand, or breaks the bytes.</summary>
    private static byte[] Mutate(byte[] seed, Random random)
    {
        var text = Encoding.UTF8.GetString(seed);
        for (var edit = random.Next(1, 4); edit > 0; edit--)
        {
            var values = ValuesOf(text);
            if (values.Count == 0 || random.Next(8) == 0)
            {
                var at = random.Next(text.Length);
                text = text.Remove(at, Math.Min(random.Next(5), text.Length - at)).Insert(at, Splinters[random.Next(Splinters.Length)]);
                continue;
            }

            var (start, length) = values[random.Next(values.Count)];
            var (other, otherLength) = values[random.Next(values.Count)];
            var splinter = random.Next(3) == 0 ? text.Substring(other, otherLength) : Splinters[random.Next(Splinters.Length)];
            text = text.Remove(start, length).Insert(start, splinter);
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static List<(int Start, int Length)> ValuesOf(string text)
    {
        var found = new List<(int, int)>();
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length != text.Length)
            return found;

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject)
                    continue;

                var copy = reader;
                copy.Skip();
                found.Add(((int)reader.TokenStartIndex, (int)copy.BytesConsumed - (int)reader.TokenStartIndex));
            }
        }
        catch (JsonException)
        {
            return [];
        }

        return found;
    }
}
