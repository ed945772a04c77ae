using System.Data.Common;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>All that the hold book needs to start, of one moment.</summary>
/// <param name="Last">The newest number of an entry or a call.</param>
internal sealed record LedgerSnapshot(
    long Version, long Last, IReadOnlyDictionary<AccountRef, long> Balances, IReadOnlyDictionary<Spender, Spending> Spending);

/// <summary>Where the ledger stands at one moment.</summary>
/// <param name="Version">Of <see cref="ChangeAreas.Ledger"/>.</param>
/// <param name="Through">The newest number that balances and windows hold.</param>
/// <param name="Last">The newest number of an entry or a call.</param>
internal readonly record struct LedgerState(long Version, long Through, long Last);

/// <summary>What a serving process reads of the ledger, at its start and each second.</summary>
internal static class LedgerReader
{
    private const string StateSql = """
        SELECT COALESCE((SELECT "Version" FROM changes WHERE "Area" = 'ledger'), 0), COALESCE((SELECT "Through" FROM posting WHERE "Id" = 1), 0),
            COALESCE((SELECT MAX("Seq") FROM request_log), 0), COALESCE((SELECT MAX("Id") FROM entries), 0)
        """;

    private const string CallsSql = """
        SELECT "Seq", "UserId", "KeyId", "QuotaGroupId", "StartedAt", "ChargeNano", "GroupId", "ChannelId", "CredentialId", "BudgetChannelId", "Origin"
        FROM request_log WHERE "Seq" > $1 AND "Seq" <= $2 AND "ChargeNano" <> 0
        """;

    /// <summary>One statement, so of one moment whatever the transaction.</summary>
    public static async Task<LedgerState> StateAsync(HubReader reader, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync(
            StateSql, static row => new LedgerState(row.GetInt64(0), row.GetInt64(1), Math.Max(row.GetInt64(2), row.GetInt64(3))), cancellation);
        return rows[0];
    }

    public static async Task<LedgerSnapshot> LoadAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var state = await StateAsync(reader, cancellation);
        var unposted = await UnpostedAsync(reader, state, cancellation);
        var accounts = await reader.ReadAsync(
            """SELECT "Kind", "OwnerId", "BalanceNano" FROM accounts""", static row => (Account: AccountOf(row), Nano: row.GetInt64(2)), cancellation);
        var balances = accounts.ToDictionary(static row => row.Account, static row => row.Nano);
        foreach (var (account, nano) in unposted.Balances())
        {
            balances[account] = checked(balances.GetValueOrDefault(account) + nano);
        }

        return new LedgerSnapshot(state.Version, state.Last, balances, await SpendingAsync(reader, unposted, cancellation));
    }

    /// <summary>All sums of one moment, inside a transaction that sees one.</summary>
    public static async Task<Dictionary<Spender, Spending>> SpendingAsync(HubReader reader, LedgerState state, CancellationToken cancellation) =>
        await SpendingAsync(reader, await UnpostedAsync(reader, state, cancellation), cancellation);

    /// <summary>Entries with after &lt; number ≤ last.</summary>
    public static Task<List<(AccountRef Account, long Nano)>> EntriesBetweenAsync(HubReader reader, long after, long last, CancellationToken cancellation) =>
        reader.ReadAsync(
            """
            SELECT accounts."Kind", accounts."OwnerId", entries."AmountNano"
            FROM entries JOIN accounts ON accounts."Id" = entries."AccountId" WHERE entries."Id" > $1 AND entries."Id" <= $2
            """,
            static row => (AccountOf(row), row.GetInt64(2)), cancellation, after, last);

    /// <summary>
    /// Charged calls with after &lt; number ≤ last that are not of this origin, and those of it (own) that began before <paramref name="late"/>.
    /// </summary>
    public static Task<List<(LoggedCall Call, bool Own)>> CallsBetweenAsync(
        HubReader reader, long after, long last, long origin, DateTime? late, CancellationToken cancellation) => reader.ReadAsync(
        $"""{CallsSql} AND ("Origin" IS NULL OR "Origin" <> $3 OR "StartedAt" < $4)""",
        row => (CallOf(row), row.Long(10) == origin), cancellation, after, last, origin, RequestLogRow.MicrosecondsOf(late ?? DateTime.UnixEpoch));

    /// <summary>Charged calls of this origin with after &lt; number ≤ last that began at a moment or later.</summary>
    public static Task<List<LoggedCall>> OwnCallsSinceAsync(
        HubReader reader, long after, long last, long origin, DateTime since, CancellationToken cancellation) => reader.ReadAsync(
        $"""{CallsSql} AND "Origin" = $3 AND "StartedAt" >= $4""", CallOf, cancellation, after, last, origin, RequestLogRow.MicrosecondsOf(since));

    /// <summary>The first ten columns: <c>Seq, UserId, KeyId, QuotaGroupId, StartedAt, ChargeNano, GroupId, ChannelId, CredentialId, BudgetChannelId</c>.</summary>
    public static LoggedCall CallOf(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.Long(3), RequestLogRow.MomentOf(row.GetInt64(4)), row.GetInt64(5), row.Long(6), row.Long(7), row.Long(8),
        row.Long(9));

    private static Task<CallTotals> UnpostedAsync(HubReader reader, LedgerState state, CancellationToken cancellation) =>
        ChargeStore.LoadAsync(reader.Connection, reader.Transaction, state.Through, 0, cancellation);

    private static async Task<Dictionary<Spender, Spending>> SpendingAsync(HubReader reader, CallTotals unposted, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync(
            """SELECT "Owner", "OwnerId", "Day", "DayNano", "WeekNano", "Month", "MonthNano", "TotalNano" FROM spending""",
            static row => (
                Spender: new Spender((LimitOwner)row.GetInt32(0), row.GetInt64(1)),
                Spent: new Spending(row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetInt32(5), row.GetInt64(6), row.GetInt64(7))),
            cancellation);
        var spending = rows.ToDictionary(static row => row.Spender, static row => row.Spent);
        foreach (var (spender, spent) in unposted.Spending)
        {
            spending[spender] = spending.GetValueOrDefault(spender).With(spent);
        }

        return spending;
    }

    private static AccountRef AccountOf(DbDataReader row) => new(LedgerNames.AccountKindOf(row.GetString(0)), row.GetInt64(1));
}
