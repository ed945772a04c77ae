using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

public sealed class RouterModelTests
{
    [Fact]
    public void An_unknown_model_is_a_404_with_near_names_that_the_key_can_reach()
    {
        var world = new RoutingWorld().Model("gpt-5").Model("gpt-5-mini").Model("gpt-4o").Model("gpt-55").Model("claude-opus-4-7");
        world.Group("one", world.Channel("a", ChannelType.OpenAi, ["gpt-5", "gpt-5-*", "gpt-4*"]));

        var message = world.Ask("gpt-5x", "one").ShouldRefuse(404, "model_not_found", "gpt-5x", "gpt-5").Message;
        message.ShouldNotContain("claude");
        message.ShouldNotContain("gpt-55,");
        world.Ask(new string('x', 5000), "one").ShouldRefuse(404, "model_not_found").Message.Length.ShouldBeLessThan(300);
        world.Ask("", "auto").ShouldRefuse(404, "model_not_found");
    }

    [Fact]
    public void Wildcards_do_not_make_an_unknown_name_a_model()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("one", world.OpenAi("a"));
        world.Ask("gpt-99", "one").ShouldRefuse(404, "model_not_found");
    }

    [Fact]
    public void A_name_that_only_a_channel_lists_wants_a_price()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("one", world.Channel("a", ChannelType.OpenAi, ["My-Model"]), world.OpenAi("b", change: channel => channel with { Models = ["x"], ModelMap = RouteAssertions.Frozen("mapped", "theirs") }));

        world.Ask("my-model", "one").ShouldRefuse(403, "model_price_missing", "My-Model", "fallback price");
        world.Router.Settings = new RouteSettings { FallbackPrice = Price("fallback") };
        world.Ask("my-model", "one").TryNext(out var attempt).ShouldBeTrue();
        attempt!.UpstreamModel.ShouldBe("My-Model");
        attempt.Price.Version.ShouldBe("fallback");
        world.Ask("mapped", "one").TryNext(out attempt).ShouldBeTrue();
        attempt!.UpstreamModel.ShouldBe("theirs");
    }

    [Fact]
    public void A_model_whose_price_has_not_begun_or_is_over_is_refused()
    {
        var world = new RoutingWorld()
            .Model("late", model => model with { Prices = [Price("p") with { From = Start.AddDays(1) }] })
            .Model("over", model => model with { Prices = [Price("p") with { To = Start.AddHours(1) }] });
        world.Group("one", world.OpenAi("a"));

        world.Ask("late", "one").ShouldRefuse(403, "model_price_missing");
        world.Ask("over", "one").Refusal.ShouldBeNull();
        world.Time.Advance(TimeSpan.FromDays(1));
        world.Ask("late", "one").Refusal.ShouldBeNull();
        world.Ask("over", "one").ShouldRefuse(403, "model_price_missing");
    }

    [Fact]
    public void Globs_of_key_and_group_bound_the_models()
    {
        var world = new RoutingWorld().Model("gpt-5").Model("o4", model => model with { Aliases = ["gpt-o4"] });
        world.Group("one", group => group with { Models = ["o*"] }, world.OpenAi("a"));

        world.Ask("gpt-5", "one").ShouldRefuse(403, "model_not_allowed", "Group 'one'");
        var question = Question("o4", "one");
        world.Ask(question with { Key = question.Key with { Models = ["GPT-5"] } }).ShouldRefuse(403, "model_not_allowed", "This key");
        First(world.Ask(question with { Key = question.Key with { Models = ["gpt-?4"] } })).ShouldBe("one/a/a-0");
    }

    [Fact]
    public void The_long_variant_needs_a_model_that_has_it()
    {
        var world = new RoutingWorld()
            .Model("opus-4-6", model => model with { LongContextWindow = 1_000_000 })
            .Model("opus-4-7", model => model with { ContextWindow = 1_000_000 })
            .Model("haiku");
        var narrow = world.OpenAi("narrow", change: channel => channel with { Capabilities = RouteAssertions.Frozen(Needs.LongContext, false) });
        world.Group("one", world.OpenAi("a")).Group("narrow", narrow);

        First(world.Ask("opus-4-6[1M]", "one")).ShouldBe("one/a/a-0");
        world.Ask("haiku[1m]", "one").ShouldRefuse(400, "long_context_unsupported", "'haiku' without the suffix");
        world.Ask("opus-4-6[1m]", "narrow").ShouldRefuse(400, "long_context_unsupported", "Group 'one' can");
        First(world.Ask("opus-4-7[1m]", "narrow")).ShouldBe("narrow/narrow/narrow-0");
        First(world.Ask("opus-4-6", "narrow")).ShouldBe("narrow/narrow/narrow-0");
    }

    [Fact]
    public void The_upstream_gets_its_own_name_and_a_pinned_date_stays()
    {
        var world = new RoutingWorld().Model("opus", model => model with { Aliases = ["opus-2025-08-07", "vendor/opus"] });
        world.Group("plain", world.OpenAi("a"))
            .Group("mapped", world.OpenAi("b", change: channel => channel with { ModelMap = RouteAssertions.Frozen("opus", "o.p") }))
            .Group("foreign", world.Channel("c", ChannelType.OpenAi, ["vendor/*"]));

        Upstream("opus", "plain").ShouldBe("opus");
        Upstream("OPUS-2025-08-07", "plain").ShouldBe("opus-2025-08-07");
        Upstream("vendor/opus", "plain").ShouldBe("opus");
        Upstream("opus-2025-08-07", "mapped").ShouldBe("o.p");
        Upstream("opus", "foreign").ShouldBe("vendor/opus");

        string Upstream(string model, string group)
        {
            world.Ask(model, group).TryNext(out var attempt).ShouldBeTrue();
            attempt!.Model.Id.ShouldBe("opus");
            return attempt.UpstreamModel;
        }
    }
}
