using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Affinity;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Affinity;

/// <summary>A conversation goes where it was answered last, for as long as that is good for it.</summary>
public sealed class AffinityTests
{
    private static readonly RouteQuestion Talk = Question("m", "one") with { Session = "talk" };

    [Fact]
    public void An_answer_binds_and_the_next_call_is_a_hit()
    {
        var world = Two();
        var first = Answer(world, Talk, AffinityOutcome.Cold);
        for (var i = 0; i < 5; i++)
            Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(first);
    }

    [Fact]
    public void What_is_bound_stays_where_a_new_channel_would_have_won()
    {
        var world = Two();
        var homes = Enumerable.Range(0, 200).Select(i => Answer(world, Talk with { Session = $"s{i}" }, AffinityOutcome.Cold)).ToList();
        var more = world.OpenAi("c", credentials: 2);
        var group = world.Find("one");
        world.Replace(group with { Members = [.. group.Members, new GroupMember(more.Id, 0, 10)] });

        Enumerable.Range(0, 200).Select(i => Answer(world, Talk with { Session = $"s{i}" }, AffinityOutcome.Hit)).ShouldBe(homes);
        Enumerable.Range(200, 200).Select(i => Answer(world, Talk with { Session = $"s{i}" }, AffinityOutcome.Cold)).ShouldContain(static home => home.Contains("/c/", StringComparison.Ordinal));
    }

    [Fact]
    public void While_its_credential_rests_another_answers_and_then_it_comes_back()
    {
        var world = Two();
        var home = Answer(world, Talk, AffinityOutcome.Cold);
        Fail(world, AttemptFailure.RateLimited, TimeSpan.FromSeconds(30));

        var meanwhile = Answer(world, Talk, AffinityOutcome.Fallback);
        meanwhile.ShouldNotBe(home);
        Answer(world, Talk, AffinityOutcome.Fallback).ShouldBe(meanwhile);
        world.Time.Advance(TimeSpan.FromSeconds(31));
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(home);
    }

    [Theory]
    [InlineData(AttemptFailure.Unauthorized)]
    [InlineData(AttemptFailure.QuotaExhausted)]
    [InlineData(AttemptFailure.ModelUnknown)]
    public void A_failure_that_does_not_pass_sets_it_free(AttemptFailure failure)
    {
        var world = Two();
        var home = Answer(world, Talk, AffinityOutcome.Cold);
        var route = world.Ask(Talk);
        route.TryNext(out var attempt).ShouldBeTrue();
        route.Report(attempt!, failure, null);
        route.TryNext(out var other).ShouldBeTrue();
        route.Report(other!, AttemptFailure.None, null);

        // Long after the rest is over it is still where it was answered last.
        other!.ToString().ShouldNotBe(home);
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(other.ToString());
        world.Time.Advance(TimeSpan.FromMinutes(40));
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(other.ToString());
    }

    [Fact]
    public void It_is_forgotten_after_its_time_and_each_answer_renews_it()
    {
        var world = Two(new GroupPolicy { AffinityTtl = TimeSpan.FromMinutes(10) });
        Answer(world, Talk, AffinityOutcome.Cold);
        for (var i = 0; i < 4; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(9));
            Answer(world, Talk, AffinityOutcome.Hit);
        }

        world.Time.Advance(TimeSpan.FromMinutes(11));
        Answer(world, Talk, AffinityOutcome.Cold);
    }

    [Fact]
    public void A_channel_that_is_gone_frees_its_conversations()
    {
        var world = Two();
        var home = Answer(world, Talk, AffinityOutcome.Cold);
        var group = world.Find("one");
        world.Replace(group with { Members = [.. group.Members.Where(member => !home.Contains($"/{(member.Channel.Value == 1 ? "a" : "b")}/", StringComparison.Ordinal))] });

        var next = Answer(world, Talk, AffinityOutcome.Cold);
        next.ShouldNotBe(home);
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(next);
    }

    [Fact]
    public void A_credential_that_got_much_slower_than_its_siblings_loses_it()
    {
        var world = Two(credentials: 1);
        var home = Answer(world, Talk, AffinityOutcome.Cold);
        for (var i = 0; i < 400; i++)
        {
            var route = world.Ask(Question("m", "one") with { Session = $"other-{i % 20}" });
            route.TryNext(out var attempt).ShouldBeTrue();
            attempt!.NoteFirstToken(TimeSpan.FromMilliseconds(attempt.ToString() == home ? 4_000 : 400));
            route.Report(attempt, AttemptFailure.None, null);
        }

        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(home, "once may be chance");
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(home);
        var next = Answer(world, Talk, AffinityOutcome.Broken);
        next.ShouldNotBe(home);
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(next);
    }

    [Fact]
    public void A_slow_credential_keeps_it_where_nobody_is_known_to_be_sooner_or_the_group_says_so()
    {
        foreach (var (policy, others) in new[] { (GroupPolicy.Default, 0), (GroupPolicy.Default, 2_000), (new GroupPolicy { AffinityBreakAt = 0 }, 10) })
        {
            var world = Two(policy, credentials: 1);
            var home = Answer(world, Talk, AffinityOutcome.Cold);
            for (var i = 0; i < 8; i++)
            {
                foreach (var session in new[] { "x", "y", "z", "v", "w" })
                {
                    var route = world.Ask(Talk with { Session = session });
                    route.TryNext(out var attempt).ShouldBeTrue();
                    if (attempt!.ToString() == home)
                        attempt.NoteFirstToken(TimeSpan.FromSeconds(4));
                    else if (others > 0)
                        attempt.NoteFirstToken(TimeSpan.FromMilliseconds(others));
                    route.Report(attempt, AttemptFailure.None, null);
                }

                Answer(world, Talk, AffinityOutcome.Hit).ShouldBe(home);
            }
        }
    }

    [Fact]
    public void A_group_without_affinity_chooses_each_call_anew()
    {
        var world = Two(new GroupPolicy { Affinity = false });
        Enumerable.Range(0, 50).Select(_ => Answer(world, Talk, AffinityOutcome.None)).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Auto_stays_with_the_group_that_answered()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        world.Group("first", group => group with { AutoTier = 1 }, a).Group("second", group => group with { AutoTier = 2 }, world.OpenAi("b"));
        var talk = Question("m", "auto") with { Session = "talk" };
        world.Health.Report(a.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(20));
        Answer(world, talk, AffinityOutcome.Cold).ShouldBe("second/b/b-0");

        world.Time.Advance(TimeSpan.FromSeconds(21));
        Answer(world, talk, AffinityOutcome.Hit).ShouldBe("second/b/b-0", "its cache is warm there");
        Answer(world, talk with { Session = "another" }, AffinityOutcome.Cold).ShouldBe("first/a/a-0");
    }

    [Fact]
    public void The_order_of_a_keys_groups_goes_before_affinity()
    {
        var world = new RoutingWorld().Model("m");
        var a = world.OpenAi("a");
        world.Group("first", a).Group("second", world.OpenAi("b"));
        var talk = Question("m", "first", "second") with { Session = "talk" };
        world.Health.Report(a.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(20));
        Answer(world, talk, AffinityOutcome.Cold).ShouldBe("second/b/b-0");

        world.Time.Advance(TimeSpan.FromSeconds(21));
        Answer(world, talk, AffinityOutcome.Cold).ShouldBe("first/a/a-0", "the caller put it first, for its price perhaps");
        Answer(world, talk, AffinityOutcome.Hit).ShouldBe("first/a/a-0");
    }

    [Fact]
    public void A_call_that_its_credential_cannot_serve_goes_elsewhere_and_the_next_comes_back()
    {
        var world = new RoutingWorld().Model("m");
        var plain = world.OpenAi("plain", change: channel => channel with { Capabilities = RouteAssertions.Frozen(Wire.Vocabulary.Needs.Documents, false) });
        world.Group("one", group => group with { Members = [new(plain.Id, 0, 10), new(world.OpenAi("able").Id, 1, 10)] });
        Answer(world, Talk, AffinityOutcome.Cold).ShouldBe("one/plain/plain-0");

        Answer(world, Talk with { Needs = Wire.Vocabulary.Needs.Documents }, AffinityOutcome.Fallback).ShouldBe("one/able/able-0");
        Answer(world, Talk, AffinityOutcome.Hit).ShouldBe("one/plain/plain-0");
    }

    [Fact]
    public void Memory_is_bounded_and_what_is_used_stays()
    {
        var affinity = new LocalAffinity(new ManualTime(Start), capacity: 100);
        for (var i = 0UL; i < 10_000; i++)
        {
            affinity.Bind(i, At(i));
            if (i % 50 == 0)
                affinity.Bind(1_000_000, At(7));
        }

        affinity.Find(1_000_000).ShouldNotBeNull();
        Enumerable.Range(0, 10_000).Count(i => affinity.Find((ulong)i) is not null).ShouldBeInRange(100, 202);

        static Binding At(ulong credential) => new(new GroupId(1), new ChannelId(1), new CredentialId((long)credential), Start.AddHours(1));
    }

    [Fact]
    public async Task Threads_may_bind_and_drop_at_once()
    {
        var affinity = new LocalAffinity(new ManualTime(Start), capacity: 50);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var conversation = (ulong)((i * 31) + thread) % 500;
                if (affinity.Find(conversation) is { } bound)
                    bound.Credential.Value.ShouldBe((long)conversation);
                else
                    affinity.Bind(conversation, new Binding(new GroupId(1), new ChannelId(1), new CredentialId((long)conversation), Start.AddHours(1)));
                if (i % 7 == 0)
                    affinity.Drop(conversation);
            }
        })));
    }

    private static RoutingWorld Two(GroupPolicy? policy = null, int credentials = 2)
    {
        var world = new RoutingWorld().Model("m");
        return world.Group("one", group => group with { Policy = policy ?? GroupPolicy.Default, Members = [.. new[] { world.OpenAi("a", credentials), world.OpenAi("b", credentials) }.Select(static channel => new GroupMember(channel.Id, 0, 10))] });
    }

    private static void Fail(RoutingWorld world, AttemptFailure failure, TimeSpan? wait)
    {
        var route = world.Ask(Talk);
        route.TryNext(out var attempt).ShouldBeTrue();
        route.Report(attempt!, failure, wait);
    }

    private static string Answer(RoutingWorld world, RouteQuestion question, AffinityOutcome outcome)
    {
        var route = world.Ask(question);
        route.TryNext(out var attempt).ShouldBeTrue();
        route.Affinity.ShouldBe(outcome);
        route.Report(attempt!, AttemptFailure.None, null);
        return attempt!.ToString();
    }
}
