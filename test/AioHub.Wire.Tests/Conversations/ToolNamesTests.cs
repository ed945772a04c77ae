using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Conversations;

public sealed class ToolNamesTests
{
    private static readonly ToolNameRule Letters = new(64, "_-.:") { LetterFirst = true };

    [Theory]
    [InlineData("plain", true)]
    [InlineData("_x", true)]
    [InlineData("a.b:c-d", true)]
    [InlineData("9lives", false)]
    [InlineData("-x", false)]
    [InlineData(".x", false)]
    [InlineData("", false)]
    public void A_letter_first(string name, bool fits) => Letters.Fits(name).ShouldBe(fits);

    [Theory]
    [InlineData("9lives")]
    [InlineData("-")]
    [InlineData("mcp__a_very_long_name_of_a_server__9aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("名字")]
    public void A_name_that_does_not_fit_is_made_to_and_found_again(string name)
    {
        var names = new ToolNames(Letters, new Conversation { Dialect = Dialect.OpenAiChat, Model = "m", Tools = [new ToolSpec(name)] });
        var outward = names.Outward(name);
        Letters.Fits(outward).ShouldBeTrue(outward);
        names.Inward(outward).Name.ShouldBe(name);
    }
}
