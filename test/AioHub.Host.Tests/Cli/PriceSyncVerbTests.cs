using System.Globalization;
using System.Text.Json;
using AioHub.Core.Storage;
using AioHub.Host.Home;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed class PriceSyncVerbOnSqliteTests() : PriceSyncVerbTests(DatabaseEngine.Sqlite);

public sealed class PriceSyncVerbOnPostgresTests() : PriceSyncVerbTests(DatabaseEngine.Postgres);

/// <summary>
/// Prices from each known source, shown, applied, on record and taken back. The documents have the members that their sources have: models.dev's api.json
/// (models.dev, 2026-06), LiteLLM's map (docs.litellm.ai, "Model Cost Map", 2026-10-19, and the schema beside the map, 2026-11), new-api's page
/// (QuantumNous/new-api, controller/pricing.go, 2026-11).
/// </summary>
public abstract class PriceSyncVerbTests(DatabaseEngine engine) : OnCommandLine(engine)
{
    private const string ModelsDev = """
        {"openai":{"id":"openai","name":"OpenAI","env":["OPENAI_API_KEY"],"models":{"brand-new":{"id":"brand-new","name":"Brand New","reasoning":true,"tool_call":true,
          "limit":{"context":400000,"output":128000},"modalities":{"input":["text"],"output":["text"]},
          "cost":{"input":1.25,"output":10,"cache_read":0.125}}}},
         "some-reseller":{"models":{"brand-new":{"cost":{"input":99,"output":99}}}}}
        """;

    private const string LiteLlm = """
        {"sample_spec":{"litellm_provider":"one of https://docs.litellm.ai/docs/providers","input_cost_per_token":0.0,"max_tokens":"LEGACY parameter"},
         "fallback_generalizations":{"rules":[{"name":"x","pattern":"^x"}]},
         "brand-new":{"litellm_provider":"openai","mode":"chat","max_input_tokens":400000,"max_output_tokens":128000,"input_cost_per_token":1.25e-06,"output_cost_per_token":1e-05,
           "cache_read_input_token_cost":1.25e-07,"input_cost_per_token_batches":6.25e-07,"supports_vision":true,"aliases":["brand-new-2026"]},
         "deepseek-double":{"litellm_provider":"deepseek","mode":"chat","input_cost_per_token":6e-07,"output_cost_per_token":1.7e-06},
         "deepseek/deepseek-double":{"litellm_provider":"deepseek","mode":"chat","input_cost_per_token":2.7e-07,"output_cost_per_token":1.1e-06},
         "deepseek-same":{"litellm_provider":"deepseek","mode":"chat","input_cost_per_token":6e-07,"output_cost_per_token":1.7e-06},
         "deepseek/deepseek-same":{"litellm_provider":"deepseek","mode":"chat","input_cost_per_token":6e-07,"output_cost_per_token":1.7e-06},
         "azure/brand-new":{"litellm_provider":"azure","mode":"chat","input_cost_per_token":9e-06,"output_cost_per_token":9e-06}}
        """;

    private const string NewApi = """
        {"success":true,"vendors":[{"id":1,"name":"OpenAI","icon":"OpenAI"}],"group_ratio":{"default":1,"vip":0.5},"usable_group":{"default":"all"},"supported_endpoint":{"openai":{"path":"/v1/chat/completions","method":"POST"}},
         "auto_groups":["default"],"pricing_version":"a42d372ccf0b5dd13ecf71203521f9d2",
         "data":[{"model_name":"brand-new","description":"","tags":"","vendor_id":1,"quota_type":0,"model_ratio":0.625,"model_price":0,"owner_by":"","completion_ratio":8,"cache_ratio":0.1,
           "enable_groups":["default","vip"],"supported_endpoint_types":["openai"],"pricing_version":"5a90f2b86c08bd983a9a2e6d66c255f4eaef9c4bc934386d2b6ae84ef0ff1f1f"},
          {"model_name":"by-formula","quota_type":0,"model_ratio":1,"model_price":0,"owner_by":"","completion_ratio":1,"enable_groups":["default"],"supported_endpoint_types":["openai"],
           "billing_mode":"tiered_expr","billing_expr":"tier(\"base\", p * 2 + c * 8)"}]}
        """;

    [Theory]
    [InlineData("models.dev", ModelsDev)]
    [InlineData("litellm", LiteLlm)]
    [InlineData("new-api", NewApi)]
    public async Task AListIsShownAppliedOnRecordAndTakenBack(string format, string document)
    {
        var file = Folder.Write("prices.json", document);
        var shown = await JsonAsync("prices", "sync", file);
        (shown.GetProperty("format").GetString(), shown.GetProperty("applied").GetBoolean(), shown.GetProperty("faults").GetArrayLength()).ShouldBe((format, false, 0));
        var change = Of(shown, "brand-new");
        change.GetProperty("verdict").GetString().ShouldBe("new");
        change.GetProperty("rates").EnumerateArray().ToDictionary(static rate => rate.GetProperty("name").GetString()!, static rate => rate.GetProperty("new").GetDecimal())
            .ShouldBe(new Dictionary<string, decimal> { ["input"] = 1.25m, ["output"] = 10m, ["cache_read"] = 0.125m }, ignoreOrder: true);
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1, "showing applies nothing");
        var text = (await RunAsync("prices", "sync", file)).Output;
        text.ShouldContain("+ brand-new (new model)");
        text.ShouldContain("input: none → 1.25");

        var sync = (await JsonAsync("prices", "sync", file, "--yes")).GetProperty("sync").GetInt64();
        var row = (await JsonAsync("prices", "brand-new")).GetProperty("rows")[0];
        (row.GetProperty("input").GetDecimal(), row.GetProperty("output").GetDecimal(), row.GetProperty("cache_read").GetDecimal()).ShouldBe((1.25m, 10m, 0.125m));
        (await JsonAsync("prices", "history", "brand-new")).GetProperty("rows")[0].GetProperty("sync").GetInt64().ShouldBe(sync);
        (await JsonAsync("prices", "sync", file, "--yes")).GetProperty("applied").GetBoolean().ShouldBeFalse("a second time there is nothing to do");
        await JsonAsync("prices", "undo", sync.ToString(CultureInfo.InvariantCulture));
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1);
    }

    [Fact]
    public async Task WhatAListCannotTellIsRefusedByName()
    {
        var lite = await JsonAsync("prices", "sync", Folder.Write("lite.json", LiteLlm), "--yes", "--force");
        Of(lite, "deepseek-double").GetProperty("reason").GetString()!.ShouldContain("two prices there, as 'deepseek-double' and as 'deepseek/deepseek-double'");
        Of(lite, "deepseek-same").GetProperty("verdict").GetString().ShouldBe("new");
        (await RunAsync("prices", "deepseek-double")).Exit.ShouldBe(1);
        var page = await JsonAsync("prices", "sync", Folder.Write("page.json", NewApi), "--yes", "--force");
        Of(page, "by-formula").GetProperty("reason").GetString()!.ShouldContain("formula");
        (await RunAsync("prices", "by-formula")).Exit.ShouldBe(1);
        (await JsonAsync("prices", "sync", Folder["page.json"], "--group", "vip", "--only", "brand-new")).GetProperty("changes")[0].GetProperty("rates").EnumerateArray()
            .Single(static rate => rate.GetProperty("name").GetString() == "output").GetProperty("new").GetDecimal().ShouldBe(5m);
    }

    [Theory]
    [InlineData("", "no whole JSON")]
    [InlineData("{}", "no price list")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":1,"out""", "no whole JSON")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":NaN,"output":1}}}}}""", "no whole JSON")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":1,"output":2}},"bad":{"cost":{"input":"NaN","output":1}}}}}""", "openai/bad: 'input' is no number")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":1,"output":2}},"bad":{"cost":{"input":true}}}}}""", "openai/bad: 'input' is no number")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":1,"output":2}},"bad":{"cost":{"input":1e999}}}}}""", "openai/bad: 'input' is no number")]
    [InlineData("""{"openai":{"models":{"brand-new":{"cost":{"input":1,"output":2}},"brand-new":{"cost":{"input":3,"output":4}}}}}""", "openai/brand-new: stands there twice")]
    [InlineData("""{"brand-new":{"litellm_provider":"openai","input_cost_per_token":1e-06},"bad":{"litellm_provider":"openai","input_cost_per_token":"1e-06"}}""", "bad: 'input_cost_per_token' is no number")]
    [InlineData("""{"brand-new":{"litellm_provider":"openai","input_cost_per_token":1e-06},"brand-new":{"litellm_provider":"openai","input_cost_per_token":2e-06}}""", "brand-new: stands there twice")]
    [InlineData("""{"brand-new":{"litellm_provider":"openai","input_cost_per_token":1e-06},"bad":[]}""", "bad: is no object")]
    [InlineData("""{"data":[{"model_name":"brand-new","quota_type":0,"model_ratio":1,"completion_ratio":2},{"model_name":"bad","quota_type":0,"model_ratio":null}]}""", "bad: has no 'model_ratio'")]
    [InlineData("""{"data":[{"model_name":"brand-new","quota_type":0,"model_ratio":1,"completion_ratio":2},{"model_name":"brand-new","quota_type":0,"model_ratio":2,"completion_ratio":2}]}""", "brand-new: stands there twice")]
    [InlineData("""{"data":[{"model_name":"brand-new","quota_type":0,"model_ratio":1,"completion_ratio":2},{"model_name":"bad","exact_prices":{"rows":[{"from":"2026-01-01","input":"x"}]}}]}""", "bad: ")]
    public async Task ABrokenDocumentChangesNothingAndSaysWhatIsWrong(string document, string fault)
    {
        var before = (await RunAsync("prices", "history", "--json")).Output;
        var (exit, output, error) = await RunAsync("prices", "sync", Folder.Write("prices.json", document), "--yes", "--force");
        (exit, (output + error).Contains(fault, StringComparison.Ordinal)).ShouldBe((1, true), output + error);
        (await RunAsync("prices", "history", "--json")).Output.ShouldBe(before);
        (await RunAsync("prices", "brand-new")).Exit.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"openai":{"models":{"known":{"cost":{"input":-2,"output":10}}}}}""", "input is negative (-2)", false)]
    [InlineData("""{"openai":{"models":{"known":{"cost":{"input":2000,"output":10000}}}}}""", "input jumps from 2 to 2000", true)]
    [InlineData("""{"openai":{"models":{"known":{"cost":{"input":0.002,"output":0.01}}}}}""", "input jumps from 2 to 0.002", true)]
    [InlineData("""{"openai":{"models":{"known":{"cost":{"input":0,"output":0}}}}}""", "the model would be free", true)]
    [InlineData("""{"known":{"litellm_provider":"openai","input_cost_per_token":0.002,"output_cost_per_token":0.01}}""", "input jumps from 2 to 2000", true)]
    public async Task AnAbsurdPriceIsNotApplied(string document, string reason, bool canForce)
    {
        await JsonAsync("prices", "sync", Folder.Write("known.json", """{"openai":{"models":{"known":{"cost":{"input":2,"output":10}}}}}"""), "--yes");
        var plan = await JsonAsync("prices", "sync", Folder.Write("prices.json", document), "--yes");
        plan.GetProperty("applied").GetBoolean().ShouldBeFalse();
        var change = Of(plan, "known");
        (change.GetProperty("verdict").GetString(), change.GetProperty("can_force").GetBoolean()).ShouldBe(("refused", canForce));
        change.GetProperty("reason").GetString()!.ShouldContain(reason);
        (await JsonAsync("prices", "known")).GetProperty("rows")[0].GetProperty("input").GetDecimal().ShouldBe(2);
        (await JsonAsync("prices", "sync", Folder["prices.json"], "--yes", "--force")).GetProperty("applied").GetBoolean().ShouldBe(canForce);
    }

    [Fact]
    public async Task ADocumentThatIsTooLargeIsNotRead()
    {
        var file = Folder["huge.json"];
        await using (var huge = File.Create(file))
        {
            huge.SetLength((32L << 20) + 1);
        }

        var (exit, _, error) = await RunAsync("prices", "sync", file, "--yes");
        (exit, error.Contains("more than 32 MiB", StringComparison.Ordinal)).ShouldBe((1, true), error);
    }

    /// <summary>One hub's prices in another, over HTTP, to the last digit.</summary>
    [Fact]
    public async Task AnotherHubsPricesArriveToTheLastDigit()
    {
        using var other = new TempFolder();
        string[] there = ["--data", other["data"]];
        var yaml = Folder.Write("there.yaml", """
            version: 1
            models:
              - id: brand-new
                vendor: openai
                context_window: 400000
                prices:
                  - { from: 2026-01-01, input: 1.23456789, output: 9.87654321, cache_read: 0.000000001, cache_write_5m: 1.5432098625, cache_write_1h: 2.46913578,
                      tiers: [{ above: 200000, inclusive: true, input: 2.46913578, output: 14.814814815, cache_read: 0.000000002, cache_write_5m: 3, cache_write_1h: 4 }],
                      service_tiers: { flex: 0.5 }, regions: { us: 1.1 }, per_1k: { web_search: 10 },
                      schedule: [{ days: [monday], from: "08:30", to: "16:00", time_zone: Asia/Shanghai, multiplier: 2 }] }
                  - { from: 2099-01-01, input: 7, output: 70 }
            channels: [{ name: up, type: openai-compatible, base_url: "https://models.example.com", credentials: [{ name: a, secret: s }] }]
            groups: [{ name: opensource, channels: [{ channel: up }] }]
            """);
        using var output = new StringWriter();
        using var error = new StringWriter();
        (await Host.Cli.CommandLine.RunAsync(["apply", yaml, .. there], output, error)).ShouldBe(0, error.ToString());
        (await Host.Cli.CommandLine.RunAsync(["groups", "set", "opensource", "--multiplier", "0.5", .. there], output, error)).ShouldBe(0, error.ToString());
        var hub = await Host.Serving.HubServer.StartAsync(
            new Host.Home.HubSettings { Urls = "http://127.0.0.1:0", Data = other["data"] }, TimeProvider.System, logging: null, TestContext.Current.CancellationToken);
        await using (hub)
        {
            var page = new Uri(new Uri(hub.Address), "/api/pricing").ToString();
            (await RunAsync("prices", "sync", page, "--yes")).Exit.ShouldBe(1, "a private address has to be allowed");
            var applied = await JsonAsync("prices", "sync", page, "--only", "brand-new", "--yes", "--allow-private-network");
            (applied.GetProperty("format").GetString(), applied.GetProperty("applied").GetBoolean()).ShouldBe(("hub", true));
        }

        var mine = (await JsonAsync("prices", "brand-new")).GetProperty("rows").EnumerateArray().Select(static row => row.Clone()).ToList();
        mine.Count.ShouldBe(2);
        using var shown = new StringWriter();
        (await Host.Cli.CommandLine.RunAsync(["prices", "brand-new", "--json", .. there], shown, error)).ShouldBe(0);
        using var theirs = JsonDocument.Parse(shown.ToString());
        var rows = theirs.RootElement.GetProperty("rows").EnumerateArray().ToList();
        // The row in force begins here when it was taken over; all else is the same text.
        Without(mine[0], "from", "version", "to").ShouldBe(Without(rows[0], "from", "version", "to"));
        Without(mine[1], "version").ShouldBe(Without(rows[1], "version"));
    }

    private static string Without(JsonElement row, params string[] members) =>
        string.Join(',', row.EnumerateObject().Where(member => !members.Contains(member.Name)).Select(static member => $"{member.Name}={member.Value.GetRawText().Replace("\n", "").Replace(" ", "")}"));

    private static JsonElement Of(JsonElement plan, string model) => plan.GetProperty("changes").EnumerateArray().Single(change => change.GetProperty("model").GetString() == model);
}
