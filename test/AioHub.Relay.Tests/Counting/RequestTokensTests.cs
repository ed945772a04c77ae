using System.Text;
using AioHub.Relay.Counting;

namespace AioHub.Relay.Tests.Counting;

public sealed class RequestTokensTests
{
    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"@"}],"temperature":1,"user":"somebody"}""", 3)]
    [InlineData("""{"model":"m","input":"@","metadata":{"a":"not read"}}""", 0)]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"@"}]}],"generationConfig":{"maxOutputTokens":5}}""", 3)]
    [InlineData("""{"model":"m","system":[{"type":"text","text":"@","cache_control":{"type":"ephemeral"}}],"messages":[]}""", 0)]
    public void Counts_what_a_model_reads(string body, int framing)
    {
        const string text = "The quick brown fox jumps over the lazy dog, twice.";
        var count = RequestTokens.Count(Encoding.UTF8.GetBytes(body.Replace("@", text, StringComparison.Ordinal)));
        count.Exact.ShouldBeTrue();
        // A line's end may be a token of its own.
        count.Tokens.ShouldBeInRange(TextTokens.Count(text) + framing, TextTokens.Count(text) + framing + 1);
    }

    [Fact]
    public void Tools_are_read_too()
    {
        var without = RequestTokens.Count("""{"messages":[{"role":"user","content":"hi"}]}"""u8).Tokens;
        RequestTokens.Count("""{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells the weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}"""u8)
            .Tokens.ShouldBeGreaterThan(without + 8);
    }

    [Fact]
    public void Long_texts_are_scaled_and_base64_is_guessed()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(static i => i % 3 == 0 ? "alpha " : "beta, "));
        var count = RequestTokens.Count(Encoding.UTF8.GetBytes($$"""{"input":"{{text}}"}"""));
        count.Exact.ShouldBeFalse();
        ((double)count.Tokens / TextTokens.Count(text)).ShouldBeInRange(0.97, 1.03);
        var image = RequestTokens.Count(Encoding.UTF8.GetBytes("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"x":"@"}}]}]}""".Replace("@", new string('A', 50_000), StringComparison.Ordinal)));
        image.Exact.ShouldBeFalse();
        image.Tokens.ShouldBeInRange(1000, 1020);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json at all")]
    [InlineData("{\"messages\":[\"\\ud800\"]}")]
    public void No_bytes_throw(string body) => RequestTokens.Count(Encoding.UTF8.GetBytes(body)).Tokens.ShouldBeGreaterThanOrEqualTo(0);
}
