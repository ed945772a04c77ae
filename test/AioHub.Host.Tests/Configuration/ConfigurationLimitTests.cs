using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Configuration;

/// <summary>Limits in files: of keys, users, groups, channels and credentials, and who may wait for a place.</summary>
public sealed class ConfigurationLimitTests
{
    [Fact]
    public async Task LimitsStandOnEverybodyAndGoThroughAnExport()
    {
        const string all = "{ usd_per_day: 1.5, usd_per_week: 7, usd_per_month: 20, usd_total: 100, soft: 0.8, rpm: 60, rpd: 1000, tpm: 100000, concurrency: 8 }";
        const string file = $$"""
            version: 1
            channels:
              - name: bounded
                type: sandbox
                quota_usd: 20
                limits: {{all}}
                credentials: [{ name: a, secret: some-secret-of-a, limits: {{all}} }]
            groups:
              - name: bounded
                limits: {{all}}
                channels: [{ channel: bounded }]
            users:
              - email: bounded@example.com
                limits: {{all}}
            keys:
              - name: bounded
                user: bounded@example.com
                secret: sk-0123456789abcdefghij
                limits: {{all}}
            """;
        await using var world = await ConfigurationWorld.OpenAsync();
        await world.ApplyAsync(file);
        await world.Home.Watch.RefreshAsync(CancellationToken.None);
        var expected = new Limits
        {
            PerDay = NanoUsd.FromUsd(1.5m), PerWeek = NanoUsd.FromUsd(7), PerMonth = NanoUsd.FromUsd(20), Total = NanoUsd.FromUsd(100), Soft = 0.8m,
            Rpm = 60, Rpd = 1000, Tpm = 100_000, Concurrency = 8,
        };
        var channel = world.Home.Routing.Current.Channels.Single(static channel => channel.Name == "bounded");
        (channel.Limits, channel.Credentials.Single().Limits, channel.HasQuota).ShouldBe((expected, expected, true));
        (await world.Home.Ledger.BalanceAsync(AccountRef.Budget(channel.Id))).ShouldBe(NanoUsd.FromUsd(20));
        (await world.GroupAsync("bounded")).Limits.ShouldBe(expected);
        var key = world.Home.Keys.Find("sk-0123456789abcdefghij")!;
        (key.Limits, key.OwnerLimits).ShouldBe((expected, expected));

        (await world.ApplyAsync(file)).Changes.ShouldBeEmpty();
        var export = await world.ExportAsync();
        System.Text.RegularExpressions.Regex.Count(export, "usd_per_week: 7").ShouldBe(5);
        (await world.ApplyAsync(file.Replace(all, "{}", StringComparison.Ordinal))).Changes.ShouldNotBeEmpty();
        await world.Home.Watch.RefreshAsync(CancellationToken.None);
        (await world.GroupAsync("bounded")).Limits.ShouldBe(Limits.None);
        world.Home.Keys.Find("sk-0123456789abcdefghij")!.OwnerLimits.ShouldBe(Limits.None);
    }

    [Fact]
    public async Task WhoMayWaitStandsInLimitsAndSettings()
    {
        const string file = """
            version: 1
            channels: [{ name: lined, type: sandbox, limits: { concurrency: 2, queue: 5, queue_wait: 2m }, credentials: [{ name: a, secret: some-secret-of-a, limits: { concurrency: 1, queue: 0 } }] }]
            groups: [{ name: lined, limits: { queue_wait: 750ms }, channels: [{ channel: lined }] }]
            settings: { queue: 7, queue_wait: 30 }
            """;
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.Home.RouteSettings.ReadAsync()).ShouldBe(RouteSettings.Default);
        await world.ApplyAsync(file);
        await world.Home.Watch.RefreshAsync(CancellationToken.None);
        var channel = world.Home.Routing.Current.Channels.Single(static channel => channel.Name == "lined");
        channel.Limits.ShouldBe(new Limits { Concurrency = 2, Queue = 5, QueueWait = TimeSpan.FromMinutes(2) });
        channel.Credentials.Single().Limits.ShouldBe(new Limits { Concurrency = 1, Queue = 0 });
        (await world.GroupAsync("lined")).Limits.ShouldBe(new Limits { QueueWait = TimeSpan.FromSeconds(0.75) });
        var settings = await world.Home.RouteSettings.ReadAsync();
        (settings.Queue, settings.QueueWait).ShouldBe((7, TimeSpan.FromSeconds(30)));
        (await world.ApplyAsync(file)).Changes.ShouldBeEmpty();

        await using var second = await ConfigurationWorld.OpenAsync();
        second.Environment["LINED_A"] = "x";
        await second.ApplyAsync(await world.ExportAsync());
        (await second.ExportAsync()).ShouldBe(await world.ExportAsync());
        await world.ApplyAsync("settings: { queue: null }");
        (await world.Home.RouteSettings.ReadAsync()).Queue.ShouldBeNull();
        (await world.RefusedAsync("settings: { queue_wait: 11m }")).ShouldHaveSingleItem().ShouldContain("queue_wait");
        (await world.RefusedAsync("channels: [{ name: lined, limits: { queue_wait: 0 } }]")).ShouldHaveSingleItem().ShouldContain("queue_wait");
        (await world.RefusedAsync("users: [{ email: ann@example.com, limits: { queue: 1 } }]")).ShouldHaveSingleItem().ShouldContain("unknown key 'queue'");
    }
}
