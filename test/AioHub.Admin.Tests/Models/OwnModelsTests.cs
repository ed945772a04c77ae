using System.Net;
using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Used = AioHub.Wire.Vocabulary.Usage;

namespace AioHub.Admin.Tests.Models;

public sealed class OwnModelsTests() : OnManagedHub(DatabaseEngine.Sqlite)
{
    private const string Path = "/api/me/models/sandbox%2Fecho";

    [Fact]
    public async Task A_model_is_shown_with_the_groups_that_one_may_choose_and_their_prices()
    {
        await PriceAsync("""{"from":"2026-01-01","input":3,"output":15,"cache_read":0.3}""");
        await Hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "claude-kiro", Visibility = GroupVisibility.Restricted, Tags = ["research"] }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "codex", Status = GroupStatus.Expired }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
        using var ann = await Hub.JoinAsync("ann@example.com");
        var shown = await ann.GetAsync(Path);
        shown.Status.ShouldBe(HttpStatusCode.OK, shown.Body);
        (shown.Text("id"), shown.Text("vendor"), (int)shown.Json["context_window"]!, (int)shown.Json["long_context_window"]!).ShouldBe(("sandbox/echo", "sandbox", 200_000, 1_000_000));
        Groups(shown).Keys.ShouldNotContain("claude-kiro");
        var bedrock = Groups(shown)["claude-bedrock"];
        ((decimal)bedrock["multiplier"]!, (decimal)bedrock["now"]!["input_usd"]!, (decimal)bedrock["now"]!["output_usd"]!, (decimal)bedrock["now"]!["cache_read_usd"]!).ShouldBe((1.15m, 3.45m, 17.25m, 0.345m));
        ((decimal)bedrock["price"]!["price"]!["input"]!, (string?)bedrock["price_origin"], (bool)bedrock["available"]!).ShouldBe((3m, "model", true));
        bedrock["always"]!.AsArray().Select(static one => (string?)one).ShouldContain("tools");
        var expired = Groups(shown)["codex"];
        ((string?)expired["status"], (bool)expired["available"]!).ShouldBe(("expired", false));

        // Who has the tag sees the group too; what it cannot do is not promised; one's own multiplier is in what one pays.
        await Hub.Home.Identity.UpdateUserAsync(new UserDraft { Email = "ann@example.com", Tags = ["research"], Multiplier = 2m }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
        var kiro = Groups(await ann.GetAsync(Path))["claude-kiro"];
        ((decimal)kiro["now"]!["input_usd"]!).ShouldBe(2.4m);
        kiro["always"]!.AsArray().Select(static one => (string?)one).ShouldNotContain("documents");
    }

    [Fact]
    public async Task An_estimate_is_what_the_pricing_of_calls_says()
    {
        await PriceAsync("""{"from":"2026-01-01","input":3,"output":15,"cache_read":0.3,"cache_write_5m":3.75,"tiers":[{"above":200000,"input":6,"output":22.5,"cache_read":0.6,"cache_write_5m":7.5}]}""");
        using var ann = await Hub.JoinAsync("ann@example.com");
        await Hub.Home.Identity.UpdateUserAsync(new UserDraft { Email = "ann@example.com", Multiplier = 1.1m }, cancellation: ManagedHub.Cancellation);
        foreach (var input in new[] { 1_234, 199_000, 250_000 })
        {
            var told = await ann.GetAsync($"{Path}/estimate?input={input}&cache_read=777&cache_write=55&output=321&calls=1000");
            told.Status.ShouldBe(HttpStatusCode.OK, told.Body);
            var model = Hub.Home.Catalog.Current.Find("sandbox/echo")!;
            var groups = told.Json["groups"]!.AsArray();
            groups.Count.ShouldBeGreaterThan(5);
            foreach (var one in groups)
            {
                var group = Hub.Home.Routing.Current.FindGroup((string)one!["group"]!)!;
                var now = Hub.Home.Time.GetUtcNow().UtcDateTime;
                var charge = Pricing.Price(
                    model.PriceAt(now)!, group.Multiplier, new Used { Input = input, CacheRead = 777, CacheWrite5m = 55, Output = 321 },
                    new PriceContext { Moment = now, UserMultiplier = 1.1m });
                ((decimal)one["charge_usd"]!, (decimal)one["all_usd"]!).ShouldBe((charge.Total.ToUsd(), charge.Total.ToUsd() * 1000));
                one["lines"]!.AsArray().Sum(static line => (decimal)line!["usd"]!).ShouldBe(charge.Lines.Sum(static line => line.Usd));
            }

            var served = groups.Where(static one => (bool)one!["available"]!).Select(static one => (decimal)one!["charge_usd"]!).ToList();
            served.ShouldBe(served.Order());
        }

        (await ann.GetAsync(Path + "/estimate?input=-1")).Json["errors"]!["input"].ShouldNotBeNull();
        (await ann.GetAsync(Path + "/estimate?output=5&reasoning=6")).Json["errors"]!["reasoning"].ShouldNotBeNull();
        (await ann.GetAsync("/api/me/models/nobody/estimate")).Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task Lists_are_filtered_and_come_in_pages()
    {
        using var ann = await Hub.JoinAsync("ann@example.com");
        var all = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await ann.GetAsync($"/api/me/models?limit=3{(after.Length > 0 ? "&after=" + after : "")}");
            page.Items.Count.ShouldBeLessThanOrEqualTo(3);
            all.AddRange(page.Items.Select(static one => (string)one!["id"]!));
            after = page.Text("next");
        }

        all.Count.ShouldBeGreaterThan(3);
        all.ShouldBe(all.Distinct().Order(StringComparer.Ordinal));
        (await Ids("text=ECHO")).ShouldBe(["sandbox/echo"]);
        (await Ids("capability=long_context&text=sandbox")).ShouldBe(["sandbox/echo"]);
        (await Ids("vendor=nobody")).ShouldBeEmpty();
        (await Ids("group=claude-kiro&capability=documents")).ShouldNotBeEmpty();
        (await ann.GetAsync("/api/me/models?capability=flying")).Json["errors"]!["capability"].ShouldNotBeNull();

        async Task<List<string>> Ids(string query) => [.. (await ann.GetAsync("/api/me/models?" + query)).Items.Select(static one => (string)one!["id"]!)];
    }

    private static Dictionary<string, JsonNode> Groups(Reply model) => model.Json["groups"]!.AsArray().ToDictionary(static one => (string)one!["group"]!, static one => one!);

    private async Task PriceAsync(string row)
    {
        using var document = System.Text.Json.JsonDocument.Parse(row);
        await Hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = "sandbox/echo", Prices = [PriceJson.Read("sandbox/echo", document.RootElement)] }, cancellation: ManagedHub.Cancellation);
        await Hub.Home.Watch.RefreshAsync(ManagedHub.Cancellation);
    }
}
