using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

/// <summary>A call that names what one credential keeps.</summary>
public sealed class RouterPinTests
{
    [Fact]
    public void Only_the_credential_that_keeps_it_is_tried_in_whatever_group()
    {
        var world = new RoutingWorld().Model("m");
        var (first, second) = (world.OpenAi("a", credentials: 3), world.OpenAi("b", credentials: 3));
        world.Group("one", first).Group("two", first, second);
        for (var i = 0; i < 50; i++)
        {
            var route = world.Ask(Question("m", "one", "two") with { Pin = At(second, 1), Session = i % 2 == 0 ? $"s{i}" : null });
            route.TryNext(out var attempt).ShouldBeTrue();
            attempt.ToString().ShouldBe("two/b/b-1");
            route.Report(attempt, AttemptFailure.Overloaded, null);
            route.TryNext(out _).ShouldBeFalse();
            world.Health.Reset(second.Credentials[1].Id);
        }
    }

    [Fact]
    public void A_resting_one_is_tried_all_the_same()
    {
        var world = new RoutingWorld().Model("m");
        var (first, second) = (world.OpenAi("a"), world.OpenAi("b", credentials: 2));
        world.Group("one", first, second);
        world.Health.Report(second.Credentials[0].Id, "m", AttemptFailure.RateLimited, TimeSpan.FromMinutes(5));
        var route = world.Ask(Question("m", "one") with { Pin = At(second, 0) });
        First(route).ShouldBe("one/b/b-0");
        route.Explain()[0].Channels.Select(static channel => channel.Result).ShouldBe(["passed_over", "chosen"]);
    }

    [Fact]
    public void A_key_without_failover_reaches_it_in_a_later_group()
    {
        var world = new RoutingWorld().Model("m");
        var (first, second) = (world.OpenAi("a"), world.OpenAi("b"));
        world.Group("one", first).Group("two", second);
        var question = Question("m", "one", "two");
        First(world.Ask(question with { Key = question.Key with { CrossGroupFailover = false }, Pin = At(second, 0) })).ShouldBe("two/b/b-0");
    }

    [Fact]
    public void Out_of_reach_is_told_with_the_remedy()
    {
        var world = new RoutingWorld().Model("m");
        var (first, second, off) = (world.OpenAi("a"), world.OpenAi("b"), world.OpenAi("c", change: static channel => channel with { Enabled = false }));
        world.Group("one", first, off).Group("two", second).Group("resting", group => group with { Status = GroupStatus.Paused }, second);
        foreach (var question in (RouteQuestion[])[
            Question("m", "one") with { Pin = At(second, 0) }, Question("m", "one") with { Pin = At(off, 0) },
            Question("m", "one", "nosuch") with { Pin = At(second, 0) },
            Question("m", "one") with { Pin = At(first, 0) with { Credential = new CredentialId(999) } }])
        {
            world.Ask(question).ShouldRefuse(404, "object_unreachable", "'resp_1' lives at a channel that this key can no longer reach");
        }

        world.Ask(Question("m", "one", "resting") with { Pin = At(second, 0) }).ShouldRefuse(403, "group_paused");
        world.Ask(Question("other", "two") with { Pin = At(second, 0) }).ShouldRefuse(404, "model_not_found");
    }

    [Fact]
    public void A_limit_of_its_channel_is_told_as_a_limit()
    {
        var world = new RoutingWorld().Model("m");
        var (first, second) = (world.OpenAi("a"), world.OpenAi("b", credentials: 2));
        world.Group("one", first, second);
        var route = world.Ask(Question("m", "one") with { Pin = At(second, 0) });
        route.TryPeek(out var attempt).ShouldBeTrue();
        route.PassOver(attempt, whole: true, RouteCodes.RateLimited, "at its limit", TimeSpan.FromSeconds(7));
        var refusal = route.FinalRefusal();
        (refusal.Code, refusal.RetryAfter).ShouldBe((RouteCodes.RateLimited, TimeSpan.FromSeconds(7)));
    }

    private static Pin At(Channel channel, int credential) => new()
    {
        Object = new UpstreamObject(ObjectKind.Response, "resp_1"), User = new UserId(1), Key = new ApiKeyId(1), Group = new GroupId(1), Channel = channel.Id,
        Credential = channel.Credentials[credential].Id, Model = "m", CreatedAt = Start, UpdatedAt = Start, ExpiresAt = Start.AddDays(1),
    };
}
