using System.Text;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Tests.Identity;

public sealed class SqliteIdentityAdminTests() : IdentityAdminTests(DatabaseEngine.Sqlite)
{
    [Fact]
    public async Task No_secret_is_in_the_file()
    {
        await SeedAsync(("OPENAI_API_KEY", "sk-upstream-secret-value-0001"));
        var made = await Identity.CreateKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost", Secret = "sk-given-secret-value-0002" }, cancellation: Cancellation);
        var random = await Identity.CreateKeyAsync(new KeyDraft { Name = "r", User = "owner@localhost" }, cancellation: Cancellation);
        SqliteConnection.ClearPool(new SqliteConnection(((SqliteDatabase)Database).ConnectionString));
        var bytes = Directory.GetFiles(Folder).SelectMany(File.ReadAllBytes).ToArray();
        bytes.AsSpan().IndexOf("owner@localhost"u8).ShouldBeGreaterThan(0);
        foreach (var secret in new[] { "sk-upstream-secret-value-0001", made.Secret!, random.Secret! })
        {
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)).ShouldBe(-1);
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret[3..20])).ShouldBe(-1);
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)))).ShouldBe(-1);
        }
    }
}

public sealed class PostgresIdentityAdminTests() : IdentityAdminTests(DatabaseEngine.Postgres);

public abstract class IdentityAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task Random_secrets_are_long_and_differ()
    {
        await SeedAsync();
        var one = (await Identity.CreateKeyAsync(new KeyDraft { Name = "a", User = "owner@localhost" }, cancellation: Cancellation)).Secret!;
        var two = (await Identity.CreateKeyAsync(new KeyDraft { Name = "b", User = "owner@localhost" }, cancellation: Cancellation)).Secret!;
        one.ShouldMatch("^sk-[0-9A-Za-z]{40,}$");
        one.ShouldNotBe(two);
        var listing = (await Identity.ListKeysAsync(cancellation: Cancellation)).Single(static key => key.Key.Name == "a");
        listing.MaskedSecret.ShouldBe($"sk-…{one[^4..]}");
        listing.OwnerEmail.ShouldBe("owner@localhost");
    }

    [Fact]
    public async Task Upserting_twice_changes_nothing_the_second_time()
    {
        await SeedAsync();
        var user = new UserDraft { Email = "Ann@Example.com", Role = Role.Operator, Tags = ["a", "b"] };
        (await Identity.UpsertUserAsync(user, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await Identity.UpsertUserAsync(user with { Email = "ann@EXAMPLE.com" }, cancellation: Cancellation)).Any.ShouldBeFalse();

        var key = new KeyDraft
        {
            Name = "laptop",
            User = "ann@example.com",
            Secret = "sk-a-secret-of-mine",
            Groups = ["openai", "auto"],
            Models = ["gpt-*"],
            Limits = new Limits { PerDay = new NanoUsd(5), Rpm = 3 },
            ExpiresAt = new DateTime(2027, 1, 1).AddTicks(123),
        };
        (await Identity.UpsertKeyAsync(key, cancellation: Cancellation)).Report.Created.ShouldBeTrue();
        (await Identity.UpsertKeyAsync(key, cancellation: Cancellation)).Report.Any.ShouldBeFalse();
        var changed = (await Identity.UpsertKeyAsync(key with { Limits = Limits.None, ExpiresAt = (DateTime?)null }, cancellation: Cancellation)).Report;
        changed.Changes.ShouldBe(
            ["expires_at: 2027-01-01T00:00:00Z → none", "limits.usd_per_day: 0.000000005 → none", "limits.rpm: 3 → none"], ignoreOrder: true);
        (await Identity.UpsertKeyAsync(new KeyDraft { Name = "laptop", User = "ann@example.com" }, cancellation: Cancellation)).Report.Any.ShouldBeFalse();
    }

    [Fact]
    public async Task A_dry_run_tells_and_keeps_nothing()
    {
        await SeedAsync();
        (await Identity.UpsertUserAsync(new UserDraft { Email = "x@example.com" }, dryRun: true, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await Identity.ListUsersAsync(Cancellation)).Count.ShouldBe(1);
        var report = await Identity.UpsertKeyAsync(
            new KeyDraft { Name = "first key", User = "owner@localhost", Groups = ["xai"] }, dryRun: true, cancellation: Cancellation);
        report.Report.Changes.ShouldBe(["groups: [\"auto\"] → [\"xai\"]"]);
        (await Identity.ListKeysAsync(cancellation: Cancellation))[0].Key.Groups.ShouldBe(["auto"]);
    }

    [Fact]
    public async Task Wrong_keys_are_refused_with_the_field()
    {
        await SeedAsync();
        var refusal = await Should.ThrowAsync<AdminException>(() => Identity.CreateKeyAsync(
            new KeyDraft
            {
                Name = "",
                User = "nobody@example.com",
                Secret = "short",
                Groups = ["auto", "auto", "nowhere"],
                Models = [""],
                Limits = new Limits { Rpm = 0, PerDay = new NanoUsd(-1) },
            },
            cancellation: Cancellation));
        refusal.Problems.Select(static problem => problem.Field).ShouldBe(
            ["name", "secret", "groups", "groups", "models", "limits.usd_per_day", "limits.rpm", "user"], ignoreOrder: true);
        await Should.ThrowAsync<AdminException>(() => Identity.CreateKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost", Groups = [] }, cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Identity.CreateKeyAsync(new KeyDraft { Name = "first key", User = "owner@localhost" }, cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Identity.ChangeKeyAsync(new KeyDraft { Name = "none", User = "owner@localhost" }, cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Identity.RevokeKeyAsync(new ApiKeyId(99), cancellation: Cancellation));
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("a@b@c")]
    [InlineData("ann smith@example.com")]
    [InlineData("ann@example.com.")]
    [InlineData("")]
    public async Task Wrong_addresses_are_refused(string email) =>
        (await Should.ThrowAsync<AdminException>(() => Identity.CreateUserAsync(new UserDraft { Email = email }, cancellation: Cancellation)))
            .Problems.ShouldHaveSingleItem().Field.ShouldBe("email");

    [Fact]
    public async Task A_secret_belongs_to_one_key_for_ever()
    {
        await SeedAsync();
        var draft = new KeyDraft { Name = "a", User = "owner@localhost", Secret = "sk-once-and-for-all" };
        var made = await Identity.CreateKeyAsync(draft, cancellation: Cancellation);
        await Identity.RevokeKeyAsync(made.Id, cancellation: Cancellation);
        (await Should.ThrowAsync<AdminException>(() => Identity.CreateKeyAsync(draft, cancellation: Cancellation))).Problems[0].Field.ShouldBe("secret");
        // The name is free again.
        (await Identity.CreateKeyAsync(draft with { Secret = null }, cancellation: Cancellation)).Report.Created.ShouldBeTrue();
        (await Identity.RevokeKeyAsync(made.Id, cancellation: Cancellation)).Any.ShouldBeFalse();
    }
}
