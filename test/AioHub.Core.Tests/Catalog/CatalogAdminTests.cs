using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Catalog;

public sealed class SqliteCatalogAdminTests() : CatalogAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresCatalogAdminTests() : CatalogAdminTests(DatabaseEngine.Postgres);

public abstract class CatalogAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private static readonly ModelDraft Mine = new()
    {
        Id = "my-model",
        Vendor = "me",
        ContextWindow = 100_000,
        MaxOutputTokens = 8000,
        Aliases = ["mine"],
        Capabilities = Needs.Tools | Needs.Streaming,
        OpenWeights = true,
        ReleasedOn = new DateOnly(2026, 1, 2),
        Prices = [Price(1)],
    };

    [Fact]
    public async Task A_model_of_ones_own_is_served_by_name_and_alias()
    {
        var server = NewDirectories();
        await server.LoadAsync();
        server.Catalog.Current.Find("my-model").ShouldBeNull();
        server.Catalog.Current.Find("sandbox/echo").ShouldNotBeNull();
        (await Catalog.UpsertModelAsync(Mine, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await server.RefreshAsync()).Configuration.ShouldBeTrue();
        var model = server.Catalog.Current.Find("MINE").ShouldNotBeNull();
        (model.Id, model.Vendor, model.ContextWindow, model.Capabilities, model.OpenWeights, model.ReleasedOn)
            .ShouldBe(("my-model", "me", 100_000, Needs.Tools | Needs.Streaming, true, new DateOnly(2026, 1, 2)));
        model.PriceAt(Time.GetUtcNow().UtcDateTime)!.Rates.Input.ShouldBe(1);
        server.Catalog.Current.Find("sandbox/echo").ShouldNotBeNull();
    }

    [Fact]
    public async Task Upserting_twice_changes_nothing_the_second_time()
    {
        await Catalog.UpsertModelAsync(Mine, cancellation: Cancellation);
        (await Catalog.UpsertModelAsync(Mine, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Catalog.UpsertModelAsync(new ModelDraft { Id = "my-model" }, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Catalog.UpsertModelAsync(Mine with { ContextWindow = 200_000 }, dryRun: true, cancellation: Cancellation)).Changes
            .ShouldBe(["context_window: 100000 → 200000"]);
        (await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "my-model").ContextWindow.ShouldBe(100_000);
    }

    [Fact]
    public async Task Prices_replace_the_built_in_ones_and_may_come_back()
    {
        (await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo" }, cancellation: Cancellation)).Any.ShouldBeFalse();
        var report = await Catalog.UpsertModelAsync(new ModelDraft { Id = "SANDBOX/echo", Prices = [Price(2)] }, cancellation: Cancellation);
        report.Created.ShouldBeFalse();
        report.Changes.Length.ShouldBe(2);
        (await EchoAsync()).Prices.ShouldHaveSingleItem().Rates.Input.ShouldBe(2);
        (await EchoAsync()).DisplayName.ShouldBe(BuiltinCatalog.Models.Single(static model => model.Id == "sandbox/echo").DisplayName);
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo", Prices = [Price(3), Price(2)] }, cancellation: Cancellation);
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo", Prices = [Price(3)] }, cancellation: Cancellation);
        (await EchoAsync()).Prices.ShouldHaveSingleItem().Rates.Input.ShouldBe(3);
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo", Prices = [Price(2)] }, cancellation: Cancellation);
        (await EchoAsync()).Prices.ShouldHaveSingleItem().Rates.Input.ShouldBe(2);
        (await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo", Prices = [] }, cancellation: Cancellation)).Any.ShouldBeTrue();
        (await EchoAsync()).Prices.ShouldBeEmpty();

        async Task<ModelInfo> EchoAsync() => (await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "sandbox/echo");
    }

    [Fact]
    public async Task A_removed_model_is_gone_until_it_is_named_again()
    {
        await Catalog.UpsertModelAsync(Mine, cancellation: Cancellation);
        foreach (var id in new[] { "my-model", "sandbox/echo" })
        {
            await Catalog.RemoveModelAsync(id, cancellation: Cancellation);
            (await Catalog.ListAsync(Cancellation)).ShouldNotContain(model => model.Id == id);
            await Should.ThrowAsync<AdminException>(() => Catalog.RemoveModelAsync(id, cancellation: Cancellation));
        }

        (await Catalog.UpsertModelAsync(Mine, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await Catalog.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo" }, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await Catalog.ListAsync(Cancellation)).Count(static model => model.Id is "my-model" or "sandbox/echo").ShouldBe(2);
        (await Catalog.ListAsync(Cancellation)).Single(static model => model.Id == "my-model").Prices.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Wrong_models_are_refused_with_the_field()
    {
        var refusal = await Should.ThrowAsync<AdminException>(() => Catalog.UpsertModelAsync(
            new ModelDraft { Id = "m[1m]", ContextWindow = 0, MaxOutputTokens = -1, Aliases = [""] }, cancellation: Cancellation));
        refusal.Problems.Select(static problem => problem.Field).ShouldBe(["id", "context_window", "max_output_tokens", "aliases"], ignoreOrder: true);
    }

    private static PriceRow Price(decimal input) =>
        new() { Version = "", From = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = input, Output = input } };
}
