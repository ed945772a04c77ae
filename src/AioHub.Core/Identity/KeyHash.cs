using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity;

/// <summary>The keyed hash of an API key's secret: all that is stored of it. Comparing two takes the same time whatever they hold.</summary>
internal readonly struct KeyHash(ulong a, ulong b, ulong c, ulong d) : IEquatable<KeyHash>
{
    public const int Length = 32;
    private readonly ulong _a = a;
    private readonly ulong _b = b;
    private readonly ulong _c = c;
    private readonly ulong _d = d;

    public static KeyHash From(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), _d);
        return bytes;
    }

    public bool Equals(KeyHash other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    /// <summary>Any 32 of its bits are as good as any others, and tell a caller nothing without the key.</summary>
    public override int GetHashCode() => (int)_a;
}

/// <summary>Hashes secrets with a key derived from the master key: a stolen database alone does not even allow guessing.</summary>
internal sealed class KeyHasher(MasterKey master)
{
    /// <summary>The longest secret that is looked at, in characters.</summary>
    public const int MaxSecretLength = 256;

    private readonly byte[] _key = master.Derive("api key hash");

    // Setting a keyed hash up costs several times what hashing a secret costs: each thread keeps the last it used.
    [ThreadStatic]
    private static IncrementalHash? _hash;

    [ThreadStatic]
    private static byte[]? _hashKey;

    /// <summary>Allocates nothing. False = too long or empty: no such key exists.</summary>
    public bool TryHash(ReadOnlySpan<char> secret, out KeyHash hash)
    {
        if (secret.Length is 0 or > MaxSecretLength)
        {
            hash = default;
            return false;
        }

        Span<byte> utf8 = stackalloc byte[MaxSecretLength * 3];
        Span<byte> digest = stackalloc byte[KeyHash.Length];
        var length = Encoding.UTF8.GetBytes(secret, utf8);
        if (_hash is null || !ReferenceEquals(_hashKey, _key))
        {
            _hash?.Dispose();
            (_hash, _hashKey) = (IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key), _key);
        }

        _hash.AppendData(utf8[..length]);
        _hash.GetHashAndReset(digest);
        CryptographicOperations.ZeroMemory(utf8[..length]);
        hash = KeyHash.From(digest);
        return true;
    }
}
