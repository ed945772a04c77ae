using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Storage;

/// <summary>Which database engine holds the data.</summary>
public enum DatabaseEngine
{
    Sqlite,
    Postgres,
}

/// <summary>
/// Opens the database: through EF Core for rules, through plain connections for what a server does each second and for the bulk writers. Each engine is a
/// class of its own, so that a server loads the driver of the one it has.
/// </summary>
public abstract class HubDatabase : IAsyncDisposable
{
    private protected HubDatabase()
    {
    }

    public abstract DatabaseEngine Engine { get; }

    /// <summary>What the audit log's moments are read from.</summary>
    public TimeProvider Time { get; private set; } = TimeProvider.System;

    /// <summary>A PostgreSQL database by its connection string (<c>Host=…</c>), or, when that is empty, a SQLite file in the data folder.</summary>
    public static HubDatabase Open(string? connectionString, string dataFolder, TimeProvider? time = null)
    {
        HubDatabase database = string.IsNullOrWhiteSpace(connectionString) ? SqliteDatabase.In(dataFolder) : PostgresDatabase.At(connectionString);
        database.Time = time ?? TimeProvider.System;
        return database;
    }

    internal abstract HubContext CreateContext();

    /// <summary>A connection of its own, open, for bulk writes. SQLite: write-ahead logging and a busy timeout are set.</summary>
    internal abstract ValueTask<DbConnection> OpenConnectionAsync(CancellationToken cancellation);

    /// <summary>A pooled connection as the driver gives it, for short reads.</summary>
    internal abstract ValueTask<DbConnection> OpenPlainConnectionAsync(CancellationToken cancellation);

    /// <summary>
    /// Several commands as one change. Nothing is kept before <see cref="HubTransaction.CommitAsync"/>; until then other writers of the
    /// configuration wait.
    /// </summary>
    public Task<HubTransaction> BeginAsync(CancellationToken cancellation) =>
        HubTransaction.BeginAsync(this, [ChangeAreas.Configuration, ChangeAreas.Identity], cancellation);

    /// <summary>Brings the schema up to date; processes that start at once wait for each other.</summary>
    public Task MigrateAsync(CancellationToken cancellation) => SchemaUpgrade.RunAsync(this, cancellation);

    public abstract ValueTask DisposeAsync();

    /// <summary>Made when the first command asks: a server that only serves never pays for EF Core's model.</summary>
    private protected static DbContextOptions Options<TContext>(Func<DbContextOptionsBuilder<TContext>, DbContextOptionsBuilder> use)
        where TContext : HubContext
    {
        var builder = new DbContextOptionsBuilder<TContext>();
        use(builder);
        return builder.Options;
    }
}
