using AioHub.Relay.Counting;

namespace AioHub.Relay.Tests.Counting;

public sealed class TextTokensTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("hello world", 2)]
    [InlineData("one two three four five six seven eight nine ten", 10)]
    public void Counts(string text, int tokens) => TextTokens.Count(text).ShouldBe(tokens);

    [Fact]
    public void A_long_text_counts_as_the_sum_of_its_words()
    {
        var text = string.Join(' ', Enumerable.Repeat("seven", 30_000));
        TextTokens.Count(text).ShouldBe(30_000);
        TextTokens.Count(TextTokens.Take(text, 12_345)).ShouldBe(12_345);
    }

    [Fact]
    public void A_taken_beginning_is_whole_characters_and_within_the_limit()
    {
        const string text = "😀🧿 naïve 你好 wörld 😀😀";
        for (var limit = 0; limit < 30; limit++)
        {
            var taken = TextTokens.Take(text, limit);
            text.ShouldStartWith(taken);
            (taken.Length > 0 && char.IsHighSurrogate(taken[^1])).ShouldBeFalse();
            TextTokens.Count(taken).ShouldBeLessThanOrEqualTo(limit);
        }

        TextTokens.Take(text, 1000).ShouldBe(text);
    }

    [Fact]
    public void Unbroken_runs_are_counted_in_slices() => TextTokens.Count(new string('a', 1 << 20)).ShouldBe((1 << 20) / 8);
}
