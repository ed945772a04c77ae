using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Setup;

public sealed class SqliteConfigurationWatchTests() : ConfigurationWatchTests(DatabaseEngine.Sqlite);

public sealed class PostgresConfigurationWatchTests() : ConfigurationWatchTests(DatabaseEngine.Postgres);

public abstract class ConfigurationWatchTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task Nothing_is_read_twice()
    {
        await SeedAsync();
        var server = NewDirectories();
        var first = await server.LoadAsync();
        (first.Configuration, first.Identity).ShouldBe((true, true));
        var (table, catalog) = (server.Table, server.Catalog.Current);
        var second = await server.RefreshAsync();
        (second.Configuration, second.Identity).ShouldBe((false, false));
        server.Table.ShouldBeSameAs(table);
        server.Catalog.Current.ShouldBeSameAs(catalog);
    }

    [Fact]
    public async Task Only_what_changed_is_read()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        await Identity.CreateKeyAsync(new KeyDraft { Name = "k", User = "owner@localhost" }, cancellation: Cancellation);
        var report = await server.RefreshAsync();
        (report.Configuration, report.Identity).ShouldBe((false, true));
        await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 2 }, cancellation: Cancellation);
        report = await server.RefreshAsync();
        (report.Configuration, report.Identity).ShouldBe((true, false));
        server.Table.FindGroup("openai")!.Multiplier.ShouldBe(2);
    }

    [Fact]
    public async Task A_command_that_changes_nothing_makes_nobody_read()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 1 }, cancellation: Cancellation);
        await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = 3 }, dryRun: true, cancellation: Cancellation);
        (await server.RefreshAsync()).Configuration.ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_database_loads()
    {
        var server = NewDirectories();
        await server.LoadAsync();
        server.Table.Groups.ShouldBeEmpty();
        server.Keys.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Another_master_key_is_noticed_at_once()
    {
        await SeedAsync();
        var other = new MasterKey(Enumerable.Repeat((byte)7, 32).ToArray());
        using var watch = new ConfigurationWatch(Open(), other, new ApiKeyDirectory(other), new(), new());
        var refusal = await Should.ThrowAsync<MasterKeyException>(() => watch.LoadAsync(Cancellation));
        refusal.Message.ShouldContain(Master.Id);
        refusal.Message.ShouldContain("AIOHUB_MASTER_KEY");
    }

    [Fact]
    public async Task A_thousand_channels_load()
    {
        await SeedAsync();
        await using (var transaction = await Database.BeginAsync(Cancellation))
        {
            var box = new SecretBox(Master);
            var rows = Enumerable.Range(0, 1000).Select(static i => new ChannelRow { Name = $"c{i}", Type = "openai" }).ToList();
            transaction.Context.AddRange(rows);
            await transaction.Context.SaveChangesAsync(Cancellation);
            var credentials = rows.Select(static row => new CredentialRow { ChannelId = row.Id, Name = "a", Secret = "", Mask = "…" }).ToList();
            transaction.Context.AddRange(credentials);
            await transaction.Context.SaveChangesAsync(Cancellation);
            credentials.ForEach(credential => credential.Secret = box.Seal(CredentialRow.Purpose, credential.Id, $"secret-{credential.ChannelId}"));
            await transaction.Context.SaveChangesAsync(Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        var server = NewDirectories();
        (await server.LoadAsync()).Warnings.ShouldBeEmpty();
        server.Table.Channels.Count.ShouldBe(1001);
        var channel = server.Channel("c999");
        channel.Credentials.ShouldHaveSingleItem().Secret.ShouldBe($"secret-{channel.Id.Value}");
    }
}
