using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Conversations;

public class SealedEnvelopeTests
{
    [Fact]
    public void What_a_vendor_sealed_comes_back_with_its_text()
    {
        var seal = new PlainSeal();
        var token = new Sealed(Dialect.AnthropicMessages, JsonText.Of("sig\"1")) { Hides = true, Id = JsonText.Of("rs_1") };
        var envelope = SealedEnvelope.Close(seal, token, JsonText.Of("thought\n"))!.Value;
        SealedEnvelope.TryOpen(seal, envelope, out var opened, out var text).ShouldBeTrue();
        opened.ShouldBe(token);
        text.ToString().ShouldBe("thought\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a vendor's own token")]
    [InlineData("hub:eyJieSI6Im5vYm9keSJ9")]
    [InlineData("hub:bm8ganNvbg==")]
    public void What_is_not_the_hubs_stays_closed(string token) => SealedEnvelope.TryOpen(new PlainSeal(), JsonText.Of(token), out _, out _).ShouldBeFalse();

    [Fact]
    public void Without_a_seal_there_are_no_envelopes()
    {
        SealedEnvelope.Close(null, new Sealed(Dialect.Gemini, JsonText.Of("x")), default).ShouldBeNull();
        SealedEnvelope.TryOpen(null, JsonText.Of("hub:e30="), out _, out _).ShouldBeFalse();
    }

    /// <summary>Hides and proves nothing: for tests.</summary>
    internal sealed class PlainSeal : IReasoningSeal
    {
        public string Close(ReadOnlySpan<byte> content) => "hub:" + Convert.ToBase64String(content);

        public bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content)
        {
            content = new byte[envelope.Length];
            if (!envelope.StartsWith("hub:") || !Convert.TryFromBase64Chars(envelope[4..], content, out var length))
                return false;

            content = content[..length];
            return Encoding.UTF8.GetCharCount(content) > 0;
        }
    }
}
