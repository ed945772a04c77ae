using AioHub.TestKit;
using Npgsql;

namespace AioHub.House.Tests.TestKit;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task Every_call_gives_an_empty_database_of_its_own()
    {
        Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
        var first = await PostgresServer.CreateDatabaseAsync();
        var second = await PostgresServer.CreateDatabaseAsync();
        await RunAsync(first, "CREATE TABLE only_here (id int)");
        (await RunAsync(first, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).ShouldBe(1L);
        (await RunAsync(second, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).ShouldBe(0L);
    }

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
