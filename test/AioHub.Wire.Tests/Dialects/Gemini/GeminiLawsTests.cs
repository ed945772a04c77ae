using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Beside = AioHub.TestKit.Shared;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Wire.Tests.Dialects.Gemini;

/// <summary>What holds for every golden, and for every request and every reply that was recorded or captured where these lie beside the repository.</summary>
public sealed class GeminiLawsTests
{
    private static IReadOnlyList<(string Name, byte[] Body)> Requests { get; } = [.. Goldens("requests"), .. Recorded(), .. Captured()];

    private static IReadOnlyList<(string Name, byte[] Stream)> Streams { get; } =
    [
        .. Goldens("streams"),
        .. RecordedCases.Of("gemini").Where(one => one.ReplyKind == ReplyKind.Sse).Select(one => (one.Name, one.Reply)),
        .. CapturedStreams(),
    ];

    [Fact]
    public void A_request_read_and_written_in_the_same_dialect_is_the_same()
    {
        Requests.Count.ShouldBeGreaterThan(Beside.Available ? 110 : 30);
        foreach (var (name, body) in Requests)
        {
            var losses = new LossLog();
            var written = GeminiTalk.Write(GeminiTalk.Read(body), losses);
            GeminiTalk.Sorted(Normal(written)).ShouldBe(GeminiTalk.Sorted(Normal(JsonNode.Parse(body)!)), name);
            losses.Losses.ShouldBeEmpty(name);
        }
    }

    [Fact]
    public void A_request_survives_what_it_means_as_another_dialects()
    {
        foreach (var (name, body) in Requests)
        {
            // As if the same had been said in another dialect: nothing can be replayed.
            var conversation = Stripped(GeminiTalk.Read(body));
            var again = GeminiTalk.Read(Encoding.UTF8.GetBytes(GeminiTalk.Write(conversation).ToJsonString()));
            string.Join('\n', again.Turns.SelectMany(turn => turn.Blocks).Select(GeminiTalk.Show))
                .ShouldBe(string.Join('\n', conversation.Turns.SelectMany(turn => turn.Blocks).Where(block => block is not OpaqueBlock).Select(GeminiTalk.Show)), name);
            again.Tools.Select(tool => (tool.Name, tool.Kind))
                .ShouldBe(conversation.Tools.Where(tool => tool.Kind != ToolKind.Server || tool.Server is not null).Select(tool => (tool.Name, tool.Kind)), name);
            again.ToolChoice.Duty.ShouldBe(conversation.ToolChoice.Duty, name);
            again.Sampling.MaxOutputTokens.ShouldBe(conversation.Sampling.MaxOutputTokens, name);
            again.Format.Shape.ShouldBe(conversation.Format.Shape, name);
            again.System.Select(GeminiTalk.Show).ShouldBe(conversation.System.Select(GeminiTalk.Show), name);
        }
    }

    [Fact]
    public void A_stream_says_the_same_at_every_cut()
    {
        Streams.Count.ShouldBeGreaterThan(Beside.Available ? 85 : 14);
        foreach (var (name, stream) in Streams)
        {
            var whole = GeminiTalk.Events(stream);
            whole.Count.ShouldBeGreaterThan(1, name);
            foreach (var cut in stream.Length < 3_000 ? (int[])[1, 2, 3, 7, 64, 1_000] : [17, 1_000])
                GeminiTalk.Events(stream, cut).ShouldBe(whole, name);
        }
    }

    [Fact]
    public void A_stream_folded_is_its_reply_read_whole()
    {
        foreach (var (name, stream) in Streams)
        {
            var fold = new ReplyFold();
            GeminiTalk.Feed(stream, GeminiTalk.Room.CreateStreamReader(fold));

            // The same stream without alt=sse: one array.
            var array = $"[{string.Join(',', Dialects.Feed.Objects(stream, streamed: true).Select(chunk => chunk.GetRawText()))}]";
            GeminiTalk.Lines(GeminiTalk.ReadReply(array)).ShouldBe(GeminiTalk.Lines(fold.ToReply()), name);
        }
    }

    [Fact]
    public void A_stream_and_a_reply_written_and_read_again_say_the_same()
    {
        foreach (var (name, stream) in Streams)
        {
            var fold = new ReplyFold();
            GeminiTalk.Feed(stream, GeminiTalk.Room.CreateStreamReader(fold));
            var reply = fold.ToReply();

            // A stream that was cut is not ended by its writer.
            if (reply.Answers.Any(answer => answer.Stop == StopReason.None))
                continue;

            var losses = new LossLog();
            var terms = GeminiTalk.Terms(losses: losses);
            var again = new ReplyFold();
            GeminiTalk.Feed(GeminiTalk.WriteStream(reply, terms), GeminiTalk.Room.CreateStreamReader(again));
            Said(again.ToReply()).ShouldBe(Said(reply), name);
            Said(GeminiTalk.ReadReply(Encoding.UTF8.GetBytes(GeminiTalk.WriteReply(reply, terms).ToJsonString()))).ShouldBe(Said(reply), name);
            losses.Losses.ShouldBeEmpty(name);
        }
    }

    [Fact]
    public void The_reader_stops_where_the_tap_stops()
    {
        foreach (var (name, stream) in Streams)
        {
            var tap = GeminiTalk.Room.CreateTap(Operation.Generate);
            Dialects.Feed.Stream(tap, stream);
            GeminiTalk.Events(stream).LastOrDefault(one => one.StartsWith("Stop", StringComparison.Ordinal)).ShouldBe(tap.Stop is StopReason.None or StopReason.Error ? null : $"Stop 0: {tap.Stop}", name);
        }
    }

    /// <summary>Where citations stand among the blocks of text is the same to a caller.</summary>
    private static List<string> Said(Reply reply)
    {
        var lines = GeminiTalk.Lines(reply with
        {
            Answers = [.. reply.Answers.Select(answer => answer with { Blocks = [.. answer.Blocks.Select(block => block is TextBlock text ? text with { Citations = [] } : block).Where(block => block is not TextBlock { Text.IsEmpty: true })] })],
        });
        lines.AddRange(reply.Answers.SelectMany(answer => answer.Blocks).OfType<TextBlock>().SelectMany(text => text.Citations).Select(one => $"{one.Url} {one.Title} {one.Start} {one.End}").Order(StringComparer.Ordinal));
        return lines;
    }

    private static Conversation Stripped(Conversation conversation) => conversation with
    {
        Dialect = Dialect.OpenAiChat,
        Pocket = Pocket.Empty,
        Tools = [.. conversation.Tools.Select(tool => tool with { Origin = null })],
        ToolChoice = conversation.ToolChoice with { Origin = null },
        System = [.. conversation.System.Select(block => block with { Origin = null })],
        Turns = [.. conversation.Turns.Select(turn => turn with { Blocks = [.. turn.Blocks.Select(Bare).OfType<Block>()] })],
    };

    private static Block? Bare(Block block) => block switch
    {
        // Kept: Google's signatures are in the neutral form.
        OpaqueBlock => null,
        TextBlock { Text.IsEmpty: true } or ThinkingBlock { Sealed: null } => null,
        FileBlock file => file with { Name = default, Origin = null, Pocket = Pocket.Empty },
        _ => block with { Origin = null, Pocket = Pocket.Empty },
    };

    /// <summary>What may be said in more than one way: functions in one tool or in several, the role of an instruction.</summary>
    private static JsonObject Normal(JsonNode body)
    {
        var root = Camel(body)!.AsObject();
        (root["systemInstruction"] as JsonObject)?.Remove("role");
        foreach (var content in root["contents"]!.AsArray().OfType<JsonObject>())
            content["role"] ??= "user";

        if (root["tools"] is not JsonArray tools)
            return root;

        var flat = new JsonArray();
        foreach (var tool in tools.OfType<JsonObject>())
        {
            foreach (var function in tool["functionDeclarations"]?.AsArray() ?? [])
                flat.Add(function!.DeepClone());
        }

        foreach (var tool in tools.OfType<JsonObject>())
        {
            foreach (var (name, value) in tool)
            {
                if (name != "functionDeclarations")
                    flat.Add(new JsonObject { [name] = value?.DeepClone() });
            }
        }

        root["tools"] = flat;
        return root;
    }

    /// <summary>One spelling for both.</summary>
    private static JsonNode? Camel(JsonNode? node) => node switch
    {
        JsonObject value => new JsonObject(value.Select(member => KeyValuePair.Create(string.Concat(member.Key.Split('_').Select((word, at) => at == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..])), Camel(member.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Camel)]),
        _ => node?.DeepClone(),
    };

    [Fact]
    public void A_whole_reply_written_and_read_again_says_the_same()
    {
        foreach (var (name, body) in Goldens("replies"))
        {
            var reply = GeminiTalk.ReadReply(body);
            var terms = GeminiTalk.Terms();
            Said(GeminiTalk.ReadReply(Encoding.UTF8.GetBytes(GeminiTalk.WriteReply(reply, terms).ToJsonString()))).ShouldBe(Said(reply), name);
            var fold = new ReplyFold();
            GeminiTalk.Feed(GeminiTalk.WriteStream(reply, terms), GeminiTalk.Room.CreateStreamReader(fold));
            Said(fold.ToReply()).ShouldBe(Said(reply), name);
        }
    }

    private static IEnumerable<(string Name, byte[] Body)> Goldens(string kind)
    {
        if (!Beside.Available)
            Console.WriteLine(Beside.SkipReason);

        return Directory.EnumerateFiles(Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/gemini/{kind}")).Order(StringComparer.Ordinal).Select(file => ($"{kind}/{Path.GetFileName(file)}", File.ReadAllBytes(file)));
    }

    private static IEnumerable<(string Name, byte[] Body)> Recorded() => RecordedCases.Of("gemini").Where(one => one.RequestIsJson).Select(one => (one.Name, one.Request));

    private static IEnumerable<(string Name, byte[] Body)> Captured()
    {
        if (!Beside.Available)
            yield break;

        foreach (var file in Directory.EnumerateFiles(Beside.PathOf("oracle/captures/gemini"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var capture = JsonDocument.Parse(File.ReadAllBytes(file));
            if (capture.RootElement.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object && body.TryGetProperty("contents", out _))
                yield return (Path.GetRelativePath(Beside.Folder, file), Encoding.UTF8.GetBytes(body.GetRawText()));
        }
    }

    private static IEnumerable<(string Name, byte[] Stream)> CapturedStreams()
    {
        if (!Beside.Available)
            yield break;

        foreach (var file in Directory.EnumerateFiles(Beside.PathOf("oracle/captures/gemini"), "*.reply.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.AsSpan().StartsWith("data:"u8))
                yield return (Path.GetRelativePath(Beside.Folder, file), bytes);
        }
    }
}
