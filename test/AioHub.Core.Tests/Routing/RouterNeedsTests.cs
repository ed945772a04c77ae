using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

/// <summary>What a call needs, what it wishes, and how large it is: who may serve it, who comes later, and what is said of it.</summary>
public sealed class RouterNeedsTests
{
    private static Func<Channel, Channel> Capable(params (Needs Need, bool Can)[] flags) =>
        channel => channel with { Capabilities = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(flags, static flag => flag.Need, static flag => flag.Can) };

    private static Func<Channel, Channel> Window(int tokens) => channel => channel with { Settings = RouteAssertions.Frozen("context_window", $"{tokens}") };

    [Fact]
    public void Who_grants_a_wish_comes_before_who_does_not()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.Channel("compatible", ChannelType.OpenAiCompatible, ["*"]), world.OpenAi("full"));
        for (var i = 0; i < 20; i++)
            Drain(world.Ask(Question("m", "one") with { Needs = Needs.ServerTools })).ShouldBe(["one/full/full-0", "one/compatible/compatible-0"]);
        Enumerable.Range(0, 50).Select(_ => First(world.Ask(Question("m", "one") with { Needs = Needs.PromptCaching }))).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void A_wish_is_refused_only_where_an_operator_said_no_and_caching_never()
    {
        var world = new RoutingWorld().Model("m");
        var no = world.OpenAi("no", change: Capable((Needs.ServerTools, false), (Needs.ParallelTools, false), (Needs.PromptCaching, false)));
        world.Group("no", no).Group("compatible", world.Channel("c", ChannelType.OpenAiCompatible, ["*"])).Group("both", no, world.OpenAi("yes"));

        world.Ask(Question("m", "no") with { Needs = Needs.ServerTools }).ShouldRefuse(400, "server_tools_unsupported", "'compatible'", "'both'");
        world.Ask(Question("m", "no") with { Needs = Needs.ParallelTools }).ShouldRefuse(400, "parallel_tools_unsupported");
        First(world.Ask(Question("m", "no") with { Needs = Needs.PromptCaching })).ShouldBe("no/no/no-0");
        First(world.Ask(Question("m", "compatible") with { Needs = Needs.ServerTools })).ShouldBe("compatible/c/c-0");
        for (var i = 0; i < 20; i++)
            Drain(world.Ask(Question("m", "both") with { Needs = Needs.PromptCaching })).ShouldBe(["both/yes/yes-0", "both/no/no-0"]);
        Drain(world.Ask(Question("m", "both") with { Needs = Needs.PromptCaching, Session = "s" })).ShouldBe(["both/yes/yes-0", "both/no/no-0"]);
    }

    [Fact]
    public void What_a_group_lacks_it_lacks_whatever_its_channels_can()
    {
        var world = new RoutingWorld().Model("claude");
        var channel = world.OpenAi("full", change: Capable((Needs.Documents, true)));
        world.Group("claude-kiro", group => group with { Policy = new GroupPolicy { Lacks = Needs.Documents } }, channel)
            .Group("claude-bedrock", channel)
            .Group("anthropic", channel)
            .Group("secret", group => group with { Visibility = GroupVisibility.Hidden }, channel)
            .Group("old", group => group with { Status = GroupStatus.Expired }, channel);

        var pdf = Question("claude", "claude-kiro") with { Needs = Needs.Documents };
        var route = world.Ask(pdf);
        var refusal = route.ShouldRefuse(400, "document_input_unsupported", "Groups that can: 'anthropic', 'claude-bedrock'.");
        refusal.Message.ShouldNotContain("secret");
        refusal.Message.ShouldNotContain("old");
        route.Explain()[0].Channels.ShouldHaveSingleItem().Reason.ShouldBe("group 'claude-kiro' does not take documents (PDF)");
        First(world.Ask(pdf with { Key = Key("claude-kiro", "claude-bedrock") })).ShouldBe("claude-bedrock/full/full-0");
        First(world.Ask(Question("claude", "claude-kiro") with { Needs = Needs.Images })).ShouldBe("claude-kiro/full/full-0");
    }

    [Fact]
    public void The_need_is_told_before_what_only_an_operator_can_change()
    {
        var world = new RoutingWorld().Model("claude");
        var channel = world.OpenAi("full");
        world.Group("cheap", group => group with { Status = GroupStatus.Expired, Replacement = "secret" }, channel)
            .Group("paused", group => group with { Status = GroupStatus.Paused }, channel)
            .Group("kiro", group => group with { Policy = new GroupPolicy { Lacks = Needs.Documents } }, channel)
            .Group("secret", group => group with { Visibility = GroupVisibility.Restricted, Tags = ["vip"] }, channel);
        var pdf = Question("claude", "cheap") with { Needs = Needs.Documents };

        world.Ask(pdf with { Key = Key("cheap", "paused", "kiro") }).ShouldRefuse(400, "document_input_unsupported");
        // Alone, the group's end is all there is to say; its replacement is told to those who may use it.
        world.Ask(pdf).ShouldRefuse(403, "group_expired").Message.ShouldNotContain("secret");
        world.Ask(pdf with { Key = Key("cheap") with { OwnerTags = ["vip"] } }).ShouldRefuse(403, "group_expired", "'secret'");
    }

    [Fact]
    public void An_operators_word_beats_the_catalogues_silence()
    {
        var world = new RoutingWorld().Model("text", model => model with { Capabilities = Needs.Tools });
        world.Group("silent", world.OpenAi("a")).Group("stated", world.OpenAi("b", change: Capable((Needs.Documents, true))));

        world.Ask(Question("text", "silent") with { Needs = Needs.Documents }).ShouldRefuse(400, "document_input_unsupported", "'stated'");
        First(world.Ask(Question("text", "stated") with { Needs = Needs.Documents })).ShouldBe("stated/b/b-0");
        world.Ask(Question("text", "stated") with { Needs = Needs.Images }).ShouldRefuse(400, "image_input_unsupported", "model itself");
    }

    [Fact]
    public void A_header_asks_for_the_long_variant_and_never_refuses()
    {
        var world = new RoutingWorld().Model("opus", model => model with { LongContextWindow = 1_000_000 }).Model("native", model => model with { ContextWindow = 1_000_000 }).Model("gpt");
        world.Group("one", world.OpenAi("a")).Group("narrow", world.OpenAi("n", change: Capable((Needs.LongContext, false)))).Group("compatible", world.Channel("c", ChannelType.OpenAiCompatible, ["*"]));

        world.Ask(Question("opus", "one") with { PrefersLongContext = true }).TryNext(out var attempt).ShouldBeTrue();
        (attempt!.LongContext, attempt.ContextWindow, attempt.ServedModel).ShouldBe((true, 1_000_000, "opus[1m]"));
        world.Ask("opus", "one").TryNext(out attempt).ShouldBeTrue();
        (attempt!.LongContext, attempt.ContextWindow, attempt.ServedModel).ShouldBe((false, 200_000, "opus"));
        world.Ask("opus[1M]", "one").TryNext(out attempt).ShouldBeTrue();
        attempt!.ServedModel.ShouldBe("opus[1m]");

        world.Ask(Question("opus", "narrow") with { PrefersLongContext = true }).ShouldRefuse(400, "long_context_unsupported", "'one'");
        world.Ask("opus[1m]", "compatible").ShouldRefuse(400, "long_context_unsupported", "'one'");
        foreach (var model in (string[])["native", "gpt"])
        {
            world.Ask(Question(model, "narrow") with { PrefersLongContext = true }).TryNext(out attempt).ShouldBeTrue();
            (attempt!.LongContext, attempt.ServedModel).ShouldBe((false, model));
        }

        world.Router.Explain(Question("opus", "one") with { PrefersLongContext = true }).Model.ShouldBe("opus[1m]");
    }

    [Fact]
    public void A_call_too_large_for_a_channel_goes_where_it_fits_and_is_never_refused_for_its_size()
    {
        var world = new RoutingWorld().Model("m");
        var small = world.OpenAi("small", change: Window(1000));
        var large = world.OpenAi("large", change: Window(1_000_000));
        world.Group("small", small).Group("large", large).Group("both", small, large);
        var big = Question("m", "both") with { InputTokens = 5000 };

        for (var i = 0; i < 20; i++)
            Drain(world.Ask(big)).ShouldBe(["both/large/large-0"]);
        Drain(world.Ask(big with { Key = Key("small", "large") })).ShouldBe(["large/large/large-0"]);
        // A key that stays with its first group, or has no other: the upstream words it.
        Drain(world.Ask(big with { Key = Key("small") })).ShouldBe(["small/small/small-0"]);
        Drain(world.Ask(big with { Key = Key("small", "large") with { CrossGroupFailover = false } })).ShouldBe(["small/small/small-0"]);
        Drain(world.Ask(big with { InputTokens = 1000, Key = Key("small") })).ShouldBe(["small/small/small-0"]);
        Drain(world.Ask(big with { InputTokens = 5_000_000 })).Count.ShouldBe(2);

        var told = world.Ask(big).Explain()[0].Channels;
        told.Single(channel => channel.Channel == "small").Reason.ShouldBe("takes 1000 tokens, and the call has 5000 at the least");

        // What fits is at a limit: that is told, and nothing that is too small is tried instead.
        var route = world.Ask(big with { Key = Key("small", "large") });
        route.TryPeek(out var attempt).ShouldBeTrue();
        route.PassOver(attempt!, whole: true, RouteCodes.RateLimited, "busy", TimeSpan.FromSeconds(3));
        route.TryNext(out _).ShouldBeFalse();
        route.FinalRefusal().Code.ShouldBe("rate_limited");
    }

    [Fact]
    public void A_preview_takes_nobodys_turn()
    {
        var world = new RoutingWorld().Model("m");
        var heavy = world.OpenAi("heavy", credentials: 2);
        var light = world.OpenAi("light");
        world.Group("one", group => group with { Members = [new GroupMember(light.Id, 0, 10), new GroupMember(heavy.Id, 0, 30)] });
        var other = new RoutingWorld().Model("m");
        var (heavyToo, lightToo) = (other.OpenAi("heavy", credentials: 2), other.OpenAi("light"));
        other.Group("one", group => group with { Members = [new GroupMember(lightToo.Id, 0, 10), new GroupMember(heavyToo.Id, 0, 30)] });

        List<string> watched = [], alone = [];
        for (var i = 0; i < 30; i++)
        {
            var told = world.Published().Explain(Question("m", "one"));
            told.Channel.ShouldBe("heavy");
            told.Groups[0].Channels.Select(static channel => channel.Reason).ShouldBe(["priority 0, weight 10, share 25 %", "priority 0, weight 30, share 75 %"]);
            watched.Add(First(world.Ask("m", "one")));
            alone.Add(First(other.Ask("m", "one")));
        }

        watched.ShouldBe(alone);
    }

    [Fact]
    public void An_explanation_says_who_comes_later_for_a_wish()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.Channel("c", ChannelType.OpenAiCompatible, ["*"]), world.OpenAi("a"), world.OpenAi("b"));
        var told = world.Published().Explain(Question("m", "one") with { Needs = Needs.ServerTools });
        told.Groups[0].Channels.Select(static channel => channel.Reason).ShouldBe(
            ["priority 0, weight 10, after those with tools run by the vendor", "priority 0, weight 10, share 50 %", "priority 0, weight 10, share 50 %"]);
    }
}
