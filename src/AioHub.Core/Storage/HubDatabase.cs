using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AioHub.Core.Storage;

/// <summary>Which database engine holds the data.</summary>
public enum DatabaseEngine
{
    Sqlite,
    Postgres,
}

/// <summary>Opens the database: through EF Core for rules, through plain connections for the bulk writers.</summary>
public sealed class HubDatabase : IAsyncDisposable
{
    private readonly DbContextOptions _options;
    private readonly NpgsqlDataSource? _postgres;

    /// <summary>No connection is ever used by two threads at once, so SQLite need not lock at every bound value; nor count its memory under a lock.</summary>
    static HubDatabase()
    {
        SQLitePCL.Batteries_V2.Init();
        SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private HubDatabase(DatabaseEngine engine, string connectionString)
    {
        Engine = engine;
        ConnectionString = connectionString;
        if (engine == DatabaseEngine.Sqlite)
        {
            _options = new DbContextOptionsBuilder<SqliteHubContext>().UseSqlite(connectionString).Options;
        }
        else
        {
            _postgres = NpgsqlDataSource.Create(connectionString);
            _options = new DbContextOptionsBuilder<PostgresHubContext>().UseNpgsql(_postgres).Options;
        }
    }

    public DatabaseEngine Engine { get; }

    internal string ConnectionString { get; }

    /// <summary>A PostgreSQL database by its connection string (<c>Host=…</c>), or, when that is empty, a SQLite file in the data folder.</summary>
    public static HubDatabase Open(string? connectionString, string dataFolder)
    {
        if (!string.IsNullOrWhiteSpace(connectionString))
        {
            return new HubDatabase(DatabaseEngine.Postgres, connectionString);
        }

        DataFolder.Ensure(dataFolder);
        var sqlite = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(dataFolder, "aiohub.db"),
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 30,
        };
        return new HubDatabase(DatabaseEngine.Sqlite, sqlite.ConnectionString);
    }

    internal HubContext CreateContext() => Engine == DatabaseEngine.Sqlite
        ? new SqliteHubContext((DbContextOptions<SqliteHubContext>)_options)
        : new PostgresHubContext((DbContextOptions<PostgresHubContext>)_options);

    /// <summary>A connection of its own, open, for bulk writes. SQLite: write-ahead logging and a busy timeout are set.</summary>
    internal async ValueTask<DbConnection> OpenConnectionAsync(CancellationToken cancellation)
    {
        if (_postgres is not null)
        {
            return await _postgres.OpenConnectionAsync(cancellation);
        }

        var connection = new SqliteConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
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

    /// <summary>A pooled connection as the driver gives it, for short reads.</summary>
    internal async ValueTask<DbConnection> OpenPlainConnectionAsync(CancellationToken cancellation)
    {
        if (_postgres is not null)
        {
            return await _postgres.OpenConnectionAsync(cancellation);
        }

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

    /// <summary>
    /// Several commands as one change. Nothing is kept before <see cref="HubTransaction.CommitAsync"/>; until then other writers of the
    /// configuration wait.
    /// </summary>
    public Task<HubTransaction> BeginAsync(CancellationToken cancellation) =>
        HubTransaction.BeginAsync(this, [ChangeAreas.Configuration, ChangeAreas.Identity], cancellation);

    /// <summary>Brings the schema up to date; processes that start at once wait for each other.</summary>
    public Task MigrateAsync(CancellationToken cancellation) => SchemaUpgrade.RunAsync(this, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }
}
