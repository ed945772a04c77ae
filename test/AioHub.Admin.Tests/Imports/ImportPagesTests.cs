using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Admin.Frame;
using AioHub.Admin.Imports;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.TestKit;
using Microsoft.Data.Sqlite;

namespace AioHub.Admin.Tests.Imports;

public sealed class ImportPagesOnSqliteTests() : ImportPagesTests(DatabaseEngine.Sqlite);

public sealed class ImportPagesOnPostgresTests() : ImportPagesTests(DatabaseEngine.Postgres);

/// <summary>An import from new-api by the management API, on a hub that serves.</summary>
public abstract class ImportPagesTests(DatabaseEngine engine) : OnManagedHub(engine)
{
    private const string Key = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

    private const string Tables =
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

    private const string Dump = Tables + "-- Dump completed on 2026-11-23\n";

    [Fact]
    public async Task A_dump_is_seen_first_then_comes_over_once_with_its_progress_and_its_money()
    {
        using var owner = await Hub.OwnerAsync();
        var upload = await UploadAsync(owner, Encoding.UTF8.GetBytes(Dump));
        (upload.Text("kind"), (long)upload.Json["bytes"]!).ShouldBe(("mysql_dump", Dump.Length));
        var wanted = new JsonObject { ["upload"] = upload.Text("id") };

        var seen = await LinesAsync(owner, "preview", wanted);
        var plan = seen[^1]["plan"]!;
        ((string?)seen[^1]["step"], (decimal)plan["moved_usd"]!, (int)plan["found"]!["users"]!, (int)plan["found"]!["channels"]!).ShouldBe(("done", 100m, 1, 2));
        plan["changes"]!.AsArray().Select(static one => (string?)one!["what"]).ShouldContain("channel main");
        plan["notes"]!.AsArray().ShouldContain(static note => (string?)note!["kind"] == "left" && ((string?)note["what"])!.Contains("'mj'", StringComparison.Ordinal));
        seen.ShouldAllBe(static line => !line.ToJsonString().Contains("sk-up") && !line.ToJsonString().Contains(Key));
        (await Hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation)).ShouldNotContain(static one => one.Email == "root@example.com");

        var tag = (string?)seen[^1]["tag"];
        (await owner.PostAsync("/api/admin/imports/run", wanted.DeepClone())).Code.ShouldBe("if_match_required");
        ((string?)(await LinesAsync(owner, "run", wanted, "\"other\""))[^1]["code"]).ShouldBe("changed_meanwhile");
        (await BalanceAsync()).ShouldBeNull();

        var done = await LinesAsync(owner, "run", wanted, tag);
        ((string?)done[^1]["step"], (decimal?)done[^1]["plan"]?["moved_usd"]).ShouldBe(("done", 100m), done[^1].ToJsonString());
        (await BalanceAsync()).ShouldBe(NanoUsd.FromUsd(100));
        Hub.Home.Keys.Find("sk-" + Key).ShouldNotBeNull("its keys serve at once");
        (await owner.GetAsync("/api/admin/audit?limit=50")).Items.ShouldContain(static line => (string?)line!["subject"] == "channel main" && (string?)line["actor"] == ManagedHub.Owner);
        Directory.GetFiles(Path.Combine(Hub.Home.Settings.DataFolder, "uploads")).ShouldBeEmpty("what was imported is not kept");

        // The same file again, by whoever doubts.
        wanted["upload"] = (await UploadAsync(owner, Encoding.UTF8.GetBytes(Dump))).Text("id");
        var again = (await LinesAsync(owner, "preview", wanted))[^1];
        ((decimal)again["plan"]!["moved_usd"]!, again["plan"]!["changes"]!.AsArray().Count).ShouldBe((0m, 0));
        ((string?)(await LinesAsync(owner, "run", wanted, (string?)again["tag"]))[^1]["step"]).ShouldBe("done");
        (await BalanceAsync()).ShouldBe(NanoUsd.FromUsd(100));
    }

    [Fact]
    public async Task Runs_that_are_left_or_sent_twice_at_once_move_money_once()
    {
        using var owner = await Hub.OwnerAsync();
        var many = new StringBuilder(Tables);
        for (var user = 2; user < 200; user++)
        {
            many.Append(CultureInfo.InvariantCulture, $"INSERT INTO `users` VALUES ({user},'u{user}','u{user}@example.com',1,1,500000,'default');\n");
        }

        var wanted = new JsonObject { ["upload"] = (await UploadAsync(owner, Encoding.UTF8.GetBytes(many + "-- Dump completed on 2026-11-23\n"))).Text("id") };
        var seen = await LinesAsync(owner, "preview", wanted);
        ((decimal)seen[^1]["plan"]!["moved_usd"]!).ShouldBe(298m);
        var tag = (string?)seen[^1]["tag"];

        // Somebody leaves while it writes.
        using (var leaving = new CancellationTokenSource())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Hub.Address, "/api/admin/imports/run")) { Content = new StringContent(wanted.ToJsonString(), Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation("x-aiohub-csrf", "1");
            request.Headers.TryAddWithoutValidation("if-match", tag);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = owner.Cookies });
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ManagedHub.Cancellation);
        }

        // It was undone, or it was done: what is sent now finds either, and both at once move the money at most once.
        var both = await Task.WhenAll(LinesAsync(owner, "run", wanted, tag), LinesAsync(owner, "run", wanted, tag));
        var ends = both.Select(static lines => lines[^1]).ToList();
        ends.Count(static end => (string?)end["step"] == "done").ShouldBeLessThanOrEqualTo(1);
        ends.Where(static end => (string?)end["step"] == "failed").ShouldAllBe(static end => (string?)end["code"] == "changed_meanwhile" || HasError(end, "upload"));
        (await BalanceAsync()).ShouldBe(NanoUsd.FromUsd(100));
        var users = await Hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation);
        foreach (var user in users.Where(static one => one.Email.StartsWith('u')))
        {
            (await Hub.Home.Ledger.BalanceAsync(AccountRef.Wallet(user.Id), ManagedHub.Cancellation)).ShouldBe(NanoUsd.FromUsd(1));
        }
    }

    [Fact]
    public async Task A_SQLite_file_is_read_and_what_is_wrong_is_named_without_the_machines_paths()
    {
        using var owner = await Hub.OwnerAsync();
        using var folder = new TempFolder();
        var path = folder["one-api.db"];
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync(ManagedHub.Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = Tables;
            await command.ExecuteNonQueryAsync(ManagedHub.Cancellation);
        }

        var upload = await UploadAsync(owner, await File.ReadAllBytesAsync(path, ManagedHub.Cancellation));
        upload.Text("kind").ShouldBe("sqlite");
        var wanted = new JsonObject { ["upload"] = upload.Text("id"), ["balances"] = false, ["origin"] = "second" };
        var seen = (await LinesAsync(owner, "preview", wanted))[^1];
        ((string?)seen["step"], (decimal)seen["plan"]!["moved_usd"]!).ShouldBe(("done", 0m));

        // What one sent another cannot import, and each user's next file takes the place of the last.
        using var second = await Hub.JoinAsync("second@example.com", Role.Owner);
        ((await LinesAsync(second, "preview", wanted))[^1]["errors"]!["upload"]).ShouldNotBeNull();
        var next = await UploadAsync(owner, Encoding.UTF8.GetBytes(Dump[..^60]));
        ((await LinesAsync(owner, "preview", wanted))[^1]["errors"]!["upload"]).ShouldNotBeNull();
        var cut = (await LinesAsync(owner, "preview", new JsonObject { ["upload"] = next.Text("id") }))[^1];
        ((string?)cut["step"]).ShouldBe("failed");
        cut.ToJsonString().ShouldNotContain(Hub.Home.Settings.DataFolder);
        (await owner.DeleteAsync($"/api/admin/imports/uploads/{next.Text("id")}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.DeleteAsync($"/api/admin/imports/uploads/{next.Text("id")}")).Code.ShouldBe("not_found");

        foreach (var (field, wrong) in new (string, JsonObject)[]
        {
            ("url", new JsonObject()),
            ("url", new JsonObject { ["url"] = "file:///etc/passwd", ["token"] = "t" }),
            ("url", new JsonObject { ["upload"] = "x", ["url"] = "http://a" }),
            ("token", new JsonObject { ["url"] = "http://127.0.0.1:1" }),
            ("upload", new JsonObject { ["upload"] = "../master.key" }),
            ("origin", new JsonObject { ["upload"] = (await UploadAsync(owner, Encoding.UTF8.GetBytes(Dump))).Text("id"), ["origin"] = "A B" }),
            // Addresses of this machine only for who says so.
            ("url", new JsonObject { ["url"] = Hub.Address.ToString(), ["token"] = "t" }),
            // And then it is no new-api.
            ("url", new JsonObject { ["url"] = Hub.Address.ToString(), ["token"] = "t", ["allow_private_network"] = true }),
        })
        {
            var line = (await LinesAsync(owner, "preview", wrong))[^1];
            ((string?)line["step"], line["errors"]?[field] is not null).ShouldBe(("failed", true), $"{wrong.ToJsonString()}: {line.ToJsonString()}");
        }
    }

    private async Task<NanoUsd?> BalanceAsync() =>
        (await Hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation)).SingleOrDefault(static one => one.Email == "root@example.com") is { } root
            ? await Hub.Home.Ledger.BalanceAsync(AccountRef.Wallet(root.Id), ManagedHub.Cancellation)
            : null;

    private static bool HasError(JsonNode line, string field) => line["errors"]?[field] is not null;

    private static async Task<Running.Reply> UploadAsync(Browser owner, byte[] file)
    {
        var kept = await owner.SendAsync(HttpMethod.Post, "/api/admin/imports/uploads", more: request =>
        {
            request.Content = new ByteArrayContent(file);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        });
        kept.Status.ShouldBe(HttpStatusCode.Created, kept.Body);
        return kept;
    }

    private static async Task<List<JsonNode>> LinesAsync(Browser who, string what, JsonObject wanted, string? tag = null)
    {
        var answer = await who.SendAsync(HttpMethod.Post, $"/api/admin/imports/{what}", wanted.DeepClone(), tag);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
    }
}

/// <summary>Files that are sent, without a hub.</summary>
public sealed class UploadsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private static readonly UserId User = new(7);

    private Uploads Small => new(new UploadFolder(_folder["uploads"], MostBytes: 1000), TimeProvider.System);

    [Fact]
    public async Task Too_large_empty_and_broken_off_ones_leave_nothing()
    {
        (await Should.ThrowAsync<Refused>(() => Small.KeepAsync(User, new MemoryStream(new byte[10]), 1001, ManagedHub.Cancellation))).Status.ShouldBe(413);
        // Without a length it is found out underway.
        (await Should.ThrowAsync<Refused>(() => Small.KeepAsync(User, new MemoryStream(new byte[1001]), null, ManagedHub.Cancellation))).Message.ShouldContain("1000 bytes");
        (await Should.ThrowAsync<Refused>(() => Small.KeepAsync(User, new MemoryStream(), null, ManagedHub.Cancellation))).Status.ShouldBe(422);
        await Should.ThrowAsync<OperationCanceledException>(() => Small.KeepAsync(User, new MemoryStream(new byte[10]), null, new CancellationToken(canceled: true)));
        Directory.GetFiles(_folder["uploads"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task They_are_readable_for_the_hub_alone_and_gone_after_a_day()
    {
        var kept = await Small.KeepAsync(User, new MemoryStream(Encoding.UTF8.GetBytes("-- dump")), null, ManagedHub.Cancellation);
        var path = Small.Find(User, kept.Id);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-25));
        await Small.KeepAsync(new UserId(8), new MemoryStream(new byte[1]), null, ManagedHub.Cancellation);
        Should.Throw<Refused>(() => Small.Find(User, kept.Id));
    }

    public void Dispose() => _folder.Dispose();
}
