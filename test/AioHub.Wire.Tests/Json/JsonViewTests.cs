using System.Text;
using System.Text.Json;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Json;

public class JsonViewTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData(" [1, 2.5e3 ,\"a\\\"]b\", {\"x\":[{}]} , null,true , false] ")]
    [InlineData("{\"a\" : {\"b\":[[]]} ,\"\\u0061\\n\": \"}\" , \"c\":-1}")]
    [InlineData("\"text\"")]
    [InlineData("12")]
    public void A_view_sees_what_a_tree_sees(string json)
    {
        using var tree = JsonDocument.Parse(json);
        JsonView.TryOver(Encoding.UTF8.GetBytes(json), out var view).ShouldBeTrue();
        Same(view, tree.RootElement);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":}")]
    [InlineData("nul")]
    [InlineData("\"a")]
    [InlineData("\"\u0001\"")]
    public void What_is_no_JSON_gives_no_view(string json)
    {
        JsonView.TryOver(Encoding.UTF8.GetBytes(json), out var view).ShouldBeFalse();
        view.Exists.ShouldBeFalse();
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_give_no_view() => JsonView.TryOver([(byte)'"', 0xC3, (byte)'"'], out _).ShouldBeFalse();

    [Fact]
    public void Depth_is_bounded()
    {
        JsonView.TryOver(Encoding.UTF8.GetBytes(new string('[', 256) + new string(']', 256)), out _).ShouldBeTrue();
        JsonView.TryOver(Encoding.UTF8.GetBytes(new string('[', 257) + new string(']', 257)), out _).ShouldBeFalse();
    }

    [Fact]
    public void What_is_asked_of_the_wrong_kind_is_absent()
    {
        JsonView.TryOver("{\"a\":1,\"t\":\"x\"}"u8, out var view).ShouldBeTrue();
        var number = view["a"u8];
        number["b"u8].Exists.ShouldBeFalse();
        number.AsString().ShouldBeNull();
        number.Is("1"u8).ShouldBeFalse();
        foreach (var _ in number.Items)
            Assert.Fail("a number has no items");
        foreach (var _ in number.Members)
            Assert.Fail("a number has no members");
        view["t"u8].AsInteger().ShouldBeNull();
        view["none"u8].IsNothing.ShouldBeTrue();
        default(JsonView).Kind.ShouldBe(JsonKind.Absent);
    }

    [Fact]
    public void Of_several_members_of_one_name_the_last_counts_also_when_it_is_spelled_with_escapes()
    {
        JsonView.TryOver("{\"a\":1,\"\\u0061\":2}"u8, out var view).ShouldBeTrue();
        view["a"u8].AsInteger().ShouldBe(2);
    }

    [Fact]
    public void A_value_is_found_again_in_the_memory_it_is_a_view_of()
    {
        ReadOnlyMemory<byte> text = " {\"a\": [1, 2] }"u8.ToArray();
        JsonView.TryOver(text.Span, out var view).ShouldBeTrue();
        Encoding.UTF8.GetString(view["a"u8].In(text).Span).ShouldBe("[1, 2]");
    }

    [Fact]
    public void Any_JSON_is_walked_as_a_tree_is()
    {
        var random = new Random(20_261_123);
        for (var round = 0; round < 2_000; round++)
        {
            var json = JsonSerializer.Serialize(Make(random, 4));
            using var tree = JsonDocument.Parse(json);
            JsonView.TryOver(Encoding.UTF8.GetBytes(json), out var view).ShouldBeTrue(json);
            Same(view, tree.RootElement);
        }
    }

    private static object? Make(Random random, int depth) => random.Next(depth == 0 ? 5 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextDouble() * random.Next(-1000, 1000),
        3 => new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "a\"\\\n{}[],:ü\u0001"[random.Next(12)])]),
        4 => random.NextInt64(),
        5 => Enumerable.Range(0, random.Next(4)).Select(_ => Make(random, depth - 1)).ToArray(),
        _ => Enumerable.Range(0, random.Next(4)).ToDictionary(index => "\"k" + index, _ => Make(random, depth - 1), StringComparer.Ordinal),
    };

    private static void Same(JsonView view, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                view.IsObject.ShouldBeTrue();
                var members = element.EnumerateObject();
                foreach (var field in view.Members)
                {
                    members.MoveNext().ShouldBeTrue();
                    field.Name.AsString().ShouldBe(members.Current.Name);
                    field.Is(Encoding.UTF8.GetBytes(members.Current.Name)).ShouldBeTrue();
                    Same(field.Value, members.Current.Value);
                }

                members.MoveNext().ShouldBeFalse();
                break;
            case JsonValueKind.Array:
                view.IsArray.ShouldBeTrue();
                var items = element.EnumerateArray();
                foreach (var item in view.Items)
                {
                    items.MoveNext().ShouldBeTrue();
                    Same(item, items.Current);
                }

                items.MoveNext().ShouldBeFalse();
                break;
            case JsonValueKind.String:
                view.AsString().ShouldBe(element.GetString());
                break;
            default:
                Encoding.UTF8.GetString(view.Raw).ShouldBe(element.GetRawText());
                break;
        }
    }
}
