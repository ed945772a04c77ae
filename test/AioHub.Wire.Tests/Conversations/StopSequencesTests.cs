using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;
using CsCheck;

namespace AioHub.Wire.Tests.Conversations;

public sealed class StopSequencesTests
{
    private static readonly string[] Alphabet = ["a", "b", "ab", "\n", "\"", "é", "😀", "\\", " "];

    private static JsonText[] Stops(params string[] stops) => [.. stops.Select(JsonText.Of)];

    private static string Said(Reply reply) => string.Concat(reply.Answers.SelectMany(answer => answer.Blocks).OfType<TextBlock>().Select(text => text.Text.ToString()));

    private static Reply Streamed(string[] pieces, JsonText[] stops, StopReason stop = StopReason.EndTurn)
    {
        var fold = new ReplyFold();
        var filter = new StopSequences(stops, fold);
        foreach (var piece in pieces)
            filter.On(new StreamEvent(StreamEventKind.Text) { Text = JsonText.Of(piece).Quoted });
        filter.On(new StreamEvent(StreamEventKind.BlockEnd));
        filter.On(new StreamEvent(StreamEventKind.Stop) { Stop = stop });
        return fold.ToReply();
    }

    [Theory]
    [InlineData(new[] { "one two three" }, new[] { "two" }, "one ", "two")]
    [InlineData(new[] { "one t", "w", "o three" }, new[] { "two" }, "one ", "two")]
    [InlineData(new[] { "one t", "wice" }, new[] { "two" }, "one twice", null)]
    [InlineData(new[] { "line\n\nnext" }, new[] { "\n\n" }, "line", "\n\n")]
    [InlineData(new[] { "line\n", "\nnext" }, new[] { "\n\n" }, "line", "\n\n")]
    [InlineData(new[] { "say \"END\" now" }, new[] { "\"END\"" }, "say ", "\"END\"")]
    [InlineData(new[] { "abc" }, new[] { "abc", "ab" }, "", "ab")]
    [InlineData(new[] { "xxabc" }, new[] { "bc", "abc" }, "xx", "abc")]
    [InlineData(new[] { "aaa", "ab" }, new[] { "aab" }, "aa", "aab")]
    [InlineData(new[] { "ends with tw" }, new[] { "two" }, "ends with tw", null)]
    [InlineData(new[] { "nothing" }, new[] { "" }, "nothing", null)]
    [InlineData(new[] { "Grüße 😀 ja" }, new[] { "😀" }, "Grüße ", "😀")]
    public void Cuts_before_the_first_stop(string[] pieces, string[] stops, string left, string? met)
    {
        var reply = Streamed(pieces, Stops(stops));
        Said(reply).ShouldBe(left);
        reply.Answers[0].Stop.ShouldBe(met is null ? StopReason.EndTurn : StopReason.StopSequence);
        if (met is not null)
            reply.Answers[0].StopSequence.ToString().ShouldBe(met);
    }

    [Fact]
    public void Sees_signs_that_are_escaped_otherwise()
    {
        var fold = new ReplyFold();
        var filter = new StopSequences(Stops("/end", "😀"), fold);
        filter.On(new StreamEvent(StreamEventKind.Text) { Text = "\"go \\ud83d\""u8 });
        filter.On(new StreamEvent(StreamEventKind.Text) { Text = "\"\\ude00 on\""u8 });
        filter.IsMet.ShouldBeTrue();
        Said(fold.ToReply()).ShouldBe("go ");
    }

    [Fact]
    public void Half_a_pair_that_stays_alone_is_told_in_the_end()
    {
        var fold = new ReplyFold();
        var filter = new StopSequences(Stops("x"), fold);
        filter.On(new StreamEvent(StreamEventKind.Text) { Text = "\"a\\ud83d\""u8 });
        filter.On(new StreamEvent(StreamEventKind.BlockEnd));
        Said(fold.ToReply()).ShouldBe("a\uFFFD");
    }

    [Fact]
    public void Leaves_reasoning_and_calls_alone_and_swallows_what_comes_behind_the_stop()
    {
        var fold = new ReplyFold();
        var filter = new StopSequences(Stops("STOP"), fold);
        filter.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"STOP thinking\""u8 });
        filter.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"1\""u8, Name = "\"f\""u8 });
        filter.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"STOP\""u8 });
        filter.On(new StreamEvent(StreamEventKind.BlockEnd));
        filter.IsMet.ShouldBeFalse();
        filter.On(new StreamEvent(StreamEventKind.Text) { Text = "\"so STOP here\""u8 });
        filter.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"2\""u8, Name = "\"g\""u8 });
        filter.On(new StreamEvent(StreamEventKind.Stop) { Stop = StopReason.ToolUse });

        var answer = fold.ToReply().Answers[0];
        answer.Blocks.Count.ShouldBe(3);
        answer.Stop.ShouldBe(StopReason.StopSequence);
        Said(fold.ToReply()).ShouldBe("so ");
    }

    [Fact]
    public void Every_answer_is_cut_for_itself()
    {
        var fold = new ReplyFold();
        var filter = new StopSequences(Stops("|"), fold);
        filter.On(new StreamEvent(StreamEventKind.Text) { Answer = 0, Text = "\"a|b\""u8 });
        filter.On(new StreamEvent(StreamEventKind.Text) { Answer = 1, Text = "\"c\""u8 });
        filter.IsMet.ShouldBeFalse();
        filter.On(new StreamEvent(StreamEventKind.Text) { Answer = 1, Text = "\"d|\""u8 });
        filter.IsMet.ShouldBeTrue();
        fold.ToReply().Answers.Select(answer => Said(new Reply { Answers = [answer] })).ShouldBe(["a", "cd"]);
    }

    [Fact]
    public void A_whole_reply_is_cut_in_the_same_place()
    {
        var call = new ToolCallBlock("1", "f", ToolInput.FromText(JsonText.Of("{}")));
        var reply = new Reply { Answers = [new Answer([new ThinkingBlock(JsonText.Of("STOP")), new TextBlock(JsonText.Of("go STOP on")), call], StopReason.ToolUse)] };
        var cut = StopSequences.Cut(reply, Stops("STOP")).Answers[0];
        cut.Blocks.Count.ShouldBe(2);
        cut.Stop.ShouldBe(StopReason.StopSequence);
        cut.StopSequence.ToString().ShouldBe("STOP");
        StopSequences.Cut(reply, Stops("nowhere")).Answers[0].Blocks.Count.ShouldBe(3);
        StopSequences.Cut(reply, []).ShouldBeSameAs(reply);
    }

    [Fact]
    public void Pieces_make_no_difference()
    {
        var text = Gen.Int[0, Alphabet.Length - 1].Select(index => Alphabet[index]).Array[0, 14];
        Gen.Select(text, text.Where(stop => stop.Length > 0).Array[1, 3]).Sample((pieces, stops) =>
        {
            var sought = Stops([.. stops.Select(stop => string.Concat(stop[..Math.Min(stop.Length, 3)]))]);
            var whole = StopSequences.Cut(new Reply { Answers = [new Answer([new TextBlock(JsonText.Of(string.Concat(pieces)))], StopReason.EndTurn)] }, sought);
            var streamed = Streamed(pieces, sought);
            (Said(streamed) == Said(whole) && streamed.Answers[0].Stop == whole.Answers[0].Stop
                && streamed.Answers[0].StopSequence == whole.Answers[0].StopSequence).ShouldBeTrue();
        }, iter: 3000);
    }

    [Fact]
    public void A_piece_without_the_beginning_of_a_stop_passes_without_allocating()
    {
        var filter = new StopSequences(Stops("\n\nHuman:"), new Nobody());
        var piece = Encoding.UTF8.GetBytes("\"Hello there\"");
        Allocations.Of(() => filter.On(new StreamEvent(StreamEventKind.Text) { Text = piece })).ShouldBe(0);
        var escaped = Encoding.UTF8.GetBytes("\"Hello \\n there\"");
        Allocations.Of(() => filter.On(new StreamEvent(StreamEventKind.Text) { Text = escaped })).ShouldBe(0);
    }

    private sealed class Nobody : IStreamSink
    {
        public void On(in StreamEvent happening)
        {
        }
    }
}
