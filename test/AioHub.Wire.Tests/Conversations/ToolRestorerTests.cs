using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Conversations;

public class ToolRestorerTests
{
    private static readonly ToolNames Names = new(ToolNameRule.Plain, new Conversation
    {
        Dialect = Dialect.OpenAiResponses,
        Model = "m",
        Tools = [new ToolSpec("apply_patch") { Kind = ToolKind.Freeform }, new ToolSpec("run") { Namespace = "shell" }, new ToolSpec("plain")],
    });

    [Fact]
    public void Calls_get_their_own_names_back_and_free_text_out_of_its_wrapping()
    {
        var upstream = new Reply
        {
            Answers =
            [
                new Answer(
                    [
                        new ToolCallBlock("1", "apply_patch", ToolInput.FromText(JsonText.Of("{\"input\":\"*** Begin\\n\\\"q\\\"\"}"))),
                        new ToolCallBlock("2", "shell__run", ToolInput.FromText(JsonText.Of("{\"cmd\":\"ls\"}"))),
                        new ToolCallBlock("3", "plain", ToolInput.FromText(JsonText.Of("{}"))),
                    ],
                    StopReason.ToolUse),
            ],
        };
        const string Expected = "- -\n0 call 1 /apply_patch Freeform *** Begin\n\"q\"\n0 call 2 shell/run Function {\"cmd\":\"ls\"}\n0 call 3 /plain Function {}\n0 stop ToolUse -";
        ReplyFoldTests.Told(ToolRestorer.Restore(upstream, Names)).ShouldBe(Expected);

        var fold = new ReplyFold();
        ReplyPlay.Play(upstream, new ToolRestorer(Names, fold));
        ReplyFoldTests.Told(fold.ToReply()).ShouldBe(Expected);
    }

    [Fact]
    public void Wrapped_text_comes_whole_whatever_pieces_it_came_in()
    {
        var whole = "{\"input\":\"a \\\"b\\\" \\\\ \\n\"}";
        for (var cut = 1; cut < whole.Length - 1; cut++)
        {
            var fold = new ReplyFold();
            var restorer = new ToolRestorer(Names, fold);
            restorer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"1\""u8, Name = "\"apply_patch\""u8 });
            restorer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = JsonText.Of(whole[..cut]).Quoted });
            restorer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = JsonText.Of(whole[cut..]).Quoted });
            restorer.On(new StreamEvent(StreamEventKind.BlockEnd));
            fold.ToReply().Answers[0].Blocks.ShouldHaveSingleItem().ShouldBeOfType<ToolCallBlock>().Input.Text.ToString().ShouldBe("a \"b\" \\ \n");
        }
    }

    [Fact]
    public void Free_text_that_is_not_wrapped_is_taken_as_it_is()
    {
        var restored = ToolRestorer.Restore(new Reply { Answers = [new Answer([new ToolCallBlock("1", "apply_patch", ToolInput.FromText(JsonText.Of("*** Begin")))], StopReason.ToolUse)] }, Names);
        restored.Answers[0].Blocks[0].ShouldBeOfType<ToolCallBlock>().Input.Text.ToString().ShouldBe("*** Begin");
    }

    [Fact]
    public void The_upstreams_own_tools_stay_its_own()
    {
        var fold = new ReplyFold();
        var restorer = new ToolRestorer(Names, fold);
        restorer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"1\""u8, Name = "\"web_search\""u8, ToolKind = ToolKind.Server });
        restorer.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.EndTurn });
        fold.ToReply().Answers[0].Blocks[0].ShouldBeOfType<ToolCallBlock>().Kind.ShouldBe(ToolKind.Server);
    }
}
