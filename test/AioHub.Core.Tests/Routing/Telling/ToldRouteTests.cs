using System.Collections.Immutable;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Telling;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing.Telling;

/// <summary>What a receipt keeps of a route says the same as the route itself would have said.</summary>
public sealed class ToldRouteTests
{
    private static readonly Needs[] Wants = [Needs.None, Needs.Tools, Needs.Documents, Needs.Documents | Needs.ServerTools, Needs.PromptCaching, Needs.Streaming | Needs.Reasoning];
    private static readonly string[][] Keys = [["one"], ["auto"], ["three", "auto"], ["gone", "two"], ["nope", "five", "one"], ["old", "four"], ["two", "three", "one"]];

    private static readonly ChannelType[] Types = [ChannelType.OpenAi, ChannelType.OpenAi, ChannelType.OpenAiCompatible, ChannelType.Azure, ChannelType.Anthropic, ChannelType.Gemini, ChannelType.AioHub];

    [Fact]
    public void A_call_is_told_as_it_was_explained_a_moment_before()
    {
        var told = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var (world, question) = Draw(random);
            var before = world.Published().Explain(question);

            var route = world.Router.Start(question);
            var served = route.TryNext(out var attempt) ? attempt : null;
            var refusal = route.Refusal;
            var after = Told(route, question, served, refusal).ShouldNotBeNull().Explanation;

            Spelled(after).ShouldBe(Spelled(before), $"seed {seed}");
            Count(served is null ? refusal!.Code : "served");
            Count(served is null ? "" : $"group {after.Groups.TakeWhile(static group => !group.Chosen).Count()}");
            foreach (var channel in after.Groups.SelectMany(static group => group.Channels))
                Count(channel.Result);
        }

        void Count(string what) => told[what] = told.GetValueOrDefault(what) + 1;

        // The worlds are of many kinds: what nobody drew, nothing was proved of.
        foreach (var kind in (string[])["served", "group 0", "group 1", "group 2", "model_not_found", "document_input_unsupported", "candidate", "cooling", "passed_over", "chosen", "object_unreachable", "group_expired"])
            told.ShouldContainKey(kind, string.Join(", ", told));
    }

    [Fact]
    public void A_call_that_was_tried_here_and_there_is_told_as_its_route_tells_it()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed + 1_000);
            var (world, question) = Draw(random);
            var route = world.Ask(question);
            RouteAttempt? served = null;
            while (served is null && route.TryPeek(out var attempt))
            {
                switch (random.Next(6))
                {
                    case 0:
                        route.PassOver(attempt.Group, RouteCodes.GroupQuotaExhausted, "its quota is used up");
                        break;
                    case 1:
                        route.PassOver(attempt, whole: random.Next(2) == 0, RouteCodes.RateLimited, "at its limit", TimeSpan.FromSeconds(random.Next(1, 9)));
                        break;
                    case 2:
                        served = route.TryTake() ? attempt : null;
                        break;
                    default:
                        if (route.TryTake())
                            route.Report(attempt, AttemptFailure.UpstreamError, null);
                        break;
                }
            }

            var after = Told(route, question, served ?? route.Last, null).ShouldNotBeNull().Explanation;
            string.Join('\n', after.Groups.Select(Spelled)).ShouldBe(string.Join('\n', route.Explain().Select(Spelled)), $"seed {seed}");

            // Nobody is left without a reason.
            after.Groups.ShouldAllBe(static group => group.Reason.Length > 0);
            after.Groups.SelectMany(static group => group.Channels).ShouldAllBe(static channel => channel.Reason.Length > 0);
        }
    }

    [Fact]
    public void Names_are_those_of_the_time_of_the_call()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var question = Question("m", "one", "two");
        var route = world.Ask(question);
        route.TryNext(out var attempt).ShouldBeTrue();
        var trace = route.Trace();
        world.Replace(world.Find("two") with { Name = "renamed", Status = GroupStatus.Expired });
        world.Ask("m", "one", "renamed").Explain()[1].Group.ShouldBe("renamed");

        var told = Told(trace, question, route, attempt, null)!.Explanation;
        told.Groups[1].Group.ShouldBe("two");
        told.Groups[1].Reason.ShouldBe("could serve; 'one' comes first");
        told.Groups[1].Channels.ShouldHaveSingleItem().Channel.ShouldBe("b");
    }

    [Fact]
    public void Equal_calls_share_one_figure_also_after_a_change_that_means_nothing_to_them()
    {
        var world = new RoutingWorld().Model("m").Model("n");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var first = Trace("m", "one");
        Trace("m", "one").ShouldBeSameAs(first);
        world.Replace(world.Find("two") with { Notes = "changed" });
        var second = Trace("m", "one");
        second.ShouldNotBeSameAs(first);
        second.Figure.ShouldBeSameAs(first.Figure);
        Trace("n", "one").FigureId.ShouldNotBe(first.FigureId);
        Trace("m", "two").FigureId.ShouldNotBe(first.FigureId);

        RouteTrace Trace(string model, string group)
        {
            var route = world.Ask(model, group);
            route.TryNext(out _).ShouldBeTrue();
            return route.Trace();
        }
    }

    [Fact]
    public void A_channel_beyond_those_that_are_listed_is_told_when_it_served_or_failed()
    {
        var world = new RoutingWorld().Model("m");
        var channels = Enumerable.Range(0, 30).Select(i => world.OpenAi($"c{i:00}")).ToArray();
        world.Group("one", group => group with { Members = [.. channels.Select(static (channel, i) => new GroupMember(channel.Id, 30 - i, 10))] });
        var route = world.Ask("m", "one");
        for (var i = 0; i < 2; i++)
        {
            route.TryNext(out var failed).ShouldBeTrue();
            route.Report(failed!, AttemptFailure.Timeout, null);
        }

        route.TryNext(out var attempt).ShouldBeTrue();
        var told = Told(route, Question("m", "one"), attempt, null)!.Explanation.Groups.ShouldHaveSingleItem().Channels;
        told.Length.ShouldBe(16 + 2 + 1 + 1);
        told[16].ShouldBe(new ChannelVerdict("c29", "passed_over", "tried: Timeout"));
        told[17].ShouldBe(new ChannelVerdict("c28", "passed_over", "tried: Timeout"));
        (told[18].Channel, told[18].Result).ShouldBe(("c27", "chosen"));
        told[19].ShouldBe(new ChannelVerdict("(14 more)", "passed_over", "not listed"));
    }

    [Fact]
    public void A_limit_that_had_no_place_a_moment_before_is_told()
    {
        var world = new RoutingWorld().Model("m");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));
        var before = world.Ask("m", "one", "two");
        before.TryPeek(out var peeked).ShouldBeTrue();
        before.PassOver(peeked!, whole: true, RouteCodes.RateLimited, "the channel: at its limit", TimeSpan.FromSeconds(2));

        var route = world.Ask("m", "one", "two");
        route.TryNext(out var attempt).ShouldBeTrue();
        attempt!.Channel.Name.ShouldBe("b");
        var told = Told(route, Question("m", "one", "two"), attempt, null)!.Explanation.Groups;
        told[0].Channels.ShouldHaveSingleItem().ShouldBe(new ChannelVerdict("a", "cooling", "a limit had no place for a call a moment before; priority 0, weight 10"));
    }

    [Fact]
    public void Whatever_the_bytes_say_reading_them_never_throws()
    {
        var random = new Random(5);
        for (var seed = 0; seed < 40; seed++)
        {
            var (world, question) = Draw(new Random(seed));
            var route = world.Ask(question);
            while (route.TryNext(out var attempt))
                route.Report(attempt, AttemptFailure.UpstreamError, null);
            var trace = route.Trace();
            var (figure, course) = (trace.Figure!.Bytes.ToArray(), trace.Course.ToArray());
            for (var i = 0; i < 200; i++)
            {
                var told = trace with { Course = Broken(course), Figure = new RouteFigure(trace.FigureId, Broken(figure)) };
                Should.NotThrow(() => Told(told, question, route, route.Last, null));

                // Behind the compression too.
                var plain = FigureBytes.TryRead(figure)!;
                Should.NotThrow(() => new RouteTelling(plain, CourseBytes.TryRead(told.Course.Span) ?? new Course(), new ToldCall("m", null, 1, long.MaxValue, "", -1, "")).Verdicts());
            }
        }

        FigureBytes.TryRead([]).ShouldBeNull();
        FigureBytes.TryRead([255, 255, 255, 127, 1, 2, 3]).ShouldBeNull("it says to be longer than any is");
        Told(new RouteTrace(1, default), Question("m", "one"), new RoutingWorld().Model("m").Ask("m", "one"), null, null).ShouldBeNull("nobody has the figure");

        byte[] Broken(byte[] bytes)
        {
            var copy = bytes.AsSpan(0, random.Next(3) == 0 ? random.Next(bytes.Length + 1) : bytes.Length).ToArray();
            for (var i = random.Next(4); i > 0 && copy.Length > 0; i--)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            return copy;
        }
    }

    [Fact]
    public void A_call_that_goes_where_it_always_goes_shares_its_trace_and_costs_next_to_nothing()
    {
        var world = new RoutingWorld().Model("m");
        for (var i = 0; i < 16; i++)
            world.Group($"group-{i}", world.OpenAi($"a{i}"), world.OpenAi($"b{i}"));
        var question = Question("m", "auto");
        var route = world.Ask(question);
        route.TryNext(out _).ShouldBeTrue();
        var trace = route.Trace();
        trace.Course.Length.ShouldBe(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            route.Trace();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100);

        // A decision costs the same with its story as without.
        var (told, untold) = (Bytes(isTold: true), Bytes(isTold: false));
        TestContext.Current.TestOutputHelper?.WriteLine($"a decision: {untold} bytes; told: {told}");
        told.ShouldBeLessThanOrEqualTo(untold + 8);

        var talk = world.Ask(question with { Session = "s" });
        talk.TryNext(out _).ShouldBeTrue();
        talk.Trace().Course.Length.ShouldBeLessThanOrEqualTo(2);
        TestContext.Current.TestOutputHelper?.WriteLine($"a figure of 16 groups and 32 channels: {trace.Figure!.Bytes.Length} bytes");

        long Bytes(bool isTold)
        {
            var start = 0L;
            for (var i = -100; i < 1_000; i++)
            {
                if (i == 0)
                    start = GC.GetAllocatedBytesForCurrentThread();
                var one = world.Router.Start(question);
                one.TryNext(out var attempt);
                if (isTold)
                    one.Trace();
                one.Report(attempt!, AttemptFailure.None, null);
            }

            return (GC.GetAllocatedBytesForCurrentThread() - start) / 1_000;
        }
    }

    private static ToldRoute? Told(Route route, RouteQuestion question, RouteAttempt? served, RouteRefusal? refusal) => Told(route.Trace(), question, route, served, refusal);

    private static ToldRoute? Told(RouteTrace trace, RouteQuestion question, Route route, RouteAttempt? served, RouteRefusal? refusal) =>
        ToldRoute.Of(new RoutedCall(trace, question.Model.ToString(), route.Attempts, refusal?.Status ?? 200, refusal?.Code)
        {
            Object = question.Pin?.Object,
            Served = served is null ? null : new ServedRoute(served.Group.Id, served.Group.Name, served.Channel.Id, served.Channel.Name, served.ServedModel, served.UpstreamModel),
        });

    private static string Spelled(RouteExplanation told) =>
        $"{told.Group}/{told.Channel} {told.Model} {told.UpstreamModel} {told.Price?.Version} {told.Multiplier} {told.Refusal?.Status} {told.Refusal?.Code} {told.Refusal?.Message}\n{string.Join('\n', told.Groups.Select(Spelled))}";

    private static string Spelled(GroupVerdict group) => $"{group.Group} {group.Chosen}: {group.Reason}{string.Concat(group.Channels.Select(static channel => $"\n  {channel}"))}";

    /// <summary>A world of six groups and up to twelve channels, some of them resting, and a call. Each tier has one channel, so that nothing is drawn.</summary>
    private static (RoutingWorld World, RouteQuestion Question) Draw(Random random)
    {
        var world = new RoutingWorld(random.Next())
            .Model("m", model => model with { Aliases = ["m-alias"] })
            .Model("long", model => model with { LongContextWindow = 1_000_000 })
            .Model("free", model => model with { Prices = [] });
        var channels = Enumerable.Range(0, random.Next(4, 13)).Select(i => world.Channel(
            $"channel-{i}", Types[random.Next(Types.Length)], random.Next(4) == 0 ? ["m"] : ["*"], random.Next(0, 4), channel => channel with
            {
                Enabled = random.Next(8) > 0,
                Settings = random.Next(4) == 0 ? RouteAssertions.Frozen("context_window", "1000") : channel.Settings,
                Capabilities = random.Next(3) == 0 ? RouteAssertions.Frozen(Needs.Documents, random.Next(2) == 0) : channel.Capabilities,
            })).ToArray();
        foreach (var name in (string[])["one", "two", "three", "four", "five", "old"])
        {
            var members = channels.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next()).Select((channel, i) => new GroupMember(channel.Id, i, random.Next(1, 20))).ToImmutableArray();
            world.Group(name, group => group with
            {
                Members = members,
                Multiplier = random.Next(1, 4) / 2m,
                AutoTier = random.Next(3),
                Visibility = random.Next(6) == 0 ? GroupVisibility.Hidden : GroupVisibility.Public,
                Dialects = random.Next(6) == 0 ? [Dialect.AnthropicMessages] : [],
                Models = random.Next(6) == 0 ? ["long"] : [],
                Status = name == "old" ? GroupStatus.Expired : random.Next(8) == 0 ? GroupStatus.Paused : GroupStatus.Active,
                ExpiredOn = name == "old" ? new DateOnly(2026, 5, 5) : null,
                Replacement = name == "old" && random.Next(2) == 0 ? "one" : null,
                ServeReplacement = random.Next(2) == 0,
                Policy = group.Policy with { Selection = (SelectionPolicy)random.Next(4), Lacks = random.Next(5) == 0 ? Needs.Documents : Needs.None },
            });
        }

        if (random.Next(3) == 0)
            world.Auto = new AutoPolicy(["two"], [new AutoRule("m*", ["three", "one"]) { Dialects = random.Next(2) == 0 ? [Dialect.OpenAiChat] : [] }]);
        foreach (var credential in channels.SelectMany(static channel => channel.Credentials))
        {
            if (random.Next(4) == 0)
                world.Health.Report(credential.Id, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(random.Next(5, 500)));
        }

        var holder = channels[random.Next(channels.Length)];
        var question = Question(((string[])["m", "m-alias", "long", "long[1m]", "m[1m]", "free", "mm", "unheard-of"])[random.Next(8)], Keys[random.Next(Keys.Length)]) with
        {
            Dialect = random.Next(4) == 0 ? Dialect.AnthropicMessages : Dialect.OpenAiChat,
            Needs = Wants[random.Next(Wants.Length)],
            Session = random.Next(3) == 0 ? "talk" : null,
            InputTokens = random.Next(4) == 0 ? 5_000 : 0,
            Pin = random.Next(6) == 0 && holder.Credentials.Length > 0
                ? new Pin
                {
                    Object = new UpstreamObject(ObjectKind.Response, "resp_1"), User = default, Key = default, Group = default, Channel = holder.Id, Credential = holder.Credentials[0].Id, Model = "m",
                    CreatedAt = Start, UpdatedAt = Start, ExpiresAt = Start.AddDays(1),
                }
                : null,
        };
        return (world, random.Next(5) == 0 ? question with { Key = question.Key with { Models = ["long"], OwnerMultiplier = 1.5m } } : question);
    }
}
