using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.TestKit;

namespace AioHub.Core.Tests.Catalog.Sync;

public sealed class PriceDocumentReaderTests
{
    [Fact]
    public void Models_dev_gives_each_vendors_own_prices()
    {
        var document = Read("""
            {"anthropic":{"id":"anthropic","models":{"claude-x":{"name":"Claude X","limit":{"context":200000,"output":64000},
              "cost":{"input":3,"output":15.5,"cache_read":0.3,"cache_write":3.75,"tiers":[{"tier":{"size":200000},"input":6,"output":22.5}]}},
              "no-price":{"name":"none"}}},
             "reseller":{"models":{"claude-x":{"cost":{"input":99,"output":99}}}},
             "google":{"models":{"gem":{"cost":{"input":1,"output":2,"input_audio":4,"context_over_200k":{"input":2,"output":3}}}}}}
            """);
        document.Format.ShouldBe(PriceFormat.ModelsDev);
        document.Faults.ShouldBeEmpty();
        document.Offers.Select(static offer => offer.Name).ShouldBe(["claude-x", "gem"]);
        var claude = document.Offers[0];
        (claude.Vendor, claude.DisplayName, claude.ContextWindow, claude.MaxOutputTokens, claude.Whole).ShouldBe(("anthropic", "Claude X", 200_000, 64_000, false));
        Lines(claude).ShouldBe("input=3 output=15.5 cache_read=0.3 cache_write_5m=3.75 above 200000: input=6 above 200000: output=22.5");
        Lines(document.Offers[1]).ShouldBe("input=1 output=2 input_audio=4 above 200000: input=2 above 200000: output=3");
    }

    [Fact]
    public void A_seller_may_be_named() => Lines(Read("""
        {"anthropic":{"models":{"claude-x":{"cost":{"input":3,"output":15}}}},"reseller":{"models":{"claude-x":{"cost":{"input":4,"output":16}}}}}
        """, new PriceReading { Provider = "reseller" }).Offers.ShouldHaveSingleItem()).ShouldBe("input=4 output=16");

    [Fact]
    public void LiteLlm_is_read_by_the_token()
    {
        var document = Read("""
            {"sample_spec":{"litellm_provider":"one of https://…","input_cost_per_token":0},
             "gpt-x":{"litellm_provider":"openai","mode":"chat","max_input_tokens":400000,"max_output_tokens":"128000","input_cost_per_token":1.25e-06,"output_cost_per_token":1e-05,
               "cache_read_input_token_cost":1.25e-07,"input_cost_per_token_priority":2.5e-06,"output_cost_per_token_priority":2e-05,
               "input_cost_per_token_flex":6.25e-07,"output_cost_per_token_flex":9e-06,"search_context_cost_per_query":{"x":1}},
             "gemini/gem":{"litellm_provider":"gemini","mode":"chat","input_cost_per_token":1e-06,"output_cost_per_token":2e-06,"input_cost_per_token_above_200k_tokens":2e-06,
               "output_cost_per_token_above_200k_tokens":3e-06},
             "claude-x":{"litellm_provider":"anthropic","mode":"chat","input_cost_per_token":3e-06,"output_cost_per_token":1.5e-05,"cache_creation_input_token_cost":3.75e-06,
               "cache_creation_input_token_cost_above_1hr":6e-06},
             "azure/gpt-x":{"litellm_provider":"azure","mode":"chat","input_cost_per_token":9e-06,"output_cost_per_token":9e-06},
             "1024-x-1024/dall-e-2":{"litellm_provider":"openai","mode":"image_generation","input_cost_per_pixel":1.9e-08},
             "img":{"litellm_provider":"openai","mode":"image_generation","output_cost_per_image":0.04},
             "ear":{"litellm_provider":"openai","mode":"audio_transcription","input_cost_per_second":0.0001,"output_cost_per_second":0},
             "mouth":{"litellm_provider":"openai","mode":"audio_speech","input_cost_per_character":1.5e-05}}
            """);
        document.Format.ShouldBe(PriceFormat.LiteLlm);
        document.Faults.ShouldBeEmpty();
        document.Offers.ToDictionary(static offer => offer.Name, Lines).ShouldBe(
            new Dictionary<string, string>
            {
                ["gpt-x"] = "input=1.25 output=10 cache_read=0.125 service_tiers.priority=2",
                ["gem"] = "input=1 output=2 above 200000: input=2 above 200000: output=3",
                ["claude-x"] = "input=3 output=15 cache_write_5m=3.75 cache_write_1h=6",
                ["img"] = "per_image[]=0.04",
                ["ear"] = "per_second=0.0001",
                ["mouth"] = "per_character=0.000015",
            },
            ignoreOrder: true);
        document.Offers[0].MaxOutputTokens.ShouldBeNull("a number in quotes costs nobody money");
    }

    [Fact]
    public void Ratios_become_prices()
    {
        const string Page = """
            {"success":true,"group_ratio":{"default":1,"vip":0.5},"data":[
              {"model_name":"m","quota_type":0,"model_ratio":1.5,"model_price":0,"completion_ratio":5,"cache_ratio":0.1,"create_cache_ratio":1.25,"image_ratio":2,"audio_ratio":4,
               "audio_completion_ratio":2,"enable_groups":["default","vip"]},
              {"model_name":"call","quota_type":1,"model_ratio":0,"model_price":0.05,"completion_ratio":0,"enable_groups":["all"]},
              {"model_name":"third","quota_type":0,"model_ratio":1,"completion_ratio":0.3333333333333333,"enable_groups":["default"]},
              {"model_name":"unset","quota_type":0,"model_ratio":37.5,"completion_ratio":1,"enable_groups":["default"]},
              {"model_name":"formula","quota_type":0,"model_ratio":1,"completion_ratio":1,"billing_mode":"tiered_expr","billing_expr":"p*2","enable_groups":["default"]}]}
            """;
        var document = Read(Page);
        document.Format.ShouldBe(PriceFormat.NewApi);
        Lines(document.Offers[0]).ShouldBe("input=3 output=15 cache_read=0.3 cache_write_5m=3.75 input_audio=12 output_audio=24 input_image=6");
        Lines(document.Offers[1]).ShouldBe("per_request=0.05");
        Lines(document.Offers[2]).ShouldBe("input=2 output=0.6666666667");
        document.Offers[3].Refusal.ShouldNotBeNull().ShouldContain("37.5");
        document.Offers[4].Refusal.ShouldNotBeNull().ShouldContain("formula");
        var vip = Read(Page, new PriceReading { Group = "vip" });
        vip.Offers.Select(static offer => offer.Name).ShouldBe(["m", "call"]);
        Lines(vip.Offers[0]).ShouldStartWith("input=1.5 output=7.5 ");
        Lines(vip.Offers[1]).ShouldBe("per_request=0.025");
        Should.Throw<FormatException>(() => Read(Page, new PriceReading { Group = "nobody" })).Message.ShouldContain("nobody");
    }

    [Theory]
    [InlineData("", "no whole JSON")]
    [InlineData("[]", "no price list")]
    [InlineData("{}", "no price list")]
    [InlineData("""{"data":"x"}""", "no price list")]
    [InlineData("""{"hello":{"world":1}}""", "no price list")]
    [InlineData("""{"openai":{"models":{"m":{"cost":{"input":1,"output":""", "no whole JSON")]
    [InlineData("""{"success":false,"message":"closed","data":[],"group_ratio":{}}""", "closed")]
    public void What_is_no_price_document_is_refused(string text, string message) => Should.Throw<FormatException>(() => Read(text)).Message.ShouldContain(message);

    [Fact]
    public void Depth_is_bounded() =>
        Should.Throw<FormatException>(() => Read("{\"openai\":{\"models\":" + string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000) + "}}"));

    [Theory]
    [InlineData("""{"openai":{"models":{"m":{"cost":{"input":"1","output":2}}}}}""", "openai/m: 'input' is no number")]
    [InlineData("""{"openai":{"models":{"m":{"cost":{"input":1e400,"output":2}}}}}""", "openai/m: 'input' is no number")]
    [InlineData("""{"openai":{"models":{"m":{"cost":[1]}}}}""", "openai/m: 'cost' is no object")]
    [InlineData("""{"openai":{"models":{"m":{"cost":{"input":1,"tiers":[{"input":2}]}}}}}""", "tier.size")]
    [InlineData("""{"openai":{"models":{"m":{"cost":{"input":1}},"m":{"cost":{"input":2}}}}}""", "stands there twice")]
    [InlineData("""{"m":{"litellm_provider":"openai","input_cost_per_token":7e27}}""", "m: ")]
    [InlineData("""{"data":[{"model_name":"m","quota_type":0,"model_ratio":"x"}]}""", "m: 'model_ratio' is no number")]
    [InlineData("""{"data":[{"model_name":"m","quota_type":0}]}""", "m: has no 'model_ratio'")]
    [InlineData("""{"data":[{"model_name":"m","quota_type":1}]}""", "m: has no 'model_price'")]
    [InlineData("""{"data":[{"model_name":"a","quota_type":1,"model_price":1},{"other":1}]}""", "no 'model_name'")]
    [InlineData("""{"data":[{"model_name":"m","exact_prices":{"rows":[{"input":1}]}}]}""", "m: A price row needs 'from'")]
    public void Broken_entries_are_named(string text, string fault) => Read(text).Faults.ShouldContain(one => one.Contains(fault, StringComparison.Ordinal), string.Join('\n', Read(text).Faults));

    [Fact]
    public void A_format_may_be_asked_for()
    {
        Should.Throw<FormatException>(() => Read("""{"openai":{"models":{}}}""", new PriceReading { Format = PriceFormat.LiteLlm })).Message.ShouldContain("models.dev");
        const string Hub = """{"data":[{"model_name":"m","quota_type":0,"model_ratio":1,"completion_ratio":2,"exact_prices":{"rows":[{"from":"2026-01-01","input":7}]}}]}""";
        Lines(Read(Hub).Offers[0]).ShouldBe("input=7");
        Lines(Read(Hub, new PriceReading { Format = PriceFormat.NewApi }).Offers[0]).ShouldBe("input=2 output=4");
    }

    [Fact]
    public void The_recorded_models_dev_document_is_read_whole()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var document = PriceDocumentReader.Read(File.ReadAllBytes(Shared.PathOf("oracle/prices/models-dev.json")), new PriceReading());
        (document.Format, document.Faults.Length).ShouldBe((PriceFormat.ModelsDev, 0));
        document.Offers.Length.ShouldBeGreaterThan(100);
        Lines(document.Offers.Single(static offer => offer is { Name: "gpt-5.4", Vendor: "openai" }))
            .ShouldBe("input=2.5 output=15 cache_read=0.25 above 272000: input=5 above 272000: output=22.5 above 272000: cache_read=0.5");
    }

    private static PriceDocument Read(string text, PriceReading? reading = null) => PriceDocumentReader.Read(Encoding.UTF8.GetBytes(text), reading ?? new PriceReading());

    private static string Lines(OfferedModel offer) =>
        string.Join(' ', PriceLines.Of(offer.Rows.ShouldHaveSingleItem()).Select(static line => $"{line.Key}={PriceSanity.Number(line.Value)}"));
}
