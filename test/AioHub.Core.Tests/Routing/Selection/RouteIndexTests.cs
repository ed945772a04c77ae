using AioHub.Core.Routing;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Selection;

/// <summary>What a call costs must not grow with the configuration around it.</summary>
public sealed class RouteIndexTests
{
    [Fact]
    public void Ten_thousand_channels_and_five_hundred_models_cost_a_call_nothing()
    {
        var world = new RoutingWorld();
        for (var i = 0; i < 500; i++)
            world.Model($"model-{i:000}");

        // 1,000 groups of 10 channels; each channel lists five models, so that a model has 100 channels in all and one in its group.
        for (var group = 0; group < 1_000; group++)
        {
            var members = new Channel[10];
            for (var i = 0; i < 10; i++)
            {
                var first = ((group * 10) + i) * 5;
                members[i] = world.Channel($"c{group}-{i}", ChannelType.OpenAi, [.. Enumerable.Range(first, 5).Select(model => $"model-{model % 500:000}")]);
            }

            world.Group($"g{group}", members);
        }

        var named = Question("model-007", "g500");
        var auto = Question("model-007", "auto");
        var talk = named with { Session = "s" };
        var index = world.Published().Index();
        foreach (var question in new[] { named, auto, talk })
            First(world.Ask(question)).ShouldContain("/c");
        var examined = index.MembersExamined;

        foreach (var question in new[] { named, auto, talk })
        {
            var route = world.Ask(question);
            First(route);
            route.Picker.Evaluated.ShouldBeLessThanOrEqualTo(3);
        }

        world.Router.Index().ShouldBeSameAs(index);
        index.MembersExamined.ShouldBe(examined, "later calls look at no member of any group again");
        Bytes(world, named).ShouldBeLessThan(640);
        Bytes(world, talk).ShouldBeLessThan(640);
        Bytes(world, auto).ShouldBeLessThan(640);
    }

    [Fact]
    public void A_tier_of_ten_thousand_costs_a_draw_not_a_scan()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", [.. Enumerable.Range(0, 10_000).Select(i => world.OpenAi($"c{i}"))]);
        First(world.Ask("m", "one"));
        var route = world.Ask("m", "one");
        Drain(route).Distinct().Count().ShouldBe(6);
        route.Picker.Evaluated.ShouldBeLessThan(30);
        Bytes(world, Question("m", "one")).ShouldBeLessThan(640);

        // A conversation scores every channel of its tier, but looks closer only at those that beat the best so far.
        var talk = world.Ask(Question("m", "one") with { Session = "s" });
        First(talk);
        talk.Picker.Evaluated.ShouldBeLessThan(40);
        Bytes(world, Question("m", "one") with { Session = "s" }).ShouldBeLessThan(640);
    }

    [Fact]
    public void Another_configuration_is_seen_by_the_next_call()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a"));
        First(world.Ask("m", "one")).ShouldBe("one/a/a-0");
        world.Model("n");
        First(world.Ask("n", "one")).ShouldBe("one/a/a-0");
    }

    [Fact]
    public async Task Calls_in_parallel_build_one_right_index()
    {
        var world = new RoutingWorld();
        for (var i = 0; i < 50; i++)
            world.Model($"m{i}");
        world.Group("one", world.OpenAi("a"), world.OpenAi("b"));
        world.Published();
        var router = world.Shared();
        var tasks = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                var route = router.Start(Question($"m{i % 50}", "auto"));
                route.TryNext(out var attempt).ShouldBeTrue();
                attempt!.Model.Id.ShouldBe($"m{i % 50}");
            }
        }));
        await Task.WhenAll(tasks);
    }

    private static long Bytes(RoutingWorld world, AioHub.Core.Routing.RouteQuestion question)
    {
        const int Calls = 200;
        var router = world.Published();
        for (var i = 0; i < 50; i++)
            router.Start(question).TryNext(out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            router.Start(question).TryNext(out _);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
