using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Metering;

/// <summary>What the audit asks of entries and redemption codes: each says what it may say, pairs agree, and nobody wrote over anything.</summary>
internal static class EntryAuditStore
{
    /// <summary>Questions whose every answer is a problem.</summary>
    private static readonly string[] Questions =
    [
        """
        SELECT 'Entry ' || "Id" || ' says it is the charge of a call; those stand in the request log alone.' AS "Value" FROM entries WHERE "Kind" = 'charge'
        """,
        """
        SELECT 'Entry ' || "Id" || ' is of the unknown kind "' || "Kind" || '".' AS "Value" FROM entries
        WHERE "Kind" NOT IN ('charge', 'top_up', 'refund', 'adjustment', 'redemption', 'transfer')
        """,
        """
        SELECT 'Entry ' || "Id" || ' has no reason or no actor.' AS "Value" FROM entries WHERE "Reason" = '' OR "Actor" = ''
        """,
        """
        SELECT 'Entry ' || "Id" || ', a ' || "Kind" || ', moves ' || "AmountNano" || ' nano-USD.' AS "Value" FROM entries
        WHERE "AmountNano" = 0 OR ("AmountNano" < 0 AND "Kind" IN ('top_up', 'refund', 'redemption'))
        """,
        """
        SELECT 'Entry ' || "Id" || ', a ' || "Kind" || ', names a call, a code or another entry that it may not name, or lacks one.' AS "Value" FROM entries
        WHERE ("RequestId" IS NOT NULL) <> ("Kind" = 'refund') OR ("CodeId" IS NOT NULL) <> ("Kind" = 'redemption')
            OR ("PairId" IS NOT NULL AND "Kind" NOT IN ('refund', 'transfer')) OR ("PairId" IS NULL AND "Kind" = 'transfer')
        """,
        // Refunds of two purses are equal, transfers cancel out; both halves name each other.
        """
        SELECT 'Entry ' || e."Id" || ', a ' || e."Kind" || ', and entry ' || e."PairId" || ' do not make a pair.' AS "Value"
        FROM entries e LEFT JOIN entries p ON p."Id" = e."PairId"
        WHERE e."PairId" IS NOT NULL AND (p."Id" IS NULL OR p."PairId" IS NULL OR p."PairId" <> e."Id" OR p."Kind" <> e."Kind" OR p."AccountId" = e."AccountId"
            OR (e."Kind" = 'transfer' AND p."AmountNano" <> -e."AmountNano")
            OR (e."Kind" = 'refund' AND (p."AmountNano" <> e."AmountNano" OR p."RequestId" <> e."RequestId")))
        """,
        """
        SELECT 'Entry ' || e."Id" || ', a ' || e."Kind" || ', is of a ' || a."Kind" || '.' AS "Value"
        FROM entries e JOIN accounts a ON a."Id" = e."AccountId" WHERE e."Kind" IN ('redemption', 'transfer') AND a."Kind" <> 'wallet'
        """,
        """
        SELECT 'Entry ' || e."Id" || ' redeems code ' || e."CodeId" || ', which does not bear it out.' AS "Value"
        FROM entries e JOIN accounts a ON a."Id" = e."AccountId" LEFT JOIN redemption_codes c ON c."Id" = e."CodeId"
        WHERE e."CodeId" IS NOT NULL
            AND (c."Id" IS NULL OR c."EntryId" IS NULL OR c."EntryId" <> e."Id" OR c."AmountNano" <> e."AmountNano" OR c."UserId" IS NULL OR c."UserId" <> a."OwnerId")
        """,
        """
        SELECT 'Code ' || c."Id" || ' says it is redeemed, which no entry bears out.' AS "Value"
        FROM redemption_codes c LEFT JOIN entries e ON e."CodeId" = c."Id"
        WHERE (c."RedeemedAt" IS NOT NULL OR c."EntryId" IS NOT NULL OR c."UserId" IS NOT NULL) AND (e."Id" IS NULL OR c."EntryId" IS NULL OR e."Id" <> c."EntryId")
        """,
        """
        SELECT 'Code ' || "Id" || ' is both redeemed and revoked.' AS "Value" FROM redemption_codes WHERE "RedeemedAt" IS NOT NULL AND "RevokedAt" IS NOT NULL
        """,
        """
        SELECT 'Code ' || "Id" || ' is paid by an entry and says it is not redeemed.' AS "Value" FROM redemption_codes WHERE "RedeemedAt" IS NULL AND "EntryId" IS NOT NULL
        """,
    ];

    public static async Task CollectProblemsAsync(HubContext context, ImmutableArray<string>.Builder problems, int most, CancellationToken cancellation)
    {
        foreach (var question in Questions)
        {
            if (problems.Count >= most)
            {
                return;
            }

            problems.AddRange(await context.Database.SqlQueryRaw<string>(question).Take(most - problems.Count).ToListAsync(cancellation));
        }

        await foreach (var problem in ChainAsync(context, cancellation).Concat(CodesAsync(context, cancellation)).Concat(RefundsAsync(context, cancellation)).WithCancellation(cancellation))
        {
            if (problems.Count >= most)
            {
                return;
            }

            problems.Add(problem);
        }
    }

    /// <summary>Each seal against its row and the seal before it.</summary>
    private static async IAsyncEnumerable<string> ChainAsync(HubContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] previous = [];
        await foreach (var row in context.Set<EntryRow>().AsNoTracking().OrderBy(static row => row.Id).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (!EntrySeal.Of(row, previous).AsSpan().SequenceEqual(row.Seal))
            {
                yield return $"Entry {row.Id} is not what was written, or an entry before it is gone.";
            }

            previous = row.Seal;
        }
    }

    private static async IAsyncEnumerable<string> CodesAsync(HubContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var code in context.Set<RedemptionCodeRow>().AsNoTracking().OrderBy(static row => row.Id).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (!EntrySeal.Of(code).AsSpan().SequenceEqual(code.Seal))
            {
                yield return $"Code {code.Id} is not what was made.";
            }
        }
    }

    /// <summary>All refunds of a call together against what it was charged, purse by purse.</summary>
    private static async IAsyncEnumerable<string> RefundsAsync(HubContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var refund = LedgerNames.Of(EntryKind.Refund);
        var sums = await (
            from entry in context.Set<EntryRow>().AsNoTracking()
            join account in context.Set<AccountRow>().AsNoTracking() on entry.AccountId equals account.Id
            where entry.Kind == refund && entry.RequestId != null
            group entry.AmountNano by new { Request = entry.RequestId!, account.Kind, account.OwnerId } into amounts
            select new { amounts.Key.Request, amounts.Key.Kind, amounts.Key.OwnerId, Sum = amounts.Sum() }).ToListAsync(cancellation);
        foreach (var sum in sums)
        {
            var id = RequestId.TryParse(sum.Request, out var request) ? RequestLogRow.BytesOf(request) : [];
            var call = await context.Set<RequestLogRow>().AsNoTracking().Where(row => row.Id == id)
                .Select(static row => new { row.UserId, row.QuotaGroupId, row.ChargeNano }).FirstOrDefaultAsync(cancellation);
            var payer = LedgerNames.AccountKindOf(sum.Kind) switch
            {
                AccountKind.Wallet => call?.UserId,
                AccountKind.GroupQuota => call?.QuotaGroupId,
                _ => null,
            };
            if (call is null || payer != sum.OwnerId)
            {
                yield return $"{sum.Sum} nano-USD are refunded to {sum.Kind} {sum.OwnerId} for call {sum.Request}, which it did not pay.";
            }
            else if (sum.Sum > call.ChargeNano)
            {
                yield return $"{sum.Sum} nano-USD are refunded to {sum.Kind} {sum.OwnerId} for call {sum.Request}, which cost {call.ChargeNano}.";
            }
        }
    }
}
