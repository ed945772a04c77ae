using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Routing;

public sealed class SqliteGroupPriceAdminTests() : GroupPriceAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresGroupPriceAdminTests() : GroupPriceAdminTests(DatabaseEngine.Postgres);

public abstract class GroupPriceAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private static readonly DateTime From = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private GroupPriceAdmin Prices => new(Database, Time);

    [Fact]
    public async Task What_a_draft_names_reaches_the_table_and_doing_it_twice_changes_nothing()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        var draft = new GroupDraft { Name = "claude-kiro", Prices = [Price("claude-opus-4-6", 3), Price("CLAUDE-opus-4-6", 4, From.AddYears(5)), Price("my-own", 1)], Actor = "hub.yaml" };
        (await Groups.UpsertAsync(draft, dryRun: true, cancellation: Cancellation)).Changes.Length.ShouldBe(3);
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Changes.ShouldAllBe(static line => line.StartsWith("prices: + ", StringComparison.Ordinal));
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await server.RefreshAsync()).Configuration.ShouldBeTrue();
        var group = server.Table.FindGroup("claude-kiro")!;
        group.Prices.All.Select(static price => (price.Model, price.Row.Rates.Input)).ShouldBe([("claude-opus-4-6", 3m), ("claude-opus-4-6", 4m), ("my-own", 1m)]);
        group.Prices.All.ShouldAllBe(price => price.Row.Version == PriceJson.Stamp(price.Model, price.Row, group.Id).Version);
        server.Table.FindGroup("openai")!.Prices.ShouldBeSameAs(GroupPriceList.None);
        (await Groups.UpsertAsync(new GroupDraft { Name = "claude-kiro" }, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "claude-kiro").Group.Prices.All.Length.ShouldBe(3);

        var next = draft with { Prices = [Price("claude-opus-4-6", 3)], Actor = "next.yaml" };
        (await Groups.UpsertAsync(next, cancellation: Cancellation)).Changes.ShouldAllBe(static line => line.StartsWith("prices: − ", StringComparison.Ordinal));
        (await Groups.UpsertAsync(draft with { Prices = [] }, cancellation: Cancellation)).Changes.ShouldHaveSingleItem();
        (await Groups.UpsertAsync(draft with { Prices = [] }, cancellation: Cancellation)).Any.ShouldBeFalse();
        var history = await Prices.HistoryAsync(null, "claude-kiro", Cancellation);
        history.ShouldAllBe(static record => !record.InUse && record.AddedBy == "hub.yaml");
        history.Select(static record => record.RetiredBy).Order().ShouldBe(["hub.yaml", "next.yaml", "next.yaml"]);
    }

    [Fact]
    public async Task Rows_are_added_retired_and_brought_back_and_the_models_own_stay()
    {
        await SeedAsync();
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "mine", Aliases = ["alias"], Prices = [Row(9)], Actor = "boss" }, cancellation: Cancellation);
        (await Prices.AddAsync("openai", Price("alias", 9), "ann", cancellation: Cancellation)).Any.ShouldBeTrue();
        (await Prices.AddAsync("openai", Price("mine", 9), "bob", cancellation: Cancellation)).Any.ShouldBeFalse();
        await Prices.AddAsync("codex", Price("mine", 9), "bob", cancellation: Cancellation);
        await Should.ThrowAsync<AdminException>(() => Prices.AddAsync("openai", Price("mine", 8), "ann", cancellation: Cancellation));
        await Prices.AddAsync("openai", Price("mine", 8, From.AddDays(1)), "ann", cancellation: Cancellation);
        var rows = await Prices.HistoryAsync("MINE", "openai", Cancellation);
        rows.Select(static record => (record.Price.Row.Rates.Input, record.AddedBy, record.InUse)).ShouldBe([(9m, "ann", true), (8m, "ann", true)], ignoreOrder: true);
        var version = rows.Single(static record => record.Price.Row.Rates.Input == 9).Price.Row.Version;
        await Prices.RetireAsync("openai", version, "carl", cancellation: Cancellation);
        await Should.ThrowAsync<AdminException>(() => Prices.RetireAsync("openai", version, "carl", cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Prices.RetireAsync("codex", version, "carl", cancellation: Cancellation));
        (await Prices.HistoryAsync("mine", "openai", Cancellation)).Single(record => record.Price.Row.Version == version).RetiredBy.ShouldBe("carl");
        (await Prices.HistoryAsync("mine", "codex", Cancellation)).ShouldHaveSingleItem().InUse.ShouldBeTrue();
        await Prices.AddAsync("openai", Price("mine", 9), "dan", cancellation: Cancellation);
        var again = (await Prices.HistoryAsync("mine", "openai", Cancellation)).Single(record => record.Price.Row.Version == version);
        (again.InUse, again.RetiredAt, again.RetiredBy).ShouldBe((true, null, null));

        // The model's own price, of the same words, knows nothing of it, whatever is done to it.
        var own = (await new PriceSyncAdmin(Database, Time).HistoryAsync((await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "mine"), Cancellation)).ShouldHaveSingleItem();
        (own.AddedBy, own.RetiredAt).ShouldBe(("boss", null));
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "mine", Prices = [Row(7)] }, cancellation: Cancellation);
        await Catalog.RemoveModelAsync("mine", cancellation: Cancellation);
        (await Prices.HistoryAsync("mine", null, Cancellation)).Count(static record => record.InUse).ShouldBe(3);
    }

    [Fact]
    public async Task A_sync_and_its_undoing_touch_no_groups_price()
    {
        await SeedAsync();
        await Prices.AddAsync("gemini", Price("gemini-2.5-pro", 3), "ann", cancellation: Cancellation);
        var syncs = new PriceSyncAdmin(Database, Time);
        var document = PriceDocumentReader.Read(
            """{"google":{"models":{"gemini-2.5-pro":{"id":"gemini-2.5-pro","cost":{"input":1.5,"output":11}}}}}"""u8.ToArray(), new PriceReading { Format = PriceFormat.ModelsDev });
        var sync = (await syncs.ApplyAsync(await syncs.PlanAsync(document, "a.json", new PriceScope(), Cancellation), force: false, "ann", Cancellation)).ShouldNotBeNull();
        (await Prices.HistoryAsync("gemini-2.5-pro", "gemini", Cancellation)).ShouldHaveSingleItem().InUse.ShouldBeTrue();

        // Nor does a later change of the group's keep it from being undone.
        await Prices.AddAsync("gemini", Price("gemini-2.5-pro", 3, From.AddDays(1)), "ann", cancellation: Cancellation);
        (await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "gemini-2.5-pro").Prices.ShouldAllBe(static row => row.Rates.Input != 3);
        await syncs.UndoAsync(sync, "ann", Cancellation);
        (await Prices.HistoryAsync("gemini-2.5-pro", "gemini", Cancellation)).ShouldAllBe(static record => record.InUse);
        (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "gemini").Group.Prices.All.Length.ShouldBe(2);
        (await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "gemini-2.5-pro").Prices.ShouldAllBe(static row => row.Rates.Input != 3);
    }

    [Fact]
    public async Task Wrong_prices_are_refused_whole()
    {
        await SeedAsync();
        await RefusedAsync("claude-kiro", "prices", Price("m", 1), Price("m", 2));
        await RefusedAsync("claude-kiro", "prices", Price("m", 1) with { Row = Row(1) with { To = From } });
        await RefusedAsync("claude-kiro", "prices", Price("m", 1) with { Row = Row(1) with { Schedule = [new PriceWindow([], default, default, "Nowhere/Land", 2)] } });
        await RefusedAsync("claude-kiro", "prices", [.. Enumerable.Range(0, CatalogAdmin.MaxPrices + 1).Select(static i => Price("m", 1, From.AddDays(i)))]);
        await RefusedAsync("claude-kiro", "prices", [.. Enumerable.Range(0, GroupPriceAdmin.MaxRows + 1).Select(static i => Price($"m{i}", 1))]);
        await RefusedAsync("claude-kiro", "prices.model", Price("", 1));
        await RefusedAsync("claude-kiro", "prices.model", Price("a b", 1));
        await RefusedAsync("claude-kiro", "prices.model", Price("claude-opus-4-6[1m]", 1));
        await RefusedAsync(Group.AutoName, "prices", Price("m", 1));
        (await Should.ThrowAsync<AdminException>(() => Prices.AddAsync(Group.AutoName, Price("m", 1), "ann", cancellation: Cancellation))).Problems.Single().Field.ShouldBe("group");
        await Should.ThrowAsync<AdminException>(() => Prices.AddAsync("nobody", Price("m", 1), "ann", cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Prices.RetireAsync("nobody", "v", "ann", cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Prices.HistoryAsync(null, "nobody", Cancellation));
        (await Prices.HistoryAsync(null, null, Cancellation)).ShouldBeEmpty();

        async Task RefusedAsync(string group, string field, params GroupPrice[] prices) =>
            (await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(new GroupDraft { Name = group, Prices = [.. prices] }, cancellation: Cancellation)))
                .Problems.ShouldContain(problem => problem.Field == field);
    }

    /// <summary>There is no command that renames or removes a group; the database allows both.</summary>
    [Fact]
    public async Task Prices_stay_with_their_group_whatever_becomes_of_it()
    {
        await SeedAsync();
        await Prices.AddAsync("codex", Price("m", 3), "ann", cancellation: Cancellation);
        await Prices.AddAsync("codex-cheap", Price("m", 2), "ann", cancellation: Cancellation);
        var version = (await Prices.HistoryAsync("m", "codex", Cancellation)).Single().Price.Row.Version;
        await Groups.SetStatusAsync("codex", GroupStatus.Expired, reason: "over", cancellation: Cancellation);
        await ExecuteAsync("UPDATE groups SET \"Name\" = 'renamed' WHERE \"Name\" = 'codex'");
        var renamed = (await Prices.HistoryAsync("m", "renamed", Cancellation)).ShouldHaveSingleItem();
        (renamed.Group, renamed.InUse, renamed.Price.Row.Version).ShouldBe(("renamed", true, version));
        (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "renamed").Group.Prices.All.Single().Row.Version.ShouldBe(version);

        await ExecuteAsync("DELETE FROM groups WHERE \"Name\" = 'renamed'");
        var gone = (await Prices.HistoryAsync("m", null, Cancellation)).Single(record => record.Price.Row.Version == version);
        (gone.Group, gone.InUse, gone.AddedBy).ShouldBe((null, true, "ann"));
        var server = NewDirectories();
        await server.LoadAsync();
        server.Table.FindGroup("codex-cheap")!.Prices.All.ShouldHaveSingleItem().Row.Rates.Input.ShouldBe(2);

        // A new group of that name is another group: the former one's prices are not its own.
        await Groups.UpsertAsync(new GroupDraft { Name = "renamed" }, cancellation: Cancellation);
        (await Prices.HistoryAsync("m", "renamed", Cancellation)).ShouldBeEmpty();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var context = Database.CreateContext();
        await context.Database.ExecuteSqlRawAsync(sql, Cancellation);
    }

    private static GroupPrice Price(string model, decimal input, DateTime? from = null) => new(model, Row(input) with { From = from ?? From });

    private static PriceRow Row(decimal input) => new() { Version = "", From = From, Rates = new Rates { Input = input, Output = 5 * input } };
}
