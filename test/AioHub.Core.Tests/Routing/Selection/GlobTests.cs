using AioHub.Core.Routing.Selection;

namespace AioHub.Core.Tests.Routing.Selection;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("gpt-*", "GPT-5", true)]
    [InlineData("gpt-*", "gpt-", true)]
    [InlineData("gpt-*", "gpt", false)]
    [InlineData("gpt-?", "gpt-5", true)]
    [InlineData("gpt-?", "gpt-55", false)]
    [InlineData("*-mini", "gpt-5-mini", true)]
    [InlineData("*-mini", "gpt-5-mini-x", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("gpt-5", "gpt-5", true)]
    [InlineData("gpt-5", "gpt-5x", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("vendor/*", "vendor/a/b", true)]
    public void Matches(string pattern, string name, bool expected)
    {
        Glob.Matches(pattern, name).ShouldBe(expected);
        new GlobSet([pattern], whenEmpty: false).Matches(name).ShouldBe(expected);
    }

    [Fact]
    public void Many_stars_stay_within_pattern_times_name_steps() =>
        Glob.Matches(string.Concat(Enumerable.Repeat("*a", 100)) + "b", new string('a', 256)).ShouldBeFalse();

    [Fact]
    public void An_empty_list_means_what_its_owner_says()
    {
        new GlobSet([], whenEmpty: true).Matches("x").ShouldBeTrue();
        new GlobSet([], whenEmpty: false).Matches("x").ShouldBeFalse();
        new GlobSet(default, whenEmpty: true).Matches("x").ShouldBeTrue();
    }

    [Theory]
    [InlineData("claude-opus-4-5-20251101", "claude-opus-4-5")]
    [InlineData("gpt-5-2025-08-07", "gpt-5")]
    [InlineData("gemini-latest", "gemini")]
    [InlineData("claude@20250101", "claude")]
    [InlineData("gpt-5", "gpt-5")]
    [InlineData("20251101", "20251101")]
    public void A_family_is_the_name_without_its_date(string id, string family) => ModelFamily.Of(id).ShouldBe(family);
}
