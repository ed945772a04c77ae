using System.Buffers;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.AnthropicMessages;

/// <summary>Whatever comes in, nothing is thrown and what goes out is valid JSON.</summary>
public sealed class AnthropicMessagesFuzzTests
{
    private const int Rounds = 4000;

    private static readonly string[] Splinters =
    [
        "null", "0", "-1", "1e400", "99999999999999999999", "true", "\"\"", "\"x\"", "\"@half\"", "[]", "{}", "[[]]", "[null]", "{\"type\":\"text\"}", "{\"type\":7}", "{\"type\":\"tool_use\"}",
        "{\"type\":\"thinking\",\"signature\":\"hub.AAAA\"}", "\"srvtoolu_\"",
    ];

    [Fact]
    public void Requests()
    {
        var seeds = Messages.Goldens("requests").Select(golden => golden.Bytes).ToArray();
        var random = new Random(20261123);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutated(seeds[random.Next(seeds.Length)], random);
            if (!Messages.Room.TryReadRequest(body, new RequestHead("m", round % 2 == 0, new PlainSeal()), out var conversation, out var fault))
            {
                fault.Message.Length.ShouldBeGreaterThan(10);
                continue;
            }

            read++;
            foreach (var dialect in new[] { Dialect.AnthropicMessages, Dialect.OpenAiChat })
            {
                foreach (var model in new[] { "claude-sonnet-4-5", "claude-opus-5-5", "other" })
                {
                    var output = new ArrayBufferWriter<byte>();
                    var asked = conversation with { Dialect = dialect };
                    if (Messages.Room.TryWriteRequest(output, asked, Messages.Terms(asked, model, session: "s"), out fault))
                        IsValid(output.WrittenSpan, Messages.Text(body));
                    else
                        fault.Message.Length.ShouldBeGreaterThan(10);
                }
            }
        }

        // Most of what was changed is still a request, or this would try nothing.
        read.ShouldBeGreaterThan(Rounds / 4);
    }

    [Fact]
    public void Replies()
    {
        var seeds = Messages.Goldens("replies").Select(golden => golden.Bytes).ToArray();
        var random = new Random(20261124);
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutated(seeds[random.Next(seeds.Length)], random);
            if (!Messages.Room.TryReadReply(body, out var reply))
                continue;

            IsValid(Messages.WriteReply(reply, Messages.ReplyTerms(seal: new PlainSeal())), Messages.Text(body));
            IsValidStream(Messages.WriteStream(sink => ReplyPlay.Play(reply, sink), Messages.ReplyTerms(seal: new PlainSeal())));
        }
    }

    [Fact]
    public void Streams()
    {
        var seeds = Messages.Goldens("streams").Select(golden => Feed.Objects(golden.Bytes, streamed: true).Select(told => Messages.Bytes(told.GetRawText())).ToArray()).ToArray();
        var random = new Random(20261125);
        for (var round = 0; round < Rounds; round++)
        {
            var events = seeds[random.Next(seeds.Length)].Select(data => random.Next(4) == 0 ? Mutated(data, random) : data).Where(_ => random.Next(8) > 0).ToArray();
            var fold = new ReplyFold();
            var reader = Messages.Room.CreateStreamReader(fold);
            var written = Messages.WriteStream(sink =>
            {
                var through = Messages.Room.CreateStreamReader(sink);
                foreach (var data in events)
                {
                    reader.OnEvent(default, data);
                    through.OnEvent(default, data);
                }

                reader.OnEnd();
                through.OnEnd();
            }, Messages.ReplyTerms(seal: new PlainSeal()));
            IsValidStream(written);
            IsValid(Messages.WriteReply(fold.ToReply(), Messages.ReplyTerms(seal: new PlainSeal())), written);
        }
    }

    /// <summary>A value in the place of another, a member gone or renamed; now and then bytes in the middle of it all.</summary>
    private static byte[] Mutated(byte[] seed, Random random)
    {
        var root = JsonNode.Parse(seed)!;
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var places = Places(root).ToArray();
            if (places.Length == 0)
                break;

            var (parent, at) = places[random.Next(places.Length)];
            var value = Splinters[random.Next(Splinters.Length)];
            if (parent is JsonArray items)
            {
                items[(int)at] = JsonNode.Parse(value);
                continue;
            }

            var name = (string)at;
            if (random.Next(3) == 0)
                ((JsonObject)parent).Remove(name);
            if (random.Next(3) > 0)
                parent[random.Next(8) == 0 ? name + "_x" : name] = JsonNode.Parse(value);
        }

        // Half a surrogate pair is a string of JSON that no string of ours can hold.
        var text = root.ToJsonString().Replace("@half", "\\ud800", StringComparison.Ordinal);
        return Messages.Bytes(random.Next(10) == 0 ? text.Insert(random.Next(text.Length), Splinters[random.Next(Splinters.Length)]) : text);
    }

    private static IEnumerable<(JsonNode Parent, object At)> Places(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                yield return (node, name);
                foreach (var inner in Places(value))
                    yield return inner;
            }
        }
        else if (node is JsonArray items)
        {
            for (var index = 0; index < items.Count; index++)
            {
                yield return (node, index);
                foreach (var inner in Places(items[index]))
                    yield return inner;
            }
        }
    }

    private static void IsValid(ReadOnlySpan<byte> json, string from)
    {
        if (!JsonView.TryOver(json, out _))
            throw new InvalidOperationException($"Not JSON: {Messages.Text(json)} of {from}");
    }

    private static void IsValidStream(string stream)
    {
        foreach (var line in stream.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)))
            IsValid(Messages.Bytes(line[6..]), stream);
    }
}
