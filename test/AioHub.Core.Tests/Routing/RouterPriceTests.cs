using AioHub.Core.Catalog;
using AioHub.Core.Routing;

namespace AioHub.Core.Tests.Routing;

/// <summary>Which price a call gets: the serving group's own of the model, else the model's, else the fallback.</summary>
public sealed class RouterPriceTests
{
    [Fact]
    public void Each_group_gives_its_own_price_and_the_others_the_models()
    {
        var world = World(static model => model);
        foreach (var (name, version) in new[] { ("plain", "list"), ("own", "mine"), ("other", "theirs") })
        {
            var attempt = First(world, name);
            (attempt.Price.Version, attempt.CostPrice.Version, attempt.IsGroupPrice).ShouldBe((version, "list", name != "plain"), name);
            var told = world.Router.Explain(RoutingWorld.Question("m", name));
            (told.Price!.Version, told.PriceGroup).ShouldBe((version, name == "plain" ? null : name));
        }
    }

    [Fact]
    public void Failover_moves_to_the_price_of_the_group_that_it_moves_to_and_back()
    {
        var world = World(static model => model);
        var route = world.Ask("m", "own", "plain", "other");
        var prices = new List<string>();
        while (route.TryNext(out var attempt))
        {
            prices.Add(attempt.Price.Version);
            attempt.CostPrice.Version.ShouldBe("list");
            route.Report(attempt, AttemptFailure.UpstreamError, null);
        }

        prices.ShouldBe(["mine", "list", "theirs"]);
    }

    [Fact]
    public void A_model_without_a_price_is_served_only_where_a_group_prices_it()
    {
        var world = World(static model => model with { Prices = [] });
        var route = world.Ask("m", "plain", "own");
        var attempt = route.TryNext(out var next) ? next : null;
        (attempt!.Group.Name, attempt.Price.Version, attempt.CostPrice.Version, attempt.IsGroupPrice).ShouldBe(("own", "mine", "mine", true));
        var told = world.Router.Explain(RoutingWorld.Question("m", "plain", "own"));
        told.Groups.Select(static group => (group.Group, group.Chosen, group.Code)).ShouldBe([("plain", false, "model_price_missing"), ("own", true, (string?)null)]);
        told.Groups[0].Reason.ShouldContain("'plain'");
        world.Ask("m", "plain").ShouldRefuse(403, "model_price_missing", "'m'", "'plain'", "fallback price");
    }

    [Fact]
    public void A_key_that_stays_with_one_group_stays_with_the_first_that_has_a_price()
    {
        var world = World(static model => model with { Prices = [] });
        var question = RoutingWorld.Question("m", "plain", "own", "other");
        RoutingWorld.Drain(world.Ask(question with { Key = question.Key with { CrossGroupFailover = false } }), AttemptFailure.UpstreamError).ShouldBe(["own/own/own-0"]);
    }

    [Fact]
    public void The_fallback_price_serves_the_groups_without_one_and_is_the_cost_of_all()
    {
        var world = World(static model => model with { Prices = [] });
        world.Router.Settings = new RouteSettings { FallbackPrice = RoutingWorld.Price("fallback") };
        var (plain, own) = (First(world, "plain"), First(world, "own"));
        (plain.Price.Version, plain.CostPrice.Version, plain.IsGroupPrice).ShouldBe(("fallback", "fallback", false));
        (own.Price.Version, own.CostPrice.Version, own.IsGroupPrice).ShouldBe(("mine", "fallback", true));
    }

    [Fact]
    public void Prices_begin_and_end_by_the_clock_and_a_call_keeps_that_of_its_beginning()
    {
        var world = World(static model => model, own => own with { From = RoutingWorld.Start.AddHours(1), To = RoutingWorld.Start.AddHours(2) });
        First(world, "own").Price.Version.ShouldBe("list");
        world.Time.Advance(TimeSpan.FromHours(1));
        var route = world.Ask("m", "own");
        world.Time.Advance(TimeSpan.FromHours(1));
        route.TryNext(out var late).ShouldBeTrue();
        late!.Price.Version.ShouldBe("mine", "the price of the moment at which it was asked for");
        First(world, "own").Price.Version.ShouldBe("list");
        world.Published().Start(RoutingWorld.Question("m", "own"), RoutingWorld.Start.AddMinutes(90)).TryNext(out var early).ShouldBeTrue();
        early!.Price.Version.ShouldBe("mine");
    }

    [Fact]
    public void Auto_and_replacements_charge_by_the_group_that_serves()
    {
        var world = World(static model => model with { Prices = [] });
        First(world, Group.AutoName).Group.Name.ShouldBe("other", "dearer comes first among those with a price");
        world.Replace(world.Find("plain") with { Status = GroupStatus.Expired, Replacement = "own", ServeReplacement = true });
        First(world, "plain").Price.Version.ShouldBe("mine");
    }

    [Fact]
    public void A_name_that_only_a_channel_lists_may_have_a_price_in_a_group()
    {
        var world = new RoutingWorld();
        world.Group("own", group => group with { Prices = GroupPriceList.Of([new GroupPrice("made-here", RoutingWorld.Price("mine"))]) }, world.Channel("c", ChannelType.OpenAi, ["made-here"]));
        First(world, "own", "MADE-here").Price.Version.ShouldBe("mine");
        new ModelListing(world.Published()).Of(RoutingWorld.Key("own")).Select(static model => model.Id).ShouldBe(["made-here"]);
    }

    [Fact]
    public void Lists_have_a_model_where_its_group_alone_prices_it()
    {
        var world = World(static model => model with { Prices = [] });
        var listing = new ModelListing(world.Published());
        listing.Of(RoutingWorld.Key("plain")).ShouldBeEmpty();
        listing.Of(RoutingWorld.Key("plain", "own")).Select(static model => (model.Id, model.Group)).ShouldBe([("m", "own")]);
        listing.Of(RoutingWorld.Key(Group.AutoName)).Single().Group.ShouldBe("other");
        listing.Find(RoutingWorld.Key("own"), "m").ShouldNotBeNull();
        listing.Find(RoutingWorld.Key("plain"), "m").ShouldBeNull();
    }

    [Fact]
    public void Groups_that_cannot_price_a_call_are_not_recommended()
    {
        var world = World(static model => model with { Prices = [] });
        var question = RoutingWorld.Question("m", "lacking") with { Needs = AioHub.Wire.Vocabulary.Needs.Tools };
        world.Group("lacking", group => group with { Policy = new GroupPolicy { Lacks = AioHub.Wire.Vocabulary.Needs.Tools }, Prices = world.Find("own").Prices }, world.OpenAi("lacking"));
        var refusal = world.Ask(question).ShouldRefuse(400, "tools_unsupported", "'own'", "'other'");
        refusal.Message.ShouldNotContain("'plain'");
    }

    private static RoutingWorld World(Func<ModelInfo, ModelInfo> change, Func<PriceRow, PriceRow>? own = null)
    {
        var world = new RoutingWorld().Model("m", model => change(model with { Prices = [RoutingWorld.Price("list")] }));
        var mine = own?.Invoke(RoutingWorld.Price("mine")) ?? RoutingWorld.Price("mine");
        world.Group("plain", world.OpenAi("plain"));
        world.Group("own", group => group with { Prices = GroupPriceList.Of([new GroupPrice("m", mine), new GroupPrice("x", RoutingWorld.Price("foreign"))]) }, world.OpenAi("own"));
        world.Group("other", group => group with { Multiplier = 2m, Prices = GroupPriceList.Of([new GroupPrice("M", RoutingWorld.Price("theirs"))]) }, world.OpenAi("other"));
        return world;
    }

    private static RouteAttempt First(RoutingWorld world, string group, string model = "m")
    {
        world.Ask(model, group).TryNext(out var attempt).ShouldBeTrue();
        return attempt!;
    }
}
