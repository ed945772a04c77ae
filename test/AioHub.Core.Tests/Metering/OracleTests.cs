using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.TestKit;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>
/// Usage and prices beside those of others: what they extract from real replies, what they compute, and what providers said that they billed. A difference
/// needs a cause that stands here by name; a cause that no case needs any more fails too.
/// </summary>
public sealed class OracleTests
{
    /// <summary>When the other library's prices were those that its cases expect.</summary>
    private static readonly DateTime TheirDay = new(2026, 7, 31, 0, 0, 0, DateTimeKind.Utc);

    private static readonly ModelCatalog Catalog = new(BuiltinCatalog.Models);

    [Fact]
    public void Usage_and_rates_give_the_price_of_others_to_the_last_digit()
    {
        var tally = new Tally();
        var (extracted, bedrock) = (0, 0);
        foreach (var one in Cases("genai_prices_unit"))
        {
            var source = Text(one, "source");
            if (one.TryGetProperty("raw_response", out var raw))
            {
                var vendor = Text(one, "provider_id") is "x-ai" ? "xai" : Text(one, "provider_id");
                var flavour = one.TryGetProperty("api_flavor", out var named) ? named.GetString()! : "default";
                OracleReply.Told(OracleReply.Totals(OracleReply.Read(vendor, flavour, raw))).ShouldBe(OracleReply.Told(OracleReply.Expected(one.GetProperty("usage"))), source);
                extracted++;
            }

            var oracle = OracleCase.Read(one);
            var charge = Pricing.Price(oracle.Row, 1m, oracle.Usage, default);
            charge.Lines.Sum(static line => line.Usd).ShouldBe(oracle.Total, source);
            charge.Total.ShouldBe(NanoUsd.FromUsd(oracle.Total), source);
            bedrock += Text(one, "provider_id") == "aws" ? 1 : 0;
            tally.Equal();
        }

        tally.Tell("genai_prices_unit", $", {extracted} usages extracted alike, {bedrock} of Bedrock");
        tally.Count.ShouldBeGreaterThanOrEqualTo(87);
        extracted.ShouldBeGreaterThanOrEqualTo(16);
        bedrock.ShouldBeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public void Real_replies_give_the_usage_of_others()
    {
        const string document = "they call documents images; Google bills both as text";
        const string video = "they tell cached video apart; its rate is the cache's";
        const string compaction = "they leave out the compaction that Anthropic bills beside the message";
        const string cached = "they leave out what Mistral's cache served, which it bills at a tenth";
        var tally = new Tally(document, video, compaction, cached);
        foreach (var one in Cases("genai_prices_dataset"))
        {
            var raw = one.GetProperty("raw_response");
            var ours = OracleReply.Totals(Usage(one));
            var theirs = OracleReply.Expected(one.GetProperty("usage"));
            if (Text(one, "api_flavor") is "embeddings")
            {
                // Replies of chats, of which this reading of theirs takes the input alone.
                ours = Only(ours, "input_tokens");
            }

            if (OracleReply.Told(ours) == OracleReply.Told(theirs))
            {
                tally.Equal();
                continue;
            }

            var text = raw.GetRawText();
            tally.Excuse(
                text.Contains("\"DOCUMENT\"", StringComparison.Ordinal) && Same(ours, theirs, "input_image_tokens", "cache_image_read_tokens") ? document
                : theirs.ContainsKey("cache_video_read_tokens") && Same(ours, theirs, "cache_video_read_tokens", "input_video_tokens") ? video
                : text.Contains("\"compaction\"", StringComparison.Ordinal) ? compaction
                : text.Contains("\"num_cached_tokens\"", StringComparison.Ordinal) && Same(ours, theirs, "cache_read_tokens") ? cached
                : throw new ShouldAssertException($"{Text(one, "model_ref")} of {Text(one, "provider_id")}: {OracleReply.Told(ours)}, not {OracleReply.Told(theirs)}: {text}"));
        }

        tally.Tell("genai_prices_dataset, usage", "");
        tally.Count.ShouldBeGreaterThanOrEqualTo(600);
    }

    [Fact]
    public void Real_replies_cost_what_others_compute()
    {
        const string model = "the catalogue does not have the model";
        const string reseller = "an open-weight model at the price of another host";
        const string moved = "a name that its vendor has moved on to another model since";
        const string search = "they leave the vendor's searches out of input and output";
        const string compaction = "they leave out the compaction that Anthropic bills beside the message";
        var tally = new Tally(model, reseller, moved, search, compaction);
        foreach (var one in Cases("genai_prices_dataset"))
        {
            var expected = Number(one.GetProperty("expected"), "input") + Number(one.GetProperty("expected"), "output");
            if (Find(Text(one, "model_ref")) is not { } found || found.PriceAt(TheirDay) is not { } row)
            {
                tally.Excuse(model);
                continue;
            }

            var usage = Usage(one);
            var lines = Pricing.Price(row, 1m, usage, default).Lines;
            if (Text(one, "api_flavor") is "embeddings")
            {
                lines = Pricing.Price(row, 1m, new Usage { Input = usage.TotalInput }, default).Lines;
            }

            if (lines.Sum(static line => line.Usd) == expected)
            {
                tally.Equal();
                continue;
            }

            var provider = Text(one, "provider_id");
            tally.Excuse(
                usage.ToolCalls.WebSearch > 0 && lines.Where(static line => line.What != "web_search").Sum(static line => line.Usd) == expected ? search
                : one.GetProperty("raw_response").GetRawText().Contains("\"compaction\"", StringComparison.Ordinal) ? compaction
                : found.OpenWeights && (provider is "openrouter" or "cerebras" or "groq" || found.Id.StartsWith("gpt-oss", StringComparison.Ordinal)) ? reseller
                : Text(one, "model_ref").EndsWith("-latest", StringComparison.Ordinal) || Text(one, "model_ref") is "deepseek-reasoner" ? moved
                : throw new ShouldAssertException($"{Text(one, "model_ref")} of {provider}: {lines.Sum(static line => line.Usd)}, not {expected}"));
        }

        tally.Tell("genai_prices_dataset, price", "");
        tally.Count.ShouldBeGreaterThanOrEqualTo(450);
    }

    [Fact]
    public void Providers_billed_what_we_compute()
    {
        const string model = "the catalogue does not have the model";
        const string host = "an open-weight model at the price of another host";
        const string own = "the caller's own key: the gateway bills nothing";
        const string tools = "the gateway's own price for a search that it ran";
        var tally = new Tally(model, host, own, tools);
        foreach (var one in Cases("provider_billed"))
        {
            var figures = one.GetProperty("usage");
            var billed = one.GetProperty("billed_usd").GetDecimal();
            if (Find(Text(one, "model")) is not { } found)
            {
                tally.Excuse(model);
                continue;
            }

            using var raw = JsonDocument.Parse($$"""{"model":"m","usage":{{figures.GetRawText()}}}""");
            var flavour = figures.TryGetProperty("input_tokens", out _) ? "responses" : "chat";
            var usage = OracleReply.Read(VendorUsage.ForHost(Text(one, "host")).Vendor, flavour, raw.RootElement);

            // When a call was made nobody noted: any of the model's prices may have been in force. Bills show at most nine decimals.
            var prices = found.Prices.Select(row => Pricing.Price(row, 1m, usage, default).Lines.Sum(static line => line.Usd)).ToList();
            if (prices.Exists(usd => Math.Abs(usd - billed) < 0.000_000_001m))
            {
                tally.Equal();
                continue;
            }

            tally.Excuse(
                figures.TryGetProperty("is_byok", out var byok) && byok.GetBoolean() && billed == 0 ? own
                : figures.TryGetProperty("server_tool_use_details", out var ran) && figures.GetProperty("cost_details").GetProperty("upstream_inference_cost").GetDecimal() < billed ? tools
                : found.OpenWeights && Text(one, "host") is not "api.x.ai" ? host
                : throw new ShouldAssertException($"{Text(one, "model")} at {Text(one, "host")}: {string.Join(" or ", prices)}, not {billed}: {figures.GetRawText()}"));
        }

        tally.Tell("provider_billed", "");
        tally.Count.ShouldBeGreaterThanOrEqualTo(145);
    }

    [Fact]
    public void The_cases_of_a_third_library()
    {
        const string sums = "its parts exceed their whole: it prices each part as given, we would cut them down";
        const string rounded = "expected after rounding to three places";
        var tally = new Tally(sums, rounded);
        foreach (var one in Cases("litellm"))
        {
            var (row, usage, expected, places) = ThirdLibrary.Read(one);
            var usd = Pricing.Price(row, 1m, usage, default).Lines.Sum(static line => line.Usd);
            (places is { } digits ? Math.Round(usd, digits) : usd).ShouldBe(expected, Text(one, "source"));
            if (places is not null)
                tally.Excuse(rounded);
            else if (Text(one, "source").EndsWith("test_string_cost_values", StringComparison.Ordinal))
                tally.Excuse(sums);
            else
                tally.Equal();
        }

        tally.Tell("litellm", "");
        tally.Count.ShouldBe(4);
    }

    private static IEnumerable<JsonElement> Cases(string kind)
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Shared.PathOf("oracle/cost-cases.json")));
        return [.. cases.RootElement.GetProperty(kind).EnumerateArray().Select(static one => one.Clone())];
    }

    private static Usage Usage(JsonElement one) => OracleReply.Read(Text(one, "provider_id"), Text(one, "api_flavor"), one.GetProperty("raw_response"));

    /// <summary>Others write the vendor before a model's name, and dates in two ways.</summary>
    private static ModelInfo? Find(string name)
    {
        var bare = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var undated = Undated(bare);
        var parts = undated.Split('-');
        // claude-4.5-haiku is claude-haiku-4-5 at its vendor's.
        var turned = parts is ["claude", var version, var family] ? $"claude-{family}-{version.Replace('.', '-')}" : undated;
        return Catalog.Find(name) ?? Catalog.Find(bare) ?? Catalog.Find(undated) ?? Catalog.Find(turned) ?? Catalog.Find(undated.Replace('.', '-'));
    }

    private static string Undated(string name)
    {
        var last = name[(name.LastIndexOf('-') + 1)..];
        if (last.Length is 8 or 4 && last.All(char.IsAsciiDigit))
            return name[..^(last.Length + 1)];

        return name.Length > 11 && DateOnly.TryParseExact(name[^10..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? name[..^11] : name;
    }

    private static SortedDictionary<string, long> Only(SortedDictionary<string, long> totals, string unit) =>
        new(totals.Where(pair => pair.Key == unit).ToDictionary(static pair => pair.Key, static pair => pair.Value), StringComparer.Ordinal);

    private static bool Same(SortedDictionary<string, long> ours, SortedDictionary<string, long> theirs, params string[] but) =>
        OracleReply.Told(ours.Where(pair => !but.Contains(pair.Key)).ToDictionary()) == OracleReply.Told(theirs.Where(pair => !but.Contains(pair.Key)).ToDictionary());

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;

    private static decimal Number(JsonElement one, string name) => decimal.Parse(one.GetProperty(name).ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Counts what was equal and what each cause explained.</summary>
    private sealed class Tally(params string[] causes)
    {
        private readonly Dictionary<string, int> _causes = causes.ToDictionary(static cause => cause, static _ => 0, StringComparer.Ordinal);

        public int Count { get; private set; }

        public void Equal() => Count++;

        public void Excuse(string cause) => _causes[cause]++;

        public void Tell(string what, string more)
        {
            var excused = string.Join("; ", _causes.Select(static pair => $"{pair.Value} {pair.Key}"));
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {Count} equal{more}; different with a cause: {(excused.Length == 0 ? "none" : excused)}.");
            _causes.ShouldAllBe(static pair => pair.Value > 0, "a cause that explains nothing any more must go");
        }
    }
}
