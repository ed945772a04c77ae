using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Conversations;

public class JsonTextTests
{
    [Fact]
    public void Nothing_said_is_not_a_text_without_characters()
    {
        default(JsonText).Exists.ShouldBeFalse();
        JsonText.Of("").Exists.ShouldBeTrue();
        JsonText.Of("").IsEmpty.ShouldBeTrue();
        Encoding.UTF8.GetString(default(JsonText).Quoted).ShouldBe("\"\"");
        (default(JsonText) == JsonText.Of("")).ShouldBeFalse();
    }

    [Fact]
    public void Texts_are_equal_by_what_they_say()
    {
        var escaped = JsonText.FromQuoted("\"\\u0061\\/b\""u8.ToArray());
        escaped.ShouldBe(JsonText.Of("a/b"));
        escaped.GetHashCode().ShouldBe(JsonText.Of("a/b").GetHashCode());
        escaped.Is("a/b"u8).ShouldBeTrue();
        escaped.ToString().ShouldBe("a/b");
    }

    [Fact]
    public void A_text_is_a_slice_of_the_body()
    {
        ReadOnlyMemory<byte> body = "{\"t\":\"a\\nb\",\"n\":1}"u8.ToArray();
        JsonView.TryOver(body.Span, out var view).ShouldBeTrue();
        var text = JsonText.From(view["t"u8], body);
        Encoding.UTF8.GetString(text.Quoted).ShouldBe("\"a\\nb\"");
        JsonText.From(view["n"u8], body).Exists.ShouldBeFalse();
        JsonText.From(view["none"u8], body).Exists.ShouldBeFalse();
    }

    [Fact]
    public void Joining_leaves_out_what_says_nothing()
    {
        JsonText.Join("\\n\\n"u8, JsonText.Of("a"), default, JsonText.Of(""), JsonText.Of("b\"")).ToString().ShouldBe("a\n\nb\"");
        JsonText.Join("x"u8, default, JsonText.Of("a")).ToString().ShouldBe("a");
        JsonText.Join("x"u8).Exists.ShouldBeFalse();
    }

    [Fact]
    public void Bytes_are_quoted_once() => JsonText.Of("{\"a\":\"\\n\"}"u8).ToString().ShouldBe("{\"a\":\"\\n\"}");
}
