using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Storage;

/// <summary>
/// A consistent view of the database for the directories, on a plain connection: at start nothing waits for EF Core to build its model, and a
/// look at the change counters each second costs one query.
/// </summary>
internal sealed class HubReader : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;

    private HubReader(DbConnection connection, DbTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    /// <param name="database">Where.</param>
    /// <param name="consistent">All queries see one moment. Not needed for a single query.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<HubReader> OpenAsync(HubDatabase database, bool consistent, CancellationToken cancellation)
    {
        var connection = await database.OpenPlainConnectionAsync(cancellation);
        try
        {
            DbTransaction? transaction = null;
            if (consistent)
            {
                transaction = connection is SqliteConnection sqlite
                    ? sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: true)
                    : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            }

            return new HubReader(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal DbConnection Connection => _connection;

    internal DbTransaction? Transaction => _transaction;

    /// <summary>All rows of a query.</summary>
    /// <param name="values">Fill <c>$1</c>, <c>$2</c>, …</param>
    public async Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] values)
    {
        await using var command = _connection.Statement(_transaction, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }
}

/// <summary>Columns that both engines give in one form.</summary>
internal static class HubColumns
{
    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Int(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static long? Long(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static bool? Flag(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetBoolean(column);

    public static DateOnly? Day(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);

    /// <summary>UTC.</summary>
    public static DateTime? Moment(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc);

    public static T Name<T>(this DbDataReader row, int column)
        where T : struct, Enum => Enum.Parse<T>(row.GetString(column), ignoreCase: true);
}
