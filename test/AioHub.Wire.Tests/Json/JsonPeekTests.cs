using System.Text;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Json;

public sealed class JsonPeekTests
{
    private static readonly JsonPeek Peek = new("model", "stream", "n");

    [Fact]
    public void Finds_the_asked_members_of_the_root()
    {
        var body = """ { "messages":[{"model":"inner","n":[1,{}]}], "model" : "gpt-x" ,"stream":true,"x":{"stream":1} } """u8;
        var found = new JsonMember[3];
        Peek.Scan(body, found, out var report).ShouldBe(PeekFault.None);
        Encoding.UTF8.GetString(found[0].ValueIn(body)).ShouldBe("\"gpt-x\"");
        Encoding.UTF8.GetString(body[found[0].NameStart..found[0].ValueStart]).ShouldBe("\"model\" : ");
        Encoding.UTF8.GetString(found[1].ValueIn(body)).ShouldBe("true");
        found[2].Exists.ShouldBeFalse();
        report.ShouldBe(new PeekReport(0, null, 0));
    }

    [Theory]
    [InlineData("""{"n":{"a":[1,2]}}""", """{"a":[1,2]}""")]
    [InlineData("""{"n":[ ]}""", "[ ]")]
    [InlineData("""{"n":{ } }""", "{ }")]
    [InlineData("""{"n":-0.5e+10,"x":1}""", "-0.5e+10")]
    [InlineData("""{"n":"a\"b\\"}""", """
        "a\"b\\"
        """)]
    [InlineData("""{"x":[[[]]],"n":null}""", "null")]
    [InlineData("""{"\u006e":1}""", "1")]
    [InlineData("""{"nn":2,"\u006E" : 1}""", "1")]
    public void Measures_values_of_every_kind(string body, string expected)
    {
        var found = new JsonMember[3];
        var bytes = Encoding.UTF8.GetBytes(body);
        Peek.Scan(bytes, found, out _).ShouldBe(PeekFault.None);
        Encoding.UTF8.GetString(found[2].ValueIn(bytes)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"model":"a","model":"b"}""", "model")]
    [InlineData("""{"model":"a","mod\u0065l":"b"}""", "model")]
    [InlineData("""{"\u006dodel":"a","x":{},"model":"a"}""", "model")]
    [InlineData("""{"stream":true,"model":[],"str\u0065am":false}""", "stream")]
    public void Refuses_a_wanted_member_that_stands_twice(string body, string name)
    {
        var found = new JsonMember[3];
        Peek.Scan(Encoding.UTF8.GetBytes(body), found, out var report).ShouldBe(PeekFault.Duplicate);
        report.Name.ShouldBe(name);
        report.Offset.ShouldBe(body.LastIndexOf(",\"", StringComparison.Ordinal) + 1);
        found.ShouldAllBe(member => !member.Exists);
    }

    [Theory]
    [InlineData("""{"x":1,"x":2,"model":{"n":1,"n":2},"messages":[{"model":1},{"model":2}]}""")]
    [InlineData("""{"model":"a","model\u0000":1,"mode":2,"modell":3,"mode\\l":4,"m\u00f6del":5,"Model":6}""")]
    public void Leaves_other_duplicates_alone(string body) => Fault(body).ShouldBe(PeekFault.None);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{\"a\"")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1,")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1]")]
    [InlineData("{\"a\":[1}}")]
    [InlineData("{\"a\":[1,]}")]
    [InlineData("{,}")]
    [InlineData("{}{}")]
    [InlineData("{}\0")]
    [InlineData("{} x")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":1.}")]
    [InlineData("{\"a\":-}")]
    [InlineData("{\"a\":1e}")]
    [InlineData("{\"a\":+1}")]
    [InlineData("{\"a\":truth}")]
    [InlineData("{\"a\":nul")]
    [InlineData("{\"a\":\"\\")]
    [InlineData("{\"a\":\"\\u12\"}")]
    [InlineData("{\"a\":\"\\u12G4\"}")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"a\":\"tab\there\"}")]
    [InlineData("{\"a\":\"a long enough text before the line\nbreak\"}")]
    [InlineData("{'a':1}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\"::1}")]
    [InlineData("{\"a\":1 \"b\":2}")]
    [InlineData("{\"a\":1}/* */")]
    [InlineData("[1,2")]
    [InlineData("\uFEFF{}")]
    public void Refuses_what_is_no_json(string body) => Fault(body).ShouldBe(PeekFault.Malformed);

    [Theory]
    [InlineData("[]")]
    [InlineData(" [1,{\"model\":1,\"model\":2}] ")]
    [InlineData("\"x\"")]
    [InlineData("12")]
    [InlineData("-0.1e5")]
    [InlineData("null")]
    public void Tells_json_that_is_no_object(string body) => Fault(body).ShouldBe(PeekFault.NotAnObject);

    [Fact]
    public void Refuses_bytes_that_are_no_utf8_and_says_where()
    {
        byte[] body = [.. "{\"a\":\"é"u8, 0xC3, (byte)'"', (byte)'}'];
        Peek.Scan(body, new JsonMember[3], out var report).ShouldBe(PeekFault.Malformed);
        report.Offset.ShouldBe(8);
        body = [.. "{\"a\":\"\u00e9\ud83d\ude00"u8, 0xED, 0xA0, 0x80, (byte)'"', (byte)'}'];
        Peek.Scan(body, new JsonMember[3], out report).ShouldBe(PeekFault.Malformed);
        report.Offset.ShouldBe(12);
    }

    [Theory]
    [InlineData("""{"a":tru}""", 5)]
    [InlineData("""{"a":1}}""", 7)]
    [InlineData("""{"a":[1,2}""", 9)]
    public void Says_where_it_went_wrong(string body, int offset)
    {
        Peek.Scan(Encoding.UTF8.GetBytes(body), new JsonMember[3], out var report);
        report.Offset.ShouldBe(offset);
    }

    [Theory]
    [InlineData(255, PeekFault.None)]
    [InlineData(256, PeekFault.None)]
    [InlineData(257, PeekFault.TooDeep)]
    public void Bounds_the_depth(int depth, PeekFault fault)
    {
        Fault($$"""{"a":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""").ShouldBe(fault);
        Fault($$"""{"a":{{new string('[', depth - 1)}}1{{new string(']', depth - 1)}}}""").ShouldBe(fault);
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Fault(objects).ShouldBe(fault);
        var mixed = string.Concat(Enumerable.Range(0, depth - 1).Select(level => level % 3 == 0 ? "{\"a\":" : "[")) + "[]"
            + string.Concat(Enumerable.Range(0, depth - 1).Reverse().Select(level => level % 3 == 0 ? "}" : "]"));
        Fault(mixed).ShouldBe(fault);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("[{\"\":")]
    public void Stops_at_the_depth_limit(string opening)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, 100_000)));
        Peek.Scan(body, new JsonMember[3], out var report).ShouldBe(PeekFault.TooDeep);
        report.Offset.ShouldBeLessThan(257 * opening.Length);
    }

    [Fact]
    public void Counts_opaque_bytes()
    {
        var data = new string('A', 3000);
        Opaque($$"""{"a":"{{data}}"}""").ShouldBe(3000);
        Opaque($$"""{"{{data}}":["{{data}}",{"u":"{{data}}"}]}""").ShouldBe(6000);
        Opaque($$"""{"a":"{{data}} "}""").ShouldBe(0);
        Opaque($$"""{"a":"{{data}}\n"}""").ShouldBe(0);
        Opaque($$"""{"a":"{{new string('A', JsonPeek.OpaqueFrom)}}"}""").ShouldBe(0);
        Opaque($$"""{"a":"{{new string('A', JsonPeek.OpaqueFrom + 1)}}"}""").ShouldBe(JsonPeek.OpaqueFrom + 1);
    }

    [Fact]
    public void Allocates_nothing()
    {
        byte[][] bodies =
        [
            Encoding.UTF8.GetBytes("""{"model":"a","messages":[{"role":"user","content":"hé\n"}],"mod\u0065":1}"""),
            Encoding.UTF8.GetBytes($$"""{"a":"{{new string('A', 100_000)}}","b":{{new string('[', 200)}}1.5{{new string(']', 200)}}}"""),
            Encoding.UTF8.GetBytes(new string('[', 1000)),
            "{\"a\":"u8.ToArray(),
        ];
        var found = new JsonMember[3];
        Allocations.Of(() =>
        {
            foreach (var body in bodies)
            {
                Peek.Scan(body, found, out _);
            }
        }).ShouldBe(0);
    }

    [Fact]
    public void Wants_names_that_it_can_find()
    {
        Should.Throw<ArgumentException>(() => new JsonPeek());
        Should.Throw<ArgumentException>(() => new JsonPeek(""));
        Should.Throw<ArgumentException>(() => new JsonPeek("a", "a"));
        Should.Throw<ArgumentException>(() => new JsonPeek("é"));
        Should.Throw<ArgumentException>(() => new JsonPeek("a\"b"));
        Should.Throw<ArgumentException>(() => new JsonPeek([.. Enumerable.Range(0, 33).Select(i => $"n{i}")]));
        Should.Throw<ArgumentException>(() => Peek.Scan("{}"u8, new JsonMember[2], out _));
        var names = Enumerable.Range(0, 32).Select(i => $"n{i}").ToArray();
        var found = new JsonMember[32];
        var body = Encoding.UTF8.GetBytes("{" + string.Join(',', names.Select(name => $"\"{name}\":1")) + "}");
        new JsonPeek(names).Scan(body, found, out _).ShouldBe(PeekFault.None);
        found.ShouldAllBe(member => member.ValueLength == 1);
    }

    private static PeekFault Fault(string body) => Peek.Scan(Encoding.UTF8.GetBytes(body), new JsonMember[3], out _);

    private static int Opaque(string body)
    {
        Peek.Scan(Encoding.UTF8.GetBytes(body), new JsonMember[3], out var report).ShouldBe(PeekFault.None);
        return report.OpaqueBytes;
    }
}
