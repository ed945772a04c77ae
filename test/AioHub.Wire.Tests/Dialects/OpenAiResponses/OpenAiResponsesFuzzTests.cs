using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Vocabulary;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>Changed at random, the golden inputs break nothing: what is written is JSON, what is refused is refused in words.</summary>
public sealed class OpenAiResponsesFuzzTests
{
    private static readonly string[] Splinters =
        ["{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e400", "99999999999999999999", "\\ud800", "\\", "\0", "true", "{}", "[]", "\"x\"", "é", " ", "\"type\":\"message\",", "\"role\":\"system\",", "[[[[[[", "\"call_id\":\"a\","];

    private static byte[][] Seeds(string kind, string ending) =>
        [.. Directory.EnumerateFiles(Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/openai-responses/{kind}"), "*" + ending).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>Changes that leave JSON JSON are the ones that get far: values are swapped as well as bytes.</summary>
    private static byte[] Mutate(byte[] seed, Random random, List<string> values)
    {
        var text = Encoding.UTF8.GetString(seed);
        for (var edit = random.Next(1, 4); edit > 0; edit--)
        {
            if (random.Next(3) == 0)
            {
                var start = random.Next(text.Length);
                text = string.Concat(text.AsSpan(0, start), Splinters[random.Next(Splinters.Length)], text.AsSpan(Math.Min(start + random.Next(12), text.Length)));
                continue;
            }

            var old = values[random.Next(values.Count)];
            var at = text.IndexOf(old, random.Next(Math.Max(text.Length, 1)) / 2, StringComparison.Ordinal);
            if (at >= 0)
                text = string.Concat(text.AsSpan(0, at), values[random.Next(values.Count)], text.AsSpan(at + old.Length));
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static List<string> Values(IEnumerable<byte[]> seeds)
    {
        var values = new List<string> { "null", "7", "-0.5", "true", "\"\"", "[]", "{}", "\"x\"", "[null]", "[{}]", "\"\\ud83d\"" };
        foreach (var seed in seeds)
            Collect(JsonDocument.Parse(seed).RootElement);

        return values;

        void Collect(JsonElement element)
        {
            if (element.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                values.Add(element.GetRawText());
            else if (element.ValueKind == JsonValueKind.Array)
                element.EnumerateArray().ToList().ForEach(Collect);
            else if (element.ValueKind == JsonValueKind.Object)
                element.EnumerateObject().ToList().ForEach(member => Collect(member.Value));
        }
    }

    [Fact]
    public void Requests()
    {
        var seeds = Seeds("requests", ".json");
        var values = Values(seeds);
        var random = new Random(20261123);
        var read = 0;
        for (var round = 0; round < 2500; round++)
        {
            var body = Mutate(seeds[random.Next(seeds.Length)], random, values);
            if (!OpenAiResponsesDialect.Instance.TryReadRequest(body, new RequestHead("m", Stream: false, new Responses.Seal()), out var conversation, out var fault))
            {
                fault.Message.Length.ShouldBeGreaterThan(20);
                continue;
            }

            read++;
            foreach (var (dialect, channel) in new[] { (Dialect.OpenAiResponses, "openai"), (Dialect.OpenAiResponses, "xai"), (Dialect.Gemini, "codex") })
            {
                var written = Responses.WriteBytes(conversation with { Dialect = dialect }, "gpt-5.5", channel).Body;
                JsonDocument.Parse(written).Dispose();
                if (dialect == Dialect.OpenAiResponses && channel == "openai")
                    OpenAiResponsesDialect.Instance.TryReadRequest(written, new RequestHead("m", Stream: false, null), out _, out var again).ShouldBeTrue(again.Message);
            }

            Responses.WriteReply(new Reply { Answers = [new Answer([new TextBlock(JsonText.Of("x"))], StopReason.EndTurn)] }, Responses.Terms(conversation, new Responses.Seal()));
        }

        read.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void Replies()
    {
        var seeds = Seeds("replies", ".json");
        var values = Values(seeds);
        var random = new Random(20261124);
        for (var round = 0; round < 2000; round++)
        {
            var body = Mutate(seeds[random.Next(seeds.Length)], random, values);
            if (OpenAiResponsesDialect.Instance.TryReadReply(body, out var reply))
                Take(Responses.WriteStream(reply, Responses.Terms(seal: new Responses.Seal())));
        }
    }

    [Fact]
    public void Streams()
    {
        var seeds = Seeds("streams", ".sse");
        var values = Values(Seeds("replies", ".json"));
        var random = new Random(20261125);
        for (var round = 0; round < 800; round++)
        {
            var stream = Mutate(seeds[random.Next(seeds.Length)], random, values);
            var output = new ArrayBufferWriter<byte>();
            var writer = OpenAiResponsesDialect.Instance.CreateStreamWriter(output, Responses.Terms(seal: new Responses.Seal()));
            Responses.ReadStream(stream, writer, random.Next(20, 2000));
            writer.End(Responses.SomeUsage);
            Take(output.WrittenSpan.ToArray());
        }
    }

    /// <summary>Half a surrogate pair passes as it came, but this test's own JSON reader cannot read it.</summary>
    private static void Take(byte[] stream)
    {
        if (stream.AsSpan().IndexOf("\\ud8"u8) < 0)
            StrictClient.Take(stream);
    }
}
