using System.Collections.Immutable;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using static AioHub.Core.Tests.Routing.RoutingWorld;

namespace AioHub.Core.Tests.Routing;

public sealed class RouterGroupTests
{
    [Fact]
    public void The_first_group_that_can_serve_wins_and_the_next_follows_when_it_fails()
    {
        var world = new RoutingWorld().Model("gpt-5").Model("other");
        var a = world.Channel("a", ChannelType.OpenAi, ["other"]);
        var b = world.OpenAi("b");
        var c = world.OpenAi("c");
        world.Group("one", a).Group("two", b).Group("three", c);

        Drain(world.Ask("gpt-5", "one", "two", "three"), AttemptFailure.RateLimited).ShouldBe(["two/b/b-0", "three/c/c-0"]);
    }

    [Fact]
    public void Without_failover_only_the_first_able_group_is_tried()
    {
        var world = new RoutingWorld().Model("gpt-5").Model("other");
        var a = world.Channel("a", ChannelType.OpenAi, ["other"]);
        world.Group("one", a).Group("two", world.OpenAi("b")).Group("three", world.OpenAi("c"));
        var question = Question("gpt-5", "one", "two", "three");
        question = question with { Key = question.Key with { CrossGroupFailover = false } };

        Drain(world.Ask(question), AttemptFailure.RateLimited).ShouldBe(["two/b/b-0"]);
        // All of it rests now: still no other group.
        Drain(world.Ask(question), AttemptFailure.RateLimited).ShouldBe(["two/b/b-0"]);
        var route = world.Ask(question);
        route.PassOver(world.Find("two"), "group_quota_exhausted", "empty");
        route.ShouldRefuse(503, "group_quota_exhausted", "empty");
    }

    [Fact]
    public void An_expired_group_tells_date_reason_and_replacement_when_nobody_else_serves()
    {
        var world = new RoutingWorld().Model("gpt-5");
        var channel = world.OpenAi("a");
        world.Group("codex-cheap", group => group with { Status = GroupStatus.Expired, ExpiredOn = new DateOnly(2026, 5, 5), Reason = "replacement pending" }, channel)
            .Group("old", group => group with { Status = GroupStatus.Expired, Replacement = "codex" }, channel)
            .Group("codex", channel);

        world.Ask("gpt-5", "codex-cheap").ShouldRefuse(403, "group_expired", "2026-05-05", "replacement pending", "no replacement yet");
        world.Ask("gpt-5", "old").ShouldRefuse(403, "group_expired", "Use group 'codex'");
        First(world.Ask("gpt-5", "codex-cheap", "codex")).ShouldBe("codex/a/a-0");
    }

    [Fact]
    public void An_expired_group_is_served_by_its_replacement_where_the_operator_allowed_it()
    {
        var world = new RoutingWorld().Model("gpt-5");
        var channel = world.OpenAi("a");
        world.Group("cheap", group => group with { Status = GroupStatus.Expired, Replacement = "codex", ServeReplacement = true })
            .Group("codex", group => group with { Visibility = GroupVisibility.Restricted, Tags = ["vip"] }, channel)
            .Group("ring-1", group => group with { Status = GroupStatus.Expired, Replacement = "ring-2", ServeReplacement = true })
            .Group("ring-2", group => group with { Status = GroupStatus.Expired, Replacement = "ring-1", ServeReplacement = true });

        var route = world.Ask("gpt-5", "cheap");
        First(route).ShouldBe("codex/a/a-0");
        var verdict = route.Explain().ShouldHaveSingleItem();
        verdict.Group.ShouldBe("cheap");
        verdict.Chosen.ShouldBeTrue();
        verdict.Reason.ShouldContain("replacement 'codex'");
        world.Ask("gpt-5", "ring-1").ShouldRefuse(403, "group_expired");
    }

    [Fact]
    public void A_paused_group_is_passed_over_and_told_only_when_none_serves()
    {
        var world = new RoutingWorld().Model("gpt-5");
        var channel = world.OpenAi("a");
        world.Group("one", group => group with { Status = GroupStatus.Paused, Reason = "maintenance" }, channel).Group("two", channel);

        world.Ask("gpt-5", "one").ShouldRefuse(403, "group_paused", "maintenance");
        First(world.Ask("gpt-5", "one", "two")).ShouldStartWith("two/");
    }

    [Fact]
    public void Unknown_and_restricted_groups_are_refused_alike()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("vip", group => group with { Visibility = GroupVisibility.Restricted, Tags = ["gold", "silver"] }, world.OpenAi("a"));

        var unknown = world.Ask("gpt-5", "nope").ShouldRefuse(403, "group_not_allowed", "'nope'");
        var restricted = world.Ask("gpt-5", "vip").ShouldRefuse(403, "group_not_allowed", "'vip'");
        restricted.Message.Replace("vip", "nope", StringComparison.Ordinal).ShouldBe(unknown.Message);
        world.Ask("gpt-5", "vip").Explain().ShouldHaveSingleItem().Channels.ShouldBeEmpty();

        var question = Question("gpt-5", "vip");
        First(world.Ask(question with { Key = question.Key with { OwnerTags = ["Silver"] } })).ShouldBe("vip/a/a-0");
    }

    [Fact]
    public void Hidden_groups_serve_keys_that_name_them()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("hidden", group => group with { Visibility = GroupVisibility.Hidden }, world.OpenAi("a"));

        First(world.Ask("gpt-5", "hidden")).ShouldBe("hidden/a/a-0");
        world.Ask("gpt-5", "auto").ShouldRefuse(503, "no_channel_available");
        world.Ask("gpt-5", "auto").Explain().ShouldNotContain(verdict => verdict.Group == "hidden");
    }

    [Fact]
    public void A_group_takes_only_its_dialects()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("codex", group => group with { Dialects = [Dialect.OpenAiResponses] }, world.OpenAi("a"));

        world.Ask("gpt-5", "codex").ShouldRefuse(403, "dialect_not_allowed", "openai-responses", "openai-chat");
        First(world.Ask(Question("gpt-5", "codex") with { Dialect = Dialect.OpenAiResponses })).ShouldBe("codex/a/a-0");
    }

    [Fact]
    public void Auto_goes_by_rule_then_order_then_tier_then_dearer_then_name()
    {
        var world = new RoutingWorld().Model("gpt-5").Model("gemini-3");
        var channels = Enumerable.Range(0, 8).Select(i => world.OpenAi($"c{i}")).ToArray();
        world.Group("auto")
            .Group("zeta", group => group with { AutoTier = 3 }, channels[0])
            .Group("beta", group => group with { Multiplier = 0.5m }, channels[1])
            .Group("dear", group => group with { Multiplier = 2m }, channels[2])
            .Group("alpha", group => group with { Multiplier = 0.5m }, channels[3])
            .Group("openai", group => group with { AutoTier = 9 }, channels[4])
            .Group("ruled", group => group with { AutoTier = 9 }, channels[5])
            .Group("hidden", group => group with { Visibility = GroupVisibility.Hidden, AutoTier = 0 }, channels[6])
            .Group("paused", group => group with { Status = GroupStatus.Paused, AutoTier = 0 }, channels[7]);
        world.Auto = new AutoPolicy(["gone", "openai"], [new AutoRule("gemini-*", ["ruled", "hidden", "beta"]), new AutoRule("gem*", ["zeta"])]);
        world.Published().Settings = new RouteSettings { MaxAttempts = 20 };

        Groups(world.Ask("gpt-5", "auto")).ShouldBe(["openai", "zeta", "dear", "alpha", "beta", "ruled"]);
        Groups(world.Ask("gemini-3", "auto")).ShouldBe(["ruled", "beta", "openai", "zeta", "dear", "alpha"]);
    }

    [Fact]
    public void Autos_rules_ask_for_dialect_client_and_tag_and_the_first_that_holds_counts()
    {
        var world = new RoutingWorld().Model("m").Model("n");
        foreach (var name in new[] { "plain", "claude-code", "beta", "gemini" })
            world.Group(name, group => group with { AutoTier = name == "plain" ? 1 : 5 }, world.Channel(name, ChannelType.Sandbox, ["*"]));
        world.Auto = new AutoPolicy([],
        [
            new AutoRule("m", ["beta"]) { Tags = ["early"], Clients = ["curl/*"] },
            new AutoRule("*", ["claude-code"]) { Clients = ["claude-cli/*", "*claude code*"], Dialects = [Dialect.AnthropicMessages] },
            new AutoRule("m", ["gemini"]) { Dialects = [Dialect.Gemini, Dialect.OpenAiResponses] },
        ]);
        var call = Question("m", "auto");

        Group(call).ShouldBe("plain");
        Group(call with { Dialect = Dialect.Gemini }).ShouldBe("gemini");
        Group(call with { Dialect = Dialect.Gemini, Model = new("n", false) }).ShouldBe("plain", "the rule is for another model");
        Group(call with { Client = "claude-cli/2.1.3 (external, cli)" }).ShouldBe("plain", "not in this dialect");
        Group(call with { Client = "claude-cli/2.1.3 (external, cli)", Dialect = Dialect.AnthropicMessages }).ShouldBe("claude-code");
        Group(call with { Client = "My Claude Code", Dialect = Dialect.AnthropicMessages, Model = new("n", false) }).ShouldBe("claude-code");
        Group(call with { Client = "curl/8.5.0" }).ShouldBe("plain");
        var early = call with { Key = call.Key with { OwnerTags = ["Early"] } };
        Group(early).ShouldBe("plain");
        Group(early with { Client = "curl/8.5.0", Dialect = Dialect.Gemini }).ShouldBe("beta", "it stands before the other");
        world.Published().Explain(early with { Client = "curl/8.5.0" }).Groups.Select(static group => group.Group).First(static name => name != "auto").ShouldBe("beta");

        string Group(RouteQuestion question) => First(world.Ask(question)).Split('/')[0];
    }

    [Fact]
    public void Auto_counts_restricted_groups_only_with_a_shared_tag()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("vip", group => group with { Visibility = GroupVisibility.Restricted, Tags = ["gold"], AutoTier = 0 }, world.OpenAi("a"))
            .Group("all", world.OpenAi("b"));

        Groups(world.Ask("gpt-5", "auto")).ShouldBe(["all"]);
        var question = Question("gpt-5", "auto");
        Groups(world.Ask(question with { Key = question.Key with { OwnerTags = ["gold"] } })).ShouldBe(["vip", "all"]);
    }

    [Fact]
    public void Auto_beside_named_groups_gives_each_credential_once()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("one", world.OpenAi("a")).Group("two", world.OpenAi("b"));

        Drain(world.Ask("gpt-5", "two", "auto"), AttemptFailure.RateLimited).ShouldBe(["two/b/b-0", "one/a/a-0"]);
        world.Ask("gpt-5", "two", "auto").Explain().Select(verdict => verdict.Group).ShouldBe(["two", "one"]);
    }

    [Fact]
    public void Auto_can_be_paused_like_any_group()
    {
        var world = new RoutingWorld().Model("gpt-5");
        world.Group("auto", group => group with { Status = GroupStatus.Paused }).Group("one", world.OpenAi("a"));

        world.Ask("gpt-5", "auto").ShouldRefuse(403, "group_paused");
    }

    private static List<string> Groups(Route route) => [.. Drain(route).Select(attempt => attempt.Split('/')[0])];
}
