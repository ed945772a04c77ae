using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Storage;

/// <summary>A SQLite file.</summary>
internal sealed class SqliteDatabase : HubDatabase
{
    private readonly Lazy<DbContextOptions> _options;

    /// <summary>No connection is ever used by two threads at once, so SQLite need not lock at every bound value; nor count its memory under a lock.</summary>
    static SqliteDatabase()
    {
        SQLitePCL.Batteries_V2.Init();
        SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private SqliteDatabase(string file)
    {
        File = file;
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate, DefaultTimeout = 30 }.ConnectionString;
        _options = new(() => Options<SqliteHubContext>(builder => builder.UseSqlite(ConnectionString)));
    }

    public override DatabaseEngine Engine => DatabaseEngine.Sqlite;

    public string File { get; }

    internal string ConnectionString { get; }

    public static SqliteDatabase In(string folder)
    {
        DataFolder.Ensure(folder);
        return new SqliteDatabase(Path.Combine(folder, "aiohub.db"));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override HubContext CreateContext() => new SqliteHubContext((DbContextOptions<SqliteHubContext>)_options.Value);

    internal override async ValueTask<DbConnection> OpenConnectionAsync(CancellationToken cancellation)
    {
        var connection = await OpenPlainConnectionAsync(cancellation);
        try
        {
            await using var command = connection.CreateCommand();
            // The page size counts for a new file only: receipts are long rows, and large pages bring them in for two thirds of the processor time.
            command.CommandText = "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;";
            await command.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal override async ValueTask<DbConnection> OpenPlainConnectionAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
