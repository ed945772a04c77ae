using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    /// <summary>Every key that a file may have, in the form that the documentation shows.</summary>
    internal const string Everything = """
        version: 1
        groups:
          - name: claude-kiro
            status: active
            multiplier: 0.4
            channels: [{ channel: kiro-1, priority: 0, weight: 10 }]
            quota_usd: 50
            prices:
              - { model: claude-opus-4-7, from: 2026-04-16, to: 2027-01-01, input: 4, output: 20, tiers: [{ above: 200000, input: 8, output: 40 }] }
              - { model: MINE, from: 2026-01-01, per_request: 0.02 }
              - { model: claude-opus-4-7, from: 2027-01-01, currency: EUR, input: 3.5, output: 17.5 }
          - name: codex-cheap
            status: expired
            expired_on: 2026-05-05
            reason: replacement pending
            replacement: fresh
            serve_replacement: true
          - name: openai
            replacement: null
          - name: fresh
            display_name: Fresh
            common_use: Testing
            notes: "Costs ${KIRO_A} or $${NOTHING}"
            visibility: restricted
            tags: [staff]
            mode: passthrough
            dialects: [openai-responses]
            models: ["gpt-*"]
            auto_tier: 4
            lacks: [pdf, audio]
            selection: least-latency
            affinity: { ttl: 15m, break_at_slower: 5 }
            failover: { max_attempts: 3, same_credential: 0, deadline: 90s, hold_handshake: false }
            translation: native-only
          - name: ending
            status: active
            expired_on: 2099-12-31
            reason: moves house
            failover: {}
        auto:
          order: [openai, anthropic]
          rules: [{ model: "gemini-*", groups: [gemini] }, { clients: ["claude-cli/*"], dialects: [anthropic], tags: [early], groups: [anthropic] }]
        channels:
          - name: kiro-1
            type: kiro
            base_url: http://127.0.0.1:9100
            enabled: true
            dialects: [kiro]
            allow_private_network: true
            credentials: [{ name: a, secret: "${KIRO_A}" }, { name: b, access_key_id: AK, secret_access_key: SK, session_token: ST, enabled: false }]
            models: ["claude-*"]
            model_map: { claude-opus-4-7: claude-opus-4.7 }
            capabilities: { document: false, "claude-3*": { vision: false, tools: true } }
            limits: { rpm: 60, tpm: 100000, concurrency: 8, queue: 0, queue_wait: 1.5s }
            timeouts: { connect: 500ms, first_byte: 30, idle: 2m }
            settings: { region: us-east-1, cooldown_longest: 5m }
        models:
          - id: claude-opus-4-7
            context_window: 1000000
            prices: [{ from: 2026-04-16, input: 5, output: 25, cache_read: 0.5, cache_write_5m: 6.25, cache_write_1h: 10 }]
          - id: my-model
            vendor: me
            display_name: My model
            kind: chat
            aliases: [mine]
            long_context_window: 1000000
            max_output_tokens: 8000
            capabilities: [tools, pdf]
            open_weights: true
            released_on: 2026-01-02
            prices:
              - { from: 2026-01-01, to: 2026-06-01, currency: EUR, input: 1, output: 2, cache_write_other: 1, input_audio: 3, output_audio: 4, cache_read_audio: 1 }
              - from: 2026-06-01
                input: 1
                output: 2
                input_image: 1
                output_image: 2
                input_video: 3
                reasoning: 2
                cache_read_image: 0.5
                output_video: 17.5
                citations: 2
                regions: { EU: 1.1 }
                storage_hour: 1.25
                per_request: 0.01
                per_image: [{ size: 1024x1024, quality: high, usd: 0.2 }]
                per_second: 0.001
                per_character: 0.00001
                per_1k: { web_search: 10 }
                tiers: [{ above: 200000, inclusive: true, input: 2, output: 4 }]
                service_tiers: { flex: 0.5, priority: 2 }
                schedule: [{ days: [sat, sun], from: "00:30", to: 08:30, time_zone: UTC, multiplier: 0.5, dates: [2026-10-10], except: [2026-10-01, 2026-10-02] }]
          - id: gpt-4o-mini
            removed: true
        users:
          - email: ann@example.com
            role: operator
            tags: [staff]
            multiplier: 0.75
            enabled: true
            balance_usd: 10
        keys:
          - name: laptop
            user: ann@example.com
            secret: sk-0123456789abcdefghij
            groups: [auto, fresh]
            cross_group_failover: false
            models: ["gpt-*"]
            multiplier: 1.25
            limits: { usd_per_day: 5, usd_per_month: 50, usd_total: 500, rpm: 60, concurrency: 2 }
            expires_at: 2027-01-01T00:00:00Z
            enabled: true
        settings:
          max_attempts: 4
          queue: 3
          queue_wait: 1500ms
          fallback_price: { input: 1, output: 2 }
        """;

    [Fact]
    public async Task EveryKeyIsTakenOver()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.ApplyAsync(Everything)).Keys.ShouldBeEmpty();
        await world.Home.Watch.RefreshAsync(CancellationToken.None);

        var kiro = await world.GroupAsync("claude-kiro");
        kiro.Multiplier.ShouldBe(0.4m);
        kiro.HasQuota.ShouldBeTrue();
        (await world.Home.Ledger.BalanceAsync(AccountRef.Quota(kiro.Id))).ShouldBe(NanoUsd.FromUsd(50));
        kiro.Prices.All.Select(static price => (price.Model, price.Row.Currency, price.Row.Rates.Input, price.Row.PerRequest))
            .ShouldBe([("claude-opus-4-7", "USD", 4m, (decimal?)null), ("claude-opus-4-7", "EUR", 3.5m, null), ("my-model", "USD", (decimal?)null, 0.02m)]);
        kiro.Prices.All[0].Row.Tiers.Single().Rates.Output.ShouldBe(40);
        (await world.Home.GroupPrices.HistoryAsync(null, "claude-kiro")).ShouldAllBe(static record => record.AddedBy == "hub.yaml");
        (await world.GroupAsync("codex-cheap")).Replacement.ShouldBe("fresh");
        var fresh = await world.GroupAsync("fresh");
        fresh.Notes.ShouldBe("Costs kiro-secret-0123456789 or ${NOTHING}");
        fresh.Visibility.ShouldBe(GroupVisibility.Restricted);
        fresh.Mode.ShouldBe(GroupMode.Passthrough);
        fresh.Dialects.ShouldBe([Dialect.OpenAiResponses]);
        fresh.AutoTier.ShouldBe(4);
        fresh.Policy.ShouldBe(new GroupPolicy
        {
            Lacks = Needs.Documents | Needs.Audio, Selection = SelectionPolicy.LeastLatency, AffinityTtl = TimeSpan.FromMinutes(15), AffinityBreakAt = 5,
            Failover = new GroupFailover(3, 0, TimeSpan.FromSeconds(90), false), Translation = TranslationPolicy.NativeOnly,
        });
        var ending = await world.GroupAsync("ending");
        (ending.Status, ending.ExpiredOn, ending.Reason, ending.Policy).ShouldBe((GroupStatus.Active, new DateOnly(2099, 12, 31), "moves house", GroupPolicy.Default));

        var channel = world.Home.Routing.Current.Channels.Single(static channel => channel.Name == "kiro-1");
        kiro.Members.Single().Channel.ShouldBe(channel.Id);
        channel.Credentials.First(static credential => credential.Name == "a").Secret.ShouldBe("kiro-secret-0123456789");
        channel.Credentials.Length.ShouldBeGreaterThan(0);
        channel.Limits.ShouldBe(new Limits { Rpm = 60, Tpm = 100000, Concurrency = 8, Queue = 0, QueueWait = TimeSpan.FromSeconds(1.5) });
        channel.Timeouts.ShouldBe(new ChannelTimeouts(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)));
        channel.Capabilities.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create(Needs.Documents, false));
        channel.CapabilitiesByModel.ShouldHaveSingleItem().ShouldBe(new ModelCapabilities("claude-3*", Needs.Tools, Needs.Images));
        channel.LongestRest.ShouldBe(TimeSpan.FromMinutes(5));
        channel.UpstreamModel("claude-opus-4-7").ShouldBe("claude-opus-4.7");
        channel.Settings["region"].ShouldBe("us-east-1");

        var opus = world.Home.Catalog.Current.Find("claude-opus-4-7")!;
        opus.ContextWindow.ShouldBe(1_000_000);
        opus.Prices.ShouldHaveSingleItem().Rates.CacheWrite1h.ShouldBe(10);
        var mine = world.Home.Catalog.Current.Find("mine")!;
        mine.Capabilities.ShouldBe(Needs.Tools | Needs.Documents);
        mine.Prices[0].Currency.ShouldBe("EUR");
        mine.Prices[1].Tiers.Single().Inclusive.ShouldBeTrue();
        mine.Prices[1].Schedule.Single().Days.ShouldBe([DayOfWeek.Saturday, DayOfWeek.Sunday]);
        mine.Prices[1].Schedule.Single().Except.ShouldBe([new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 2)]);
        mine.Prices[1].Schedule.Single().Dates.ShouldBe([new DateOnly(2026, 10, 10)]);
        mine.Prices[1].Regions["eu"].ShouldBe(1.1m);
        (mine.Prices[1].StorageHour, mine.Prices[1].Rates.Citations, mine.Prices[1].Rates.OutputVideo, mine.Prices[1].Rates.CacheReadImage).ShouldBe((1.25m, 2m, 17.5m, 0.5m));
        mine.Prices[1].PerImage.Single().Size.ShouldBe("1024x1024");
        world.Home.Catalog.Current.Find("gpt-4o-mini").ShouldBeNull();

        var key = world.Home.Keys.Find("sk-0123456789abcdefghij")!;
        key.OwnerRole.ShouldBe(Role.Operator);
        key.Groups.ShouldBe(["auto", "fresh"]);
        key.CrossGroupFailover.ShouldBeFalse();
        (key.Multiplier, key.OwnerMultiplier).ShouldBe((1.25m, 0.75m));
        key.Limits.PerMonth.ShouldBe(NanoUsd.FromUsd(50));
        key.ExpiresAt.ShouldBe(new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await world.WalletAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        world.Home.Routing.Current.Auto.Rules[0].Groups.ShouldBe(["gemini"]);
        world.Home.Routing.Current.Auto.Rules[1].Clients.ShouldBe(["claude-cli/*"]);
        var settings = await world.Home.RouteSettings.ReadAsync();
        settings.MaxAttempts.ShouldBe(4);
        (settings.Queue, settings.QueueWait).ShouldBe((3, TimeSpan.FromSeconds(1.5)));
        settings.FallbackPrice!.Rates.Output.ShouldBe(2);
    }

    [Fact]
    public async Task PricesOfAGroupGoThroughAnExportAndAFileSettlesThem()
    {
        const string file = """
            version: 1
            groups:
              - name: openai
                prices: [{ model: gpt-4o, from: 2026-01-01T08:00:00Z, input: 1, output: 2 }, { model: gpt-4o-mini, from: 2026-01-01, input: 0.1, output: 0.2, schedule: [{ days: [mon], from: "08:00", to: "09:00", time_zone: UTC, multiplier: 2 }] }]
            """;
        await using var first = await ConfigurationWorld.OpenAsync();
        await using var second = await ConfigurationWorld.OpenAsync();
        (await first.ApplyAsync(file, dryRun: true)).Changes.Single().Changes.ShouldContain("prices: + gpt-4o {\"from\":\"2026-01-01T08:00:00Z\",\"input\":1,\"output\":2}");
        await first.ApplyAsync(file);
        var export = await first.ExportAsync();
        export.ShouldContain("model: gpt-4o");
        (await first.ApplyAsync(export)).Changes.ShouldBeEmpty();
        await second.ApplyAsync(export);
        (await second.ExportAsync()).ShouldBe(export);
        (await second.GroupAsync("openai")).Prices.All.Select(static price => PriceJson.Write(price.Row)).ShouldBe((await first.GroupAsync("openai")).Prices.All.Select(static price => PriceJson.Write(price.Row)));

        // Not named they stay, named they are settled.
        (await second.ApplyAsync("version: 1\ngroups: [{ name: openai, multiplier: 2 }]")).Changes.Single().Changes.ShouldBe(["multiplier: 1 → 2"]);
        (await second.GroupAsync("openai")).Prices.All.Length.ShouldBe(2);
        (await second.ApplyAsync(await first.ExportAsync())).Changes.Single().Changes.ShouldBe(["multiplier: 2 → 1"]);
        (await second.ApplyAsync("version: 1\ngroups: [{ name: openai, prices: [] }]")).Changes.Single().Changes.ShouldAllBe(static line => line.StartsWith("prices: − ", StringComparison.Ordinal));
        (await second.GroupAsync("openai")).Prices.All.ShouldBeEmpty();
        (await second.Home.GroupPrices.HistoryAsync(null, "openai")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task ApplyingTwiceChangesNothing()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.ApplyAsync(Everything)).Changes.ShouldNotBeEmpty();
        (await world.ApplyAsync(Everything)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task ADryRunTellsTheSameAndChangesNothing()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        var before = await world.ExportAsync();
        var dry = await world.ApplyAsync(Everything, dryRun: true);
        (await world.ExportAsync()).ShouldBe(before);
        var real = await world.ApplyAsync(Everything);
        dry.Changes.Select(static change => (change.What, change.Created, string.Join('\n', change.Changes)))
            .ShouldBe(real.Changes.Select(static change => (change.What, change.Created, string.Join('\n', change.Changes))));
    }

    [Fact]
    public async Task AnExportChangesNothing()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.ApplyAsync(Everything);
        var export = await world.ExportAsync();
        world.Environment["KIRO_1_A"] = "kiro-secret-0123456789";
        world.Environment["KIRO_1_B"] = """{"access_key_id":"AK","secret_access_key":"SK","session_token":"ST"}""";
        (await world.ApplyAsync(export)).Changes.ShouldBeEmpty(export);
        export.ShouldNotContain("kiro-secret-0123456789\"");
        export.ShouldNotContain("sk-0123456789abcdefghij");
    }

    [Fact]
    public async Task AnExportMakesAnEmptyHubTheSame()
    {
        await using var first = await ConfigurationWorld.OpenAsync();
        await first.ApplyAsync(Everything);
        var export = await first.ExportAsync();
        await using var second = await ConfigurationWorld.OpenAsync();
        second.Environment["KIRO_1_A"] = "x";
        second.Environment["KIRO_1_B"] = "y";
        var report = await second.ApplyAsync(export);
        (await second.ExportAsync()).ShouldBe(export);
        // Its keys have new secrets, told once.
        report.Keys.ShouldContain(static key => key.Name == "laptop" && key.Secret.StartsWith("sk-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnErrorInTheLastSectionUndoesEverything()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        var before = await world.ExportAsync();
        var problems = await world.RefusedAsync(Everything.Replace("max_attempts: 4", "max_attempts: 400", StringComparison.Ordinal));
        problems.ShouldHaveSingleItem().ShouldContain("max_attempts");
        (await world.ExportAsync()).ShouldBe(before);
        (await world.Home.Identity.ListUsersAsync()).ShouldNotContain(static user => user.Email == "ann@example.com");
    }

    [Fact]
    public async Task ABalanceIsGivenToNewUsersOnly()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.ApplyAsync("users: [{ email: bob@example.com, balance_usd: 10 }]");
        await world.ApplyAsync("users: [{ email: bob@example.com, balance_usd: 99 }]");
        (await world.WalletAsync("bob@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        var user = (await world.Home.Identity.ListUsersAsync()).Single(static user => user.Email == "bob@example.com");
        var entry = (await world.Home.Ledger.EntriesAsync(AccountRef.Wallet(user.Id), null, 10)).ShouldHaveSingleItem();
        (entry.Reason, entry.Actor).ShouldBe(("configuration", "hub.yaml"));
    }

    [Fact]
    public async Task AQuotaFollowsTheFileAndKeepsTopUps()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        var account = AccountRef.Quota((await world.GroupAsync("gemini")).Id);
        await world.ApplyAsync("groups: [{ name: gemini, quota_usd: 50 }]");
        await world.Home.Ledger.TopUpAsync(account, NanoUsd.FromUsd(7), "by hand", "test");
        await world.ApplyAsync("groups: [{ name: gemini, quota_usd: 70 }]");
        (await world.Home.Ledger.BalanceAsync(account)).ShouldBe(NanoUsd.FromUsd(77));
        await world.ApplyAsync("groups: [{ name: gemini, quota_usd: 20 }]");
        (await world.Home.Ledger.BalanceAsync(account)).ShouldBe(NanoUsd.FromUsd(27));
        (await world.ApplyAsync("groups: [{ name: gemini, quota_usd: 20 }]")).Changes.ShouldBeEmpty();
        await world.ApplyAsync("groups: [{ name: gemini, quota_usd: null }]");
        (await world.GroupAsync("gemini")).HasQuota.ShouldBeFalse();
    }

    [Fact]
    public async Task WhatIsNotNamedStays()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.ApplyAsync("groups: [{ name: openai, multiplier: 2 }]");
        var group = await world.GroupAsync("openai");
        group.Multiplier.ShouldBe(2);
        group.DisplayName.ShouldBe("OpenAI");
        group.Members.ShouldNotBeEmpty();
        await world.ApplyAsync("groups: [{ name: openai, channels: [] }]");
        (await world.GroupAsync("openai")).Members.ShouldBeEmpty();
    }
}
