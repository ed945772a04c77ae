using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Storage;

/// <summary>
/// Applies the migrations under a lock that dies with its process. EF Core's own lock on SQLite is a row: a process killed at that moment would
/// keep every later start waiting, so that row is cleared by whoever holds the real lock.
/// </summary>
internal static class SchemaUpgrade
{
    private const long PostgresLock = 0x61696F687562; // "aiohub"
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);
    private const int LockAttempts = 2400;

    public static async Task RunAsync(HubDatabase database, CancellationToken cancellation)
    {
        // The usual start finds nothing to do; it does not pay for EF Core, whose first use costs half a second.
        if (await IsAppliedAsync(database, LatestMigration(database.Engine), cancellation))
        {
            return;
        }

        await using var context = database.CreateContext();
        if (database.Engine == DatabaseEngine.Postgres)
        {
            await using var connection = await database.OpenPlainConnectionAsync(cancellation);
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({PostgresLock})", cancellation);
            try
            {
                await context.Database.MigrateAsync(cancellation);
            }
            finally
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({PostgresLock})", CancellationToken.None);
            }
        }
        else
        {
            await using var held = await LockFileAsync(((SqliteDatabase)database).File + ".migrating", cancellation);
            await using (var connection = await database.OpenConnectionAsync(cancellation))
            {
                await ExecuteAsync(connection, "DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
            }

            await context.Database.MigrateAsync(cancellation);
        }
    }

    /// <summary>The id of the newest migration in the engine's set. Said here, and held to the sets by a test: to look for it would load every type of the room.</summary>
    internal static string LatestMigration(DatabaseEngine engine) => engine == DatabaseEngine.Sqlite ? "20261123203244_Alerts" : "20261123203248_Alerts";

    private static async Task<bool> IsAppliedAsync(HubDatabase database, string migration, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1 FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = @migration";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@migration";
        parameter.Value = migration;
        command.Parameters.Add(parameter);
        try
        {
            return await command.ExecuteScalarAsync(cancellation) is not null;
        }
        catch (DbException)
        {
            // No such table: the database is new.
            return false;
        }
    }

    private static async Task<FileStream> LockFileAsync(string path, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < LockAttempts)
            {
                await Task.Delay(LockPause, TimeProvider.System, cancellation);
            }
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
