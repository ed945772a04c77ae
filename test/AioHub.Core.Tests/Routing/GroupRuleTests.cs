using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

/// <summary>Groups that end by themselves, attempts that a group bounds, and what a group says about dialects.</summary>
public sealed class GroupRuleTests
{
    private static readonly DateOnly Tomorrow = DateOnly.FromDateTime(Start).AddDays(1);
    private static readonly TimeSpan UntilThen = Start.Date.AddDays(1) - Start;

    [Fact]
    public void A_group_ends_on_its_day_without_anybody_doing_anything()
    {
        var world = new RoutingWorld().Model("m");
        var channel = world.OpenAi("a");
        world.Group("ending", group => group with { ExpiredOn = Tomorrow, Reason = "too dear", Replacement = "next" }, channel).Group("next", channel);
        world.Ask("m", "ending").Explain()[0].Reason.ShouldBe("serves the call; expires on 2026-06-02 (too dear)");
        world.Ask("m", "next", "ending").Explain()[1].Reason.ShouldBe("could serve; 'next' comes first; expires on 2026-06-02 (too dear)");

        world.Time.Advance(UntilThen - TimeSpan.FromTicks(1));
        First(world.Ask("m", "ending")).ShouldBe("ending/a/a-0");
        world.Time.Advance(TimeSpan.FromTicks(1));
        world.Ask("m", "ending").ShouldRefuse(403, "group_expired", "expired on 2026-06-02", "too dear", "'next'");
        First(world.Ask("m", "ending", "next")).ShouldBe("next/a/a-0");
    }

    [Fact]
    public void Its_replacement_serves_from_that_day_where_an_operator_allowed_it()
    {
        var world = new RoutingWorld().Model("m");
        var channel = world.OpenAi("a");
        world.Group("ending", group => group with { ExpiredOn = Tomorrow, Replacement = "next", ServeReplacement = true }, channel).Group("next", channel);
        First(world.Ask("m", "ending")).ShouldBe("ending/a/a-0");
        world.Time.Advance(UntilThen);
        First(world.Ask("m", "ending")).ShouldBe("next/a/a-0");
    }

    [Fact]
    public void Auto_and_the_list_of_models_know_the_day_too()
    {
        var world = new RoutingWorld().Model("m").Model("other");
        world.Group("ending", group => group with { ExpiredOn = Tomorrow, AutoTier = 0 }, world.OpenAi("a"))
            .Group("lasting", group => group with { AutoTier = 9 }, world.Channel("b", ChannelType.OpenAi, ["m"]));
        var listing = new ModelListing(world.Published());
        var talk = Question("m", "auto") with { Session = "s" };
        var answered = world.Ask(talk);
        First(answered).ShouldBe("ending/a/a-0");
        answered.Report(answered.Last!, AttemptFailure.None, null);
        listing.Of(Key("auto")).Select(static model => model.Id).ShouldBe(["m", "other"]);

        // Lists of candidates and the conversation's place outlive the day; the group does not.
        world.Time.Advance(UntilThen);
        First(world.Ask(talk)).ShouldBe("lasting/b/b-0");
        world.Ask("other", "auto").ShouldRefuse(503, "no_channel_available");
        listing.Of(Key("auto")).Select(static model => model.Id).ShouldBe(["m"]);
        listing.Of(Key("ending")).ShouldBeEmpty();
    }

    [Fact]
    public void A_paused_group_ends_as_well()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", group => group with { Status = GroupStatus.Paused, ExpiredOn = Tomorrow }, world.OpenAi("a"));
        world.Ask("m", "one").ShouldRefuse(403, "group_paused");
        world.Time.Advance(UntilThen);
        world.Ask("m", "one").ShouldRefuse(403, "group_expired");
    }

    [Fact]
    public void A_group_makes_no_more_attempts_than_it_is_allowed_and_the_next_follows()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("short", group => group with { Policy = new GroupPolicy { Failover = new GroupFailover(MaxAttempts: 2) } }, world.OpenAi("a", credentials: 4))
            .Group("long", world.OpenAi("b", credentials: 3));
        var route = world.Ask("m", "short", "long");
        var tried = Drain(route, AttemptFailure.RateLimited);
        tried.Select(static one => one.Split('/')[0]).ShouldBe(["short", "short", "long", "long", "long"]);
        route.Explain()[0].Reason.ShouldBe("all its attempts failed");
        Drain(world.Ask("m", "short"), AttemptFailure.UpstreamError).Count.ShouldBe(2, "resting pairs are attempts like others");
    }

    [Fact]
    public void The_hubs_bound_on_attempts_stands_above_a_groups()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", group => group with { Policy = new GroupPolicy { Failover = new GroupFailover(MaxAttempts: 32) } }, world.OpenAi("a", credentials: 10));
        Drain(world.Ask("m", "one"), AttemptFailure.UpstreamError).Count.ShouldBe(6);
    }

    [Theory]
    [InlineData(TranslationPolicy.PreferNative, GroupMode.Gateway, "priority 0, weight 10; the call is translated into anthropic, after those that speak the caller's dialect")]
    [InlineData(TranslationPolicy.NativeOnly, GroupMode.Gateway, "speaks anthropic only; group 'one' is native-only")]
    [InlineData(TranslationPolicy.Any, GroupMode.Gateway, "priority 0, weight 10; the call is translated into anthropic, share 50 %")]
    [InlineData(TranslationPolicy.Any, GroupMode.Passthrough, "speaks anthropic only; group 'one' passes bytes through")]
    public void Whom_a_group_translates_for(TranslationPolicy policy, GroupMode mode, string told)
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", group => group with { Mode = mode, Policy = new GroupPolicy { Translation = policy } },
            world.Channel("claude", ChannelType.Anthropic, ["*"]), world.OpenAi("a"));
        world.Ask("m", "one").Explain()[0].Channels[0].Reason.ShouldBe(told);
        var order = Drain(world.Ask("m", "one"));
        var others = Drain(world.Ask(Question("m", "one") with { Dialect = Dialect.AnthropicMessages }));
        if (told.StartsWith("speaks", StringComparison.Ordinal))
        {
            order.ShouldBe(["one/a/a-0"]);
            others.ShouldBe(["one/claude/claude-0"]);
        }
        else if (policy == TranslationPolicy.PreferNative)
        {
            order.ShouldBe(["one/a/a-0", "one/claude/claude-0"]);
            others.ShouldBe(["one/claude/claude-0", "one/a/a-0"]);
        }
        else
        {
            order.ShouldBe(["one/a/a-0", "one/claude/claude-0"], ignoreOrder: true);
        }
    }
}
