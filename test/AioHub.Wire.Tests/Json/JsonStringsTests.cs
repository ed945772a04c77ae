using System.Buffers;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Json;

namespace AioHub.Wire.Tests.Json;

public class JsonStringsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("a\"b\\c/d\b\f\n\r\t\u0000\u001f\u007f é 漢 😀 \u2028")]
    public void A_text_survives_being_escaped_and_read_by_others(string text)
    {
        var inside = Escape(text);
        JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(inside)}\"").ShouldBe(text);
        Unescape(inside).ShouldBe(text);
        JsonStrings.AreSame(inside, Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("\\u0041\\/\\ud83d\\ude00", "A/😀")]
    [InlineData("\\ud83d", "\uFFFD")]
    [InlineData("\\ud83dx\\ude00", "\uFFFDx\uFFFD")]
    [InlineData("\\ud83d\\u0041", "\uFFFDA")]
    public void Escapes_are_read_and_half_a_pair_becomes_the_replacement(string inside, string text)
    {
        Unescape(Encoding.UTF8.GetBytes(inside)).ShouldBe(text);
        JsonStrings.AreSame(Encoding.UTF8.GetBytes(inside), Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
        JsonStrings.AreSame(Encoding.UTF8.GetBytes(inside), Encoding.UTF8.GetBytes(text + "x")).ShouldBeFalse();
        JsonStrings.AreSame(Encoding.UTF8.GetBytes(inside + "x"), Encoding.UTF8.GetBytes(text)).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_escaped_that_need_not_be() => Encoding.UTF8.GetString(Escape("<é'&/>")).ShouldBe("<é'&/>");

    private static byte[] Escape(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonStrings.Escape(Encoding.UTF8.GetBytes(text), output);
        return output.WrittenSpan.ToArray();
    }

    private static string Unescape(byte[] inside)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonStrings.Unescape(inside, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
