using System.Globalization;
using System.Text;
using AioHub.Core.Primitives;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Import.NewApi;

/// <summary>The SQLite file of an installation (<c>one-api.db</c>), read as it stands at one moment; never written.</summary>
public static class NewApiSqliteStore
{
    private const string Field = "sqlite";

    /// <exception cref="AdminException">There is no such file, or it is no SQLite database, or not one of new-api.</exception>
    public static async Task<NewApiContent> ReadAsync(string path, CancellationToken cancellation)
    {
        await CheckAsync(path, cancellation);
        var tables = new NewApiTables();
        try
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            await connection.OpenAsync(cancellation);
            await using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: true);
            foreach (var table in NewApiTables.Wanted)
            {
                await ReadTableAsync(connection, transaction, table, tables, cancellation);
            }
        }
        catch (SqliteException broken)
        {
            throw new AdminException(Field, $"'{path}' cannot be read: {broken.Message}; copy it again with `sqlite3 one-api.db \".backup copy.db\"` and import the copy");
        }

        return tables.Build(Field);
    }

    private static async Task ReadTableAsync(SqliteConnection connection, SqliteTransaction transaction, string table, NewApiTables tables, CancellationToken cancellation)
    {
        await using var exists = connection.CreateCommand();
        exists.Transaction = transaction;
        exists.CommandText = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $name";
        exists.Parameters.AddWithValue("$name", table);
        if (await exists.ExecuteScalarAsync(cancellation) is null)
        {
            return;
        }

        tables.See(table);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        // The names are those of this class, never somebody else's.
        command.CommandText = $"SELECT * FROM \"{table}\"";
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        for (var number = 1L; await reader.ReadAsync(cancellation); number++)
        {
            var values = new Dictionary<string, string?>(reader.FieldCount, StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < reader.FieldCount; i++)
            {
                values[reader.GetName(i)] = reader.GetValue(i) switch
                {
                    DBNull => null,
                    byte[] bytes => Encoding.UTF8.GetString(bytes),
                    double real when Math.Abs(real) < 1e15 && Math.Floor(real) == real => ((long)real).ToString(CultureInfo.InvariantCulture),
                    var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                };
            }

            tables.Add(new NewApiRow(table, number, values));
        }
    }

    private static async Task CheckAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new AdminException(Field, $"there is no file '{path}'; new-api keeps its database in one-api.db of its data folder");
        }

        var head = new byte[16];
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (read < head.Length || !head.AsSpan().SequenceEqual("SQLite format 3\0"u8))
        {
            throw new AdminException(Field, $"'{path}' is no SQLite database; a dump of MySQL is read with --mysql-dump");
        }
    }
}
