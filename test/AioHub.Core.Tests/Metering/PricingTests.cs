using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

public sealed class PricingTests
{
    private static readonly DateTime Noon = new(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc); // a Friday
    private static readonly Rates Claude = new() { Input = 3m, Output = 15m, CacheRead = 0.3m, CacheWrite5m = 3.75m, CacheWrite1h = 6m };

    [Fact]
    public void Buckets_are_disjoint_lines_that_add_up()
    {
        var charge = Price(Row(Claude), new Usage { Input = 1_000, CacheRead = 2_000, CacheWrite5m = 300, CacheWrite1h = 40, CacheWriteOther = 5, Output = 600, Reasoning = 500 }, 0.4m);
        charge.Lines.Select(line => (line.What, line.Quantity, line.UnitUsdPerMillion)).ShouldBe(
        [
            ("input", 1_000, 3m), ("cache_read", 2_000, 0.3m), ("cache_write_5m", 300, 3.75m), ("cache_write_1h", 40, 6m), ("cache_write_other", 5, 3.75m), ("output", 600, 15m),
        ]);
        charge.Lines.Sum(line => line.Usd).ShouldBe(0.01398375m);
        charge.Multiplier.ShouldBe(0.4m);
        charge.Total.ShouldBe(new NanoUsd(5_593_500));
        charge.PriceVersion.ShouldBe("v");
        charge.Clamped.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 40_000_000, 0)]
    [InlineData(89_700_000, 40_000_000, 3_588_000)]
    [InlineData(1_000_000_000, 1, 1)]
    [InlineData(499_999_999, 1, 0)]
    [InlineData(500_000_000, 1, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(-5, 40_000_000, 0)]
    [InlineData(5, -40_000_000, 0)]
    [InlineData(1_000_000_000_000_000, 1_000_000_000_000, 10_000_000_000_000_000)]
    [InlineData(long.MaxValue, long.MaxValue, 10_000_000_000_000_000)]
    public void Credits_cost_their_price_rounded_once(long nanoCredits, long price, long nano) =>
        Pricing.CostOfCredits(nanoCredits, new NanoUsd(price)).Value.ShouldBe(nano);

    [Fact]
    public void A_bucket_without_a_rate_pays_its_sides()
    {
        var row = Row(new Rates { Input = 2m, Output = 8m });
        var charge = Price(row, new Usage
        {
            CacheRead = 1, CacheWrite5m = 2, CacheWrite1h = 3, CacheWriteOther = 4, InputAudio = 5, CacheReadAudio = 6, InputImage = 7, InputVideo = 8, OutputAudio = 9, OutputImage = 10,
        });
        charge.Lines.Where(line => !line.What.StartsWith("output", StringComparison.Ordinal)).ShouldAllBe(line => line.UnitUsdPerMillion == 2m);
        charge.Lines.Where(line => line.What.StartsWith("output", StringComparison.Ordinal)).ShouldAllBe(line => line.UnitUsdPerMillion == 8m);
        charge.Total.ShouldBe(new NanoUsd((36 * 2_000) + (19 * 8_000)));
    }

    [Fact]
    public void Reasoning_with_a_rate_of_its_own_leaves_the_output_line()
    {
        var charge = Price(Row(new Rates { Output = 8m, Reasoning = 3m }), new Usage { Output = 100, Reasoning = 25 });
        charge.Lines.Select(line => (line.What, line.Quantity)).ShouldBe([("output", 75), ("reasoning", 25)]);
        Price(Row(new Rates { Output = 8m, Reasoning = 3m }), new Usage { Output = 100, Reasoning = 500 }).Lines.ShouldHaveSingleItem().ShouldBe(new LineItem("reasoning", 100, 3m));
    }

    [Theory]
    [InlineData(272_000, false, 2)]
    [InlineData(272_001, false, 4)]
    [InlineData(271_999, true, 2)]
    [InlineData(272_000, true, 4)]
    public void A_tier_is_chosen_by_the_whole_input_and_holds_for_the_whole_request(long input, bool inclusive, int rate)
    {
        var row = Row(new Rates { Input = 2m, Output = 12m }) with { Tiers = [new PriceTier(272_000, inclusive, new Rates { Input = 4m, Output = 18m })] };
        var charge = Price(row, new Usage { Input = input - 1_000, CacheRead = 1_000, Output = 10 });
        charge.Lines[0].UnitUsdPerMillion.ShouldBe(rate);
        charge.Lines[^1].UnitUsdPerMillion.ShouldBe(rate == 2 ? 12m : 18m);
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(0.49, 0)]
    [InlineData(1.5, 2)]
    [InlineData(2.5, 3)]
    public void A_charge_is_rounded_once_half_away_from_zero(double nano, long expected) =>
        Price(Row(new Rates { Input = (decimal)nano / 1_000m }), new Usage { Input = 1 }).Total.Value.ShouldBe(expected);

    [Fact]
    public void Lines_are_not_rounded_one_by_one() =>
        Price(Row(new Rates { Input = 0.0004m, Output = 0.0004m }), new Usage { Input = 1, Output = 1 }).Total.Value.ShouldBe(1);

    [Fact]
    public void Service_tiers_multiply()
    {
        var row = Row(Claude) with { ServiceTiers = Map(("flex", 0.5m), ("priority", 2m)) };
        var usage = new Usage { Input = 1_000_000 };
        Price(row, usage, context: new PriceContext { Moment = Noon, ServiceTier = "flex" }).Total.ToUsd().ShouldBe(1.5m);
        Price(row, usage, 0.5m, new PriceContext { Moment = Noon, ServiceTier = "priority" }).ShouldSatisfyAllConditions(
            charge => charge.Total.ToUsd().ShouldBe(3m), charge => charge.Multiplier.ShouldBe(1m), charge => charge.Lines[0].UnitUsdPerMillion.ShouldBe(3m));
        Price(row, usage, context: new PriceContext { Moment = Noon, ServiceTier = "standard" }).Total.ToUsd().ShouldBe(3m);
    }

    [Theory]
    // 16:30 to 00:30 UTC is 00:30 to 08:30 in Shanghai.
    [InlineData("2026-11-20T16:29:59", "1")]
    [InlineData("2026-11-20T16:30:00", "0.5")]
    [InlineData("2026-11-21T00:29:59", "0.5")]
    [InlineData("2026-11-21T00:30:00", "1")]
    public void A_schedule_is_read_in_its_time_zone(string moment, string multiplier) => MultiplierAt(
        new PriceWindow([], new TimeOnly(0, 30), new TimeOnly(8, 30), "Asia/Shanghai", 0.5m), moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-11-20T21:59:00", "1")] // Friday
    [InlineData("2026-11-20T22:00:00", "3")]
    [InlineData("2026-11-21T05:59:00", "3")] // Saturday morning belongs to Friday's night
    [InlineData("2026-11-21T06:00:00", "1")]
    [InlineData("2026-11-21T22:00:00", "1")]
    [InlineData("2026-11-20T05:00:00", "1")] // Friday morning is Thursday's night
    public void A_window_over_midnight_belongs_to_the_day_on_which_it_begins(string moment, string multiplier) => MultiplierAt(
        new PriceWindow([DayOfWeek.Friday], new TimeOnly(22, 0), new TimeOnly(6, 0), "UTC", 3m), moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));

    [Fact]
    public void A_schedule_follows_summer_time()
    {
        var window = new PriceWindow([], new TimeOnly(9, 0), new TimeOnly(10, 0), "Europe/Berlin", 2m);
        MultiplierAt(window, "2026-07-01T07:30:00").ShouldBe(2m);
        MultiplierAt(window, "2026-12-01T07:30:00").ShouldBe(1m);
        MultiplierAt(window, "2026-12-01T08:30:00").ShouldBe(2m);
    }

    [Fact]
    public void Prices_per_call_image_second_character_and_tool()
    {
        var row = Row(new Rates()) with
        {
            PerRequest = 0.01m,
            PerImage = [new ImagePrice(null, null, 0.04m), new ImagePrice("1024x1024", null, 0.05m), new ImagePrice("1024x1024", "hd", 0.08m)],
            PerSecond = 0.0001m,
            PerCharacter = 0.000015m,
            Per1K = Map(("web_search", 10m)),
        };
        var charge = Price(row, new Usage { Images = 3, Milliseconds = 1_235, Characters = 200, ToolCalls = new ToolCalls(2, 1, 0, 0, 0) }, context: new PriceContext
        {
            Moment = Noon, ImageSize = "1024X1024", ImageQuality = "HD",
        });
        charge.Lines.Select(line => (line.What, line.Quantity, line.Usd)).ShouldBe(
        [
            ("request", 1, 0.01m), ("image", 3, 0.24m), ("millisecond", 1_235, 0.0001235m), ("character", 200, 0.003m), ("web_search", 2, 0.02m), ("web_fetch", 1, 0m),
        ]);
        charge.Total.ShouldBe(NanoUsd.FromUsd(0.2731235m));
        Price(row, new Usage { Images = 1 }, context: new PriceContext { ImageSize = "1024x1024" }).Lines[1].Usd.ShouldBe(0.05m);
        Price(row, new Usage { Images = 1 }).Lines[1].Usd.ShouldBe(0.04m);
        Price(row with { PerImage = [new ImagePrice("a", null, 1m), new ImagePrice("b", null, 2m)] }, new Usage { Images = 1 }, context: new PriceContext { ImageSize = "c" })
            .Lines[1].Usd.ShouldBe(2m, "an unknown size is never free");
    }

    [Fact]
    public void Another_currency_becomes_dollars_line_by_line()
    {
        var rates = new CurrencyRates([KeyValuePair.Create("cny", 0.125m)]);
        var charge = Price(Row(Claude) with { Currency = "CNY" }, new Usage { Input = 8_000_000 }, context: new PriceContext { Currencies = rates });
        charge.Lines[0].UnitUsdPerMillion.ShouldBe(0.375m);
        charge.Total.ToUsd().ShouldBe(3m);
        Should.Throw<UnknownCurrencyException>(() => Price(Row(Claude) with { Currency = "XTS" }, new Usage { Input = 1 })).Message.ShouldContain("XTS");
        Should.Throw<UnknownCurrencyException>(() => Pricing.Bound(Row(Claude) with { Currency = "XTS" }, 1m, 1, 1, 1, Noon));
        Should.Throw<ArgumentOutOfRangeException>(() => new CurrencyRates([KeyValuePair.Create("EUR", 0m)]));
    }

    [Fact]
    public void Absurd_figures_are_clamped_and_said()
    {
        var row = Row(Claude) with { Tiers = [new PriceTier(200_000, false, Claude with { Input = 1_000_000m })] };
        var charge = Price(row, new Usage { Input = long.MaxValue, CacheRead = long.MaxValue, Output = long.MaxValue });
        charge.Total.ShouldBe(Pricing.MaxCharge);
        charge.Clamped.ShouldBeTrue();
        charge.Lines.ShouldAllBe(line => line.Quantity == Pricing.MaxQuantity);
        charge.Lines[0].UnitUsdPerMillion.ShouldBe(1_000_000m, "a sum that would wrap around still finds its tier");
        var negative = Price(row, new Usage { Input = -5, Output = 1 });
        negative.Lines.ShouldHaveSingleItem().What.ShouldBe("output");
        negative.Clamped.ShouldBeTrue();
        Pricing.Bound(row, 1m, long.MaxValue, long.MaxValue, int.MaxValue, Noon).ShouldBe(Pricing.MaxCharge);
        Pricing.Bound(row, 1m, -1, -1, -1, Noon).ShouldBe(NanoUsd.Zero);
    }

    [Fact]
    public void No_charge_passes_the_bound_of_its_size()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var row = RandomRow(random);
            var parts = Enumerable.Range(0, 12).Select(_ => random.Next(3) == 0 ? random.NextInt64(0, 60_000) : 0).ToArray();
            var usage = new Usage
            {
                Input = parts[0], CacheRead = parts[1], CacheWrite5m = parts[2], CacheWrite1h = parts[3], CacheWriteOther = parts[4], InputAudio = parts[5], InputImage = parts[6],
                InputVideo = parts[7], CacheReadAudio = parts[8], Output = parts[9], Reasoning = parts[9] / 2, OutputAudio = parts[10], OutputImage = parts[11], Images = random.Next(3),
                Milliseconds = 2_500, Characters = 90,
            };
            var asked = random.Next(4) switch { 0 => "flex", 1 => "priority", 2 => "auto", _ => null };
            var served = asked == "auto" ? (random.Next(2) == 0 ? "priority" : "flex") : random.Next(2) == 0 ? null : asked;
            var moment = Noon.AddHours(random.Next(0, 200));
            var context = new PriceContext { Moment = moment, ServiceTier = served, Region = random.Next(2) == 0 ? "eu" : null, ImageSize = random.Next(2) == 0 ? "s" : "t" };
            var multiplier = random.Next(1, 300) / 100m;
            var charge = Pricing.Price(row, multiplier, usage, context);
            var bound = Pricing.Bound(
                row, multiplier, usage.TotalInput + random.Next(0, 100_000), usage.TotalOutput + random.Next(0, 100), 2, moment, asked, characters: 90, milliseconds: 2_500);
            bound.ShouldBeGreaterThanOrEqualTo(charge.Total);
        }
    }

    private static Charge Price(PriceRow row, Usage usage, decimal multiplier = 1m, PriceContext context = default) => Pricing.Price(row, multiplier, usage, context);

    private static PriceRow Row(Rates rates) => new() { Version = "v", From = DateTime.UnixEpoch, Rates = rates };

    private static decimal MultiplierAt(PriceWindow window, string moment) => Price(
        Row(Claude) with { Schedule = [window] }, new Usage { Input = 1 }, 1m, new PriceContext { Moment = DateTime.Parse(moment, CultureInfo.InvariantCulture) }).Multiplier;

    private static FrozenDictionary<string, decimal> Map(params (string Key, decimal Value)[] pairs) => pairs.ToFrozenDictionary(pair => pair.Key, pair => pair.Value);

    internal static PriceRow RandomRow(Random random)
    {
        decimal? Rate() => random.Next(3) == 0 ? null : random.Next(0, 5_000) / 100m;
        Rates Some() => new()
        {
            Input = Rate(), Output = Rate(), CacheRead = Rate(), CacheWrite5m = Rate(), CacheWrite1h = Rate(), CacheWriteOther = Rate(), InputAudio = Rate(), OutputAudio = Rate(),
            CacheReadAudio = Rate(), InputImage = Rate(), OutputImage = Rate(), InputVideo = Rate(), Reasoning = Rate(), CacheReadImage = Rate(), OutputVideo = Rate(), Citations = Rate(),
        };
        return Row(Some()) with
        {
            Tiers = [new PriceTier(50_000, random.Next(2) == 0, Some()), new PriceTier(150_000, random.Next(2) == 0, Some())],
            PerRequest = Rate(),
            PerImage = random.Next(2) == 0 ? [] : [new ImagePrice("s", null, 0.5m), new ImagePrice(null, null, 0.25m)],
            PerSecond = Rate() / 100m,
            PerCharacter = Rate() / 1_000m,
            ServiceTiers = Map(("flex", 0.5m), ("priority", 2m)),
            Regions = Map(("eu", 1.1m), ("cheap", 0.9m)),
            Schedule = [new PriceWindow([DayOfWeek.Monday, DayOfWeek.Friday], new TimeOnly(20, 0), new TimeOnly(4, 0), "Asia/Shanghai", random.Next(2) == 0 ? 0.5m : 1.5m)],
        };
    }
}
