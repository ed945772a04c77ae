using System.Security.Cryptography;
using System.Text;

namespace AioHub.Core.Alerts;

/// <summary>Signatures of webhooks (Standard Webhooks 1.0.0): <c>v1,BASE64(HMAC-SHA256(key, id.timestamp.body))</c>, one for each secret that is good.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    private const string Prefix = "whsec_";

    /// <summary>The scheme asks for 24 to 64 bytes.</summary>
    private const int SecretBytes = 32;

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <param name="seconds">Since 1970, as the header says it.</param>
    /// <param name="secrets">As <see cref="NewSecret"/> makes them.</param>
    public static string Of(string id, long seconds, ReadOnlySpan<byte> body, IEnumerable<string> secrets)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}.{seconds}."));
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed))));
    }
}
