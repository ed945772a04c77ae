using AioHub.Core.Routing;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Selection;

public sealed class PickerTests
{
    [Fact]
    public void Tiers_ascend_and_weightless_channels_come_last_in_theirs()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        var b = world.OpenAi("b");
        var c = world.OpenAi("c");
        world.Group("one", group => group with { Members = [new(c.Id, 5, 10), new(a.Id, 0, 0), new(b.Id, 0, 1)] });
        for (var i = 0; i < 20; i++)
            Drain(world.Ask("m", "one")).ShouldBe(["one/b/b-0", "one/a/a-0", "one/c/c-0"]);
    }

    [Fact]
    public void Channels_share_by_weight()
    {
        var world = new RoutingWorld(seed: 42).Model("m");
        var a = world.OpenAi("a");
        var b = world.OpenAi("b");
        var c = world.OpenAi("c");
        world.Group("one", group => group with { Members = [new(a.Id, 0, 70), new(b.Id, 0, 20), new(c.Id, 0, 10)] });

        var firsts = Count(Enumerable.Range(0, 10_000).Select(_ => First(world.Ask("m", "one"))));
        firsts["one/a/a-0"].ShouldBeInRange(6_800, 7_200);
        firsts["one/b/b-0"].ShouldBeInRange(1_850, 2_150);
        firsts["one/c/c-0"].ShouldBeInRange(880, 1_120);

        // Once the first is out, the others share by their weights: 2 to 1 after 'a'.
        var seconds = Count(Enumerable.Range(0, 10_000).Select(_ => Drain(world.Ask("m", "one"))).Where(list => list[0] == "one/a/a-0").Select(list => list[1]));
        ((double)seconds["one/b/b-0"] / seconds["one/c/c-0"]).ShouldBeInRange(1.85, 2.15);
    }

    [Fact]
    public void Credentials_take_turns()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 3));
        Enumerable.Range(0, 6).Select(_ => First(world.Ask("m", "one"))).ShouldBe(
            ["one/a/a-0", "one/a/a-1", "one/a/a-2", "one/a/a-0", "one/a/a-1", "one/a/a-2"]);
    }

    [Fact]
    public void Cooling_pairs_come_after_everything_healthy_by_their_soonest_end()
    {
        var world = new RoutingWorld().Model("m").Model("n");
        var a = world.OpenAi("a", credentials: 3);
        var b = world.OpenAi("b");
        world.Group("one", group => group with { Members = [new(a.Id, 0, 10), new(b.Id, 1, 10)] }).Group("two", world.OpenAi("c"));
        Cool(0, 300);
        Cool(1, 100);

        Drain(world.Ask("m", "one", "two")).ShouldBe(["one/a/a-2", "one/b/b-0", "two/c/c-0", "one/a/a-1", "one/a/a-0"]);
        // Only this model rests.
        Drain(world.Ask("n", "one")).Count.ShouldBe(4);
        First(world.Ask("n", "one")).ShouldStartWith("one/a/");

        void Cool(int credential, int seconds) => world.Health.Report(a.Credentials[credential].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void A_call_is_served_even_when_everything_rests()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        world.Group("one", a);
        world.Health.Report(a.Credentials[0].Id, "m", AttemptFailure.Unauthorized, null);
        var route = world.Ask("m", "one");
        route.Refusal.ShouldBeNull();
        First(route).ShouldBe("one/a/a-0");
    }

    [Fact]
    public void A_conversation_stays_on_its_credential_when_channels_are_added()
    {
        var world = new RoutingWorld().Model("m");
        var channels = Enumerable.Range(0, 9).Select(i => world.OpenAi($"c{i}", credentials: 2)).ToList();
        world.Group("one", [.. channels]);
        var before = Sessions(world, "one");
        before.Distinct().Count().ShouldBe(18, "conversations spread over all credentials");
        Sessions(world, "one").ShouldBe(before);

        var more = world.OpenAi("new", credentials: 2);
        channels.Add(more);
        world.Group("two", group => group with { Id = world.Find("one").Id, Members = [.. channels.Select(channel => new GroupMember(channel.Id, 0, 10))] });
        var after = Sessions(world, "two");
        var moved = before.Zip(after).Where(pair => pair.First[4..] != pair.Second[4..]).ToList();
        moved.ShouldAllBe(pair => pair.Second.StartsWith("two/new/"), "a conversation moves only to the channel that is new");
        moved.Count.ShouldBeInRange(60, 140);
    }

    [Fact]
    public void A_conversation_is_told_apart_by_key_and_group_but_not_by_snapshot_date()
    {
        var world = new RoutingWorld().Model("m").Model("m-20260101").Model("other");
        world.Group("one", [.. Enumerable.Range(0, 50).Select(i => world.OpenAi($"c{i}"))]);
        var question = Question("m", "one") with { Session = "s" };
        var home = First(world.Ask(question));
        First(world.Ask(question with { Model = new("m-20260101", false) })).ShouldBe(home);

        var others = Enumerable.Range(2, 20).Select(key => First(world.Ask(question with { Key = question.Key with { Id = new(key) } }))).Distinct().Count();
        others.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_conversation_whose_credential_rests_moves_and_comes_back()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a", credentials: 2), world.OpenAi("b", credentials: 2));
        var question = Question("m", "one") with { Session = "talk" };
        var route = world.Ask(question);
        route.TryNext(out var home).ShouldBeTrue();
        route.Report(home!, AttemptFailure.RateLimited, TimeSpan.FromSeconds(30));

        var meanwhile = First(world.Ask(question));
        meanwhile.ShouldStartWith($"one/{home!.Channel.Name}/", customMessage: "the sibling credential of the same channel takes over");
        meanwhile.ShouldNotBe(home.ToString());
        First(world.Ask(question)).ShouldBe(meanwhile);
        world.Time.Advance(TimeSpan.FromSeconds(31));
        First(world.Ask(question)).ShouldBe(home.ToString());
    }

    [Fact]
    public void Conversations_share_by_weight_too()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        var b = world.OpenAi("b");
        var spare = world.OpenAi("spare");
        world.Group("one", group => group with { Members = [new(a.Id, 0, 90), new(b.Id, 0, 10), new(spare.Id, 0, 0)] });
        var homes = Count(Sessions(world, "one", 5_000));
        homes["one/a/a-0"].ShouldBeInRange(4_400, 4_600);
        homes.ContainsKey("one/spare/spare-0").ShouldBeFalse();
        Drain(world.Ask(Question("m", "one") with { Session = "x" })).Last().ShouldBe("one/spare/spare-0");
    }

    private static List<string> Sessions(RoutingWorld world, string group, int count = 1_000) =>
        [.. Enumerable.Range(0, count).Select(i => First(world.Ask(Question("m", group) with { Session = $"session-{i}" })))];

    private static Dictionary<string, int> Count(IEnumerable<string> names) => names.CountBy(name => name).ToDictionary();
}
