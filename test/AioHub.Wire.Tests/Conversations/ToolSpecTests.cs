using System.Text;
using AioHub.Wire.Conversations;

namespace AioHub.Wire.Tests.Conversations;

public class ToolSpecTests
{
    [Theory]
    [InlineData("{\"a\":1}", true)]
    [InlineData(" {} ", true)]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("[1]", false)]
    [InlineData("{\"a\":", false)]
    [InlineData("plain", false)]
    public void An_input_that_is_text_is_an_object_only_when_it_is_one(string text, bool isObject)
    {
        var input = ToolInput.FromText(JsonText.Of(text));
        input.TryObject(out var value).ShouldBe(isObject);
        if (isObject)
            Encoding.UTF8.GetString(value.Span).ShouldBe(text.Trim().Length == 0 ? "{}" : text);
        input.Text.ToString().ShouldBe(text);
    }

    [Fact]
    public void An_object_is_quoted_for_those_who_want_text()
    {
        var input = ToolInput.FromObject("{\"a\":\"\\n\"}"u8.ToArray());
        input.Text.ToString().ShouldBe("{\"a\":\"\\n\"}");
        input.TryObject(out _).ShouldBeTrue();
        default(ToolInput).Text.ToString().ShouldBe("{}");
    }

    [Fact]
    public void A_text_that_is_no_object_is_wrapped_whole() =>
        Encoding.UTF8.GetString(ToolInput.FromText(JsonText.Of("a\"b")).Wrapped("input"u8).Span).ShouldBe("{\"input\":\"a\\\"b\"}");
}
