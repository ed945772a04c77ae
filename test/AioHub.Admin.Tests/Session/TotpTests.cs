using AioHub.Admin.Session;

namespace AioHub.Admin.Tests.Session;

public sealed class TotpTests
{
    /// <summary>RFC 6238, appendix B (SHA-1), its last six digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_the_standards(long second, string code)
    {
        const string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        Totp.CodeAt(secret, second / 30).ShouldBe(code);
        Totp.StepOf(secret, code, DateTimeOffset.FromUnixTimeSeconds(second)).ShouldBe(second / 30);
        Totp.StepOf(secret, code, DateTimeOffset.FromUnixTimeSeconds(second + 30)).ShouldBe(second / 30);
        Totp.StepOf(secret, code, DateTimeOffset.FromUnixTimeSeconds(second + 90)).ShouldBeNull();
    }

    [Fact]
    public void Secrets_are_160_bits_in_base32_and_differ()
    {
        var secrets = Enumerable.Range(0, 100).Select(static _ => Totp.NewSecret()).ToList();
        secrets.ShouldBeUnique();
        secrets.ShouldAllBe(static secret => secret.Length == 32 && secret.All(static c => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".Contains(c, StringComparison.Ordinal)));
    }
}
