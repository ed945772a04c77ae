using AioHub.Core.Routing;

namespace AioHub.Core.Tests.Routing;

/// <summary>Attempts for which there was no place: remembered, and tried again when there is one.</summary>
public sealed class RouteFullTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    [Fact]
    public void What_is_full_comes_again_when_it_has_a_place()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var route = world.Ask("m", "one", "two");
        PassOverAll(route);
        route.HasFull.ShouldBeTrue();
        route.Full().Select(static attempt => attempt.ToString()).ShouldBe(["one/a/a-0", "two/b/b-0"]);
        route.FinalRefusal().Code.ShouldBe(RouteCodes.RateLimited);

        var second = route.Full()[1];
        route.Reopen(second);
        route.TryPeek(out var next).ShouldBeTrue();
        next.ShouldBeSameAs(second);
        route.TryTake().ShouldBeTrue();
        route.Report(second, AttemptFailure.UpstreamError, null);
        route.TryPeek(out _).ShouldBeFalse("each pair is tried once");
        route.Full().Single().ToString().ShouldBe("one/a/a-0");
    }

    [Fact]
    public void What_was_left_out_with_a_full_channel_or_group_can_be_tried_after_it()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 3), world.OpenAi("b"));
        var ofChannel = world.Ask("m", "one");
        PassOverAll(ofChannel);
        ofChannel.Reopen(ofChannel.Full().Single(static attempt => attempt.Channel.Name == "a"));
        RoutingWorld.Drain(ofChannel, AttemptFailure.Unauthorized).Select(static attempt => attempt.Split('/')[1]).ShouldBe(["a", "a", "a"]);

        var ofGroup = world.Ask("m", "one");
        ofGroup.TryPeek(out var first).ShouldBeTrue();
        ofGroup.PassOver(first!.Group, RouteCodes.RateLimited, "full", Wait, first);
        ofGroup.TryPeek(out _).ShouldBeFalse();
        ofGroup.Reopen(first);
        RoutingWorld.Drain(ofGroup, AttemptFailure.Unreachable).Count.ShouldBe(4, "the whole group is open again");
    }

    [Fact]
    public void A_full_place_that_rests_meanwhile_is_tried_all_the_same()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a"));
        var route = world.Ask("m", "one");
        PassOverAll(route);
        var full = route.Full().Single();
        world.Health.Report(full.Credential.Id, "m", AttemptFailure.Unauthorized, null);
        route.Reopen(full);
        route.TryTake().ShouldBeTrue("nothing better is left, and its place is kept for this call");
    }

    [Fact]
    public void Nothing_is_waited_for_when_the_call_is_at_its_end()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var route = world.Ask("m", "one", "two");
        PassOver(route);
        route.TryNext(out var attempt).ShouldBeTrue();
        route.HasFull.ShouldBeTrue();
        route.Report(attempt!, AttemptFailure.CallerFault, null);
        (route.HasFull, route.Full().IsEmpty).ShouldBe((false, true));

        world.Published().Settings = new RouteSettings { MaxAttempts = 1 };
        route = world.Ask("m", "one", "two");
        PassOver(route);
        route.TryNext(out _).ShouldBeTrue();
        route.HasFull.ShouldBeFalse();
    }

    [Fact]
    public void What_is_refused_for_another_reason_is_not_waited_for()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var route = world.Ask("m", "one", "two");
        PassOver(route);
        route.TryPeek(out var other).ShouldBeTrue();
        route.PassOver(other!, whole: true, RouteCodes.RateLimited, "rpm", TimeSpan.FromSeconds(20));
        var full = route.Full().Single();
        route.PassOver(full.Group, "insufficient_balance", "No money.");
        route.GiveUp(full);
        (route.HasFull, route.FinalRefusal().Code).ShouldBe((false, "insufficient_balance"));
    }

    [Fact]
    public void The_wait_that_was_seen_is_the_one_that_is_told()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a"));
        var route = world.Ask("m", "one");
        PassOverAll(route);
        route.NoteWait(TimeSpan.FromSeconds(17), static _ => "");
        route.FinalRefusal().RetryAfter.ShouldBe(TimeSpan.FromSeconds(17));
        route.FinalRefusal().Message.ShouldContain("17 s");

        route = world.Ask("m", "one");
        route.TryPeek(out var first).ShouldBeTrue();
        route.PassOver(first!.Group, RouteCodes.RateLimited, "full", Wait, first);
        route.NoteWait(TimeSpan.FromSeconds(17), static group => $"{group.Name} stays full");
        route.FinalRefusal().ShouldBe(new RouteRefusal(429, RouteCodes.RateLimited, "one stays full") { RetryAfter = TimeSpan.FromSeconds(17) });
    }

    private static void PassOverAll(Route route)
    {
        while (route.TryPeek(out _))
            PassOver(route);
    }

    private static void PassOver(Route route)
    {
        route.TryPeek(out var attempt).ShouldBeTrue();
        route.PassOver(attempt!, whole: true, RouteCodes.RateLimited, "full", Wait, isFull: true);
    }
}
