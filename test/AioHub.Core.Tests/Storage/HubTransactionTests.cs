using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Storage;

public sealed class SqliteHubTransactionTests() : HubTransactionTests(DatabaseEngine.Sqlite);

public sealed class PostgresHubTransactionTests() : HubTransactionTests(DatabaseEngine.Postgres);

public abstract class HubTransactionTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task A_dry_run_of_several_commands_sees_its_own_changes_and_keeps_none()
    {
        await SeedAsync();
        await using (var transaction = await Database.BeginAsync(Cancellation))
        {
            (await Groups.UpsertAsync(new GroupDraft { Name = "new" }, within: transaction, cancellation: Cancellation)).Created.ShouldBeTrue();
            var key = await Identity.UpsertKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost", Groups = ["new"] }, within: transaction, cancellation: Cancellation);
            key.Report.Created.ShouldBeTrue();
        }

        (await Groups.ListAsync(Cancellation)).ShouldNotContain(static listing => listing.Group.Name == "new");
        (await Identity.ListKeysAsync(cancellation: Cancellation)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Several_commands_are_kept_together()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        string secret;
        await using (var transaction = await Database.BeginAsync(Cancellation))
        {
            await Groups.UpsertAsync(new GroupDraft { Name = "new" }, within: transaction, cancellation: Cancellation);
            await Identity.CreateUserAsync(new UserDraft { Email = "Ann@Example.com" }, transaction, Cancellation);
            secret = (await Identity.CreateKeyAsync(new KeyDraft { Name = "k", User = "ann@example.com", Groups = ["new"] }, transaction, Cancellation)).Secret!;
            await transaction.CommitAsync(Cancellation);
        }

        await server.RefreshAsync();
        server.Table.FindGroup("new").ShouldNotBeNull();
        server.Keys.Find(secret)!.Groups.ShouldBe(["new"]);
    }

    [Fact]
    public async Task Writers_of_one_area_follow_each_other_and_none_is_lost()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        var secrets = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(
            async () => (await new IdentityAdmin(Open(), Master, Time).CreateKeyAsync(
                new KeyDraft { Name = $"k{i}", User = "owner@localhost" }, cancellation: Cancellation)).Secret!,
            Cancellation)));
        await server.RefreshAsync();
        secrets.ShouldAllBe(secret => server.Keys.Find(secret) != null);
    }

    [Fact]
    public async Task A_refused_command_tells_all_its_problems()
    {
        await SeedAsync();
        var refusal = await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(
            new GroupDraft { Name = "Bad Name", Multiplier = 2000, Replacement = "nowhere", Channels = [new MemberDraft("none", -1, 5000)] }, cancellation: Cancellation));
        refusal.Problems.Select(static problem => problem.Field).ShouldBe(
            ["name", "multiplier", "replacement", "channels", "channels.priority", "channels.weight"], ignoreOrder: true);
    }
}
