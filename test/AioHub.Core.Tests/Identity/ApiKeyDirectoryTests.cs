using System.Collections.Immutable;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Identity;

public sealed class ApiKeyDirectoryAllocationTests
{
    private static readonly MasterKey Master = new(new byte[32]);

    [Fact]
    public void Looking_for_a_key_allocates_nothing()
    {
        var directory = new ApiKeyDirectory(Master);
        var hasher = new KeyHasher(Master);
        hasher.TryHash("sk-known-0123456789", out var hash).ShouldBeTrue();
        directory.Apply([new UserRecord(1, Role.User, [], Enabled: true, 1)], [Record(1, hash)]);
        string[] secrets = ["sk-known-0123456789", "sk-unknown-0123456789", "", new string('x', 300), new string('€', 200)];
        var found = 0;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                found += directory.Find(secrets[i % secrets.Length]) is null ? 0 : 1;
            }

            if (round == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
            }
        }

        found.ShouldBe(400);
    }

    [Fact]
    public void Two_keys_may_exchange_their_secrets_in_one_reload()
    {
        var directory = new ApiKeyDirectory(Master);
        var hasher = new KeyHasher(Master);
        hasher.TryHash("sk-a", out var a);
        hasher.TryHash("sk-b", out var b);
        directory.Apply([new UserRecord(1, Role.User, [], Enabled: true, 1)], [Record(1, a), Record(2, b)]);
        directory.Apply([], [Record(2, a), Record(1, b)]);
        directory.Find("sk-a")!.Id.Value.ShouldBe(2);
        directory.Find("sk-b")!.Id.Value.ShouldBe(1);
    }

    [Fact]
    public void What_is_remembered_of_a_header_ends_with_the_configuration_it_was_found_in()
    {
        var directory = new ApiKeyDirectory(Master);
        var hasher = new KeyHasher(Master);
        hasher.TryHash("sk-a", out var a);
        hasher.TryHash("sk-b", out var b);
        var header = new string("Bearer sk-a");
        directory.Find(header, header.AsSpan(7)).ShouldBeNull();
        directory.Apply([new UserRecord(1, Role.User, [], Enabled: true, 1)], [Record(1, a)]);
        directory.Find(header, header.AsSpan(7))!.Id.Value.ShouldBe(1);
        directory.Find(header, header.AsSpan(7)).ShouldBeSameAs(directory.Find("sk-a"));

        // Not the text counts but the very string, and which part of it.
        directory.Find(new string("Bearer sk-b"), "sk-b").ShouldBeNull();
        directory.Find(header, header.AsSpan(6)).ShouldBeNull();
        directory.Apply([], [Record(1, b)]);
        directory.Find(header, header.AsSpan(7)).ShouldBeNull();
        new ApiKeyDirectory(Master).Find(header, header.AsSpan(7)).ShouldBeNull();
    }

    private static KeyRecord Record(long id, KeyHash hash) => new()
    {
        Id = id,
        UserId = 1,
        Name = $"k{id}",
        Hash = hash,
        Groups = ["auto"],
        CrossGroupFailover = true,
        Models = [],
        Limits = Limits.None,
        ExpiresAt = null,
        Enabled = true,
        Revoked = false,
        Version = 1,
    };
}

public sealed class SqliteApiKeyDirectoryTests() : ApiKeyDirectoryTests(DatabaseEngine.Sqlite);

public sealed class PostgresApiKeyDirectoryTests() : ApiKeyDirectoryTests(DatabaseEngine.Postgres);

public abstract class ApiKeyDirectoryTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task A_key_is_found_by_its_secret_and_by_nothing_else()
    {
        var seed = await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        var key = server.Keys.Find(seed.KeySecret).ShouldNotBeNull();
        key.Name.ShouldBe("first key");
        key.Groups.ShouldBe(["auto"]);
        key.OwnerRole.ShouldBe(Role.Owner);
        key.Enabled.ShouldBeTrue();
        server.Keys.Find(seed.KeySecret.AsSpan()[..^1]).ShouldBeNull();
        server.Keys.Find(seed.KeySecret + "x").ShouldBeNull();
        server.Keys.Find(seed.KeySecret!.ToUpperInvariant()).ShouldBeNull();
        server.Keys.Find("").ShouldBeNull();
        server.Keys.Find("\ud800").ShouldBeNull();
    }

    [Fact]
    public async Task What_another_process_changed_is_seen_after_a_refresh()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        var other = new IdentityAdmin(Open(), Master, Time);
        var made = await other.CreateKeyAsync(
            new KeyDraft
            {
                Name = "k",
                User = "owner@localhost",
                Groups = ["claude-kiro", "claude-bedrock"],
                CrossGroupFailover = false,
                Models = ["claude-*"],
                ExpiresAt = new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc),
                Limits = new Limits { PerDay = new(5), Rpm = 60 },
            },
            cancellation: Cancellation);
        server.Keys.Find(made.Secret).ShouldBeNull();
        (await server.RefreshAsync()).Identity.ShouldBeTrue();

        var key = server.Keys.Find(made.Secret).ShouldNotBeNull();
        key.Groups.ShouldBe(["claude-kiro", "claude-bedrock"]);
        key.CrossGroupFailover.ShouldBeFalse();
        key.Models.ShouldBe(["claude-*"]);
        key.ExpiresAt.ShouldBe(new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc));
        key.ExpiresAt!.Value.Kind.ShouldBe(DateTimeKind.Utc);
        key.Limits.ShouldBe(new Limits { PerDay = new(5), Rpm = 60 });

        await other.UpdateUserAsync(new UserDraft { Email = "owner@localhost", Tags = ["vip"], Role = Role.Operator }, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Keys.Find(made.Secret)!.OwnerTags.ShouldBe(["vip"]);
        server.Keys.Find(made.Secret)!.OwnerRole.ShouldBe(Role.Operator);

        await other.UpdateUserAsync(new UserDraft { Email = "owner@localhost", Enabled = false }, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Keys.Find(made.Secret)!.Enabled.ShouldBeFalse();

        await other.RevokeKeyAsync(made.Id, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Keys.Find(made.Secret).ShouldBeNull();
        server.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_secret_replaces_the_former()
    {
        var seed = await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        await Identity.ChangeKeyAsync(new KeyDraft { Name = "first key", User = "owner@localhost", Secret = "sk-chosen-by-hand-1" }, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Keys.Find(seed.KeySecret).ShouldBeNull();
        server.Keys.Find("sk-chosen-by-hand-1").ShouldNotBeNull();
        server.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Ten_thousand_keys_load_and_are_found()
    {
        await SeedAsync();
        var hasher = new KeyHasher(Master);
        await using (var context = Database.CreateContext())
        {
            context.AddRange(Enumerable.Range(0, 10_000).Select(i =>
            {
                hasher.TryHash($"sk-many-{i:D10}", out var hash);
                return new ApiKeyRow { UserId = 1, Name = $"n{i}", Hash = hash.ToArray(), LastFour = "0000", Groups = "[\"auto\"]", CreatedAt = Time.GetUtcNow().UtcDateTime, Version = 2 };
            }));
            await context.SaveChangesAsync(Cancellation);
        }

        var server = NewDirectories();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await server.LoadAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{server.Keys.Count} keys in {watch.ElapsedMilliseconds} ms, everything else included");
        server.Keys.Count.ShouldBe(10_001);
        server.Keys.Find("sk-many-0000009999")!.Name.ShouldBe("n9999");
        ImmutableArray<string> groups = server.Keys.Find("sk-many-0000000001")!.Groups;
        groups.ShouldBe(["auto"]);
    }
}
