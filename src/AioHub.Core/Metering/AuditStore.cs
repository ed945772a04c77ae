using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Metering;

/// <summary>The audit's questions, all asked of one moment.</summary>
internal sealed class AuditStore : IAsyncDisposable
{
    private const int MostProblems = 100;
    private readonly HubContext _context;
    private readonly IAsyncDisposable _snapshot;

    private AuditStore(HubContext context, IAsyncDisposable snapshot)
    {
        (_context, _snapshot) = (context, snapshot);
    }

    public static async Task<AuditStore> OpenAsync(HubDatabase database, CancellationToken cancellation)
    {
        var context = database.CreateContext();
        try
        {
            return new AuditStore(context, await LedgerStore.BeginSnapshotAsync(context, cancellation));
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    public async Task CollectProblemsAsync(ImmutableArray<string>.Builder problems, CancellationToken cancellation)
    {
        var day = _context.Database.IsNpgsql() ? """to_char("StartedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD')""" : """substr("StartedAt", 1, 10)""";
        await AskAsync(problems, """
            SELECT 'The balance of ' || a."Kind" || ' ' || a."OwnerId" || ' is ' || a."BalanceNano" || ' nano-USD, but its entries add up to ' || CAST(COALESCE(SUM(e."AmountNano"), 0) AS bigint) || '.' AS "Value"
            FROM accounts a LEFT JOIN entries e ON e."AccountId" = a."Id"
            GROUP BY a."Id", a."Kind", a."OwnerId", a."BalanceNano" HAVING a."BalanceNano" <> COALESCE(SUM(e."AmountNano"), 0)
            """, cancellation);
        await AskAsync(problems, """
            SELECT 'Request ' || r."Id" || ' was charged ' || r."ChargeNano" || ' nano-USD, but wallet ' || r."UserId" || ' has ' || COALESCE('an entry of ' || e."AmountNano", 'no entry') || ' for it.' AS "Value"
            FROM request_log r
            LEFT JOIN accounts a ON a."Kind" = 'wallet' AND a."OwnerId" = r."UserId"
            LEFT JOIN entries e ON e."AccountId" = a."Id" AND e."RequestId" = r."Id" AND e."Kind" = 'charge'
            WHERE r."ChargeNano" <> 0 AND (e."Id" IS NULL OR e."AmountNano" <> -r."ChargeNano")
            """, cancellation);
        await AskAsync(problems, """
            SELECT 'Request ' || r."Id" || ' was charged ' || r."ChargeNano" || ' nano-USD, but the quota of group ' || r."QuotaGroupId" || ' has ' || COALESCE('an entry of ' || e."AmountNano", 'no entry') || ' for it.' AS "Value"
            FROM request_log r
            LEFT JOIN accounts a ON a."Kind" = 'group_quota' AND a."OwnerId" = r."QuotaGroupId"
            LEFT JOIN entries e ON e."AccountId" = a."Id" AND e."RequestId" = r."Id" AND e."Kind" = 'charge'
            WHERE r."QuotaGroupId" IS NOT NULL AND r."ChargeNano" <> 0 AND (e."Id" IS NULL OR e."AmountNano" <> -r."ChargeNano")
            """, cancellation);
        await AskAsync(problems, """
            SELECT 'Entry ' || e."Id" || ' charges ' || a."Kind" || ' ' || a."OwnerId" || ' for request ' || COALESCE(e."RequestId", '(none)') || ', which the request log does not bear out.' AS "Value"
            FROM entries e JOIN accounts a ON a."Id" = e."AccountId" LEFT JOIN request_log r ON r."Id" = e."RequestId"
            WHERE e."Kind" = 'charge' AND (r."Id" IS NULL OR r."ChargeNano" <> -e."AmountNano"
                OR (a."Kind" = 'wallet' AND a."OwnerId" <> r."UserId")
                OR (a."Kind" <> 'wallet' AND (a."Kind" <> 'group_quota' OR r."QuotaGroupId" IS NULL OR a."OwnerId" <> r."QuotaGroupId")))
            """, cancellation);
        await AskAsync(problems, """
            SELECT 'Request ' || "RequestId" || ' is charged ' || COUNT(*) || ' times to account ' || "AccountId" || '.' AS "Value"
            FROM entries WHERE "Kind" = 'charge' GROUP BY "AccountId", "RequestId" HAVING COUNT(*) > 1
            """, cancellation);
        await AskAsync(problems, """
            SELECT 'Entry ' || "Id" || ' has no reason or no actor.' AS "Value" FROM entries WHERE "Reason" = '' OR "Actor" = ''
            """, cancellation);
        await AskAsync(problems, $"""
            SELECT 'Key ' || COALESCE(c.k, s."KeyId") || ' has spent ' || COALESCE(c.n, 0) || ' nano-USD in ' || COALESCE(c.w, s."Window") || ' by the request log, but its window says ' || COALESCE(s."SpentNano", 0) || '.' AS "Value"
            FROM (
                SELECT k, w, CAST(SUM(n) AS bigint) AS n FROM (
                    SELECT "KeyId" AS k, 'total' AS w, "ChargeNano" AS n FROM request_log WHERE "ChargeNano" <> 0
                    UNION ALL SELECT "KeyId", 'month:' || substr({day}, 1, 7), "ChargeNano" FROM request_log WHERE "ChargeNano" <> 0
                    UNION ALL SELECT "KeyId", 'day:' || {day}, "ChargeNano" FROM request_log WHERE "ChargeNano" <> 0
                ) AS charges GROUP BY k, w
            ) AS c FULL OUTER JOIN key_spending s ON s."KeyId" = c.k AND s."Window" = c.w
            WHERE COALESCE(c.n, 0) <> COALESCE(s."SpentNano", 0)
            """, cancellation);
    }

    public async Task<List<NodeRow>> LiveNodesAsync(DateTime since, CancellationToken cancellation) =>
        await _context.Set<NodeRow>().AsNoTracking().Where(node => node.Heartbeat >= since).ToListAsync(cancellation);

    /// <summary>How many of these requests the log does not hold.</summary>
    public async Task<int> MissingAsync(List<string> ids, CancellationToken cancellation)
    {
        var missing = 0;
        foreach (var chunk in ids.Distinct(StringComparer.Ordinal).Chunk(500))
        {
            missing += chunk.Length - await _context.Set<RequestLogRow>().CountAsync(row => chunk.Contains(row.Id), cancellation);
        }

        return missing;
    }

    public async Task<(long Accounts, long Entries, long Requests)> CountAsync(CancellationToken cancellation) => (
        await _context.Set<AccountRow>().LongCountAsync(cancellation),
        await _context.Set<EntryRow>().LongCountAsync(cancellation),
        await _context.Set<RequestLogRow>().LongCountAsync(cancellation));

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _context.DisposeAsync();
    }

    private async Task AskAsync(ImmutableArray<string>.Builder problems, string sql, CancellationToken cancellation)
    {
        if (problems.Count < MostProblems)
        {
            problems.AddRange(await _context.Database.SqlQueryRaw<string>(sql).Take(MostProblems - problems.Count).ToListAsync(cancellation));
        }
    }
}
