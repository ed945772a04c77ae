namespace AioHub.Host.Tests.Configuration;

/// <summary>What is wrong with a file is told with its line.</summary>
public sealed class ConfigurationProblemTests
{
    [Theory]
    [InlineData("version: 1\ngroups:\n  - name: openai\n    multipler: 2", "hub.yaml:4: unknown key 'multipler' in a group; did you mean 'multiplier'?")]
    [InlineData("grups: []", "hub.yaml:1: unknown key 'grups' in the file; did you mean 'groups'?")]
    [InlineData("version: 2", "hub.yaml:1: the file: version: this program reads version 1")]
    [InlineData("groups:\n  - name: openai\n    multiplier: two", "hub.yaml:3: a group: multiplier: must be a number, not text")]
    [InlineData("groups:\n  - name: openai\n    multiplier: \"2\"", "hub.yaml:3: a group: multiplier: must be a number, not text")]
    [InlineData("groups:\n  - name: openai\n    serve_replacement: 1", "hub.yaml:3: a group: serve_replacement: must be true or false, not a number")]
    [InlineData("groups: 7", "hub.yaml:1: the file: groups: must be a list, not a number")]
    [InlineData("groups:\n  - openai", "hub.yaml:2: the file: groups: an entry must be a mapping, not text")]
    [InlineData("groups:\n  - name: openai\n    status: gone", "hub.yaml:3: a group: status: 'gone' is not one of active, paused, expired")]
    [InlineData("groups:\n  - name: openai\n    expired_on: yesterday", "hub.yaml:3: a group: expired_on: 'yesterday' must be a day such as 2026-05-05")]
    [InlineData("groups:\n  - name: openai\n    translation: all", "hub.yaml:3: a group: translation: 'all' is not one of prefer-native, native-only, any")]
    [InlineData("groups:\n  - name: openai\n    failover: { attempts: 2 }", "hub.yaml:3: unknown key 'attempts' in the failover of a group; known are max_attempts, same_credential, deadline, hold_handshake")]
    [InlineData("groups:\n  - name: openai\n    failover: { same_credential: 4 }", "hub.yaml:3: group openai: failover.same_credential: must be from 0 to 3")]
    [InlineData("groups:\n  - name: openai\n    failover: { deadline: 2h }", "hub.yaml:3: group openai: failover.deadline: must be from one second to an hour")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    capabilities: { \"gpt*\": { pictures: false } }", "hub.yaml:4: a channel: capabilities: there is no capability 'pictures'")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    capabilities: { images: { tools: false } }", "hub.yaml:4: a channel: capabilities: 'images' must be true or false; a mapping stands under a pattern of models")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    capabilities: { \"gpt*\": { tools: 1 } }", "hub.yaml:4: the capabilities of 'gpt*': tools: must be true or false, not a number")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    capabilities: { \"gpt*\": false }", "hub.yaml:4: a channel: capabilities: there is no capability 'gpt*'")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    settings: { cooldown: never }", "hub.yaml:4: channel c: settings.cooldown: must be on (the default) or off")]
    [InlineData("groups:\n  - multiplier: 2", "hub.yaml:2: a group needs 'name'")]
    [InlineData("groups:\n  - name: openai\n    name: gemini", "hub.yaml:3: 'name' stands here a second time")]
    [InlineData("groups:\n  - name: openai\n  - name: openai", "hub.yaml:3: a group: name: group 'openai' stands in the file twice")]
    [InlineData("channels:\n  - name: c\n    credentials:\n      - { name: a, secret: \"${NO_SUCH}\" }", "hub.yaml:4: the environment variable NO_SUCH is not set")]
    [InlineData("users:\n  - email: a@example.com\n    limits: { usd_per_hour: 1 }", "hub.yaml:3: unknown key 'usd_per_hour' in the limits of a user")]
    [InlineData("groups:\n  - name: g\n    limits: { soft: 0.8 }", "hub.yaml:3: group g: limits.soft: needs a limit on money beside it")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    limits: { rpm: 1.5 }", "hub.yaml:4: the limits of a channel: rpm: must be a whole number from 0 to 2147483647")]
    [InlineData("models:\n  - id: m\n    prices:\n      - { from: 2026-01-01, inptu: 1 }", "hub.yaml:4: unknown key 'inptu' in a price row; did you mean 'input'?")]
    [InlineData("settings:\n  fallback_prize: {}", "hub.yaml:2: unknown key 'fallback_prize' in settings; did you mean 'fallback_price'?")]
    [InlineData("channels:\n  - name: c\n    type: sandbox\n    settings: { usage_rules: xia }", "hub.yaml:4: a channel: settings: knows no usage_rules 'xia'; there are default, openai, xai")]
    [InlineData("groups:\n  - name: openai\n    prices:\n      - { from: 2026-01-01, input: 1 }", "hub.yaml:4: a price row of a group needs 'model'")]
    [InlineData("groups:\n  - name: openai\n    prices:\n      - { model: m, from: 2026-01-01, inptu: 1 }", "hub.yaml:4: unknown key 'inptu' in a price row of a group; did you mean 'input'?")]
    [InlineData("groups:\n  - name: openai\n    prices:\n      - { model: m, input: 1 }", "hub.yaml:4: a price row of a group: prices: A price row needs 'from', the day it comes into force.")]
    [InlineData("groups:\n  - name: openai\n    prices: [{ model: m, from: 2026-01-01, input: 1 }, { model: M, from: 2026-01-01, input: 2 }]", "hub.yaml:3: group openai: prices: two rows of model")]
    [InlineData("groups:\n  - name: auto\n    prices: [{ model: m, from: 2026-01-01, input: 1 }]", "hub.yaml:3: group auto: prices: auto has no prices of its own")]
    [InlineData("groups:\n  - name: openai\n    prices: [{ model: \"m[1m]\", from: 2026-01-01, input: 1 }]", "hub.yaml:3: group openai: prices.model: 'm[1m]' is a variant")]
    [InlineData("models:\n  - id: m\n    prices:\n      - { from: 2026-01-01, schedule: [{ multiplier: 2, time_zone: Mars/Olympus }] }", "hub.yaml:3: model m: prices: 'Mars/Olympus' is not a time zone")]
    [InlineData("models:\n  - id: m\n    prices:\n      - { from: 2026-01-01, schedule: [{ multiplier: 2, except: [tomorrow] }] }", "hub.yaml:4: a price row: prices: 'except' must be dates such as 2026-10-01.")]
    [InlineData("users:\n  - email: a@example.com\n    multiplier: -1", "hub.yaml:3: user a@example.com: multiplier: must be from 0 to 1000")]
    [InlineData("groups: [{ name: x, channels: [{ channel: nowhere }] }]", "hub.yaml:1: group x: channels: there is no channel 'nowhere'; create it first")]
    [InlineData("keys:\n  - name: k\n    user: nobody@example.com", "hub.yaml:3: key k: user: there is no user nobody@example.com; create the user first")]
    [InlineData("a: [", "hub.yaml:2: is not YAML: ")]
    [InlineData("", "hub.yaml: is empty; it must at least say 'version: 1'")]
    [InlineData("- a", "hub.yaml:1: must be a mapping with members such as 'groups:' and 'channels:'")]
    public async Task TheProblemIsTold(string text, string expected)
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.RefusedAsync(text)).ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    [Fact]
    public async Task SeveralProblemsAreToldAtOnce()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        var problems = await world.RefusedAsync("groups:\n  - name: openai\n    a: 1\nkeys:\n  - name: k\n    b: 2");
        problems.Count.ShouldBe(3);
        problems[0].ShouldStartWith("hub.yaml:3:");
    }

    [Fact]
    public async Task AValueOfTheWrongTypeIsNotRepeated()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.RefusedAsync("groups: [{ name: openai, multiplier: \"${KIRO_A}\" }]")).ShouldHaveSingleItem().ShouldNotContain("kiro-secret");
    }

    [Fact]
    public async Task AliasesThatUnfoldWithoutEndAreRefused()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 9).Select(static i =>
            $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        (await world.RefusedAsync(bomb)).ShouldHaveSingleItem().ShouldContain("has more than");
    }

    [Fact]
    public async Task DeepNestingIsRefused()
    {
        await using var world = await ConfigurationWorld.OpenAsync();
        (await world.RefusedAsync("a: " + new string('[', 200) + new string(']', 200))).ShouldHaveSingleItem().ShouldContain("nested deeper");
    }
}
