using System.Text.Json;
using AioHub.Core.Storage;

namespace AioHub.Host.Tests.Cli;

public sealed class ImportVerbOnSqliteTests() : ImportVerbTests(DatabaseEngine.Sqlite);

public sealed class ImportVerbOnPostgresTests() : ImportVerbTests(DatabaseEngine.Postgres);

/// <summary>An import as an operator types it, from a dump.</summary>
public abstract class ImportVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    private const string Key = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

    private const string Dump =
        """
        CREATE TABLE `channels` (`id` bigint, `type` bigint, `key` longtext, `status` bigint, `name` varchar(191), `models` longtext, `group` varchar(64), `priority` bigint, `base_url` varchar(191));
        CREATE TABLE `users` (`id` bigint, `username` varchar(191), `email` varchar(191), `role` bigint, `status` bigint, `quota` bigint, `group` varchar(64));
        CREATE TABLE `tokens` (`id` bigint, `user_id` bigint, `key` char(48), `status` bigint, `name` varchar(191), `expired_time` bigint, `remain_quota` bigint, `unlimited_quota` tinyint(1), `group` varchar(191));
        CREATE TABLE `options` (`key` varchar(191), `value` longtext);
        INSERT INTO `channels` VALUES (1,1,'sk-up',1,'main','gpt-5','default',5,''),(2,2,'x',1,'mj','mj','default',0,'');
        INSERT INTO `users` VALUES (1,'root','root@example.com',100,1,50000000,'default');
        INSERT INTO `tokens` VALUES (1,1,'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV',1,'mine',-1,0,1,'');
        INSERT INTO `options` VALUES ('GroupRatio','{"default":0.5}');
        """;

    [Fact]
    public async Task ADumpComesOverOnceAndItsKeysServe()
    {
        var file = Folder.Write("dump.sql", Dump);
        var dry = await JsonAsync("import", "new-api", "--mysql-dump", file, "--dry-run");
        (dry.GetProperty("dry_run").GetBoolean(), dry.GetProperty("changed").GetBoolean(), dry.GetProperty("moved_usd").GetString()).ShouldBe((true, true, "100.000000000"));
        (await JsonAsync("channels", "list", "--name", "main")).GetProperty("channels").GetArrayLength().ShouldBe(0);

        (await JsonAsync("import", "new-api", "--mysql-dump", file, "--no-balances", "--dry-run")).GetProperty("moved_usd").GetString().ShouldBe("0.000000000");
        var (exit, output, error) = await RunAsync("import", "new-api", "--mysql-dump", file);

        exit.ShouldBe(0, error);
        output.ShouldContain("+ channel main");
        output.ShouldContain("channel 2 'mj': type Midjourney: Midjourney's tasks are not served here");
        output.ShouldContain("100.00 USD moved.");
        output.ShouldNotContain(Key);
        output.ShouldNotContain("sk-up");
        (await JsonAsync("users", "list")).GetProperty("users").EnumerateArray().Single(static user => user.GetProperty("email").GetString() == "root@example.com")
            .GetProperty("balance_usd").GetString().ShouldBe("100.000000000");
        (await JsonAsync("verify-ledger")).GetProperty("ok").GetBoolean().ShouldBeTrue();

        await using (var server = await ServeAsync())
        {
            using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
            client.DefaultRequestHeaders.Add("Authorization", "Bearer sk-" + Key);
            using var usage = JsonDocument.Parse(await client.GetStringAsync("/api/usage/token", TestContext.Current.CancellationToken));
            usage.RootElement.GetProperty("groups")[0].GetString().ShouldBe("default");
            usage.RootElement.GetProperty("balance_nano_usd").GetInt64().ShouldBe(100_000_000_000);
        }

        var second = await JsonAsync("import", "new-api", "--mysql-dump", file);
        (second.GetProperty("changed").GetBoolean(), second.GetProperty("moved_usd").GetString()).ShouldBe((false, "0.000000000"));
    }

    [Fact]
    public async Task WrongWordsAndFilesAreNamed()
    {
        var cut = Folder.Write("cut.sql", Dump[..^40]);
        foreach (var (args, code, why) in new (string[] Args, int Code, string Why)[]
        {
            ([], 2, "Name one source"),
            (["--sqlite", "a", "--mysql-dump", "b"], 2, "Name one source"),
            (["--url", "http://127.0.0.1:1"], 2, "--token"),
            (["--url", "ftp://x", "--token", "t"], 2, "http://"),
            (["--mysql-dump", cut, "--origin", "A B"], 2, "--origin"),
            (["--mysql-dump", cut], 1, "cut off"),
            (["--mysql-dump", Folder["none.sql"]], 1, "there is no file"),
            (["--sqlite", cut], 1, "is no SQLite database"),
        })
        {
            var (exit, _, error) = await RunAsync(["import", "new-api", .. args]);
            exit.ShouldBe(code, error);
            error.ShouldContain(why);
        }
    }
}
