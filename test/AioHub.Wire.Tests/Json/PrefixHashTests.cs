using System.Text;
using System.Text.Json;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Json;

/// <summary>What a conversation begins with tells it, whatever comes after.</summary>
public sealed class PrefixHashTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 900).Select(static i => $"line {i} \\\"quoted\\\" ]}} , "));

    public static TheoryData<Dialect, string, string, string> Talks() => new()
    {
        { Dialect.OpenAiChat, """{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"U"}""", """,{"role":"assistant","content":"A"},{"role":"user","content":"more"}""", "]}" },
        { Dialect.AnthropicMessages, """{"model":"m","max_tokens":9,"system":"S","messages":[{"role":"user","content":[{"type":"text","text":"U"}]}""", """,{"role":"assistant","content":"A"},{"role":"user","content":"more"}""", """],"tools":[{"name":"t","input_schema":{}}]}""" },
        { Dialect.OpenAiResponses, """{"model":"m","instructions":"S","input":[{"role":"user","content":"U"}""", """,{"type":"function_call","name":"f","arguments":"{}","call_id":"c"}""", "]}" },
        { Dialect.Gemini, """{"systemInstruction":{"parts":[{"text":"S"}]},"contents":[{"role":"user","parts":[{"text":"U"}]}""", """,{"role":"model","parts":[{"text":"A"}]}""", "]}" },
    };

    [Theory]
    [MemberData(nameof(Talks))]
    public void Later_turns_change_nothing_and_anything_before_them_does(Dialect dialect, string begin, string more, string end)
    {
        var first = Prefix(begin, end);
        first.ShouldNotBeNull();
        Prefix(begin + more, end).ShouldBe(first);
        Prefix(begin + more + more, end).ShouldBe(first);
        Prefix(begin, end, user: "V").ShouldNotBe(first);
        Prefix(begin, end, system: "T").ShouldNotBe(first);
        Prefix(begin.Replace("\"model\":\"m\"", "\"model\":\"n\"", StringComparison.Ordinal), end).ShouldBe(first);

        ulong? Prefix(string head, string tail, string user = "", string system = "") =>
            PrefixOf(dialect, head.Replace("\"S\"", $"\"{Long}{system}\"", StringComparison.Ordinal).Replace("\"U\"", $"\"question{user}\"", StringComparison.Ordinal) + tail);
    }

    [Theory]
    [MemberData(nameof(Talks))]
    public void Short_prompts_are_nobodys_conversation(Dialect dialect, string begin, string more, string end)
    {
        PrefixOf(dialect, begin + end).ShouldBeNull();
        // However long it gets: what it begins with is too short for a cache.
        PrefixOf(dialect, begin + string.Concat(Enumerable.Repeat(more, 100)) + end).ShouldBeNull();
    }

    [Fact]
    public void A_text_as_input_counts_whole()
    {
        var first = PrefixOf(Dialect.OpenAiResponses, $$"""{"model":"m","input":"{{Long}}"}""");
        first.ShouldNotBeNull();
        PrefixOf(Dialect.OpenAiResponses, $$"""{"model":"m","input":"{{Long}}!"}""").ShouldNotBe(first);
    }

    [Fact]
    public void A_member_that_stands_twice_is_still_the_upstreams_to_judge()
    {
        var body = Encoding.UTF8.GetBytes("""{"model":"m","messages":[],"messages":[]}""");
        DialectRooms.Client(Dialect.OpenAiChat).TryPeek(body, Operation.Generate, out _, out var fault).ShouldBeTrue(fault.Message);
        DialectRooms.Client(Dialect.OpenAiChat).TryPeek(Encoding.UTF8.GetBytes("""{"model":"m","model":"m"}"""), Operation.Generate, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Odd_shapes_never_throw()
    {
        foreach (var turns in new[] { "[]", "[[]]", "[null]", "[1,2,3]", "{}", "null", "\"\"", "[{\"role\":\"system\"}]", "[\"\\\"\",\"]\"]", "[{\"a\":\"\\\\\"},{}]" })
        {
            var body = Encoding.UTF8.GetBytes($$"""{"model":"m","pad":"{{new string('x', 5_000)}}","tools":[{"x":"{{new string('y', 5_000)}}"}],"messages":{{turns}}}""");
            using var document = JsonDocument.Parse(body);
            DialectRooms.Client(Dialect.OpenAiChat).TryPeek(body, Operation.Generate, out var peek, out _).ShouldBeTrue();
            peek.Prefix.ShouldNotBeNull(turns);
        }
    }

    private static ulong? PrefixOf(Dialect dialect, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        using (JsonDocument.Parse(body))
        {
            DialectRooms.Client(dialect).TryPeek(body, Operation.Generate, out var peek, out var fault).ShouldBeTrue(fault.Message);
            return peek.Prefix;
        }
    }
}
