using AioHub.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Storage;

public sealed class SqliteSchemaTests() : SchemaTests(DatabaseEngine.Sqlite)
{
    [Fact]
    public async Task A_lock_that_a_killed_process_left_does_not_stop_the_next_start()
    {
        await using (var connection = await Database.OpenConnectionAsync(Cancellation))
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """;
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await Database.MigrateAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        (await SeedAsync()).Seeded.ShouldBeTrue();
    }

    [Fact]
    public async Task The_file_is_in_write_ahead_mode()
    {
        await Database.MigrateAsync(Cancellation);
        await using var connection = new SqliteConnection(((SqliteDatabase)Database).ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        (await command.ExecuteScalarAsync(Cancellation)).ShouldBe("wal");
    }
}

public sealed class PostgresSchemaTests() : SchemaTests(DatabaseEngine.Postgres);

public abstract class SchemaTests(DatabaseEngine engine) : OnDatabase(engine)
{
    protected override bool Migrated => false;

    [Fact]
    public async Task Migrations_carry_the_whole_model()
    {
        await using var context = Database.CreateContext();
        context.Database.HasPendingModelChanges().ShouldBeFalse();
        SchemaUpgrade.LatestMigration(Engine).ShouldBe(context.Database.GetMigrations().Last());
        await Database.MigrateAsync(Cancellation);
        (await context.Database.GetPendingMigrationsAsync(Cancellation)).ShouldBeEmpty();
        await Database.MigrateAsync(Cancellation);
    }

    [Fact]
    public async Task Every_table_can_be_read()
    {
        await Database.MigrateAsync(Cancellation);
        await using var reader = await HubReader.OpenAsync(Database, consistent: true, Cancellation);
        await using var context = Database.CreateContext();
        foreach (var table in context.Model.GetEntityTypes().Select(static type => type.GetTableName()!))
        {
            table.ShouldBe(table.ToLowerInvariant());
            (await reader.ReadAsync($"SELECT COUNT(*) FROM {table}", static row => row.GetInt64(0), Cancellation)).ShouldBe([0]);
        }
    }

    [Fact]
    public async Task Processes_that_start_at_once_migrate_once()
    {
        var others = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
        await Task.WhenAll(others.Select(database => Task.Run(() => database.MigrateAsync(Cancellation), Cancellation)));
        await using var context = Database.CreateContext();
        (await context.Database.GetPendingMigrationsAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Moments_come_back_as_UTC()
    {
        await Database.MigrateAsync(Cancellation);
        await SeedAsync();
        var user = (await Identity.ListUsersAsync(Cancellation)).ShouldHaveSingleItem();
        user.CreatedAt.ShouldBe(Time.GetUtcNow().UtcDateTime);
        user.CreatedAt.Kind.ShouldBe(DateTimeKind.Utc);
    }
}
