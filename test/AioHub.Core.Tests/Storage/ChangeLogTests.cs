using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Storage;

public sealed class SqliteChangeLogTests() : ChangeLogTests(DatabaseEngine.Sqlite);

public sealed class PostgresChangeLogTests() : ChangeLogTests(DatabaseEngine.Postgres);

public abstract class ChangeLogTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task A_change_is_told_with_who_did_it_and_with_before_and_after()
    {
        await SeedAsync();
        using (Acting.As(new Actor("ann@example.com", "session", new UserId(1), "192.0.2.7")))
        {
            await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 0.4m }, cancellation: Cancellation);
        }

        var line = (await new ChangeLog(Database).ListAsync(new ChangeFilter(Subject: "group openai", Action: "changed"), cancellation: Cancellation)).ShouldHaveSingleItem();
        (line.Actor, line.ActorId, line.How, line.Address).ShouldBe(("ann@example.com", new UserId(1), "session", "192.0.2.7"));
        line.Changes.ShouldContain(new ChangedMember("multiplier", "1", "0.4", null));
        line.At.Kind.ShouldBe(DateTimeKind.Utc);
    }

    [Fact]
    public async Task What_is_undone_or_changes_nothing_is_not_told()
    {
        await SeedAsync();
        var log = new ChangeLog(Database);
        var before = (await log.ListAsync(new ChangeFilter(), cancellation: Cancellation))[0].Id;
        await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 0.4m }, dryRun: true, cancellation: Cancellation);
        await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 1 }, cancellation: Cancellation);
        await using (var transaction = await Database.BeginAsync(Cancellation))
        {
            await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 0.5m }, within: transaction, cancellation: Cancellation);
        }

        (await log.ListAsync(new ChangeFilter(), cancellation: Cancellation))[0].Id.ShouldBe(before);
    }

    [Fact]
    public async Task Secrets_are_never_in_it()
    {
        await SeedAsync();
        const string secret = "sk-this-is-the-secret-of-a-key";
        await Identity.CreateKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost", Secret = secret }, cancellation: Cancellation);
        await Identity.UpsertKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost", Secret = secret + "-2" }, cancellation: Cancellation);
        var lines = await new ChangeLog(Database).ListAsync(new ChangeFilter(Subject: "key k of owner@localhost"), cancellation: Cancellation);
        lines.Select(static line => line.Action).ShouldBe(["changed", "created"]);
        lines[0].Changes.ShouldBe([new ChangedMember(null, null, null, "secret: changed")]);
        (await new ChangeLog(Database).ListAsync(new ChangeFilter(), limit: 200, cancellation: Cancellation)).ShouldAllBe(static line => !line.ToString().Contains("this-is-the-secret", StringComparison.Ordinal)
            && line.Changes.All(static one => !one.ToString().Contains("this-is-the-secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap()
    {
        await SeedAsync();
        for (var i = 0; i < 7; i++)
        {
            await Identity.CreateUserAsync(new UserDraft { Email = $"u{i}@example.com" }, cancellation: Cancellation);
        }

        var log = new ChangeLog(Database);
        var all = await log.ListAsync(new ChangeFilter(), limit: 200, cancellation: Cancellation);
        var paged = new List<long>();
        for (long? before = null; ;)
        {
            var page = await log.ListAsync(new ChangeFilter(), before, limit: 3, Cancellation);
            if (page.IsEmpty)
            {
                break;
            }

            paged.AddRange(page.Select(static line => line.Id));
            before = page[^1].Id;
        }

        paged.ShouldBe(all.Select(static line => line.Id));
    }
}
