using AioHub.Wire.Conversations;

namespace AioHub.Wire.Tests.Conversations;

public class TurnOrderTests
{
    [Fact]
    public void Neighbours_of_one_side_are_joined_and_results_stand_right_behind_their_calls()
    {
        Ordered(User("hi"), Assistant(Call("1"), Call("2")), User(Result("2")), User("and"), User(Result("1")), Assistant("done"))
            .ShouldBe("user: hi | assistant: call 1, call 2 | user: result 1, result 2, and | assistant: done", out var losses);
        losses.ShouldBe(0);
    }

    [Fact]
    public void A_call_without_a_result_gets_one_and_a_result_without_a_call_becomes_text()
    {
        Ordered(User("hi"), Assistant(Call("1")), Assistant(Call("2")), User(Result("2"), Result("9")))
            .ShouldBe("user: hi | assistant: call 1, call 2 | user: result 1!, result 2, of 9", out var losses);
        losses.ShouldBe(2);
        Ordered(User("hi"), Assistant(Call("1"))).ShouldBe("user: hi | assistant: call 1 | user: result 1!", out _);
    }

    [Fact]
    public void The_user_begins()
    {
        Ordered(Assistant("hello"), User("hi")).ShouldBe("user: (the conversation goes on) | assistant: hello | user: hi", out var losses);
        losses.ShouldBe(1);
    }

    [Fact]
    public void Nothing_is_made_of_nothing()
    {
        Ordered().ShouldBe("", out var losses);
        Ordered(new Turn(Role.User, []), Assistant("a"), new Turn(Role.User, [])).ShouldBe("user: (the conversation goes on) | assistant: a", out _);
        losses.ShouldBe(0);
    }

    private static (string Told, LossLog Losses) Ordered(params Turn[] turns)
    {
        var losses = new LossLog();
        var ordered = TurnOrder.Alternate(turns, losses);
        return (string.Join(" | ", ordered.Select(turn => $"{(turn.Role == Role.Assistant ? "assistant" : "user")}: {string.Join(", ", turn.Blocks.Select(Told))}")), losses);
    }

    private static string Told(Block block) => block switch
    {
        ToolCallBlock call => $"call {call.Id}",
        ToolResultBlock result => $"result {result.CallId}{(result.IsError ? "!" : "")}",
        TextBlock text => text.Text.ToString(),
        _ => "?",
    };

    private static Turn User(string text) => new(Role.User, [new TextBlock(JsonText.Of(text))]);

    private static Turn User(params Block[] blocks) => new(Role.User, blocks);

    private static Turn Assistant(string text) => new(Role.Assistant, [new TextBlock(JsonText.Of(text))]);

    private static Turn Assistant(params Block[] blocks) => new(Role.Assistant, blocks);

    private static ToolCallBlock Call(string id) => new(id, "t", default);

    private static ToolResultBlock Result(string id) => new(id, [new TextBlock(JsonText.Of("of " + id))]);
}

internal static class OrderedAssertions
{
    public static void ShouldBe(this (string Told, LossLog Losses) ordered, string expected, out int losses)
    {
        ordered.Told.ShouldBe(expected);
        losses = ordered.Losses.Count;
    }
}
