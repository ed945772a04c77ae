using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity;

/// <summary>What a playground's token opens.</summary>
/// <param name="Key">As it is now; perhaps it is switched off or has expired.</param>
/// <param name="EndsAt">When the token ends (UTC); perhaps that has passed.</param>
public sealed record PlaygroundPass(ApiKey Key, DateTime EndsAt);

/// <summary>
/// Tokens by which the console makes calls as a key whose secret it does not have: <c>ahp_</c> and base64url of version, key, user and end, with their keyed MAC. Nothing is
/// stored, so every node knows them; a token ends with its time, and with its key.
/// </summary>
public sealed class PlaygroundTokens(MasterKey master, ApiKeyDirectory keys)
{
    public const string Prefix = "ahp_";

    /// <summary>How long a token is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private const byte Version = 1;
    private const int Signed = 1 + (3 * sizeof(long));
    private const int Length = Signed + HMACSHA256.HashSizeInBytes;

    /// <summary>Base64url without padding.</summary>
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private readonly byte[] _key = master.Derive("playground token");

    /// <summary>A token for a key of a user's. Whether it is theirs was looked at before.</summary>
    public (string Token, DateTime EndsAt) Make(ApiKeyId key, UserId user, DateTime now)
    {
        // Whole seconds: what the token says, and what is told of it.
        var ends = DateTimeOffset.FromUnixTimeSeconds(new DateTimeOffset(now + Life).ToUnixTimeSeconds());
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], key.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[9..], user.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[17..], ends.ToUnixTimeSeconds());
        HMACSHA256.HashData(_key, bytes[..Signed], bytes[Signed..]);
        return (Prefix + Base64Url.EncodeToString(bytes), ends.UtcDateTime);
    }

    /// <summary>What a token opens; null = it is none of this hub's, or its key is revoked or another user's.</summary>
    /// <param name="secret">As the caller showed it, of any length.</param>
    public PlaygroundPass? Find(ReadOnlySpan<char> secret)
    {
        if (secret.Length != Prefix.Length + TextLength || !secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[Length];
        // Decoding throws at letters that are none of its own.
        if (!Base64Url.IsValid(secret[Prefix.Length..]) || !Base64Url.TryDecodeFromChars(secret[Prefix.Length..], bytes, out var written) || written != Length)
        {
            return null;
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes[..Signed], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[Signed..]) || bytes[0] != Version)
        {
            return null;
        }

        var key = keys.Find(new ApiKeyId(BinaryPrimitives.ReadInt64BigEndian(bytes[1..])));
        return key is not null && key.Owner.Value == BinaryPrimitives.ReadInt64BigEndian(bytes[9..])
            ? new PlaygroundPass(key, DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(bytes[17..])).UtcDateTime)
            : null;
    }
}
