using System.Text.Json;
using AioHub.Core.Storage;

namespace AioHub.Host.Tests.Cli;

public sealed class PriceChangeVerbOnSqliteTests() : PriceChangeVerbTests(DatabaseEngine.Sqlite);

public sealed class PriceChangeVerbOnPostgresTests() : PriceChangeVerbTests(DatabaseEngine.Postgres);

/// <summary><c>prices add|list|history|retire</c>, of models and of groups.</summary>
public abstract class PriceChangeVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    [Fact]
    public async Task AGroupsPriceIsAddedShownUsedAndRetired()
    {
        await JsonAsync("models", "list");
        Folder.Write("hub.yaml", """
            version: 1
            channels: [{ name: upstream, type: openai, base_url: http://127.0.0.1:9, allow_private_network: true, credentials: [{ name: a, secret: some-upstream-secret }] }]
            groups: [{ name: claude-kiro, multiplier: 0.5, models: ["gpt-*"], channels: [{ channel: upstream }] }, { name: openai, channels: [{ channel: upstream }] }]
            users: [{ email: ann@example.com, balance_usd: 10 }]
            """);
        await JsonAsync("apply", Folder["hub.yaml"]);
        var added = await JsonAsync("prices", "add", "GPT-4o", "--group", "claude-kiro", "--from", "2026-01-01", "--input", "1.5", "--output", "6", "--row", """{"cache_read":0.75}""");
        added.GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await JsonAsync("prices", "add", "gpt-4o", "--group", "claude-kiro", "--from", "2026-01-01", "--input", "1.50", "--output", "6", "--cache-read", "0.75")).GetProperty("changed").GetBoolean().ShouldBeFalse();

        var row = (await JsonAsync("prices", "list", "--group", "claude-kiro")).GetProperty("rows").EnumerateArray().ShouldHaveSingleItem();
        (Text(row, "model"), Text(row, "group"), row.GetProperty("input").GetDecimal(), row.GetProperty("in_force").GetBoolean()).ShouldBe(("gpt-4o", "claude-kiro", 1.5m, true));
        var version = Text(row, "version")!;
        var model = await JsonAsync("prices", "gpt-4o");
        Text(model.GetProperty("groups")[0].GetProperty("rows")[0], "version").ShouldBe(version);
        model.GetProperty("rows").EnumerateArray().ShouldAllBe(own => Text(own, "version") != version);
        (await RunAsync("prices", "list", "gpt-4o")).Output.ShouldContain("In group claude-kiro instead:");
        (await RunAsync("prices", "list")).Output.ShouldContain($"* {version}  claude-kiro  gpt-4o");
        (await JsonAsync("groups", "list")).GetProperty("groups").EnumerateArray().Single(static group => Text(group, "name") == "claude-kiro")
            .GetProperty("prices")[0].GetProperty("output").GetDecimal().ShouldBe(6);
        (await RunAsync("export")).Output.ShouldContain("model: gpt-4o");

        var told = await JsonAsync("explain", "--user", "ann@example.com", "--model", "gpt-4o", "--group", "claude-kiro");
        (Text(told, "price_group"), Text(told, "price_version"), told.GetProperty("price").GetProperty("input").GetDecimal(), told.GetProperty("multiplier").GetDecimal()).ShouldBe(("claude-kiro", version, 1.5m, 0.5m));
        (await RunAsync("explain", "--user", "ann@example.com", "--model", "gpt-4o", "--group", "claude-kiro")).Output.ShouldContain($"(group claude-kiro's own price, version {version})");
        Text(await JsonAsync("explain", "--user", "ann@example.com", "--model", "gpt-4o", "--group", "openai"), "price_group").ShouldBeNull();

        (await RunAsync("prices", "retire", "gpt-4o-mini", version, "--group", "claude-kiro")).Error.ShouldContain("another model's");
        (await RunAsync("prices", "retire", "gpt-4o", version)).Exit.ShouldBe(1, "the model itself has no such price");
        await JsonAsync("prices", "retire", "gpt-4o", version, "--group", "claude-kiro");
        (await JsonAsync("prices", "list", "--group", "claude-kiro")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await JsonAsync("prices", "gpt-4o")).GetProperty("groups").GetArrayLength().ShouldBe(0);
        foreach (var rows in new[] { (await JsonAsync("prices", "history", "gpt-4o")).GetProperty("group_rows"), (await JsonAsync("prices", "history", "--group", "claude-kiro")).GetProperty("rows") })
        {
            var record = rows.EnumerateArray().ShouldHaveSingleItem();
            (Text(record, "version"), Text(record, "group"), Text(record, "added_by"), Text(record, "retired_by"), record.GetProperty("in_force").GetBoolean()).ShouldBe((version, "claude-kiro", "cli", "cli", false));
        }

        (await RunAsync("prices", "history", "gpt-4o")).Output.ShouldContain("by cli");
        Text(await JsonAsync("explain", "--user", "ann@example.com", "--model", "gpt-4o", "--group", "claude-kiro"), "price_group").ShouldBeNull();
    }

    [Fact]
    public async Task AModelsOwnPriceIsAddedAndRetiredToo()
    {
        var before = (await JsonAsync("prices", "gpt-4o")).GetProperty("rows").GetArrayLength();
        await JsonAsync("prices", "add", "gpt-4o", "--input", "99", "--output", "100");
        var rows = (await JsonAsync("prices", "gpt-4o")).GetProperty("rows");
        rows.GetArrayLength().ShouldBe(before + 1);
        var last = rows.EnumerateArray().Last();
        (last.GetProperty("in_force").GetBoolean(), last.GetProperty("input").GetDecimal()).ShouldBe((true, 99));
        await JsonAsync("prices", "retire", "gpt-4o", Text(last, "version")!);
        (await JsonAsync("prices", "gpt-4o")).GetProperty("rows").GetArrayLength().ShouldBe(before);
        var record = (await JsonAsync("prices", "history", "gpt-4o")).GetProperty("rows").EnumerateArray().Single(row => Text(row, "version") == Text(last, "version"));
        (Text(record, "added_by"), Text(record, "retired_by")).ShouldBe(("cli", "cli"));
    }

    [Theory]
    [InlineData("prices nothing", "prices", "add", "gpt-4o", "--group", "openai")]
    [InlineData("no JSON", "prices", "add", "gpt-4o", "--row", "{")]
    [InlineData("JSON object", "prices", "add", "gpt-4o", "--row", "[]")]
    [InlineData("no member 'inptu'", "prices", "add", "gpt-4o", "--row", "{\"inptu\":1}")]
    [InlineData("not negative", "prices", "add", "gpt-4o", "--input", "-1")]
    [InlineData("there is no group 'nobody'", "prices", "add", "gpt-4o", "--group", "nobody", "--input", "1")]
    [InlineData("there is no group 'nobody'", "prices", "list", "--group", "nobody")]
    [InlineData("there is no group 'nobody'", "prices", "history", "--group", "nobody")]
    [InlineData("there is no group 'nobody'", "prices", "retire", "gpt-4o", "0123456789abcdef", "--group", "nobody")]
    [InlineData("no price '0123456789abcdef' in use", "prices", "retire", "gpt-4o", "0123456789abcdef", "--group", "openai")]
    [InlineData("auto has no prices of its own", "prices", "add", "gpt-4o", "--group", "auto", "--input", "1")]
    [InlineData("there is no model 'nothing-like-it'", "prices", "add", "nothing-like-it", "--input", "1")]
    public async Task WhatIsWrongIsSaid(string says, params string[] args)
    {
        var (exit, _, error) = await RunAsync(args);
        (exit == 0, error.Contains(says, StringComparison.Ordinal)).ShouldBe((false, true), error);
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
