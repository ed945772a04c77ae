using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Wire.Json;
using CsCheck;

namespace AioHub.Wire.Tests.Json;

public sealed class JsonSpliceTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];
    private static readonly JsonPeek Peek = new(Names);

    [Theory]
    [InlineData("""{"a":1}""", "{}")]
    [InlineData("""{ "a" : 1 }""", "{  }")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2}""")]
    [InlineData("""{"a":1 , "b":2}""", """{"b":2}""")]
    [InlineData("""{"b":2,"a":1}""", """{"b":2}""")]
    [InlineData("""{"b":2 , "a" : 1 }""", """{"b":2  }""")]
    [InlineData("""{"b":2, "a":[1,{"a":2}], "c":3}""", """{"b":2, "c":3}""")]
    [InlineData("{\n  \"b\": 2,\n  \"a\": 1,\n  \"c\": 3\n}", "{\n  \"b\": 2,\n  \"c\": 3\n}")]
    [InlineData("{\n  \"a\": 1,\n  \"c\": 3\n}", "{\n  \"c\": 3\n}")]
    public void Removes_a_member_with_its_comma(string body, string expected)
    {
        var (bytes, found) = Scan(body);
        Apply(bytes, [JsonSplice.Remove(bytes, found[0])]).ShouldBe(expected);
        Apply(bytes, JsonSplice.Remove(bytes, [found[0]])).ShouldBe(expected);
    }

    [Theory]
    [InlineData("{}", """{"x":true}""")]
    [InlineData("{ }\n", """
        {"x":true }

        """)]
    [InlineData("""{"a":{}}""", """{"a":{},"x":true}""")]
    [InlineData("{\n  \"a\": 1\n}", "{\n  \"a\": 1,\"x\":true\n}")]
    public void Inserts_a_member_at_the_end(string body, string expected)
    {
        var (bytes, _) = Scan(body.ReplaceLineEndings("\n"));
        Apply(bytes, [JsonSplice.Insert(bytes, "x", "true"u8.ToArray())]).ShouldBe(expected.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Replaces_a_value()
    {
        var (bytes, found) = Scan("""{"b":{"a":0}, "a" : "old" , "c":null}""");
        Apply(bytes, [JsonSplice.Replace(found[0], JsonSplice.QuotedString("né\"w"))]).ShouldBe("""{"b":{"a":0}, "a" : "né\"w" , "c":null}""");
    }

    [Fact]
    public void Refuses_absent_members_and_foreign_bodies()
    {
        Should.Throw<ArgumentException>(() => JsonSplice.Replace(default, default));
        Should.Throw<ArgumentException>(() => JsonSplice.Remove("{}"u8, default(JsonMember)));
        Should.Throw<ArgumentException>(() => JsonSplice.Insert(""u8, "a", default));
        Should.Throw<ArgumentException>(() => JsonSplice.Insert("}"u8, "a", default));
        Should.Throw<ArgumentException>(() => JsonSplice.Insert("[1]"u8, "a", default));
        JsonSplice.Remove("{}"u8, [default, default]).ShouldBeEmpty();
    }

    [Fact]
    public void Splicing_in_the_same_value_gives_the_same_bytes()
    {
        GenBody.Sample(
            body =>
            {
                var (bytes, found) = Scan(body);
                var splices = found.Where(member => member.Exists).OrderBy(member => member.NameStart)
                    .Select(member => JsonSplice.Replace(member, member.ValueIn(bytes).ToArray())).ToArray();
                Apply(bytes, splices).ShouldBe(body);
            },
            iter: 3_000);
    }

    [Fact]
    public void Edits_as_a_tree_would_be_edited()
    {
        Gen.Select(GenBody, Gen.Enum<Edit>().Array[Names.Length], Gen.Bool).Sample(
            (body, edits, insert) =>
            {
                var (bytes, found) = Scan(body);
                var tree = JsonNode.Parse(body)!.AsObject();
                var removed = new List<JsonMember>();
                var splices = new List<Splice>();
                for (var i = 0; i < Names.Length; i++)
                {
                    if (edits[i] == Edit.Remove)
                    {
                        removed.Add(found[i]);
                        tree.Remove(Names[i]);
                    }
                    else if (edits[i] == Edit.Replace && found[i].Exists)
                    {
                        splices.Add(JsonSplice.Replace(found[i], "{\"new\":[1]}"u8.ToArray()));
                        tree[Names[i]] = JsonNode.Parse("{\"new\":[1]}");
                    }
                }

                splices.AddRange(JsonSplice.Remove(bytes, [.. removed]));
                if (insert && tree.Count > 0)
                {
                    splices.Add(JsonSplice.Insert(bytes, [new("y\"", "1"u8.ToArray()), new("z", "null"u8.ToArray())]));
                    tree["y\""] = 1;
                    tree["z"] = null;
                }

                var edited = Apply(bytes, [.. splices.OrderBy(splice => splice.Start)]);
                JsonNode.DeepEquals(JsonNode.Parse(edited), tree).ShouldBeTrue($"{body} became {edited} instead of {tree.ToJsonString()}");
                JsonNode.Parse(edited)!.AsObject().Select(member => member.Key).ShouldBe(tree.Select(member => member.Key));
            },
            iter: 10_000);
    }

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a\"\\/\n\r\t\b\u001f", "\"a\\\"\\\\/\\n\\r\\t\\u0008\\u001f\"")]
    [InlineData("é😀<&'", "\"é😀<&'\"")]
    public void Quotes_texts(string text, string expected) => Encoding.UTF8.GetString(JsonSplice.QuotedString(text).Span).ShouldBe(expected);

    [Fact]
    public void Quotes_half_a_pair_as_a_replacement_character() =>
        Encoding.UTF8.GetString(JsonSplice.QuotedString("a" + '\ud83d' + "b").Span).ShouldBe("\"a\ufffdb\"");

    private enum Edit
    {
        Keep,
        Replace,
        Remove,
    }

    private static Gen<string> GenBody
    {
        get
        {
            var blank = Gen.OneOf("", "", " ", "\n  ");
            var value = Gen.OneOf("1", "\"x,}\"", "{\"a\":1,\"b\":{}}", "[1, 2]", "null", "{ }", "-1.5e3", "\"é\\\"\"");
            var member = Gen.Select(blank, blank, blank, blank, value, (before, middle, late, after, text) => (before, middle, late, after, text));
            return Gen.Select(Gen.Shuffle(new[] { "a", "b", "c", "d", "e", "f" }), member.Array[0, 6], blank, blank).Select(
                (names, members, inside, outside) => outside + "{" + inside + string.Join(',', members.Select(
                    (m, i) => $"{m.before}\"{names[i]}\"{m.middle}:{m.late}{m.text}{m.after}")) + inside + "}" + outside);
        }
    }

    private static (byte[] Body, JsonMember[] Found) Scan(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var found = new JsonMember[Names.Length];
        Peek.Scan(bytes, found, out _).ShouldBe(PeekFault.None);
        return (bytes, found);
    }

    private static string Apply(byte[] body, Splice[] splices) => Encoding.UTF8.GetString(new SplicedBytes(body, splices).ToArray());
}
