using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatStreamReaderTests
{
    private static List<string> Hear(params string[] choices) =>
        ChatRoom.Hear(Encoding.UTF8.GetBytes(string.Concat(choices.Select(static choice => $$"""data: {"id":"x","model":"m","choices":[{{choice}}]}""" + "\n\n"))))[1..];

    [Fact]
    public void Calls_that_come_in_turns_are_told_one_after_the_other() => Hear(
        """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}},{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x"}}]}}""",
        """{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"\":1}"}},{"index":0,"function":{"arguments":"{\"s\":\"}\\\""}}]}}""",
        """{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]},"finish_reason":"tool_calls"}""").ShouldBe([
        "ToolCall|0||\"a\"|\"f\"|Function",
        """ToolInput|0|"{\"s\":\"}\\\"" """.TrimEnd(),
        """ToolInput|0|"\"}" """.TrimEnd(),
        "ToolCall|0||\"b\"|\"g\"|Function",
        """ToolInput|0|"{\"x\":1}" """.TrimEnd(),
        "Stop|0||||||||ToolUse",
    ]);

    [Fact]
    public void A_call_that_is_whole_makes_room_for_the_next_at_once() => Hear(
        """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}""",
        """{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}]}}""").ShouldBe([
        "ToolCall|0||\"a\"|\"f\"|Function", "ToolInput|0|\"{}\"", "ToolCall|0||\"b\"|\"g\"|Function", "ToolInput|0|\"{\"",
    ]);

    [Theory]
    [InlineData("\"index\":0,")]
    [InlineData("")]
    public void Hosts_that_number_no_call_or_all_of_them_zero(string index) => Hear(
        $$$"""{"delta":{"tool_calls":[{{{{index}}}"id":"a","function":{"name":"f","arguments":"{\"q\":1}"}}]}}""",
        $$$"""{"delta":{"tool_calls":[{{{{index}}}"id":"b","function":{"name":"f","arguments":"{\"q\":2}"}}]},"finish_reason":"stop"}""").ShouldBe([
        "ToolCall|0||\"a\"|\"f\"|Function", """ToolInput|0|"{\"q\":1}" """.TrimEnd(), "ToolCall|0||\"b\"|\"f\"|Function", """ToolInput|0|"{\"q\":2}" """.TrimEnd(), "Stop|0||||||||ToolUse",
    ]);

    [Fact]
    public void Odd_calls()
    {
        // An object instead of its text; an id that comes with every piece; a name that comes late; no id at all.
        Hear("""{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"q":1}}}]}}""").ShouldBe(["ToolCall|0||\"a\"|\"f\"|Function", """ToolInput|0|"{\"q\":1}" """.TrimEnd()]);
        Hear(
            """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}""",
            """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}]}}""").ShouldBe(["ToolCall|0||\"a\"|\"f\"|Function", "ToolInput|0|\"{\"", "ToolInput|0|\"}\""]);
        Hear(
            """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{"}}]}}""",
            """{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]}}""").ShouldBe(["ToolCall|0||\"a\"|\"f\"|Function", "ToolInput|0|\"{}\""]);
        Hear("""{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}""").ShouldBe(["ToolCall|0||\"call_x_0_0\"|\"f\"|Function", "ToolInput|0|\"{}\""]);
    }

    [Fact]
    public void Text_amid_a_call_comes_behind_it() => Hear(
        """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}""",
        """{"delta":{"content":"x"}}""",
        """{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}""").ShouldBe([
        "ToolCall|0||\"a\"|\"f\"|Function", "ToolInput|0|\"{\"", "ToolInput|0|\"}\"", "Text|0|\"x\"", "Stop|0||||||||ToolUse",
    ]);

    [Fact]
    public void Reasoning_amid_a_call_comes_behind_it() => Hear(
        """{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}""",
        """{"delta":{"reasoning_content":"hm"},"finish_reason":"tool_calls"}""").ShouldBe(["ToolCall|0||\"a\"|\"f\"|Function", "Thinking|0|\"hm\"", "Stop|0||||||||ToolUse"]);

    [Fact]
    public void Reasoning_is_sealed_with_the_field_that_it_came_in()
    {
        Hear("""{"delta":{"reasoning_content":"a"}}""", """{"delta":{"content":"b"}}""").ShouldBe(["Thinking|0|\"a\"", "ThinkingSealed|0|||||reasoning_content", "Text|0|\"b\""]);
        Hear("""{"delta":{"reasoning":"a"}}""", """{"delta":{"content":"b"}}""").ShouldBe(["Thinking|0|\"a\"", "ThinkingSealed|0|||||reasoning", "Text|0|\"b\""]);
    }

    [Fact]
    public void Hidden_reasoning_is_told_before_the_answer_or_behind_it()
    {
        const string hidden = """{"delta":{"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"xyz","format":"f","index":0}]}}""";
        const string told = """ThinkingSealed|0|||||[{"type":"reasoning.encrypted","data":"xyz","format":"f","index":0}]""";
        Hear(hidden, """{"delta":{"content":"b"},"finish_reason":"stop"}""").ShouldBe([told, "Text|0|\"b\"", "Stop|0||||||||EndTurn"]);
        Hear("""{"delta":{"content":"b"}}""", hidden, """{"delta":{"content":"c"},"finish_reason":"stop"}""").ShouldBe(["Text|0|\"b\"", "Text|0|\"c\"", told, "Stop|0||||||||EndTurn"]);
    }

    [Fact]
    public void Nothing_is_told_behind_the_reason_to_stop() => Hear(
        """{"delta":{"content":"a"},"finish_reason":"stop"}""", """{"delta":{"content":"b"},"finish_reason":"length"}""").ShouldBe(["Text|0|\"a\"", "Stop|0||||||||EndTurn"]);

    [Theory]
    [InlineData("stop", StopReason.EndTurn)]
    [InlineData("length", StopReason.MaxTokens)]
    [InlineData("tool_calls", StopReason.EndTurn)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    [InlineData("sensitive", StopReason.ContentFilter)]
    [InlineData("martian", StopReason.Other)]
    public void Reasons(string reason, StopReason stop) => Hear($$"""{"delta":{},"finish_reason":"{{reason}}"}""").ShouldBe([$"Stop|0||||||||{stop}"]);

    [Fact]
    public void Sources_beside_the_answer_are_told_before_its_end() => ChatRoom.Hear(
        Encoding.UTF8.GetBytes("""
            data: {"search_results":[{"title":"T","url":"https://e/1"}],"choices":[{"delta":{"content":"a"}}]}

            data: {"search_results":[{"title":"T","url":"https://e/1"}],"choices":[{"delta":{},"finish_reason":"stop"}]}


            """))[1..].ShouldBe(["Text|0|\"a\"", "Citation|0||||||https://e/1 T", "Stop|0||||||||EndTurn"]);

    [Fact]
    public void Warm_events_allocate_nothing()
    {
        var reader = ChatRoom.Room.CreateStreamReader(new Deaf());
        byte[][] events =
        [
            """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"""u8.ToArray(),
            """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"reasoning_content":"Hm\n"},"logprobs":null,"finish_reason":null}]}"""u8.ToArray(),
            """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":" Hel\"lo"},"logprobs":null,"finish_reason":null}],"usage":null}"""u8.ToArray(),
            """{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":1,"delta":{"content":"two"},"finish_reason":null}]}"""u8.ToArray(),
        ];
        Allocations.Of(() =>
        {
            foreach (var data in events)
                reader.OnEvent(default, data);
        }).ShouldBe(0);

        reader.OnEvent(default, """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"["}}]}}]}"""u8);
        var piece = """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"a{\","}}]}}]}"""u8.ToArray();
        Allocations.Of(() => reader.OnEvent(default, piece)).ShouldBe(0);
    }

    private sealed class Deaf : IStreamSink
    {
        public void On(in StreamEvent happening)
        {
        }
    }
}
