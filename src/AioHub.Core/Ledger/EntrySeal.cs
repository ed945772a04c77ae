using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AioHub.Core.Ledger;

/// <summary>
/// A digest over an entry and the seal of the entry before it. Sums alone do not show a changed reason, actor or moment, nor two changes that cancel
/// out; a broken chain does. It is no signature: whoever can write the database and knows the rule can write a new chain.
/// </summary>
internal static class EntrySeal
{
    public const int Length = 32;

    public static byte[] Of(EntryRow row, ReadOnlySpan<byte> previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        Number(hash, row.Id);
        Number(hash, row.AccountId);
        Text(hash, row.Kind);
        Number(hash, row.AmountNano);
        Text(hash, row.RequestId);
        Text(hash, row.Reason);
        Text(hash, row.Actor);
        Number(hash, row.At.Ticks);
        Text(hash, row.Key);
        Number(hash, row.CodeId ?? 0);
        Number(hash, row.PairId ?? 0);
        return hash.GetHashAndReset();
    }

    /// <summary>A code's terms, so that nobody makes it worth more before it is redeemed.</summary>
    public static byte[] Of(RedemptionCodeRow code)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(code.Hash);
        Text(hash, code.Batch);
        Number(hash, code.AmountNano);
        Number(hash, code.ExpiresAt?.Ticks ?? 0);
        Number(hash, code.CreatedAt.Ticks);
        Text(hash, code.CreatedBy);
        Text(hash, code.Reason);
        return hash.GetHashAndReset();
    }

    /// <summary>Cut to what every engine keeps: a seal must come out the same from the row that is read back.</summary>
    public static DateTime Whole(DateTime moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerMicrosecond));

    private static void Number(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        hash.AppendData(bytes);
    }

    /// <summary>With its length, so that no two rows read alike.</summary>
    private static void Text(IncrementalHash hash, string? text)
    {
        if (text is null)
        {
            Number(hash, -1);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Number(hash, bytes.Length);
        hash.AppendData(bytes);
    }
}
