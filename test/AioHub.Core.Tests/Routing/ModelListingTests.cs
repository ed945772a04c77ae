using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Routing;

public sealed class ModelListingTests
{
    private readonly RoutingWorld _world = new();
    private readonly ModelListing _listing;

    public ModelListingTests()
    {
        _world.Model("claude", model => model with { LongContextWindow = 1_000_000, Aliases = ["claude-20250101"] }).Model("gpt-5").Model("free", model => model with { Prices = [] });
        var narrow = _world.OpenAi("narrow", change: channel => channel with { Models = ["claude*"], Capabilities = RouteAssertions.Frozen(Needs.LongContext, false) });
        _world.Group("auto")
            .Group("narrow", group => group with { AutoTier = 0 }, narrow)
            .Group("wide", _world.OpenAi("b"))
            .Group("hidden", group => group with { Visibility = GroupVisibility.Hidden, AutoTier = 0 }, _world.OpenAi("c"))
            .Group("vip", group => group with { Visibility = GroupVisibility.Restricted, Tags = ["gold"] }, _world.OpenAi("d"))
            .Group("paused", group => group with { Status = GroupStatus.Paused }, _world.OpenAi("e"))
            .Group("old", group => group with { Status = GroupStatus.Expired, Replacement = "narrow", ServeReplacement = true })
            .Group("off", _world.OpenAi("f", change: channel => channel with { Enabled = false }));
        _listing = new ModelListing(_world.Published());
    }

    [Fact]
    public void A_group_lists_what_its_channels_serve_with_variants() => List("wide").ShouldBe(["claude@wide", "claude[1m]@wide", "gpt-5@wide"]);

    [Fact]
    public void A_channel_without_the_long_context_offers_no_variant() => List("narrow").ShouldBe(["claude@narrow"]);

    [Fact]
    public void Auto_is_the_union_in_its_order() => List("auto").ShouldBe(["claude@narrow", "claude[1m]@wide", "gpt-5@wide"]);

    [Theory]
    [InlineData("paused")]
    [InlineData("vip")]
    [InlineData("off")]
    [InlineData("unknown")]
    public void Groups_that_cannot_serve_list_nothing(string group) => List(group).ShouldBeEmpty();

    [Fact]
    public void Hidden_groups_and_replacements_list_for_keys_that_name_them()
    {
        List("hidden").Count.ShouldBe(3);
        List("old").ShouldBe(["claude@narrow"]);
    }

    [Fact]
    public void The_keys_own_list_narrows()
    {
        var key = RoutingWorld.Key("wide") with { Models = ["gpt-*"] };
        _listing.Of(key).ShouldHaveSingleItem().Id.ShouldBe("gpt-5");
        _listing.Find(key, "claude").ShouldBeNull();
    }

    [Fact]
    public void Names_find_models_in_any_case_by_alias_and_variant()
    {
        var key = RoutingWorld.Key("wide");
        _listing.Find(key, "CLAUDE-20250101")!.Id.ShouldBe("claude");
        var variant = _listing.Find(key, "claude[1M]")!;
        variant.DisplayName.ShouldBe("CLAUDE (1M context)");
        variant.ContextWindow.ShouldBe(1_000_000);
        _listing.Find(key, "gpt-5[1m]").ShouldBeNull();
        _listing.Find(key, "free").ShouldBeNull();
    }

    [Fact]
    public void A_list_is_kept_until_the_configuration_changes()
    {
        var key = RoutingWorld.Key("wide");
        var first = _listing.Of(key);
        _listing.Of(RoutingWorld.Key("wide")).ShouldBe(first);
        _world.Model("later");
        _world.Published();
        _listing.Of(key).ShouldContain(model => model.Id == "later");
    }

    [Fact]
    public void A_group_tells_its_models_to_anybody()
    {
        _listing.OfGroup(_world.Find("wide")).Select(model => model.Id).ShouldBe(["claude", "free", "gpt-5"]);
        _listing.OfGroup(_world.Find("auto")).ShouldBeEmpty();
    }

    private List<string> List(params string[] groups) => [.. _listing.Of(RoutingWorld.Key(groups)).Select(model => $"{model.Id}@{model.Group}")];
}
