using System.Text;
using AioHub.Wire.Dialects.OpenAiChat;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatThinkTagsTests
{
    private static (string Thought, string Said) Split(string inside, int cut)
    {
        var tags = new OpenAiChatThinkTags();
        var thought = new StringBuilder();
        var said = new StringBuilder();
        var bytes = Encoding.UTF8.GetBytes(inside);
        for (var at = 0; at < bytes.Length;)
        {
            // A piece is a whole JSON string: no escape is cut.
            var length = Math.Min(cut, bytes.Length - at);
            while (at + length < bytes.Length && bytes.AsSpan(at, length).LastIndexOf((byte)'\\') is var slash and >= 0 && slash > length - (bytes[at + slash + 1] == 'u' ? 6 : 2))
                length++;

            tags.Feed(bytes.AsSpan(at, length), out var t, out var s);
            thought.Append(Encoding.UTF8.GetString(t));
            said.Append(Encoding.UTF8.GetString(s));
            at += length;
        }

        var rest = Encoding.UTF8.GetString(tags.Rest(out var isThought));
        (isThought ? thought : said).Append(rest);
        return (thought.ToString(), said.ToString());
    }

    [Theory]
    [InlineData("<think>a</think>b", "a", "b")]
    [InlineData(@"\n <think>\na < b </thin k> c</think>\n\nd<think>e", @"\na < b </thin k> c", "d<think>e")]
    [InlineData(@"\u003cthink\u003ea\\u003c\u003C/think\u003Eb", @"a\\u003c", "b")]
    [InlineData("<think>never shut </thi", "never shut </thi", "")]
    [InlineData("<thin", "", "<thin")]
    [InlineData(@"\n\n", "", @"\n\n")]
    [InlineData("plain <think>x</think>", "", "plain <think>x</think>")]
    [InlineData("", "", "")]
    public void However_it_is_cut(string inside, string thought, string said)
    {
        for (var cut = 1; cut <= Math.Max(1, inside.Length); cut++)
            Split(inside, cut).ShouldBe((thought, said), $"cut at {cut}");
    }
}
