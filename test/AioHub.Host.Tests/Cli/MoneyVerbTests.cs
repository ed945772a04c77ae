using System.Text.Json;
using AioHub.Host.Cli;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

/// <summary>Prices, codes, transfers and statements as an operator types them.</summary>
public sealed class MoneyVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PricesAreShownThenAppliedThenUndone()
    {
        var file = _folder.Write("prices.json", """{"openai":{"models":{"brand-new":{"name":"Brand New","cost":{"input":1,"output":4}},"gift":{"cost":{"input":0,"output":0}}}}}""");
        var shown = await JsonAsync("prices", "sync", file);
        shown.GetProperty("applied").GetBoolean().ShouldBeFalse();
        shown.GetProperty("counts").GetProperty("new").GetInt32().ShouldBe(1);
        shown.GetProperty("changes").EnumerateArray().Single(static change => change.GetProperty("model").GetString() == "gift").GetProperty("can_force").GetBoolean().ShouldBeTrue();
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1);
        var applied = await JsonAsync("prices", "sync", file, "--yes");
        var sync = applied.GetProperty("sync").GetInt64();
        (await JsonAsync("prices", "brand-new")).GetProperty("rows")[0].GetProperty("output").GetDecimal().ShouldBe(4);
        var row = (await JsonAsync("prices", "history", "brand-new")).GetProperty("rows")[0];
        (row.GetProperty("source").GetString(), row.GetProperty("sync").GetInt64(), row.GetProperty("in_force").GetBoolean()).ShouldBe(("prices.json", sync, true));
        (await JsonAsync("prices", "sync", file, "--yes")).GetProperty("applied").GetBoolean().ShouldBeFalse();
        await JsonAsync("prices", "undo", $"{sync}");
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1);
        (await RunAsync("prices", "undo", $"{sync}")).Exit.ShouldBe(1);
    }

    [Fact]
    public async Task ABrokenDocumentChangesNothing()
    {
        var file = _folder.Write("prices.json", """{"openai":{"models":{"brand-new":{"cost":{"input":1,"output":4}},"broken":{"cost":{"input":"x"}}}}}""");
        var (exit, output, _) = await RunAsync("prices", "sync", file, "--yes", "--force");
        (exit, output.Contains("openai/broken: 'input' is no number", StringComparison.Ordinal)).ShouldBe((1, true), output);
        _folder.Write("prices.json", File.ReadAllText(file)[..60]);
        (await RunAsync("prices", "sync", file, "--yes", "--force")).Exit.ShouldBe(1);
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1);
    }

    [Fact]
    public async Task MoneyMovesByCodeTransferAndAdjustmentAndTheStatementAddsUp()
    {
        await JsonAsync("users", "create", "ann@example.com");
        await JsonAsync("users", "create", "bob@example.com");
        var codes = (await JsonAsync("codes", "create", "--usd", "2.5", "--count", "2", "--tag", "spring", "--reason", "campaign")).GetProperty("codes");
        (await JsonAsync("codes", "redeem", codes[0].GetString()!, "--user", "ann@example.com")).GetProperty("balance_usd").GetString().ShouldBe("2.500000000");
        (await RunAsync("codes", "redeem", codes[0].GetString()!, "--user", "bob@example.com")).Exit.ShouldBe(1);
        (await JsonAsync("codes", "revoke", "--tag", "spring")).GetProperty("revoked").GetInt32().ShouldBe(1);
        var listed = await RunAsync("codes", "list", "--json");
        listed.Output.ShouldNotContain(codes[0].GetString()!);
        listed.Output.ShouldContain("redeemed");
        (await JsonAsync("transfer", "--from", "ann@example.com", "--to", "bob@example.com", "--usd", "1", "--reason", "lunch", "--key", "t1")).GetProperty("to").GetProperty("balance_usd").GetString().ShouldBe("1.000000000");
        (await JsonAsync("transfer", "--from", "ann@example.com", "--to", "bob@example.com", "--usd", "1", "--reason", "lunch", "--key", "t1")).GetProperty("from").GetProperty("repeated").GetBoolean().ShouldBeTrue();
        (await RunAsync("transfer", "--from", "ann@example.com", "--to", "bob@example.com", "--usd", "1.6", "--reason", "x")).Exit.ShouldBe(1);
        (await JsonAsync("adjust", "--user", "ann@example.com", "--usd", "-0.25", "--reason", "typo")).GetProperty("balance_usd").GetString().ShouldBe("1.250000000");
        (await JsonAsync("topup", "--user", "ann@example.com", "--usd", "1", "--reason", "cash", "--key", "c1")).GetProperty("added_nano_usd").GetInt64().ShouldBe(1_000_000_000);
        (await JsonAsync("topup", "--user", "ann@example.com", "--usd", "1", "--reason", "cash", "--key", "c1")).GetProperty("added_nano_usd").GetInt64().ShouldBe(0);
        (await JsonAsync("verify-ledger")).GetProperty("ok").GetBoolean().ShouldBeTrue();

        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM");
        var statement = await JsonAsync("statements", "--user", "ann@example.com", "--month", month);
        statement.GetProperty("closing_usd").GetString().ShouldBe("2.250000000");
        statement.GetProperty("entries").GetArrayLength().ShouldBe(4);
        (await RunAsync("statements", "--user", "ann@example.com", "--month", month, "--csv", "--out", _folder["s.csv"])).Exit.ShouldBe(0);
        File.ReadAllText(_folder["s.csv"]).ShouldContain("closing_balance,,,,,,,2250000000,2.250000000");
        Directory.GetFiles(_folder.Path).ShouldBe([_folder["s.csv"]], "no draft is left");
    }

    private async Task<JsonElement> JsonAsync(params string[] args)
    {
        var (exit, output, error) = await RunAsync([.. args, "--json"]);
        exit.ShouldBe(0, error);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await CommandLine.RunAsync([.. args, "--data", _folder["data"]], output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
