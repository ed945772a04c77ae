using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Storage;

public sealed class SecretBoxTests
{
    private static readonly MasterKey Master = new(new byte[32]);
    private readonly SecretBox _box = new(Master);

    [Theory]
    [InlineData("")]
    [InlineData("sk-upstream-1234567890")]
    [InlineData("ключ 🔑")]
    public void What_is_sealed_opens(string secret)
    {
        var text = _box.Seal("credential", 7, secret);
        text.ShouldStartWith("v1." + Master.Id + ".");
        new SecretBox(new MasterKey(new byte[32])).Open("credential", 7, text).ShouldBe(secret);
    }

    [Fact]
    public void Sealing_twice_gives_two_texts() => _box.Seal("credential", 1, "same").ShouldNotBe(_box.Seal("credential", 1, "same"));

    [Fact]
    public void Another_row_or_purpose_does_not_open_it()
    {
        var text = _box.Seal("credential", 7, "secret");
        Should.Throw<SecretBoxException>(() => _box.Open("credential", 8, text)).Message.ShouldContain("another row");
        Should.Throw<SecretBoxException>(() => _box.Open("other", 7, text));
    }

    [Fact]
    public void Another_master_key_is_named()
    {
        var other = new MasterKey(Enumerable.Repeat((byte)9, 32).ToArray());
        var refusal = Should.Throw<SecretBoxException>(() => new SecretBox(other).Open("credential", 7, _box.Seal("credential", 7, "secret")));
        refusal.Message.ShouldContain(Master.Id);
        refusal.Message.ShouldContain(other.Id);
        refusal.Message.ShouldContain("AIOHUB_MASTER_KEY");
    }

    [Fact]
    public void Any_altered_byte_is_noticed()
    {
        var text = _box.Seal("credential", 7, "secret");
        var prefix = text.LastIndexOf('.') + 1;
        var box = Convert.FromBase64String(text[prefix..]);
        for (var i = 0; i < box.Length; i++)
        {
            var altered = (byte[])box.Clone();
            altered[i] ^= 1;
            Should.Throw<SecretBoxException>(() => _box.Open("credential", 7, text[..prefix] + Convert.ToBase64String(altered)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("v1.x")]
    [InlineData("v1.{id}.")]
    [InlineData("v1.{id}.!!!!")]
    [InlineData("v1.{id}.AAAA")]
    [InlineData("v2.{id}.AAAA")]
    [InlineData("v1.{id}.AAAA.BBBB")]
    public void Foreign_text_is_refused(string text) =>
        Should.Throw<SecretBoxException>(() => _box.Open("credential", 7, text.Replace("{id}", Master.Id, StringComparison.Ordinal)));
}
