using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AioHub.Core.Storage;

/// <summary>
/// A prepared statement bound by position, for the bulk writers: the ADO.NET provider looks every parameter up by name, boxes it and makes a reader
/// for each row, which costs more than the row itself. A value stays bound until another one is.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int LongestStackText = 256;
    /// <summary>Of how many parameters the value bound last is remembered.</summary>
    private const int MostKept = 32;
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;
    private readonly string?[] _texts = new string?[MostKept];
    private readonly long[] _numbers = new long[MostKept];
    private uint _textsKnown;
    private uint _numbersKnown;

    /// <param name="sql">One statement with parameters <c>?1</c>, <c>?2</c>…; or <c>$1</c>, <c>$2</c>…, which SQLite numbers by where they first stand.</param>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    /// <summary>A parameter keeps its type: what was bound as a number is a number or null in every row, so that a value of the row before need not be bound again.</summary>
    public SqliteStatement Bind(int position, long value)
    {
        if (position < MostKept)
        {
            var bit = 1u << position;
            if ((_numbersKnown & bit) != 0 && _numbers[position] == value)
            {
                return this;
            }

            (_numbers[position], _numbersKnown) = (value, _numbersKnown | bit);
        }

        Check(Native.sqlite3_bind_int64(_handle, position, value));
        return this;
    }

    public SqliteStatement Bind(int position, long? value)
    {
        if (value is { } known)
        {
            return Bind(position, known);
        }

        _numbersKnown &= position < MostKept ? ~(1u << position) : uint.MaxValue;
        return BindNull(position);
    }

    public SqliteStatement Bind(int position, double value)
    {
        Check(Native.sqlite3_bind_double(_handle, position, value));
        return this;
    }

    public SqliteStatement Bind(int position, double? value) => value is { } known ? Bind(position, known) : BindNull(position);

    public SqliteStatement Bind(int position, string? value)
    {
        if (position < MostKept)
        {
            var bit = 1u << position;
            if ((_textsKnown & bit) != 0 && string.Equals(_texts[position], value, StringComparison.Ordinal))
            {
                return this;
            }

            (_texts[position], _textsKnown) = (value, _textsKnown | bit);
        }

        if (value is null)
        {
            return BindNull(position);
        }

        Span<byte> bytes = value.Length <= LongestStackText ? stackalloc byte[LongestStackText * 3] : new byte[Encoding.UTF8.GetByteCount(value)];
        Check(Native.sqlite3_bind_text(_handle, position, ref MemoryMarshal.GetReference(bytes), Encoding.UTF8.GetBytes(value, bytes), Native.Copy));
        return this;
    }

    public SqliteStatement Bind(int position, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_statement, position, 0)
            : Native.sqlite3_bind_blob(_handle, position, ref MemoryMarshal.GetReference(value), value.Length, Native.Copy));
        return this;
    }

    /// <summary>Runs to the end and is ready for the next row.</summary>
    /// <returns>How many rows changed.</returns>
    public int Execute()
    {
        var result = Native.sqlite3_step(_handle);
        while (result == raw.SQLITE_ROW)
        {
            result = Native.sqlite3_step(_handle);
        }

        var changes = Native.sqlite3_changes(_connection.DangerousGetHandle());
        var reset = Native.sqlite3_reset(_handle);
        Check(result == raw.SQLITE_DONE ? reset : result);
        return changes;
    }

    /// <summary>Runs to the end and gives the first row.</summary>
    /// <param name="columns">Filled with whole numbers; null reads as 0.</param>
    public void Read(Span<long> columns)
    {
        var first = Native.sqlite3_step(_handle);
        if (first == raw.SQLITE_ROW)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = raw.sqlite3_column_int64(_statement, i);
            }

            Execute();
            return;
        }

        _ = Native.sqlite3_reset(_handle);
        Check(first == raw.SQLITE_DONE ? raw.SQLITE_ERROR : first);
    }

    /// <summary>To the next row. False: there are no more.</summary>
    public bool Next()
    {
        var result = Native.sqlite3_step(_handle);
        if (result != raw.SQLITE_ROW)
        {
            var reset = Native.sqlite3_reset(_handle);
            Check(result == raw.SQLITE_DONE ? reset : result);
        }

        return result == raw.SQLITE_ROW;
    }

    /// <summary>A whole number of the row; null reads as 0.</summary>
    public long Number(int column) => Native.sqlite3_column_int64(_handle, column);

    /// <summary>Bytes of the row, good until the next one.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private SqliteStatement BindNull(int position)
    {
        Check(Native.sqlite3_bind_null(_handle, position));
        return this;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, _connection);
        }
    }

    /// <summary>
    /// The library that the provider has loaded, called without its safe handles and, where a call is a few instructions, without leaving the
    /// runtime's cooperative mode: twenty values a row cost 0.1 µs instead of 1 µs.
    /// </summary>
    private static class Native
    {
        /// <summary>SQLITE_TRANSIENT: SQLite copies the bytes before it returns.</summary>
        public const nint Copy = -1;

        private const string Library = "e_sqlite3";

#pragma warning disable SYSLIB1054 // All arguments are blittable already.
        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_bind_int64(nint statement, int position, long value);

        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_bind_double(nint statement, int position, double value);

        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_bind_null(nint statement, int position);

        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_bind_text(nint statement, int position, ref byte value, int length, nint destructor);

        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_bind_blob(nint statement, int position, ref byte value, int length, nint destructor);

        [DllImport(Library), SuppressGCTransition]
        public static extern int sqlite3_changes(nint connection);

        [DllImport(Library), SuppressGCTransition]
        public static extern long sqlite3_column_int64(nint statement, int column);

        [DllImport(Library)]
        public static extern int sqlite3_step(nint statement);

        [DllImport(Library)]
        public static extern int sqlite3_reset(nint statement);
#pragma warning restore SYSLIB1054
    }
}
