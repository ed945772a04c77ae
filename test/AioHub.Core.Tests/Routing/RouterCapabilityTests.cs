using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

/// <summary>What a channel can do with one model and not with another: by an operator's word, or by a probe where no operator said anything.</summary>
public sealed class RouterCapabilityTests
{
    private static readonly DateOnly Day = new(2026, 5, 20);

    private static Func<Channel, Channel> Said(params ModelCapabilities[] said) => channel => channel with { CapabilitiesByModel = [.. said] };

    private static Func<Channel, Channel> Probed(params (string Model, Needs Need, bool Can)[] probed) =>
        channel => channel with { Probed = [.. probed.Select(static one => new ProbedCapability(one.Model, one.Model.ToLowerInvariant(), one.Need, one.Can, Day))] };

    [Fact]
    public void A_pattern_of_models_says_what_the_others_are_not_told()
    {
        var world = new RoutingWorld().Model("gpt-3.5-turbo").Model("gpt-4o");
        world.Group("one", world.OpenAi("old", change: Said(new ModelCapabilities("gpt-3.5*", Needs.None, Needs.Images))));

        var refused = world.Ask(Question("gpt-3.5-turbo", "one") with { Needs = Needs.Images });
        refused.ShouldRefuse(400, "image_input_unsupported");
        refused.Explain()[0].Channels[0].Reason.ShouldBe("this channel does not take images for gpt-3.5-turbo");
        First(world.Ask(Question("gpt-4o", "one") with { Needs = Needs.Images })).ShouldBe("one/old/old-0");
        First(world.Ask("gpt-3.5-turbo", "one")).ShouldBe("one/old/old-0");
    }

    [Fact]
    public void The_more_telling_pattern_has_the_last_word_whatever_the_order()
    {
        ModelCapabilities[] said =
        [
            new("gpt-4o-mini", Needs.Images, Needs.None), new("*", Needs.None, Needs.Images | Needs.Audio), new("gpt-4*", Needs.Images, Needs.None), new("gpt-4o*", Needs.None, Needs.Images),
        ];
        foreach (var order in new[] { said, [.. said.Reverse()] })
        {
            var world = new RoutingWorld().Model("gpt-3").Model("gpt-4").Model("gpt-4o").Model("gpt-4o-mini", model => model with { Aliases = ["mini"], Capabilities = Needs.Tools });
            world.Group("one", world.OpenAi("a", change: channel => Said(order)(channel) with { Capabilities = RouteAssertions.Frozen(Needs.Audio, true) }));
            bool Takes(string model, Needs need) => world.Ask(Question(model, "one") with { Needs = need }).TryNext(out _);
            (Takes("gpt-3", Needs.Images), Takes("gpt-4", Needs.Images), Takes("gpt-4o", Needs.Images), Takes("gpt-4o-mini", Needs.Images), Takes("mini", Needs.Images))
                .ShouldBe((false, true, false, true, true));
            Takes("gpt-4", Needs.Audio).ShouldBeFalse("a pattern beats what is said of the whole channel");
        }
    }

    [Fact]
    public void A_group_lacks_what_an_operator_says_of_a_model_too()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", group => group with { Policy = new GroupPolicy { Lacks = Needs.Documents } }, world.OpenAi("a", change: Said(new ModelCapabilities("m", Needs.Documents, Needs.None))));
        world.Ask(Question("m", "one") with { Needs = Needs.Documents }).ShouldRefuse(400, "document_input_unsupported");
    }

    [Fact]
    public void A_probe_counts_over_type_and_catalogue_and_an_operator_over_the_probe()
    {
        var world = new RoutingWorld().Model("text", model => model with { Capabilities = Needs.Tools });
        var silent = world.OpenAi("silent");
        var probed = world.OpenAi("probed", change: Probed(("TEXT", Needs.Images, true), ("text", Needs.Tools, false)));
        var denied = world.OpenAi("denied", change: channel => Probed(("text", Needs.Images, true))(channel) with { Capabilities = RouteAssertions.Frozen(Needs.Images, false) });
        var deniedHere = world.OpenAi("denied-here", change: channel => Probed(("text", Needs.Images, true))(channel) with { CapabilitiesByModel = [new ModelCapabilities("te*", Needs.None, Needs.Images)] });
        var stated = world.OpenAi("stated", change: channel => Probed(("text", Needs.Tools, false))(channel) with { Capabilities = RouteAssertions.Frozen(Needs.Tools, true) });
        world.Group("silent", silent).Group("denied", denied).Group("denied-here", deniedHere).Group("probed", probed).Group("stated", stated);

        foreach (var group in (string[])["silent", "denied", "denied-here"])
            world.Ask(Question("text", group) with { Needs = Needs.Images }).ShouldRefuse(400, "image_input_unsupported", "'probed'");
        var images = world.Ask(Question("text", "probed") with { Needs = Needs.Images });
        First(images).ShouldBe("probed/probed/probed-0");
        images.Explain()[0].Channels[0].Reason.ShouldContain("takes images, as a probe found on 2026-05-20");
        var tools = world.Ask(Question("text", "probed") with { Needs = Needs.Tools });
        tools.ShouldRefuse(400, "tools_unsupported", "'silent'", "'stated'");
        tools.Explain()[0].Channels[0].Reason.ShouldBe("this channel does not take tools for text, as a probe found on 2026-05-20");
        First(world.Ask(Question("text", "stated") with { Needs = Needs.Tools })).ShouldBe("stated/stated/stated-0");
    }

    [Fact]
    public void A_probe_of_another_name_or_model_says_nothing()
    {
        var world = new RoutingWorld().Model("m").Model("other");
        var channel = world.OpenAi("a", change: channel => Probed(("m", Needs.Tools, false))(channel) with { ModelMap = RouteAssertions.Frozen("m", "m-next") });
        world.Group("one", channel);
        First(world.Ask(Question("m", "one") with { Needs = Needs.Tools })).ShouldBe("one/a/a-0");
        First(world.Ask(Question("other", "one") with { Needs = Needs.Tools })).ShouldBe("one/a/a-0");
    }
}
