using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace AioHub.Core.Ledger;

/// <summary>One charge of a call, on its way into the ledger. <paramref name="Quota"/>: the group whose quota pays too.</summary>
internal readonly record struct CallCharge(string RequestId, UserId User, GroupId? Quota, ApiKeyId Key, long Nano, string Reason, string Actor, DateTime At);

/// <summary>
/// Writes many charges inside a transaction that has raised the ledger counter. An entry that is there already is dropped, and nothing of it is
/// added to a balance or a window.
/// </summary>
internal static class ChargeStore
{
    private const string RaiseSql =
        """INSERT INTO changes ("Area", "Version") VALUES ('ledger', 1) ON CONFLICT ("Area") DO UPDATE SET "Version" = changes."Version" + 1 RETURNING "Version" """;

    private const string OnceSql = """ON CONFLICT ("AccountId", "RequestId") WHERE "Kind" = 'charge' DO NOTHING""";

    /// <summary>The first statement of the transaction (see <see cref="ChangeCounter"/>).</summary>
    public static long Raise(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = new SqliteCommand(RaiseSql, connection, transaction);
        return (long)command.ExecuteScalar()!;
    }

    /// <inheritdoc cref="Raise"/>
    public static async Task<long> RaiseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RaiseSql, connection, transaction);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Inside the connection's running transaction.</summary>
    public static void Add(SqliteConnection connection, IReadOnlyList<CallCharge> charges, string? origin)
    {
        if (charges.Count == 0)
        {
            return;
        }

        using var account = new SqliteStatement(connection, """
            INSERT INTO accounts ("Kind", "OwnerId", "BalanceNano") VALUES (?1, ?2, 0)
            ON CONFLICT ("Kind", "OwnerId") DO UPDATE SET "BalanceNano" = "BalanceNano" RETURNING "Id"
            """);
        using var entry = new SqliteStatement(connection, $"""
            INSERT INTO entries ("AccountId", "Kind", "AmountNano", "RequestId", "KeyId", "Reason", "Actor", "At", "Origin")
            VALUES (?1, 'charge', ?2, ?3, ?4, ?5, ?6, ?7, ?8) {OnceSql}
            """);
        entry.Bind(8, origin);
        var ids = new Dictionary<AccountRef, long>();
        var totals = new Totals();
        foreach (var charge in charges)
        {
            if (Enter(AccountRef.Wallet(charge.User), charge))
            {
                totals.Spend(charge);
            }

            if (charge.Quota is { } group)
            {
                Enter(AccountRef.Quota(group), charge);
            }
        }

        using var balance = new SqliteStatement(connection, """UPDATE accounts SET "BalanceNano" = "BalanceNano" + ?1 WHERE "Id" = ?2""");
        foreach (var (id, amount) in totals.Accounts)
        {
            balance.Bind(1, amount).Bind(2, id).Execute();
        }

        using var window = new SqliteStatement(connection, """
            INSERT INTO key_spending ("KeyId", "Window", "SpentNano") VALUES (?1, ?2, ?3)
            ON CONFLICT ("KeyId", "Window") DO UPDATE SET "SpentNano" = "SpentNano" + excluded."SpentNano"
            """);
        foreach (var ((key, name), spent) in totals.Windows())
        {
            window.Bind(1, key).Bind(2, name).Bind(3, spent).Execute();
        }

        bool Enter(AccountRef owner, in CallCharge charge)
        {
            if (!ids.TryGetValue(owner, out var id))
            {
                ids[owner] = id = account.Bind(1, LedgerNames.Of(owner.Kind)).Bind(2, owner.OwnerId).Scalar();
            }

            long? key = owner.Kind == AccountKind.Wallet ? charge.Key.Value : null;
            if (entry.Bind(1, id).Bind(2, -charge.Nano).Bind(3, charge.RequestId).Bind(4, key).Bind(5, charge.Reason).Bind(6, charge.Actor).Bind(7, charge.At).Execute() == 0)
            {
                return false;
            }

            totals.Take(id, charge.Nano);
            return true;
        }
    }

    public static async Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<CallCharge> charges, string? origin, CancellationToken cancellation)
    {
        var lines = new List<(AccountRef Owner, CallCharge Charge)>(charges.Count);
        foreach (var charge in charges)
        {
            lines.Add((AccountRef.Wallet(charge.User), charge));
            if (charge.Quota is { } group)
            {
                lines.Add((AccountRef.Quota(group), charge));
            }
        }

        var ids = await AccountsAsync(connection, transaction, [.. lines.Select(static line => line.Owner).Distinct()], cancellation);
        var totals = new Totals();
        var byRequest = new Dictionary<(long Account, string Request), CallCharge>(lines.Count);
        foreach (var (owner, charge) in lines)
        {
            byRequest.TryAdd((ids[owner], charge.RequestId), charge);
        }

        var wallets = ids.Where(static pair => pair.Key.Kind == AccountKind.Wallet).Select(static pair => pair.Value).ToHashSet();
        await using (var entry = new NpgsqlCommand($"""
            INSERT INTO entries ("AccountId", "Kind", "AmountNano", "RequestId", "KeyId", "Reason", "Actor", "At", "Origin")
            SELECT a, 'charge', n, r, k, s, w, t, $8 FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u(a, n, r, k, s, w, t) {OnceSql}
            RETURNING "AccountId", "RequestId"
            """, connection, transaction))
        {
            var rows = byRequest.ToArray();
            Add(entry, NpgsqlDbType.Bigint, rows.Select(static row => row.Key.Account).ToArray());
            Add(entry, NpgsqlDbType.Bigint, rows.Select(static row => -row.Value.Nano).ToArray());
            Add(entry, NpgsqlDbType.Text, rows.Select(static row => row.Key.Request).ToArray());
            Add(entry, NpgsqlDbType.Bigint, rows.Select(row => wallets.Contains(row.Key.Account) ? row.Value.Key.Value : (long?)null).ToArray());
            Add(entry, NpgsqlDbType.Text, rows.Select(static row => row.Value.Reason).ToArray());
            Add(entry, NpgsqlDbType.Text, rows.Select(static row => row.Value.Actor).ToArray());
            Add(entry, NpgsqlDbType.TimestampTz, rows.Select(static row => row.Value.At).ToArray());
            entry.Parameters.Add(new NpgsqlParameter { Value = (object?)origin ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await using var reader = await entry.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var account = reader.GetInt64(0);
                var charge = byRequest[(account, reader.GetString(1))];
                totals.Take(account, charge.Nano);
                if (wallets.Contains(account))
                {
                    totals.Spend(charge);
                }
            }
        }

        await using var balance = new NpgsqlCommand(
            """UPDATE accounts SET "BalanceNano" = "BalanceNano" + u.n FROM unnest($1, $2) AS u(i, n) WHERE accounts."Id" = u.i""", connection, transaction);
        Add(balance, NpgsqlDbType.Bigint, totals.Accounts.Keys.ToArray());
        Add(balance, NpgsqlDbType.Bigint, totals.Accounts.Values.ToArray());
        await balance.ExecuteNonQueryAsync(cancellation);

        await using var window = new NpgsqlCommand("""
            INSERT INTO key_spending ("KeyId", "Window", "SpentNano") SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT ("KeyId", "Window") DO UPDATE SET "SpentNano" = key_spending."SpentNano" + excluded."SpentNano"
            """, connection, transaction);
        var windows = totals.Windows();
        Add(window, NpgsqlDbType.Bigint, windows.Keys.Select(static key => key.Key).ToArray());
        Add(window, NpgsqlDbType.Text, windows.Keys.Select(static key => key.Name).ToArray());
        Add(window, NpgsqlDbType.Bigint, windows.Values.ToArray());
        await window.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Dictionary<AccountRef, long>> AccountsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, AccountRef[] owners, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO accounts ("Kind", "OwnerId", "BalanceNano") SELECT k, o, 0 FROM unnest($1, $2) AS u(k, o)
            ON CONFLICT ("Kind", "OwnerId") DO UPDATE SET "BalanceNano" = accounts."BalanceNano" RETURNING "Id", "Kind", "OwnerId"
            """, connection, transaction);
        Add(command, NpgsqlDbType.Text, owners.Select(static owner => LedgerNames.Of(owner.Kind)).ToArray());
        Add(command, NpgsqlDbType.Bigint, owners.Select(static owner => owner.OwnerId).ToArray());
        var ids = new Dictionary<AccountRef, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ids[new AccountRef(LedgerNames.AccountKindOf(reader.GetString(1)), reader.GetInt64(2))] = reader.GetInt64(0);
        }

        return ids;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>What one batch adds up to, so that each balance and window is written once.</summary>
    private sealed class Totals
    {
        private readonly Dictionary<(long Key, int Day), (DateTime At, long Nano)> _days = [];

        public Dictionary<long, long> Accounts { get; } = [];

        public void Take(long account, long nano) => Accounts[account] = checked(Accounts.GetValueOrDefault(account) - nano);

        public void Spend(in CallCharge charge)
        {
            var key = (charge.Key.Value, SpendingWindow.DayNumber(charge.At));
            _days[key] = (charge.At, checked(_days.GetValueOrDefault(key).Nano + charge.Nano));
        }

        /// <summary>By key and name of the window.</summary>
        public Dictionary<(long Key, string Name), long> Windows()
        {
            var windows = new Dictionary<(long Key, string Name), long>();
            foreach (var ((key, _), (at, nano)) in _days)
            {
                Count((key, SpendingWindow.Total), nano);
                Count((key, SpendingWindow.Month(at)), nano);
                Count((key, SpendingWindow.Day(at)), nano);
            }

            return windows;

            void Count((long, string) window, long nano) => windows[window] = checked(windows.GetValueOrDefault(window) + nano);
        }
    }
}
