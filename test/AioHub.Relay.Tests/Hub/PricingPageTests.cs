using System.Collections.Frozen;
using System.Net;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Relay.Tests.Hub;

public sealed class PricingPageTests
{
    private static readonly DateTime Start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Later = new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Everything that a price row can say.</summary>
    private static readonly PriceRow Everything = new()
    {
        Version = "",
        From = Start,
        To = Later,
        Rates = new Rates
        {
            Input = 3, Output = 15, CacheRead = 0.3m, CacheWrite5m = 3.75m, CacheWrite1h = 6, CacheWriteOther = 4, InputAudio = 12, OutputAudio = 24, CacheReadAudio = 1, InputImage = 6,
            OutputImage = 30, InputVideo = 7, Reasoning = 16,
        },
        Tiers = [new PriceTier(200_000, Inclusive: true, new Rates { Input = 6, Output = 22.5m, CacheRead = 0.6m })],
        PerRequest = 0.001m,
        PerImage = [new ImagePrice("1024x1024", "high", 0.17m), new ImagePrice(null, null, 0.04m)],
        PerSecond = 0.0001m,
        PerCharacter = 0.000015m,
        Per1K = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["web_search"] = 10 }.ToFrozenDictionary(StringComparer.Ordinal),
        ServiceTiers = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["flex"] = 0.5m }.ToFrozenDictionary(StringComparer.Ordinal),
        Schedule = [new PriceWindow([DayOfWeek.Monday], new TimeOnly(8, 30), new TimeOnly(16, 0), "UTC", 2)],
    };

    [Fact]
    public async Task The_page_has_the_ecosystems_shape_and_right_ratios()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream], price: Everything);
        await PriceAsync(hub, "yuan", new PriceRow { Version = "", From = Start, Currency = "CNY", Rates = new Rates { Input = 10, Output = 30 } });
        await PriceAsync(hub, "picture", new PriceRow { Version = "", From = Start, PerImage = [new ImagePrice("big", null, 0.08m), new ImagePrice(null, null, 0.04m)] });
        await PriceAsync(hub, "flat", Everything with { Tiers = [] });
        await PriceAsync(hub, "third", new PriceRow { Version = "", From = Start, Rates = new Rates { Input = 3, Output = 1 } });
        var page = await PageAsync(hub);
        foreach (var name in new[] { "success", "data", "vendors", "group_ratio", "usable_group", "supported_endpoint", "auto_groups", "pricing_version", "groups" })
        {
            page.TryGetProperty(name, out _).ShouldBeTrue(name);
        }

        var models = page.GetProperty("data").EnumerateArray().ToDictionary(static model => model.GetProperty("model_name").GetString()!);
        models.Keys.ShouldBe(models.Keys.Order(StringComparer.Ordinal));
        var small = models[SmallHub.Model];
        (Number(small, "quota_type"), Number(small, "model_ratio"), Number(small, "model_price"), Number(small, "completion_ratio")).ShouldBe((0, 1.5m, 0, 5));
        (Number(small, "cache_ratio"), Number(small, "create_cache_ratio"), Number(small, "image_ratio"), Number(small, "audio_ratio"), Number(small, "audio_completion_ratio")).ShouldBe((0.1m, 1.25m, 2, 4, 2));
        small.GetProperty("owner_by").GetString().ShouldBe("");
        small.GetProperty("enable_groups").EnumerateArray().Select(static group => group.GetString()).ShouldBe(["first"]);
        var vendors = page.GetProperty("vendors").EnumerateArray().ToDictionary(static vendor => vendor.GetProperty("id").GetInt32(), static vendor => vendor.GetProperty("name").GetString());
        vendors[small.GetProperty("vendor_id").GetInt32()].ShouldBe("test");
        (Number(models["yuan"], "model_ratio"), Number(models["yuan"], "completion_ratio")).ShouldBe((0.7m, 3), "10 CNY are 1.4 USD");
        (Number(models["picture"], "quota_type"), Number(models["picture"], "model_price"), Number(models["picture"], "model_ratio")).ShouldBe((1, 0.04m, 0));
        page.GetProperty("supported_endpoint").EnumerateObject().Select(static type => type.Name).ShouldContain("openai");

        // What a reader of ratios makes of it; where the input's length matters, ratios alone would be wrong.
        var read = PriceDocumentReader.Read(JsonSerializer.SerializeToUtf8Bytes(page), new PriceReading { Format = PriceFormat.NewApi });
        read.Faults.ShouldBeEmpty();
        var rates = read.Offers.Single(static offer => offer.Name == "flat").Rows[0].Rates;
        (rates.Input, rates.Output, rates.CacheRead, rates.CacheWrite5m, rates.InputImage, rates.InputAudio, rates.OutputAudio).ShouldBe((3, 15, 0.3m, 3.75m, 6, 12, 24));
        read.Offers.Single(static offer => offer.Name == SmallHub.Model).Refusal.ShouldNotBeNull().ShouldContain("formula");
        models["flat"].TryGetProperty("billing_mode", out _).ShouldBeFalse();
        small.GetProperty("billing_mode").GetString().ShouldBe("tiered_expr");
        small.GetProperty("billing_expr").GetString().ShouldBe(
            """len < 200000 ? tier("base", p * 3 + c * 15 + cr * 0.3 + cc * 3.75 + cc1h * 6 + img * 6 + img_o * 30 + ai * 12 + ao * 24) : tier("above_200000", p * 6 + c * 22.5 + cr * 0.6)""");
        read.Offers.Single(static offer => offer.Name == "third").Rows[0].Rates.Output.ShouldBe(1);
        read.Offers.Single(static offer => offer.Name == "picture").Rows[0].PerRequest.ShouldBe(0.04m);
    }

    /// <summary>
    /// The fields of a new-api page as its readers know them (controller/pricing.go and model/pricing.go of QuantumNous/new-api, seen 2026-11): what must be there,
    /// what may be there, and nothing else but the hub's own additions, so that no reader takes one for something that it knows.
    /// </summary>
    [Fact]
    public async Task The_page_has_the_fields_that_readers_know_and_the_hubs_own()
    {
        string[] top = ["success", "data", "vendors", "group_ratio", "usable_group", "supported_endpoint", "auto_groups", "pricing_version"];
        string[] always = ["model_name", "quota_type", "model_ratio", "model_price", "owner_by", "completion_ratio", "enable_groups", "supported_endpoint_types"];
        string[] maybe =
        [
            "description", "icon", "tags", "vendor_id", "cache_ratio", "create_cache_ratio", "image_ratio", "audio_ratio", "audio_completion_ratio", "billing_mode", "billing_expr", "pricing_version",
        ];
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream], price: Everything);
        await PriceAsync(hub, "plain", new PriceRow { Version = "", From = Start, Rates = new Rates { Input = 10, Output = 30 } });
        await PriceAsync(hub, "picture", new PriceRow { Version = "", From = Start, PerImage = [new ImagePrice(null, null, 0.04m)] });
        var page = await PageAsync(hub);
        page.EnumerateObject().Select(static member => member.Name).ShouldBe([.. top, "groups"], ignoreOrder: true);
        var items = page.GetProperty("data").EnumerateArray().ToList();
        items.Count.ShouldBeGreaterThan(2);
        foreach (var item in items)
        {
            var names = item.EnumerateObject().Select(static member => member.Name).ToList();
            names.ShouldBeUnique();
            always.Except(names).ShouldBeEmpty();
            names.Except(always).Except(maybe).ShouldBe(["vendor", "exact_prices"], ignoreOrder: true);
            item.TryGetProperty("billing_mode", out var mode).ShouldBe(item.TryGetProperty("billing_expr", out _));
            (mode.ValueKind == JsonValueKind.Undefined || mode.GetString() == "tiered_expr").ShouldBeTrue();
            item.GetProperty("owner_by").GetString().ShouldBe("");
            item.GetProperty("quota_type").GetInt32().ShouldBeOneOf(0, 1);
            foreach (var number in names.Where(static name => name.EndsWith("_ratio", StringComparison.Ordinal) || name is "model_price" or "vendor_id"))
            {
                item.GetProperty(number).ValueKind.ShouldBe(JsonValueKind.Number, number);
            }

            foreach (var type in item.GetProperty("supported_endpoint_types").EnumerateArray())
            {
                page.GetProperty("supported_endpoint").GetProperty(type.GetString()!).EnumerateObject().Select(static member => member.Name).ShouldBe(["path", "method"]);
            }
        }

        items.Select(static item => item.TryGetProperty("pricing_version", out _)).ShouldBe([true, .. Enumerable.Repeat(false, items.Count - 1)]);
        foreach (var vendor in page.GetProperty("vendors").EnumerateArray())
        {
            (vendor.GetProperty("id").ValueKind, vendor.GetProperty("name").ValueKind).ShouldBe((JsonValueKind.Number, JsonValueKind.String));
        }

        page.GetProperty("group_ratio").EnumerateObject().ShouldAllBe(static group => group.Value.ValueKind == JsonValueKind.Number);
        page.GetProperty("usable_group").EnumerateObject().ShouldAllBe(static group => group.Value.ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task Another_hub_reads_it_back_without_loss()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream], price: Everything);
        var announced = Everything with { From = Later, To = null, PerRequest = null };
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = SmallHub.Model, Prices = [Everything, announced] });
        await PriceAsync(hub, "yuan", new PriceRow { Version = "", From = Start, Currency = "CNY", Rates = new Rates { Input = 10, Output = 30 } });
        var document = PriceDocumentReader.Read(JsonSerializer.SerializeToUtf8Bytes(await PageAsync(hub)), new PriceReading());
        (document.Format, document.Faults.Length).ShouldBe((PriceFormat.Hub, 0));

        using var folder = new TempFolder();
        await using var other = HubDatabase.Open(null, folder.Path);
        await other.MigrateAsync(CancellationToken.None);
        var sync = new PriceSyncAdmin(other, TimeProvider.System);
        (await sync.ApplyAsync(await sync.PlanAsync(document, "hub", new PriceScope()), force: false, "test")).ShouldNotBeNull();
        var copies = (await new CatalogAdmin(other, TimeProvider.System).ListAsync()).ToDictionary(static model => model.Id);
        var copy = copies[SmallHub.Model];
        copy.Prices.Length.ShouldBe(2);
        PriceJson.Write(copy.Prices[0] with { From = Start }).ShouldBe(PriceJson.Write(Everything));
        PriceJson.Write(copy.Prices[1]).ShouldBe(PriceJson.Write(announced));
        (copy.Vendor, copy.Kind, copy.ContextWindow, copy.MaxOutputTokens).ShouldBe(("test", ModelKind.Chat, 200_000, 32_000));
        copies["yuan"].PriceAt(TimeProvider.System.GetUtcNow().UtcDateTime)!.ShouldSatisfyAllConditions(row => row.Currency.ShouldBe("CNY"), row => row.Rates.Input.ShouldBe(10));
        (await sync.PlanAsync(document, "hub", new PriceScope())).Applicable(force: true).ShouldBeEmpty("a second time there is nothing to do");
    }

    [Fact]
    public async Task Groups_with_prices_of_their_own_show_them_to_the_last_digit_and_another_hub_reads_them()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream], price: Everything);
        var own = Everything with { To = null, Rates = new Rates { Input = 1.5m, Output = 7, CacheRead = 0.15m }, PerRequest = null };
        var announced = own with { From = Later, Rates = new Rates { Input = 1, Output = 5 } };
        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "special", Multiplier = 0.5m, Channels = [new MemberDraft("channel-0")], Prices = [new GroupPrice(SmallHub.Model, own), new GroupPrice(SmallHub.Model, announced), new GroupPrice("only-there", own)] });
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = "only-there", Vendor = "test", Kind = ModelKind.Chat });
        var page = await PageAsync(hub);
        var models = page.GetProperty("data").EnumerateArray().ToDictionary(static model => model.GetProperty("model_name").GetString()!);
        var exact = models[SmallHub.Model].GetProperty("exact_prices");
        (Number(models[SmallHub.Model], "model_ratio"), Number(exact.GetProperty("per_million"), "input")).ShouldBe((1.5m, 3), "the model's own");
        var (plain, special) = (exact.GetProperty("groups").GetProperty("first"), exact.GetProperty("groups").GetProperty("special"));
        (Number(plain, "input"), Number(plain, "multiplier"), plain.TryGetProperty("price_version", out _), plain.TryGetProperty("rows", out _)).ShouldBe((3, 1, false, false));
        (Number(special, "input"), Number(special, "output"), Number(special, "cache_read"), Number(special, "multiplier"), special.TryGetProperty("per_request", out _)).ShouldBe((0.75m, 3.5m, 0.075m, 0.5m, false));
        special.GetProperty("price_version").GetString().ShouldBe(hub.Home.Routing.Current.FindGroup("special")!.Prices.All.Single(static price => price.Model == SmallHub.Model && price.Row.From == Start).Row.Version);
        special.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("input").GetDecimal()).ShouldBe([1.5m, 1m]);
        Number(special.GetProperty("service_tiers"), "flex").ShouldBe(0.5m);

        // Where the group alone prices it, it alone has it.
        models["only-there"].GetProperty("enable_groups").EnumerateArray().Select(static group => group.GetString()).ShouldBe(["special"]);
        (Number(models["only-there"], "model_ratio"), models["only-there"].GetProperty("exact_prices").GetProperty("rows").GetArrayLength()).ShouldBe((0.75m, 0));

        var bytes = JsonSerializer.SerializeToUtf8Bytes(page);
        var read = PriceDocumentReader.Read(bytes, new PriceReading { Group = "special" });
        read.Faults.ShouldBeEmpty();
        var rows = read.Offers.Single(static offer => offer.Name == SmallHub.Model).Rows;
        rows.Select(static row => (row.From, row.To, row.Rates.Input, row.Rates.Output)).ShouldBe([(Start, (DateTime?)Later, 0.75m, 3.5m), (Later, null, 0.5m, 2.5m)]);
        read.Offers.Single(static offer => offer.Name == "only-there").Rows.ShouldHaveSingleItem().Rates.Input.ShouldBe(0.75m);
        PriceDocumentReader.Read(bytes, new PriceReading { Group = "first" }).Offers.Single(static offer => offer.Name == SmallHub.Model).Rows[0].Rates.Input.ShouldBe(3);
        PriceDocumentReader.Read(bytes, new PriceReading()).Offers.Single(static offer => offer.Name == "only-there").Refusal.ShouldNotBeNull().ShouldContain("--group");
    }

    [Fact]
    public async Task Who_may_see_a_group_sees_it_and_nobody_else()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream]);
        foreach (var (name, visibility) in new[] { ("club", GroupVisibility.Restricted), ("secret", GroupVisibility.Hidden) })
        {
            await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = name, Visibility = visibility, Tags = ["member"], Multiplier = 0.25m, Channels = [new MemberDraft("channel-0")] });
        }

        await hub.Home.Groups.UpsertAsync(new GroupDraft { Name = "first", Replacement = "club" });
        await hub.RefreshAsync();
        (await GroupsAsync(null)).ShouldNotContain("club");
        (await GroupsAsync(SmallHub.Secret)).ShouldNotContain("club", "without the tag it is closed");
        (await GroupsAsync("sk-nobody-has-this-secret-0001")).ShouldNotContain("club");
        (await Text(null)).ShouldNotContain("club", customMessage: "not as a replacement either");
        await hub.Home.Identity.UpdateUserAsync(new UserDraft { Email = SmallHub.Email, Tags = ["Member"] });
        await hub.RefreshAsync();
        (await GroupsAsync(SmallHub.Secret)).ShouldContain("club");
        (await Text(SmallHub.Secret)).ShouldNotContain("secret\"");
        (await GroupsAsync(null)).ShouldNotContain("club", "pages do not mix");
        var club = JsonDocument.Parse(await Text(SmallHub.Secret)).RootElement.GetProperty("data").EnumerateArray().Single(static model => model.GetProperty("model_name").GetString() == SmallHub.Model)
            .GetProperty("exact_prices").GetProperty("groups").GetProperty("club");
        (Number(club, "input"), Number(club, "output"), Number(club, "multiplier")).ShouldBe((0.5m, 2.5m, 0.25m));

        async Task<string> Text(string? key) => await (await SendAsync(hub, key)).Content.ReadAsStringAsync();

        async Task<string[]> GroupsAsync(string? key)
        {
            using var document = JsonDocument.Parse(await Text(key));
            return [.. document.RootElement.GetProperty("groups").EnumerateArray().Select(static group => group.GetProperty("name").GetString()!)];
        }
    }

    [Fact]
    public async Task A_page_that_is_known_is_not_sent_again()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, "{}"));
        await using var hub = await SmallHub.StartAsync([upstream]);
        var first = await SendAsync(hub, null);
        var tag = first.Headers.ETag.ShouldNotBeNull().Tag;
        first.Headers.CacheControl!.Public.ShouldBeTrue();
        first.Headers.Vary.ShouldContain("Authorization");
        (await SendAsync(hub, SmallHub.Secret)).Headers.CacheControl!.Private.ShouldBeTrue();
        foreach (var known in new[] { tag, $"\"other\", W/{tag}", "*" })
        {
            var again = await SendAsync(hub, null, known);
            (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.NotModified, 0));
        }

        await PriceAsync(hub, "new-one", new PriceRow { Version = "", From = Start, Rates = new Rates { Input = 1, Output = 2 } });
        var changed = await SendAsync(hub, null, tag);
        (changed.StatusCode, changed.Headers.ETag!.Tag == tag).ShouldBe((HttpStatusCode.OK, false));
        using var head = await hub.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/pricing"));
        (head.StatusCode, head.Content.Headers.ContentLength > 0).ShouldBe((HttpStatusCode.OK, true));
    }

    private static async Task PriceAsync(SmallHub hub, string model, PriceRow price)
    {
        await hub.Home.Models.UpsertModelAsync(new ModelDraft { Id = model, Vendor = "test", Kind = ModelKind.Chat, Prices = [price] });
        await hub.RefreshAsync();
    }

    private static async Task<JsonElement> PageAsync(SmallHub hub)
    {
        await hub.RefreshAsync();
        using var document = JsonDocument.Parse(await (await SendAsync(hub, null)).Content.ReadAsStreamAsync());
        return document.RootElement.Clone();
    }

    private static Task<HttpResponseMessage> SendAsync(SmallHub hub, string? key, string? known = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/pricing");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        if (known is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        }

        return hub.Client.SendAsync(request);
    }

    private static decimal Number(JsonElement of, string name) => of.GetProperty(name).GetDecimal();
}
