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

    public static void Add(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<CallCharge> charges, string? origin)
    {
        using var account = Prepare(
            connection, transaction, """
            INSERT INTO accounts ("Kind", "OwnerId", "BalanceNano") VALUES ($kind, $owner, 0)
            ON CONFLICT ("Kind", "OwnerId") DO UPDATE SET "BalanceNano" = "BalanceNano" RETURNING "Id"
            """, "$kind", "$owner");
        using var entry = Prepare(
            connection, transaction, $"""
            INSERT INTO entries ("AccountId", "Kind", "AmountNano", "RequestId", "KeyId", "Reason", "Actor", "At", "Origin")
            VALUES ($account, 'charge', $amount, $request, $key, $reason, $actor, $at, $origin) {OnceSql}
            """, "$account", "$amount", "$request", "$key", "$reason", "$actor", "$at", "$origin");
        using var balance = Prepare(connection, transaction, """UPDATE accounts SET "BalanceNano" = "BalanceNano" + $amount WHERE "Id" = $id""", "$amount", "$id");
        using var window = Prepare(
            connection, transaction, """
            INSERT INTO key_spending ("KeyId", "Window", "SpentNano") VALUES ($key, $window, $spent)
            ON CONFLICT ("KeyId", "Window") DO UPDATE SET "SpentNano" = "SpentNano" + excluded."SpentNano"
            """, "$key", "$window", "$spent");

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

        foreach (var (id, amount) in totals.Accounts)
        {
            Run(balance, amount, id);
        }

        foreach (var ((key, name), spent) in totals.Windows)
        {
            Run(window, key, name, spent);
        }

        bool Enter(AccountRef owner, in CallCharge charge)
        {
            if (!ids.TryGetValue(owner, out var id))
            {
                account.Parameters[0].Value = LedgerNames.Of(owner.Kind);
                account.Parameters[1].Value = owner.OwnerId;
                ids[owner] = id = (long)account.ExecuteScalar()!;
            }

            var key = owner.Kind == AccountKind.Wallet ? (object)charge.Key.Value : DBNull.Value;
            if (Run(entry, id, -charge.Nano, charge.RequestId, key, charge.Reason, charge.Actor, charge.At, (object?)origin ?? DBNull.Value) == 0)
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
        Add(window, NpgsqlDbType.Bigint, totals.Windows.Keys.Select(static key => key.Key).ToArray());
        Add(window, NpgsqlDbType.Text, totals.Windows.Keys.Select(static key => key.Window).ToArray());
        Add(window, NpgsqlDbType.Bigint, totals.Windows.Values.ToArray());
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

    private static SqliteCommand Prepare(SqliteConnection connection, SqliteTransaction transaction, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = new SqliteCommand(sql, connection, transaction);
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command.ExecuteNonQuery();
    }

    /// <summary>What one batch adds up to, so that each balance and window is written once.</summary>
    private sealed class Totals
    {
        public Dictionary<long, long> Accounts { get; } = [];

        public Dictionary<(long Key, string Window), long> Windows { get; } = [];

        public void Take(long account, long nano) => Accounts[account] = checked(Accounts.GetValueOrDefault(account) - nano);

        public void Spend(in CallCharge charge)
        {
            Count(charge, SpendingWindow.Total);
            Count(charge, SpendingWindow.Month(charge.At));
            Count(charge, SpendingWindow.Day(charge.At));
        }

        private void Count(in CallCharge charge, string window) =>
            Windows[(charge.Key.Value, window)] = checked(Windows.GetValueOrDefault((charge.Key.Value, window)) + charge.Nano);
    }
}
