using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;
using AioHub.TestKit;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Tests.Import.NewApi;

public sealed class NewApiSqliteStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TablesAreReadAndNothingIsWritten()
    {
        var path = Make(
            """
            CREATE TABLE channels (id integer PRIMARY KEY, type integer, key text, name text, weight integer, "group" varchar(64), auto_ban integer, channel_info json);
            CREATE TABLE users (id integer PRIMARY KEY, username text, quota integer, deleted_at datetime);
            CREATE TABLE tokens (id integer PRIMARY KEY, user_id integer, key char(48), unlimited_quota numeric, remain_quota integer, models text);
            CREATE TABLE options (key text PRIMARY KEY, value text);
            CREATE TABLE logs (id integer PRIMARY KEY);
            INSERT INTO channels VALUES (4, 14, 'k', 'claude', NULL, 'default,vip', 0, '{"is_multi_key":true}');
            INSERT INTO users VALUES (9, 'ann', 9000000000000, NULL);
            INSERT INTO tokens VALUES (1, 9, 'abc', 1, -3, 'gpt-5');
            INSERT INTO options VALUES ('QuotaPerUnit', '1000000');
            """);
        var before = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

        var content = await NewApiSqliteStore.ReadAsync(path, TestContext.Current.CancellationToken);

        content.Channels.Single().ShouldBe(new NewApiChannel { Id = 4, Type = 14, Key = "k", Name = "claude", Group = "default,vip", AutoBan = false, ChannelInfo = """{"is_multi_key":true}""" });
        content.Users.Single().Quota.ShouldBe(9_000_000_000_000);
        // one-api's tokens have a list of models alone.
        content.Tokens.Single().ShouldBe(new NewApiToken { Id = 1, UserId = 9, Key = "abc", Unlimited = true, RemainQuota = -3, ModelLimitsEnabled = true, ModelLimits = "gpt-5" });
        content.Options["QuotaPerUnit"].ShouldBe("1000000");
        (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).ShouldBe(before);
    }

    [Fact]
    public async Task WrongFilesAreNamed()
    {
        (await RefusedAsync(_folder["missing.db"])).ShouldContain("there is no file");
        (await RefusedAsync(_folder.Write("dump.sql", "-- MySQL dump 10.13 and more"))).ShouldContain("is no SQLite database; a dump of MySQL is read with --mysql-dump");
        (await RefusedAsync(Make("CREATE TABLE users (id integer); CREATE TABLE tokens (id integer);"))).ShouldContain("holds no table channels, options");
        var broken = Make("CREATE TABLE users (id integer);");
        var bytes = await File.ReadAllBytesAsync(broken, TestContext.Current.CancellationToken);
        bytes.AsSpan(100).Fill(0xAA);
        await File.WriteAllBytesAsync(_folder["broken.db"], bytes, TestContext.Current.CancellationToken);
        (await RefusedAsync(_folder["broken.db"])).ShouldContain("cannot be read");
    }

    private static async Task<string> RefusedAsync(string path) =>
        (await Should.ThrowAsync<AdminException>(() => NewApiSqliteStore.ReadAsync(path, TestContext.Current.CancellationToken))).Message;

    private string Make(string sql)
    {
        var path = _folder[$"{Guid.NewGuid():N}.db"];
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return path;
    }
}
