using System.Data.Common;
using System.Runtime.CompilerServices;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AioHub.Core.Metering;

/// <summary>The statement's questions, all asked of one moment.</summary>
internal sealed class StatementStore : IAsyncDisposable
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>A user's calls: those that the list by user names, and those that it does not name yet.</summary>
    private const string Calls = """
        (SELECT c."StartedAt", c."ServedModel", c."RequestedModel", c."GroupName", c."InputTokens", c."CacheReadTokens", c."OutputTokens", c."ChargeNano", c."CostNano"
         FROM user_calls u JOIN request_log c ON c."Seq" = u."Seq" WHERE u."UserId" = @user
         UNION ALL
         SELECT "StartedAt", "ServedModel", "RequestedModel", "GroupName", "InputTokens", "CacheReadTokens", "OutputTokens", "ChargeNano", "CostNano"
         FROM request_log WHERE "UserId" = @user AND "Seq" > @through) calls
        """;

    private readonly HubContext _context;
    private readonly IAsyncDisposable _snapshot;

    private StatementStore(HubContext context, IAsyncDisposable snapshot)
    {
        (_context, _snapshot) = (context, snapshot);
    }

    public static async Task<StatementStore> OpenAsync(HubDatabase database, CancellationToken cancellation)
    {
        var context = database.CreateContext();
        try
        {
            return new StatementStore(context, await LedgerStore.BeginSnapshotAsync(context, cancellation));
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    public async Task<(UserId Id, string Email)?> FindUserAsync(string email, CancellationToken cancellation) =>
        await _context.Set<UserRow>().AsNoTracking().SingleOrDefaultAsync(user => user.Email == email, cancellation) is { } row ? (new UserId(row.Id), row.Email) : null;

    /// <summary>By entries made and calls begun before a moment.</summary>
    public async Task<NanoUsd> BalanceAsync(UserId user, DateTime before, CancellationToken cancellation)
    {
        var entries = await EntriesOf(user).Where(row => row.At < before).SumAsync(static row => (long?)row.AmountNano, cancellation) ?? 0;
        await using var command = await CommandAsync($"SELECT COALESCE(CAST(SUM(\"ChargeNano\") AS BIGINT), 0) FROM {Calls} WHERE \"StartedAt\" < @to", user, default, before, cancellation);
        return new NanoUsd(checked(entries - Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture)));
    }

    public async IAsyncEnumerable<Entry> EntriesAsync(UserId user, DateTime from, DateTime to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var account = AccountRef.Wallet(user);
        await foreach (var row in EntriesOf(user).Where(row => row.At >= from && row.At < to).OrderBy(static row => row.Id).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            yield return new Entry(row.Id, account, LedgerNames.EntryKindOf(row.Kind), new NanoUsd(row.AmountNano), row.RequestId, row.Reason, row.Actor, row.At);
        }
    }

    public async IAsyncEnumerable<StatementDay> DaysAsync(UserId user, DateTime from, DateTime to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The database adds up; the order must not depend on its language.
        var binary = _context.Database.IsNpgsql() ? " COLLATE \"C\"" : "";
        await using var command = await CommandAsync($"""
            SELECT day, model, grp, COUNT(*), CAST(SUM(input) AS BIGINT), CAST(SUM(cached) AS BIGINT), CAST(SUM(output) AS BIGINT), CAST(SUM(nano) AS BIGINT), CAST(SUM(cost) AS BIGINT)
            FROM (SELECT "StartedAt" / {MicrosecondsPerDay} AS day, CASE WHEN "ServedModel" = '' THEN "RequestedModel" ELSE "ServedModel" END AS model,
                    COALESCE("GroupName", '') AS grp, "InputTokens" AS input, "CacheReadTokens" AS cached, "OutputTokens" AS output, "ChargeNano" AS nano, "CostNano" AS cost
                  FROM {Calls} WHERE "StartedAt" >= @from AND "StartedAt" < @to) AS logged
            GROUP BY day, model, grp ORDER BY day, model{binary}, grp{binary}
            """, user, from, to, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new StatementDay(
                DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(reader.GetInt64(0))), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6), new NanoUsd(reader.GetInt64(7)))
            {
                Cost = new NanoUsd(reader.GetInt64(8)),
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _context.DisposeAsync();
    }

    private IQueryable<EntryRow> EntriesOf(UserId user)
    {
        var wallet = LedgerNames.Of(AccountKind.Wallet);
        return from entry in _context.Set<EntryRow>().AsNoTracking()
               join account in _context.Set<AccountRow>() on entry.AccountId equals account.Id
               where account.Kind == wallet && account.OwnerId == user.Value
               select entry;
    }

    private async Task<DbCommand> CommandAsync(string sql, UserId user, DateTime from, DateTime to, CancellationToken cancellation)
    {
        var through = await LedgerStore.ThroughAsync(_context, cancellation);
        var command = _context.Database.GetDbConnection().CreateCommand();
        command.Transaction = _context.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText = sql;
        Bind("@user", user.Value);
        Bind("@through", through);
        Bind("@from", RequestLogRow.MicrosecondsOf(from));
        Bind("@to", RequestLogRow.MicrosecondsOf(to));
        return command;

        void Bind(string name, long value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }
}
