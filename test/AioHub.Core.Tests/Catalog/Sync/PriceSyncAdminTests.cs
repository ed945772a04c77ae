using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Catalog.Sync;

public sealed class PriceSyncAdminOnSqliteTests() : PriceSyncAdminTests(DatabaseEngine.Sqlite);

public sealed class PriceSyncAdminOnPostgresTests() : PriceSyncAdminTests(DatabaseEngine.Postgres);

public abstract class PriceSyncAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private PriceSyncAdmin Sync => new(Database, Time);

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    [Fact]
    public async Task A_sync_adds_rows_from_now_on_and_touches_no_past_row()
    {
        await MineAsync("a", new Rates { Input = 2, Output = 10, CacheRead = 0.2m });
        await MineAsync("same", new Rates { Input = 1, Output = 2 });
        await MineAsync("left-out", new Rates { Input = 1, Output = 2 });
        var before = (await ModelAsync("a"))!.Prices.ShouldHaveSingleItem();
        var plan = await PlanAsync(Offer("a", """ "input":3,"output":10 """), Offer("same", """ "input":1,"output":2 """), Offer("b", """ "input":5,"output":6 """));
        plan.Changes.Where(static change => change.Model is "a" or "b" or "same" or "left-out").Select(static change => (change.Model, change.Verdict)).ShouldBe(
            [("a", PriceVerdict.Changed), ("b", PriceVerdict.New), ("left-out", PriceVerdict.Gone), ("same", PriceVerdict.Unchanged)]);
        plan.Changes[plan.Changes.ToList().FindIndex(static change => change.Model == "a")].Rates.ShouldBe([new RateChange("input", 2, 3)]);
        (await ModelAsync("b")).ShouldBeNull("a plan changes nothing");

        var id = (await Sync.ApplyAsync(plan, force: false, "tester", Cancellation)).ShouldNotBeNull();
        var a = (await ModelAsync("a"))!;
        a.Prices.Length.ShouldBe(2);
        a.Prices[0].Version.ShouldBe(before.Version);
        a.PriceAt(Now.AddDays(-1))!.Version.ShouldBe(before.Version);
        var present = a.PriceAt(Now)!;
        (present.From, present.Rates.Input, present.Rates.CacheRead).ShouldBe((Now, 3, 0.2m), "what the document does not name stays");
        (await ModelAsync("b"))!.PriceAt(Now)!.Rates.ShouldBe(new Rates { Input = 5, Output = 6 });
        (await ModelAsync("same"))!.Prices.Length.ShouldBe(1);

        var history = await Sync.HistoryAsync(a, Cancellation);
        history.Select(static row => (row.Price.Rates.Input, row.InForce, row.Sync?.Id)).ShouldBe([(2, false, null), (3, true, id)]);
        (history[1].Sync!.Source, history[1].Sync!.At, history[1].Sync!.Actor).ShouldBe(("https://prices.example.com/api.json", Now, "tester"));
        (await Sync.ListAsync(cancellation: Cancellation)).ShouldHaveSingleItem().Models.ShouldBe(2);

        (await Sync.ApplyAsync(await PlanAsync(Offer("a", """ "input":3,"output":10 """)), force: false, "tester", Cancellation)).ShouldBeNull("twice changes nothing");
    }

    [Fact]
    public async Task Undoing_brings_back_exactly_what_was()
    {
        await MineAsync("a", new Rates { Input = 2, Output = 10 });
        var builtin = BuiltinCatalog.Models.First(model => model.Vendor == "openai" && model.PriceAt(Now) is { Rates.Input: > 0 });
        var former = builtin.PriceAt(Now)!.Rates;
        var before = await PricesAsync();
        var first = (await ApplyAsync(Offer("a", """ "input":3 """), Offer("b", """ "input":5,"output":6 """), Offer(builtin.Id, $""" "input":{former.Input * 2} """)))!.Value;
        (await PricesAsync()).ShouldNotBe(before);
        var second = (await ApplyAsync(Offer("a", """ "input":4 """)))!.Value;
        var refusal = await Should.ThrowAsync<AdminException>(() => Sync.UndoAsync(first, "tester", Cancellation));
        refusal.Problems.ShouldHaveSingleItem().Field.ShouldBe("a");
        (await ModelAsync("a"))!.PriceAt(Now.AddSeconds(1))!.Rates.Input.ShouldBe(4, "a refused undo changes nothing");
        (await ModelAsync("b")).ShouldNotBeNull();

        (await Sync.UndoAsync(second, "tester", Cancellation)).ShouldBe(["a"]);
        (await ModelAsync("a"))!.PriceAt(Now)!.Rates.Input.ShouldBe(3);
        await Sync.UndoAsync(first, "tester", Cancellation);
        (await PricesAsync()).ShouldBe(before);
        (await ModelAsync("b")).ShouldBeNull("the sync had brought the model");
        await Should.ThrowAsync<AdminException>(() => Sync.UndoAsync(first, "tester", Cancellation));
        await Should.ThrowAsync<AdminException>(() => Sync.UndoAsync(99, "tester", Cancellation));
        (await Sync.HistoryAsync((await ModelAsync("a"))!, Cancellation)).Length.ShouldBe(3, "rows that were used stay on record");
        (await ApplyAsync(Offer("a", """ "input":3 """))).ShouldNotBeNull("and may come again");
    }

    [Fact]
    public async Task Doubtful_prices_are_named_and_need_force()
    {
        await MineAsync("jump", new Rates { Input = 2, Output = 10 });
        await MineAsync("drop", new Rates { Input = 2, Output = 10 });
        await MineAsync("zero", new Rates { Input = 2, Output = 10 });
        await MineAsync("hole", new Rates { Input = 2, Output = 10 });
        await MineAsync("fine", new Rates { Input = 2, Output = 10 });
        var offers = new[]
        {
            Offer("jump", """ "input":20,"output":10 """), Offer("drop", """ "input":2,"output":1 """), Offer("zero", """ "input":0,"output":0 """), Offer("hole", """ "cache_write":0 """),
            Offer("fine", """ "input":19.9,"output":1.1 """), Offer("absurd", """ "input":10001,"output":1 """), Offer("free", """ "input":0,"output":0 """), Offer("negative", """ "input":-1,"output":1 """),
        };
        var plan = await PlanAsync(offers);
        Refusal("jump").ShouldBe("input jumps from 2 to 20");
        Refusal("drop").ShouldBe("output jumps from 10 to 1");
        Refusal("zero").ShouldBe("input falls from 2 to nothing; output falls from 10 to nothing; the model would be free");
        Refusal("hole").ShouldBe("cache_write_5m would be free, it paid 2 until now");
        Refusal("absurd").ShouldBe("input is absurd (10001)");
        Refusal("free").ShouldBe("the model would be free");
        Refusal("negative").ShouldBe("input is negative (-1)");
        plan.Applicable(force: false).Select(static change => change.Model).ShouldBe(["fine"]);
        plan.Applicable(force: true).Select(static change => change.Model).ShouldNotContain("negative");
        await Sync.ApplyAsync(plan, force: false, "tester", Cancellation);
        (await ModelAsync("free")).ShouldBeNull();
        (await ModelAsync("jump"))!.Prices.Length.ShouldBe(1);

        await Sync.ApplyAsync(await PlanAsync(offers), force: true, "tester", Cancellation);
        (await ModelAsync("jump"))!.PriceAt(Now)!.Rates.Input.ShouldBe(20);
        (await ModelAsync("free"))!.PriceAt(Now)!.Rates.Input.ShouldBe(0);
        (await ModelAsync("negative")).ShouldBeNull();

        string? Refusal(string model) => plan.Changes.Single(change => change.Model == model && change.Verdict == PriceVerdict.Refused).Reason;
    }

    [Fact]
    public async Task A_document_with_a_fault_changes_nothing()
    {
        var plan = await PlanAsync(Offer("b", """ "input":5,"output":6 """), Offer("c", """ "input":"five" """));
        plan.Applicable(force: true).ShouldNotBeEmpty();
        (await Should.ThrowAsync<AdminException>(() => Sync.ApplyAsync(plan, force: true, "tester", Cancellation))).Message.ShouldContain("openai/c: 'input' is no number");
        (await ModelAsync("b")).ShouldBeNull();
        (await Sync.ListAsync(cancellation: Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_price_that_changed_since_the_preview_is_not_overwritten()
    {
        await MineAsync("a", new Rates { Input = 2, Output = 10 });
        var plan = await PlanAsync(Offer("a", """ "input":3 """), Offer("b", """ "input":5,"output":6 """));
        await MineAsync("a", new Rates { Input = 2.5m, Output = 10 });
        (await Should.ThrowAsync<AdminException>(() => Sync.ApplyAsync(plan, force: false, "tester", Cancellation))).Message.ShouldContain("changed since they were shown: a");
        (await ModelAsync("b")).ShouldBeNull("all or nothing");
    }

    [Fact]
    public async Task Of_two_that_apply_one_plan_at_once_one_wins()
    {
        await MineAsync("a", new Rates { Input = 2, Output = 10 });
        var plan = await PlanAsync(Offer("a", """ "input":3 """));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await new PriceSyncAdmin(Open(), Time).ApplyAsync(plan, force: false, "tester", Cancellation) is not null;
            }
            catch (AdminException)
            {
                return false;
            }
        }, Cancellation)));
        outcomes.Count(static won => won).ShouldBe(1);
        (await ModelAsync("a"))!.Prices.Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_date_of_the_document_is_kept_and_announcements_are_replaced()
    {
        var first = Page("m", """{"from":"2026-01-01","to":"2027-01-01","input":1,"output":2,"service_tiers":{"flex":0.5}}""", """{"from":"2027-01-01","input":1.5,"output":3}""");
        await Sync.ApplyAsync(await Sync.PlanAsync(first, "hub", new PriceScope(), Cancellation), force: false, "tester", Cancellation);
        var rows = (await ModelAsync("m"))!.Prices;
        rows.Select(static row => (row.From, row.To, row.Rates.Input)).ShouldBe([(Now, new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc), 1), (new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc), null, 1.5m)]);
        rows[0].ServiceTiers["flex"].ShouldBe(0.5m);
        (await Sync.PlanAsync(first, "hub", new PriceScope(), Cancellation)).Changes.Single(static change => change.Model == "m").Verdict.ShouldBe(PriceVerdict.Unchanged);
        var second = await Sync.PlanAsync(
            Page("m", """{"from":"2026-01-01","to":"2027-01-01","input":1,"output":2,"service_tiers":{"flex":0.5}}""", """{"from":"2027-02-01","input":1.6,"output":3}"""), "hub", new PriceScope(), Cancellation);
        second.Changes.Single(static change => change.Model == "m").Verdict.ShouldBe(PriceVerdict.Changed);
        await Sync.ApplyAsync(second, force: false, "tester", Cancellation);
        (await ModelAsync("m"))!.Prices.Select(static row => row.Rates.Input).ShouldBe([1, 1.6m]);
    }

    [Fact]
    public async Task A_document_in_another_currency_is_doubted_and_mixes_nothing()
    {
        await Catalog.UpsertModelAsync(new ModelDraft { Id = "a", Vendor = "openai", Prices = [new PriceRow { Version = "", From = Start, Currency = "CNY", Rates = new Rates { Input = 7, Output = 14, CacheRead = 1 } }] }, cancellation: Cancellation);
        var plan = await PlanAsync(Offer("a", """ "input":1,"output":2 """));
        plan.Changes.Single(static change => change.Model == "a").Reason.ShouldBe("the currency changes from CNY to USD");
        await Sync.ApplyAsync(plan, force: true, "tester", Cancellation);
        (await ModelAsync("a"))!.PriceAt(Now)!.ShouldSatisfyAllConditions(row => row.Currency.ShouldBe("USD"), row => row.Rates.ShouldBe(new Rates { Input = 1, Output = 2 }));
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_touched()
    {
        var document = Document(Offer("gpt-a", """ "input":5,"output":6 """), Offer("gpt-b", """ "input":5,"output":6 """), Offer("o9", """ "input":5,"output":6 """));
        var some = await Sync.PlanAsync(document, "x", new PriceScope { Only = ["GPT-*"] }, Cancellation);
        some.Applicable(force: true).Select(static change => change.Model).ShouldBe(["gpt-a", "gpt-b"]);
        (await Sync.PlanAsync(document, "x", new PriceScope { KnownOnly = true }, Cancellation)).Applicable(force: true).ShouldBeEmpty();
        var removed = BuiltinCatalog.Models.First(static model => model.Vendor == "openai").Id;
        await Catalog.RemoveModelAsync(removed, cancellation: Cancellation);
        (await PlanAsync(Offer(removed, """ "input":5,"output":6 """))).Changes.Single(change => change.Model == removed).Reason.ShouldNotBeNull().ShouldContain("operator took");
    }

    [Fact]
    public async Task A_tier_keeps_what_the_document_leaves_out()
    {
        await Catalog.UpsertModelAsync(
            new ModelDraft
            {
                Id = "a",
                Vendor = "openai",
                Prices =
                [
                    new PriceRow
                    {
                        Version = "",
                        From = Start,
                        Rates = new Rates { Input = 1, Output = 4, CacheRead = 0.1m, CacheWriteOther = 1.25m },
                        Tiers = [new PriceTier(200_000, Inclusive: true, new Rates { Input = 2, Output = 6, CacheRead = 0.2m, CacheWriteOther = 2.5m })],
                    },
                ],
            },
            cancellation: Cancellation);
        await ApplyAsync(Offer("a", """ "input":1.5,"output":4,"cache_write":1.5,"tiers":[{"tier":{"size":200000},"input":3},{"tier":{"size":500000},"input":4}] """));
        var row = (await ModelAsync("a"))!.PriceAt(Now)!;
        row.Rates.ShouldBe(new Rates { Input = 1.5m, Output = 4, CacheRead = 0.1m, CacheWriteOther = 1.5m });
        row.Tiers.ShouldBe(
        [
            new PriceTier(200_000, Inclusive: true, new Rates { Input = 3, Output = 6, CacheRead = 0.2m, CacheWriteOther = 2.5m }),
            new PriceTier(500_000, Inclusive: false, new Rates { Input = 4, Output = 4, CacheRead = 0.1m, CacheWriteOther = 1.5m }),
        ]);
    }

    [Fact]
    public async Task Secrets_of_an_address_are_not_kept()
    {
        var plan = await Sync.PlanAsync(Document(Offer("b", """ "input":5,"output":6 """)), "https://user:secret@prices.example.com/api.json?token=secret#x", new PriceScope(), Cancellation);
        plan.Source.ShouldBe("https://prices.example.com/api.json");
        (await Sync.PlanAsync(Document(Offer("b", """ "input":5,"output":6 """)), "/home/somebody/prices.json", new PriceScope(), Cancellation)).Source.ShouldBe("prices.json");
    }

    private Task<ChangeReport> MineAsync(string id, Rates rates) =>
        Catalog.UpsertModelAsync(new ModelDraft { Id = id, Vendor = "openai", Prices = [new PriceRow { Version = "", From = Start, Rates = rates }] }, cancellation: Cancellation);

    private async Task<ModelInfo?> ModelAsync(string id) => (await Catalog.ListAsync(Cancellation)).SingleOrDefault(model => model.Id == id);

    private async Task<string> PricesAsync() =>
        string.Join('\n', (await Catalog.ListAsync(Cancellation)).Select(static model => $"{model.Id} {string.Join(' ', model.Prices.Select(static row => row.Version))}"));

    private Task<PricePlan> PlanAsync(params string[] offers) => Sync.PlanAsync(Document(offers), "https://prices.example.com/api.json", new PriceScope(), Cancellation);

    private async Task<long?> ApplyAsync(params string[] offers) => await Sync.ApplyAsync(await PlanAsync(offers), force: false, "tester", Cancellation);

    private static string Offer(string model, string cost) => $"\"{model}\":{{\"cost\":{{{cost}}}}}";

    private static PriceDocument Document(params string[] offers) => Read("{\"openai\":{\"models\":{" + string.Join(',', offers) + "}}}");

    private static PriceDocument Page(string model, params string[] rows) =>
        Read($$"""{"success":true,"data":[{"model_name":"{{model}}","quota_type":0,"model_ratio":0.5,"completion_ratio":2,"exact_prices":{"rows":[{{string.Join(',', rows)}}]} }]}""");

    private static PriceDocument Read(string text) => PriceDocumentReader.Read(Encoding.UTF8.GetBytes(text), new PriceReading());
}
