using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Selection;

/// <summary>How a group chooses among channels of one priority.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void In_turn_each_gets_the_same_however_the_dice_fall()
    {
        var world = World(SelectionPolicy.RoundRobin, 10, 10, 10);
        Firsts(world, 6).ShouldBe(["a", "b", "c", "a", "b", "c"]);
    }

    [Fact]
    public void In_turn_by_weight_the_turns_are_spread()
    {
        var world = World(SelectionPolicy.RoundRobin, 60, 30, 10);
        var firsts = Firsts(world, 1_000);
        Share(firsts, "a").ShouldBe(0.6, 0.01);
        Share(firsts, "b").ShouldBe(0.3, 0.01);
        Share(firsts, "c").ShouldBe(0.1, 0.01);
        // Never ten in a row of one, nor thirty without another: that is what a draw would do.
        string.Concat(firsts).ShouldNotContain("aaaaa");
        string.Concat(firsts).Split('c').Max(static run => run.Length).ShouldBeLessThan(25);
    }

    [Fact]
    public void The_cheapest_comes_first_and_the_others_when_it_cannot()
    {
        var world = new RoutingWorld().Model("m");
        var dear = world.OpenAi("dear", change: static channel => channel with { CostMultiplier = 1.5m });
        var cheap = world.OpenAi("cheap", change: static channel => channel with { CostMultiplier = 0.5m });
        var alike = world.OpenAi("alike", change: static channel => channel with { CostMultiplier = 0.5m });
        var last = world.OpenAi("last", change: static channel => channel with { CostMultiplier = 0.1m });
        world.Group("one", group => group with
        {
            Policy = new GroupPolicy { Selection = SelectionPolicy.Cheapest },
            Members = [new(dear.Id, 0, 90), new(cheap.Id, 0, 10), new(alike.Id, 0, 10), new(last.Id, 1, 10)],
        });

        for (var i = 0; i < 20; i++)
        {
            var order = Drain(world.Ask("m", "one")).Select(static attempt => attempt.Split('/')[1]).ToList();
            order[..2].ShouldBe(["cheap", "alike"], ignoreOrder: true);
            order[2..].ShouldBe(["dear", "last"], "priority goes before price");
        }
    }

    [Fact]
    public void By_latency_the_quick_one_gets_nearly_all_and_a_slow_one_is_tried_again()
    {
        var world = World(SelectionPolicy.LeastLatency, 10, 10, 10);
        var millis = new Dictionary<string, double> { ["a"] = 1_500, ["b"] = 300, ["c"] = 1_500 };
        Serve(200);
        Share(Serve(500), "b").ShouldBeGreaterThan(0.5);

        // They change places; nobody is written off for good.
        (millis["a"], millis["b"]) = (200, 3_000);
        Serve(200);
        Share(Serve(500), "a").ShouldBeGreaterThan(0.5);

        List<string> Serve(int calls) => [.. Enumerable.Range(0, calls).Select(_ =>
        {
            var route = world.Ask("m", "one");
            route.TryNext(out var attempt).ShouldBeTrue();
            attempt!.NoteFirstToken(TimeSpan.FromMilliseconds(millis[attempt.Channel.Name]));
            route.Report(attempt, AttemptFailure.None, null);
            world.Time.Advance(TimeSpan.FromMilliseconds(200));
            return attempt.Channel.Name;
        })];
    }

    [Fact]
    public void By_latency_what_is_under_way_counts()
    {
        var world = World(SelectionPolicy.LeastLatency, 10, 10);
        for (var i = 0; i < 40; i++)
        {
            var route = world.Ask("m", "one");
            route.TryNext(out var attempt);
            attempt!.NoteFirstToken(TimeSpan.FromMilliseconds(500));
            route.Report(attempt, AttemptFailure.None, null);
        }

        // None of these ends: they spread, though both were as quick.
        var running = Firsts(world, 40);
        Share(running, "a").ShouldBe(0.5, 0.15);
    }

    [Fact]
    public void By_weight_the_busier_of_two_gives_way()
    {
        var world = World(SelectionPolicy.Weighted, 10, 10);
        var held = new List<RouteAttempt>();
        // 'a' hangs: none of its calls ends; those of 'b' do at once.
        for (var i = 0; i < 400; i++)
        {
            var route = world.Ask("m", "one");
            route.TryNext(out var attempt).ShouldBeTrue();
            if (attempt!.Channel.Name == "a")
                held.Add(attempt);
            else
                route.Report(attempt, AttemptFailure.None, null);
        }

        held.Count.ShouldBeLessThan(150, "half of 400 would have gone there");
        foreach (var attempt in held)
            attempt.End();
        held.Clear();
        var after = Enumerable.Range(0, 400).Select(_ =>
        {
            var route = world.Ask("m", "one");
            route.TryNext(out var attempt);
            route.Report(attempt!, AttemptFailure.None, null);
            return attempt!.Channel.Name;
        }).ToList();
        Share(after, "a").ShouldBe(0.5, 0.1, "an attempt that ended does not count any more");
    }

    [Fact]
    public void Who_is_nearly_at_a_limit_of_calls_gives_way()
    {
        var world = new RoutingWorld().Model("m");
        var small = world.OpenAi("small", change: static channel => channel with { Limits = new Limits { Concurrency = 3 } });
        world.Group("one", group => group with { Members = [new(small.Id, 0, 50), new(world.OpenAi("large").Id, 0, 50)] });
        var names = Firsts(world, 60);
        names.Count(static name => name == "small").ShouldBeLessThan(20);
    }

    [Fact]
    public void A_limit_without_a_place_is_not_asked_again_at_once_and_nobody_is_stranded()
    {
        var world = World(SelectionPolicy.Weighted, 10, 10);
        var route = world.Ask("m", "one");
        route.TryPeek(out var full).ShouldBeTrue();
        route.PassOver(full!, whole: true, RouteCodes.RateLimited, "at its limit", TimeSpan.FromSeconds(30));

        for (var i = 0; i < 50; i++)
            First(world.Ask("m", "one")).ShouldNotContain(full!.Channel.Name + "/");
        Drain(world.Ask("m", "one")).Count.ShouldBe(2, "it is asked when nothing else is left");

        world.Time.Advance(TimeSpan.FromMilliseconds(300));
        Firsts(world, 50).ShouldContain(full!.Channel.Name, "a place may be free again long before the window ends");
    }

    [Fact]
    public void A_change_of_the_configuration_does_not_forget_what_is_under_way()
    {
        var world = World(SelectionPolicy.Weighted, 10, 10);
        var first = Enumerable.Range(0, 30).Select(_ => { world.Ask("m", "one").TryNext(out var attempt); return attempt!; }).ToList();
        world.Model("n");
        world.Published();
        foreach (var attempt in first.Where(static attempt => attempt.Channel.Name == "a"))
            attempt.End();

        // All that is under way is at 'b' now.
        var next = Firsts(world, 10);
        next.Count(static name => name == "a").ShouldBeGreaterThan(6);
    }

    [Fact]
    public async Task Ends_that_race_count_once()
    {
        var world = World(SelectionPolicy.Weighted, 10);
        var attempts = Enumerable.Range(0, 500).Select(_ => { world.Ask("m", "one").TryNext(out var attempt); return attempt!; }).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => attempts.ForEach(static attempt => attempt.End()))));
        world.Router.Vitals.LoadOf(attempts[0].Credential.Id).Running.ShouldBe(0);
    }

    private static RoutingWorld World(SelectionPolicy policy, params int[] weights)
    {
        var world = new RoutingWorld().Model("m");
        var channels = weights.Select((_, i) => world.OpenAi(((char)('a' + i)).ToString())).ToArray();
        return world.Group("one", group => group with
        {
            Policy = new GroupPolicy { Selection = policy },
            Members = [.. channels.Zip(weights, static (channel, weight) => new GroupMember(channel.Id, 0, weight))],
        });
    }

    private static List<string> Firsts(RoutingWorld world, int calls) => [.. Enumerable.Range(0, calls).Select(_ =>
    {
        world.Ask("m", "one").TryNext(out var attempt).ShouldBeTrue();
        return attempt!.Channel.Name;
    })];

    private static double Share(List<string> names, string name) => names.Count(one => one == name) / (double)names.Count;
}
