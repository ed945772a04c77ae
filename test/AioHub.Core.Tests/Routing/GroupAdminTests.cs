using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Routing;

public sealed class SqliteGroupAdminTests() : GroupAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresGroupAdminTests() : GroupAdminTests(DatabaseEngine.Postgres);

public abstract class GroupAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    [Fact]
    public async Task Every_member_of_a_draft_reaches_the_table()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        var draft = new GroupDraft
        {
            Name = "team",
            DisplayName = "Team",
            CommonUse = "use",
            Notes = "**notes**",
            Visibility = GroupVisibility.Restricted,
            Tags = ["vip"],
            Status = GroupStatus.Expired,
            ExpiredOn = (DateOnly?)new DateOnly(2026, 6, 1),
            Reason = "over",
            Replacement = "openai",
            ServeReplacement = true,
            Mode = GroupMode.Passthrough,
            Dialects = [Dialect.AnthropicMessages, Dialect.Gemini],
            Multiplier = 1.25m,
            Models = ["claude-*"],
            AutoTier = 9,
            HasQuota = true,
            Channels = [new MemberDraft("sandbox", 3, 7)],
        };
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Created.ShouldBeTrue();
        await server.RefreshAsync();
        var group = server.Table.FindGroup("team").ShouldNotBeNull();
        (group.DisplayName, group.CommonUse, group.Notes, group.Visibility, group.Status, group.ExpiredOn)
            .ShouldBe(("Team", "use", "**notes**", GroupVisibility.Restricted, GroupStatus.Expired, new DateOnly(2026, 6, 1)));
        (group.Reason, group.Replacement, group.ServeReplacement, group.Mode, group.Multiplier, group.AutoTier, group.HasQuota)
            .ShouldBe(("over", "openai", true, GroupMode.Passthrough, 1.25m, 9, true));
        group.Tags.ShouldBe(["vip"]);
        group.Models.ShouldBe(["claude-*"]);
        group.Dialects.ShouldBe([Dialect.AnthropicMessages, Dialect.Gemini]);
        group.Members.ShouldBe([new GroupMember(server.Channel("sandbox").Id, 3, 7)]);
        server.Table.Groups[^1].Name.ShouldBe("team");

        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.UpsertAsync(new GroupDraft { Name = "team" }, cancellation: Cancellation)).Any.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_named_changes_and_the_rest_stays()
    {
        await SeedAsync();
        var report = await Groups.UpsertAsync(new GroupDraft { Name = "claude-kiro", Multiplier = 0.5m, HasQuota = true }, dryRun: true, cancellation: Cancellation);
        report.Changes.ShouldBe(["multiplier: 0.4 → 0.5", "has_quota: false → true"]);
        report = await Groups.UpsertAsync(new GroupDraft { Name = "claude-kiro", Multiplier = 0.5m, HasQuota = true }, cancellation: Cancellation);
        report.Changes.Length.ShouldBe(2);
        var group = (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "claude-kiro");
        group.Group.Multiplier.ShouldBe(0.5m);
        group.Group.Models.ShouldBe(["claude-*", "sandbox/*"]);
        group.Channels.ShouldBe([new MemberDraft("sandbox", 100, 1)]);
    }

    [Fact]
    public async Task A_group_is_paused_expired_and_brought_back()
    {
        await SeedAsync();
        await Groups.SetStatusAsync("openai", GroupStatus.Paused, reason: "maintenance", cancellation: Cancellation);
        (await OneAsync("openai")).Reason.ShouldBe("maintenance");
        await Groups.SetStatusAsync("openai", GroupStatus.Expired, reason: "gone", replacement: "codex", cancellation: Cancellation);
        var expired = await OneAsync("openai");
        (expired.Status, expired.ExpiredOn, expired.Reason, expired.Replacement).ShouldBe((GroupStatus.Expired, new DateOnly(2026, 11, 22), "gone", "codex"));
        (await Groups.SetStatusAsync("openai", GroupStatus.Expired, reason: "gone", replacement: "codex", cancellation: Cancellation)).Any.ShouldBeFalse();
        await Groups.SetStatusAsync("openai", GroupStatus.Active, cancellation: Cancellation);
        var active = await OneAsync("openai");
        (active.Status, active.ExpiredOn, active.Reason, active.Replacement).ShouldBe((GroupStatus.Active, null, null, null));
        await Should.ThrowAsync<AdminException>(() => Groups.SetStatusAsync("none", GroupStatus.Active, cancellation: Cancellation));

        async Task<Group> OneAsync(string name) => (await Groups.ListAsync(Cancellation)).Single(listing => listing.Group.Name == name).Group;
    }

    [Fact]
    public async Task What_a_group_lacks_is_set_kept_and_taken_back()
    {
        await SeedAsync();
        (await LacksAsync("claude-kiro")).ShouldBe(Needs.Documents);
        var draft = new GroupDraft { Name = "openai", Policy = new GroupPolicyDraft { Lacks = Needs.Audio | Needs.Documents } };
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Changes.ShouldHaveSingleItem().ShouldBe("lacks: \"\" → documents, audio");
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.UpsertAsync(new GroupDraft { Name = "openai", Policy = new GroupPolicyDraft(), Multiplier = 1m }, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await LacksAsync("openai")).ShouldBe(Needs.Audio | Needs.Documents);
        var server = NewDirectories();
        await server.LoadAsync();
        server.Table.Groups.Single(static group => group.Name == "openai").Policy.Lacks.ShouldBe(Needs.Audio | Needs.Documents);
        (await Groups.UpsertAsync(new GroupDraft { Name = "openai", Policy = new GroupPolicyDraft { Lacks = Needs.None } }, cancellation: Cancellation)).Any.ShouldBeTrue();
        (await LacksAsync("openai")).ShouldBe(Needs.None);
        (await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(draft with { Name = "auto" }, cancellation: Cancellation))).Problems.ShouldHaveSingleItem().Field.ShouldBe("lacks");

        async Task<Needs> LacksAsync(string name) => (await Groups.ListAsync(Cancellation)).Single(listing => listing.Group.Name == name).Group.Policy.Lacks;
    }

    [Fact]
    public async Task Failover_and_translation_are_set_kept_and_taken_back()
    {
        await SeedAsync();
        var failover = new GroupFailover(3, 0, TimeSpan.FromSeconds(90), false);
        var draft = new GroupDraft { Name = "openai", Policy = new GroupPolicyDraft { Failover = failover, Translation = TranslationPolicy.NativeOnly } };
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Changes.ShouldBe([
            "failover.max_attempts: default → 3", "failover.same_credential: default → 0", "failover.deadline: default → 00:01:30", "failover.hold_handshake: default → false",
            "translation: prefer-native → native-only",
        ]);
        (await Groups.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.UpsertAsync(new GroupDraft { Name = "openai", Policy = new GroupPolicyDraft { Lacks = Needs.None } }, cancellation: Cancellation)).Any.ShouldBeFalse();
        var server = NewDirectories();
        await server.LoadAsync();
        var policy = server.Table.FindGroup("openai")!.Policy;
        (policy.Failover, policy.Translation).ShouldBe((failover, TranslationPolicy.NativeOnly));
        server.Table.FindGroup("codex-passthrough")!.Translation.ShouldBe(TranslationPolicy.NativeOnly);
        await Groups.UpsertAsync(draft with { Policy = new GroupPolicyDraft { Failover = GroupFailover.Default } }, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Table.FindGroup("openai")!.Policy.ShouldBe(new GroupPolicy { Translation = TranslationPolicy.NativeOnly });

        foreach (var (wrong, field) in new[]
                 {
                     (new GroupFailover(0), "failover.max_attempts"), (new GroupFailover(33), "failover.max_attempts"), (new GroupFailover(null, 4), "failover.same_credential"),
                     (new GroupFailover(null, -1), "failover.same_credential"), (new GroupFailover(null, null, TimeSpan.FromMilliseconds(999)), "failover.deadline"),
                     (new GroupFailover(null, null, TimeSpan.FromHours(1.01)), "failover.deadline"),
                 })
        {
            (await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(draft with { Policy = new GroupPolicyDraft { Failover = wrong } }, cancellation: Cancellation)))
                .Problems.ShouldHaveSingleItem().Field.ShouldBe(field);
        }

        (await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(draft with { Name = "auto" }, cancellation: Cancellation))).Problems.ShouldHaveSingleItem().Field.ShouldBe("policy");
    }

    [Fact]
    public async Task An_end_is_planned_kept_moved_and_taken_back()
    {
        await SeedAsync();
        var day = new DateOnly(2026, 12, 24);
        var planned = new GroupDraft { Name = "openai", Status = GroupStatus.Active, ExpiredOn = (DateOnly?)day, Reason = "moves house" };
        (await Groups.UpsertAsync(planned, cancellation: Cancellation)).Changes.ShouldBe(["expired_on: none → 2026-12-24", "reason: none → moves house"]);
        (await Groups.UpsertAsync(planned, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.SetStatusAsync("openai", GroupStatus.Active, reason: "moves house", cancellation: Cancellation)).Any.ShouldBeFalse("a planned end stays");
        (await Groups.UpsertAsync(new GroupDraft { Name = "openai", Status = GroupStatus.Paused }, cancellation: Cancellation)).Changes.ShouldBe(["status: active → paused"]);
        await Groups.UpsertAsync(planned with { ExpiredOn = new Named<DateOnly?>(null) }, cancellation: Cancellation);
        (await OneAsync()).ShouldBe((GroupStatus.Active, null, null));

        // A day that has come ends the group just so; naming a status alone brings it back.
        await Groups.UpsertAsync(planned with { ExpiredOn = (DateOnly?)new DateOnly(2026, 11, 22) }, cancellation: Cancellation);
        var group = (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "openai").Group;
        (group.Status, group.StatusAt(Time.GetUtcNow().UtcDateTime)).ShouldBe((GroupStatus.Active, GroupStatus.Expired));
        (await Groups.UpsertAsync(new GroupDraft { Name = "openai", Multiplier = group.Multiplier }, cancellation: Cancellation)).Any.ShouldBeFalse();
        await Groups.SetStatusAsync("openai", GroupStatus.Active, cancellation: Cancellation);
        (await OneAsync()).ShouldBe((GroupStatus.Active, null, null));
        (await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(planned with { Name = "auto" }, cancellation: Cancellation))).Problems.ShouldHaveSingleItem().Field.ShouldBe("expired_on");

        async Task<(GroupStatus, DateOnly?, string?)> OneAsync() =>
            (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "openai").Group is var one ? (one.Status, one.ExpiredOn, one.Reason) : default;
    }

    [Fact]
    public async Task Members_are_replaced_as_a_whole()
    {
        await SeedAsync(("OPENAI_API_KEY", "sk-upstream"), ("ANTHROPIC_API_KEY", "sk-ant"));
        await Groups.SetMembersAsync("openai", [new MemberDraft("anthropic", 1, 2), new MemberDraft("openai", 5, 5)], cancellation: Cancellation);
        (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "openai").Channels
            .ShouldBe([new MemberDraft("anthropic", 1, 2), new MemberDraft("openai", 5, 5)]);
        (await Groups.SetMembersAsync("openai", [new MemberDraft("openai", 5, 5), new MemberDraft("anthropic", 1, 2)], cancellation: Cancellation)).Any.ShouldBeFalse();
        await Groups.SetMembersAsync("openai", [], cancellation: Cancellation);
        (await Groups.ListAsync(Cancellation)).Single(static listing => listing.Group.Name == "openai").Channels.ShouldBeEmpty();
    }

    [Fact]
    public async Task Auto_takes_an_order_and_rules()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        server.Table.Auto.Order.ShouldBe(["openai", "anthropic"]);
        var draft = new AutoDraft(["anthropic"], [new AutoRule("gemini-*", ["gemini", "openai"]) { Dialects = [Wire.Vocabulary.Dialect.Gemini], Clients = ["claude-cli/* (external, cli)"], Tags = ["early"] }]);
        (await Groups.SetAutoAsync(draft, cancellation: Cancellation)).Any.ShouldBeTrue();
        (await Groups.SetAutoAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Groups.SetAutoAsync(new AutoDraft(), cancellation: Cancellation)).Any.ShouldBeFalse();
        await server.RefreshAsync();
        server.Table.Auto.Order.ShouldBe(["anthropic"]);
        var rule = server.Table.Auto.Rules.ShouldHaveSingleItem();
        rule.Model.ShouldBe("gemini-*");
        rule.Groups.ShouldBe(["gemini", "openai"]);
        rule.Dialects.ShouldBe([Wire.Vocabulary.Dialect.Gemini]);
        rule.Clients.ShouldBe(["claude-cli/* (external, cli)"]);
        rule.Tags.ShouldBe(["early"]);
        await Should.ThrowAsync<AdminException>(() => Groups.SetAutoAsync(new AutoDraft(Rules: [new AutoRule("*", ["gemini"]) { Clients = [""] }]), cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Groups.SetAutoAsync(new AutoDraft(["auto"]), cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Groups.SetAutoAsync(new AutoDraft(["nowhere"]), cancellation: Cancellation));
        await Should.ThrowAsync<AdminException>(() => Groups.SetAutoAsync(new AutoDraft(Rules: [new AutoRule("x", [])]), cancellation: Cancellation));
    }

    [Fact]
    public async Task Auto_has_no_channels()
    {
        await SeedAsync();
        (await Should.ThrowAsync<AdminException>(() => Groups.SetMembersAsync("auto", [new MemberDraft("sandbox")], cancellation: Cancellation)))
            .Problems.ShouldHaveSingleItem().Field.ShouldBe("channels");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Wrong_names_are_refused(string name) =>
        await Should.ThrowAsync<AdminException>(() => Groups.UpsertAsync(new GroupDraft { Name = name }, cancellation: Cancellation));
}
