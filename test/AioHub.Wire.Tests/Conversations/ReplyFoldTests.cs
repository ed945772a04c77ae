using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Conversations;

public class ReplyFoldTests
{
    private static readonly Reply Whole = new()
    {
        Id = JsonText.Of("up-1"),
        Model = "m",
        Answers =
        [
            new Answer(
                [
                    new ThinkingBlock(JsonText.Of("hm\n")) { Sealed = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig")) },
                    new TextBlock(JsonText.Of("a \"b\"")) { Citations = [new Citation(JsonText.Of("https://x.test"), JsonText.Of("X"))] },
                    new ToolCallBlock("call_1", "look", ToolInput.FromText(JsonText.Of("{\"q\":1}"))) { Namespace = "web" },
                    new ToolCallBlock("call_2", "write", ToolInput.FromText(JsonText.Of("free text"))) { Kind = ToolKind.Freeform },
                    new ImageBlock(new MediaSource { Data = JsonText.Of("AAAA") }, "image/png"),
                    new TextBlock(JsonText.Of("no")) { IsRefusal = true },
                ],
                StopReason.ToolUse)
            {
                LogProbs = "[{\"token\":\"a\"}]"u8.ToArray(),
            },
            new Answer([new TextBlock(JsonText.Of("other"))], StopReason.StopSequence) { StopSequence = JsonText.Of("END") },
        ],
    };

    [Fact]
    public void A_played_answer_folds_into_itself()
    {
        var fold = new ReplyFold();
        ReplyPlay.Play(Whole, fold);
        Told(fold.ToReply()).ShouldBe(Told(Whole));
    }

    [Fact]
    public void Pieces_make_one_block_until_another_kind_begins()
    {
        var fold = new ReplyFold();
        fold.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\\n\""u8 });
        fold.On(new StreamEvent(StreamEventKind.Text) { Text = "\"b\""u8 });
        fold.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"t\""u8 });
        fold.On(new StreamEvent(StreamEventKind.Text) { Text = "\"c\""u8 });
        fold.On(new StreamEvent(StreamEventKind.BlockEnd));
        fold.On(new StreamEvent(StreamEventKind.Text) { Text = "\"d\""u8 });
        fold.On(new StreamEvent(StreamEventKind.Text) { Text = "\"\""u8 });
        fold.On(new StreamEvent(StreamEventKind.LogProbs) { Text = "[1]"u8 });
        fold.On(new StreamEvent(StreamEventKind.LogProbs) { Text = " [ ] "u8 });
        fold.On(new StreamEvent(StreamEventKind.LogProbs) { Text = "[2,3]"u8 });
        var answer = fold.ToReply().Answers.ShouldHaveSingleItem();
        Told(fold.ToReply()).ShouldBe("- -\n0 text a\n|b\n0 thinking t sealed -\n0 text c\n0 text d\n0 stop None - [1,2,3]".Replace("a\n|b", "a\nb", StringComparison.Ordinal));
        answer.Stop.ShouldBe(StopReason.None);
    }

    [Fact]
    public void A_call_without_input_has_an_empty_object()
    {
        var fold = new ReplyFold();
        fold.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"c\""u8, Name = "\"n\""u8 });
        var call = fold.ToReply().Answers[0].Blocks.ShouldHaveSingleItem().ShouldBeOfType<ToolCallBlock>();
        call.Input.TryObject(out var value).ShouldBeTrue();
        Encoding.UTF8.GetString(value.Span).ShouldBe("{}");
    }

    /// <summary>A reply by its meaning.</summary>
    internal static string Told(Reply reply)
    {
        var lines = new List<string> { $"{(reply.Id.Exists ? reply.Id.ToString() : "-")} {reply.Model ?? "-"}" };
        for (var index = 0; index < reply.Answers.Count; index++)
        {
            var answer = reply.Answers[index];
            lines.AddRange(answer.Blocks.Select(block => $"{index} {Told(block)}"));
            lines.Add($"{index} stop {answer.Stop} {(answer.StopSequence.Exists ? answer.StopSequence.ToString() : "-")} {Encoding.UTF8.GetString(answer.LogProbs.Span)}".TrimEnd());
        }

        return string.Join('\n', lines);
    }

    private static string Told(Block block) => block switch
    {
        TextBlock text => $"{(text.IsRefusal ? "refusal" : "text")} {text.Text}{string.Concat(text.Citations.Select(citation => $" <{citation.Url} {citation.Title}>"))}",
        ThinkingBlock thinking => $"thinking {thinking.Text} sealed {thinking.Sealed?.Token.ToString() ?? "-"}",
        ToolCallBlock call => $"call {call.Id} {call.Namespace}/{call.Name} {call.Kind} {call.Input.Text}",
        ImageBlock image => $"image {image.MediaType} {image.Source.Data}",
        _ => block.GetType().Name,
    };
}
