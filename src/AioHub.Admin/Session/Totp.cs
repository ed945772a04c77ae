using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace AioHub.Admin.Session;

/// <summary>Codes of authenticators (RFC 6238: SHA-1, 30 seconds, six digits, as every app speaks it).</summary>
internal static class Totp
{
    private const int StepSeconds = 30;
    private const int SecretBytes = 20;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new secret in base32.</summary>
    public static string NewSecret()
    {
        Span<byte> bytes = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(bytes);
        Span<char> text = stackalloc char[SecretBytes * 8 / 5];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var two = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Base32[(two >> (11 - bit % 8)) & 31];
        }

        return new string(text);
    }

    /// <summary>What authenticators scan.</summary>
    public static string Uri(string secret, string email) =>
        $"otpauth://totp/AIOHub:{System.Uri.EscapeDataString(email)}?secret={secret}&issuer=AIOHub&algorithm=SHA1&digits=6&period={StepSeconds}";

    /// <summary>The step whose code it is: this one, the one before or the next, for clocks that differ. Null = it is none of theirs.</summary>
    public static long? StepOf(string secret, string code, DateTimeOffset now)
    {
        var step = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        // All three are looked at whatever the first says: the time tells nothing.
        for (var candidate = step - 1; candidate <= step + 1; candidate++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(CodeAt(secret, candidate)), System.Text.Encoding.ASCII.GetBytes(code)))
            {
                found = candidate;
            }
        }

        return found;
    }

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238 as authenticators speak it; HMAC-SHA1 is not broken by collisions.")]
    public static string CodeAt(string secret, long step)
    {
        Span<byte> moment = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(moment, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(Bytes(secret), moment, hash);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Bytes(string secret)
    {
        var bytes = new byte[secret.Length * 5 / 8];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var c in secret)
        {
            buffer = ((buffer << 5) | Base32.IndexOf(c, StringComparison.Ordinal)) & 0xFFFF;
            bits += 5;
            if (bits >= 8 && at < bytes.Length)
            {
                bits -= 8;
                bytes[at++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }
}
