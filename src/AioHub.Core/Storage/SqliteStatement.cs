using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AioHub.Core.Storage;

/// <summary>
/// A prepared statement bound by position, for the bulk writers: the ADO.NET provider looks every parameter up by name, boxes it and makes a reader
/// for each row, which costs more than the row itself.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    /// <param name="sql">One statement with parameters <c>?1</c>, <c>?2</c>…</param>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
    }

    public SqliteStatement Bind(int position, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, position, value));
        return this;
    }

    public SqliteStatement Bind(int position, long? value) => value is { } known ? Bind(position, known) : BindNull(position);

    public SqliteStatement Bind(int position, double? value)
    {
        Check(value is { } known ? raw.sqlite3_bind_double(_statement, position, known) : raw.sqlite3_bind_null(_statement, position));
        return this;
    }

    public SqliteStatement Bind(int position, string? value)
    {
        if (value is not { Length: > 0 and <= 256 })
        {
            Check(value is null ? raw.sqlite3_bind_null(_statement, position) : raw.sqlite3_bind_text(_statement, position, value));
            return this;
        }

        Span<byte> bytes = stackalloc byte[768];
        Check(raw.sqlite3_bind_text(_statement, position, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
        return this;
    }

    /// <summary>As EF Core and the provider write moments, so that both read what the other wrote.</summary>
    public SqliteStatement Bind(int position, DateTime value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.TryFormat(bytes, out var written, "yyyy-MM-dd HH:mm:ss.FFFFFFF");
        Check(raw.sqlite3_bind_text(_statement, position, bytes[..written]));
        return this;
    }

    public SqliteStatement Bind(int position, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, position, 0) : raw.sqlite3_bind_blob(_statement, position, value));
        return this;
    }

    /// <summary>Runs to the end and is ready for the next row.</summary>
    /// <returns>How many rows changed.</returns>
    public int Execute()
    {
        var result = raw.sqlite3_step(_statement);
        while (result == raw.SQLITE_ROW)
        {
            result = raw.sqlite3_step(_statement);
        }

        var changes = raw.sqlite3_changes(_connection);
        var reset = raw.sqlite3_reset(_statement);
        Check(result == raw.SQLITE_DONE ? reset : result);
        return changes;
    }

    /// <summary>Runs to the end and gives the first row's first column.</summary>
    public long Scalar()
    {
        var first = raw.sqlite3_step(_statement);
        var value = first == raw.SQLITE_ROW ? raw.sqlite3_column_int64(_statement, 0) : 0;
        if (first == raw.SQLITE_ROW)
        {
            Execute();
            return value;
        }

        raw.sqlite3_reset(_statement);
        Check(first == raw.SQLITE_DONE ? raw.SQLITE_ERROR : first);
        return value;
    }

    public void Dispose() => _statement.Dispose();

    private SqliteStatement BindNull(int position)
    {
        Check(raw.sqlite3_bind_null(_statement, position));
        return this;
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);
}
