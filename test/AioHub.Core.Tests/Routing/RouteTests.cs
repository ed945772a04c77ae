using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

public sealed class RouteTests
{
    [Fact]
    public void Peeking_leaves_the_attempt_in_place()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 3));
        var route = world.Ask("m", "one");
        route.TryPeek(out var peeked).ShouldBeTrue();
        route.TryPeek(out var again).ShouldBeTrue();
        route.TryNext(out var taken).ShouldBeTrue();
        again.ShouldBeSameAs(peeked);
        taken.ShouldBeSameAs(peeked);
        route.Attempts.ShouldBe(1);
        taken!.Price.Version.ShouldBe("m");
    }

    [Fact]
    public void Attempts_are_bounded_by_the_setting()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 20));
        Drain(world.Ask("m", "one")).Count.ShouldBe(6);
        world.Router.Settings = new RouteSettings { MaxAttempts = 2 };
        Drain(world.Ask("m", "one")).Count.ShouldBe(2);
        new RouteSettings { MaxAttempts = 0 }.MaxAttempts.ShouldBe(1);
        new RouteSettings { MaxAttempts = 1000 }.MaxAttempts.ShouldBe(32);
    }

    [Fact]
    public void A_pair_is_tried_once_whatever_group_leads_to_it()
    {
        var world = new RoutingWorld().Model("m");
        var shared = world.OpenAi("shared", credentials: 2);
        world.Group("one", shared).Group("two", shared);
        var attempts = Drain(world.Ask("m", "one", "two"), AttemptFailure.Unauthorized);
        attempts.Order(StringComparer.Ordinal).ShouldBe(["one/shared/shared-0", "one/shared/shared-1"]);
    }

    [Fact]
    public void The_callers_own_fault_ends_the_route_and_health_minds_nothing()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 3));
        var route = world.Ask("m", "one");
        route.TryNext(out var attempt).ShouldBeTrue();
        route.Report(attempt!, AttemptFailure.CallerFault, null);
        route.TryNext(out _).ShouldBeFalse();
        world.Health.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public void A_channel_that_does_not_answer_comes_after_the_others_of_its_tier()
    {
        var world = new RoutingWorld().Model("m");
        var big = world.OpenAi("big", credentials: 3);
        var small = world.OpenAi("small");
        world.Group("one", group => group with { Members = [new(big.Id, 0, 1_000_000), new(small.Id, 0, 1)] });
        var attempts = Drain(world.Ask("m", "one"), AttemptFailure.Unreachable);
        attempts.Select(attempt => attempt.Split('/')[1]).ShouldBe(["big", "small", "big", "big"]);
    }

    [Fact]
    public void Passing_over_skips_the_rest_of_the_group_and_its_reason_is_told_last()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 2)).Group("two", world.OpenAi("b"));
        var route = world.Ask("m", "one", "two");
        route.TryPeek(out var peeked).ShouldBeTrue();
        peeked!.Group.Name.ShouldBe("one");
        route.PassOver(peeked.Group, "group_quota_exhausted", "Group 'one' has used up its quota; an operator tops it up.");
        First(route).ShouldBe("two/b/b-0");
        route.Explain()[0].Reason.ShouldContain("quota");
        route.PassOver(world.Find("two"), "group_quota_exhausted", "two is empty as well");
        route.TryNext(out _).ShouldBeFalse();
        route.FinalRefusal().ShouldBe(new RouteRefusal(503, "group_quota_exhausted", "Group 'one' has used up its quota; an operator tops it up."));
    }

    [Fact]
    public void The_most_telling_refusal_wins_over_the_order_of_the_groups()
    {
        var world = new RoutingWorld().Model("m").Model("n");
        world.Group("other", world.Channel("x", ChannelType.OpenAi, ["n"]))
            .Group("narrow", group => group with { Models = ["n"] }, world.OpenAi("a"))
            .Group("gone", group => group with { Status = GroupStatus.Expired })
            .Group("paused", group => group with { Status = GroupStatus.Paused });

        world.Ask("m", "nope", "narrow").ShouldRefuse(403, "model_not_allowed");
        world.Ask("m", "nope", "narrow", "other").ShouldRefuse(503, "no_channel_available");
        world.Ask("m", "paused", "other").ShouldRefuse(403, "group_paused");
        world.Ask("m", "paused", "gone", "other").ShouldRefuse(403, "group_expired");
        world.Ask("zzz", "narrow", "nope").ShouldRefuse(403, "group_not_allowed");
    }

    [Fact]
    public void When_all_attempts_failed_the_refusal_says_so()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a"));
        var route = world.Ask("m", "one");
        Drain(route, AttemptFailure.UpstreamError);
        var refusal = route.FinalRefusal();
        refusal.Code.ShouldBe("no_channel_available");
        refusal.Message.ShouldContain("None of the 1 attempts");
        route.Refusal.ShouldBeNull();
    }

    [Fact]
    public void The_story_names_every_channel_and_what_became_of_it()
    {
        var world = new RoutingWorld().Model("m");
        var resting = world.OpenAi("resting");
        world.Group("one", group => group with { Policy = new GroupPolicy { Translation = TranslationPolicy.NativeOnly } }, world.OpenAi("failing"), resting, world.Channel("foreign", ChannelType.Gemini, ["*"]))
            .Group("two", world.OpenAi("spare"));
        world.Health.Report(resting.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromMinutes(1));

        var route = world.Ask("m", "one", "two");
        route.Explain()[0].ShouldSatisfyAllConditions(
            one => one.Chosen.ShouldBeTrue(),
            one => one.Channels.Select(channel => channel.Result).ShouldBe(["chosen", "cooling", "passed_over"]),
            one => one.Channels[1].Reason.ShouldContain("2026-06-01 12:01:00Z"));
        route.Explain()[1].Reason.ShouldBe("could serve; 'one' comes first");
        route.Explain()[1].Channels.ShouldHaveSingleItem().Result.ShouldBe("candidate");

        route.TryNext(out var attempt).ShouldBeTrue();
        route.Report(attempt!, AttemptFailure.Timeout, null);
        First(route).ShouldBe("two/spare/spare-0");
        var story = route.Explain();
        story[0].Chosen.ShouldBeFalse();
        story[0].Channels[0].Reason.ShouldBe("tried: Timeout");
        story[1].Chosen.ShouldBeTrue();
    }

    [Fact]
    public void An_explanation_hides_channels_from_those_who_may_not_see_them()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", group => group with { Multiplier = 0.5m }, world.OpenAi("a"));
        var question = Question("m", "one");
        var explanation = world.Published().Explain(question);
        explanation.ShouldSatisfyAllConditions(
            it => it.Group.ShouldBe("one"),
            it => it.Channel.ShouldBe("a"),
            it => it.Price!.Version.ShouldBe("m"),
            it => it.Multiplier.ShouldBe(0.5m),
            it => it.Refusal.ShouldBeNull());
        var shown = explanation.For(question.Key);
        shown.Channel.ShouldBeNull();
        shown.Groups[0].Channels.ShouldBeEmpty();
        explanation.For(question.Key with { OwnerRole = AioHub.Core.Identity.Role.Operator }).ShouldBeSameAs(explanation);

        world.Router.Explain(Question("nope", "one")).Refusal!.Code.ShouldBe("model_not_found");
    }

    [Fact]
    public void A_route_keeps_the_configuration_it_began_with()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 2));
        var route = world.Ask("m", "one");
        First(route).ShouldStartWith("one/a/");
        world.Group("two", world.OpenAi("b"));
        world.Published();
        First(route).ShouldStartWith("one/a/");
        First(world.Ask("m", "two")).ShouldBe("two/b/b-0");
    }
}
