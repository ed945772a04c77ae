using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

/// <summary>The laws of the lane, over our own cases and over what was recorded.</summary>
public sealed class OpenAiChatLawTests(ITestOutputHelper output)
{
    private static IEnumerable<(string Name, byte[] Body)> Requests() =>
        ChatRoom.Goldens("requests").Select(static path => (Path.GetFileName(path), File.ReadAllBytes(path)))
            .Concat(RecordedCases.Of("openai-chat").Where(static one => one.RequestIsJson).Select(static one => (one.ToString(), one.Request)));

    private static IEnumerable<(string Name, byte[] Body)> Streams() =>
        ChatRoom.Goldens("streams").Select(static path => (Path.GetFileName(path), File.ReadAllBytes(path)))
            .Concat(RecordedCases.Of("openai-chat").Where(static one => one is { ReplyKind: ReplyKind.Sse, Status: 200 }).Select(static one => (one.ToString(), one.Reply)));

    [Fact]
    public void A_request_read_and_written_in_its_dialect_says_the_same()
    {
        Mention();
        foreach (var (name, body) in Requests())
        {
            var conversation = ChatRoom.Read(Encoding.UTF8.GetString(body));
            var (written, losses) = ChatRoom.Write(conversation, conversation.Model);
            losses.Count.ShouldBe(0, name);
            if (name.StartsWith("tool-names-odd", StringComparison.Ordinal))
                continue;

            Bare(written).ToJsonString().ShouldBe(Bare(JsonNode.Parse(body)!).ToJsonString(), name);
        }
    }

    [Fact]
    public void An_answer_is_the_same_whole_and_streamed()
    {
        foreach (var path in ChatRoom.Goldens("replies"))
        {
            var stream = Path.ChangeExtension(path, ".sse").Replace("replies", "streams", StringComparison.Ordinal);
            ChatRoom.Say(ChatRoom.Fold(File.ReadAllBytes(stream))).ShouldBe(ChatRoom.Say(ChatRoom.ReadReply(File.ReadAllBytes(path))), Path.GetFileName(path));
        }
    }

    [Fact]
    public void A_stream_is_the_same_however_it_is_cut()
    {
        Mention();
        foreach (var (name, body) in Streams())
        {
            var whole = ChatRoom.Hear(body);
            foreach (var cut in body.Length < 4_000 ? Enumerable.Range(1, 40) : [1, 7, 64, 1021])
                ChatRoom.Hear(body, cut).ShouldBe(whole, $"{name} cut at {cut}");
        }
    }

    [Fact]
    public void Every_recorded_stream_tells_its_text_its_calls_and_its_end()
    {
        Mention();
        foreach (var recorded in RecordedCases.Of("openai-chat").Where(static one => one is { ReplyKind: ReplyKind.Sse, Status: 200 }))
        {
            var reply = ChatRoom.Fold(recorded.Reply);
            var text = new StringBuilder();
            var calls = new HashSet<string>(StringComparer.Ordinal);
            var ended = false;
            foreach (var chunk in Feed.Objects(recorded.Reply, streamed: true))
            {
                foreach (var choice in chunk.Each("choices"))
                {
                    text.Append(choice.Str("delta", "content"));
                    foreach (var call in choice.Each("delta", "tool_calls"))
                        calls.Add(call.Str("id") ?? "");
                    ended |= choice.Str("finish_reason") is { Length: > 0 };
                }
            }

            calls.Remove("");
            var answer = reply.Answers.ShouldHaveSingleItem();
            var said = string.Concat(answer.Blocks.OfType<TextBlock>().Select(static block => block.Text.ToString()));
            var isTagged = text.ToString().TrimStart().StartsWith("<think>", StringComparison.Ordinal);
            // Mistral's content is parts while it thinks.
            if (!isTagged && !recorded.Name.Contains("mistral", StringComparison.Ordinal))
                said.ShouldBe(text.ToString(), recorded.Name);
            answer.Blocks.OfType<ToolCallBlock>().Select(static call => call.Id).ShouldBe(calls, ignoreOrder: true, recorded.Name);
            (answer.Stop != StopReason.None).ShouldBe(ended, recorded.Name);
            foreach (var call in answer.Blocks.OfType<ToolCallBlock>())
                call.Input.TryObject(out _).ShouldBeTrue($"{recorded.Name} {call.Input.Text}");
        }
    }

    [Fact]
    public void A_reply_written_and_read_again_is_the_same()
    {
        foreach (var path in ChatRoom.Goldens("replies"))
        {
            var reply = ChatRoom.ReadReply(File.ReadAllBytes(path));
            var again = ChatRoom.ReadReply(ChatRoom.WriteReply(reply).ToJsonString());
            Worded(ChatRoom.Say(again)).ShouldBe(Worded(ChatRoom.Say(reply)), Path.GetFileName(path));
        }
    }

    [Fact]
    public void A_stream_written_and_read_again_tells_the_same()
    {
        Mention();
        foreach (var (name, body) in Streams())
        {
            var retold = ChatRoom.Retell(body);
            var again = Worded(ChatRoom.Say(ChatRoom.Fold(Encoding.UTF8.GetBytes(retold))));
            var once = Worded(ChatRoom.Say(ChatRoom.Fold(body)));
            // A stream that broke has no reason to stop; ended by the writer it has one.
            if (once.Exists(static said => said.StartsWith("stop None", StringComparison.Ordinal)))
                continue;

            again.ShouldBe(once, name);
        }
    }

    [Fact]
    public void Every_chunk_written_is_an_event_of_its_own_and_json()
    {
        foreach (var (name, body) in Streams())
        {
            var retold = ChatRoom.Retell(body);
            retold.ShouldEndWith("data: [DONE]\n\n", customMessage: name);
            foreach (var part in retold.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1])
            {
                part.ShouldStartWith("data: {", customMessage: name);
                var chunk = JsonNode.Parse(part["data: ".Length..])!;
                chunk["object"]!.GetValue<string>().ShouldBe("chat.completion.chunk");
                chunk["model"]!.GetValue<string>().ShouldBe("public-model");
                chunk["id"]!.GetValue<string>().ShouldBe("chatcmpl-req-1");
            }
        }
    }

    [Fact]
    public void What_the_tap_reads_of_written_usage_is_that_usage()
    {
        var usage = new Usage { Input = 100, CacheRead = 40, CacheWriteOther = 7, Output = 50, Reasoning = 20, InputAudio = 3, OutputAudio = 2, InputImage = 5, Source = UsageSource.Reported };
        var written = new ArrayBufferWriter<byte>();
        ChatRoom.Room.WriteReply(written, ChatRoom.ReadReply(ChatRoom.Golden("replies", "text.json")), usage, ChatRoom.Terms());
        using var tap = ChatRoom.Room.CreateTap(Operation.Generate);
        tap.OnReply(written.WrittenSpan).ShouldBeTrue();
        tap.Usage.ShouldBe(usage);
    }

    private void Mention()
    {
        if (!TestKit.Shared.Available)
            output.WriteLine(TestKit.Shared.SkipReason);
    }

    /// <summary>Without what says nothing: nulls, empty arrays; stream options as the hub asks for them; everything in one order.</summary>
    private static JsonObject Bare(JsonNode body)
    {
        var bare = body.DeepClone().AsObject();
        if (bare["stream"]?.GetValue<bool>() != true)
        {
            bare.Remove("stream");
            bare.Remove("stream_options");
        }
        else if (bare["stream_options"] is JsonObject options)
        {
            options["include_usage"] = true;
        }
        else
        {
            bare["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        if (bare["tools"] is JsonArray { Count: 0 })
            bare.Remove("tools");
        return new JsonObject(bare.Where(static pair => pair.Value is not null).OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value!.DeepClone())));
    }

    /// <summary>Neighbouring texts are one text; of seals counts what they hold, not the field.</summary>
    private static List<string> Worded(List<string> said) => [.. said.Select(static one => one.Replace("[OpenAiChat reasoning]", "[OpenAiChat reasoning_content]", StringComparison.Ordinal)
        .Replace("[OpenAiChat thinking]", "[OpenAiChat reasoning_content]", StringComparison.Ordinal).Replace("[ ]", "[OpenAiChat reasoning_content]", StringComparison.Ordinal))];
}
