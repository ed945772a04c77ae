using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>Where each vendor's dearer tier begins, to the token, and that it holds for the whole request. From the vendors' pages, as the catalogue has them.</summary>
public sealed class TierTableTests
{
    private static readonly DateTime Day = new(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc);

    private static readonly ModelCatalog Catalog = new(BuiltinCatalog.Models);

    /// <param name="last">The largest input that pays the row's own rates; one token more pays the tier's.</param>
    [Theory]
    [InlineData("gpt-5.6-sol", 272_000)]
    [InlineData("gpt-6-sol", 272_000)]
    [InlineData("gemini-2.5-pro", 200_000)]
    [InlineData("gemini-3.1-pro-preview", 200_000)]
    [InlineData("claude-sonnet-4-5", 200_000)]
    [InlineData("claude-haiku-5-5", 100_000)]
    [InlineData("grok-4.5", 199_999)]
    [InlineData("grok-4-fast-reasoning", 128_000)]
    [InlineData("MiniMax-M3", 512_000)]
    [InlineData("qwen3.7-plus", 256_000)]
    [InlineData("doubao-seed-1-6-251015", 32_000)]
    [InlineData("doubao-seed-1-8-251228", 32_000)]
    [InlineData("doubao-seed-1-8-251228", 128_000)]
    public void A_tier_begins_where_its_vendor_says(string model, long last)
    {
        var row = Catalog.Find(model).ShouldNotBeNull(model).PriceAt(Day).ShouldNotBeNull(model);
        foreach (var shape in new Func<long, Usage>[]
                 {
                     static input => new Usage { Input = input, Output = 10 },
                     static input => new Usage { Input = 1, CacheRead = input - 1, Output = 10 },
                     static input => new Usage { CacheWrite5m = input - 2, CacheWrite1h = 2, Output = 10 },
                 })
        {
            Pricing.Price(row, 1m, shape(last + 1), default).Lines[^1].UnitUsdPerMillion.ShouldBeGreaterThanOrEqualTo(Pricing.Price(row, 1m, shape(last), default).Lines[^1].UnitUsdPerMillion);
            Rates(row, shape(last)).ShouldNotBe(Rates(row, shape(last + 1)), model);
            Rates(row, shape(last - 1)).ShouldBe(Rates(row, shape(last)), model);
            Rates(row, shape(last + 2)).ShouldBe(Rates(row, shape(last + 1)), model);
        }
    }

    /// <summary>Every tier of the catalogue has a rate for each of its row's, and inclusive ones are xAI's alone.</summary>
    [Fact]
    public void Only_one_vendor_counts_the_bound_itself() =>
        Catalog.Models.Where(static model => model.Prices.Any(static row => row.Tiers.Any(static tier => tier.Inclusive))).Select(static model => model.Vendor).Distinct().ShouldBe(["xai"]);

    [Theory]
    // DeepSeek: 09:00 to 12:00 and 14:00 to 18:00 in Beijing, on working days.
    [InlineData("2026-11-20T00:59:59", "1")]
    [InlineData("2026-11-20T01:00:00", "2")]
    [InlineData("2026-11-20T03:59:59", "2")]
    [InlineData("2026-11-20T04:00:00", "1")]
    [InlineData("2026-11-20T06:00:00", "2")]
    [InlineData("2026-11-20T09:59:59", "2")]
    [InlineData("2026-11-20T10:00:00", "1")]
    [InlineData("2026-11-21T01:00:00", "1")]
    public void The_peak_hours_of_DeepSeek(string moment, string multiplier) => Multiplier(
        Catalog.Find("deepseek-v4-flash").ShouldNotBeNull().PriceAt(At(moment)).ShouldNotBeNull(), moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));

    [Theory]
    // Clocks in Berlin go from 02:00 to 03:00 on 2026-03-29, from 03:00 to 02:00 on 2026-10-25; UTC below.
    [InlineData("2026-03-29T00:59:59", "3")] // 01:59:59
    [InlineData("2026-03-29T01:00:00", "1")] // 03:00, what would be 02:30 never comes
    [InlineData("2026-10-25T00:30:00", "3")] // 02:30, the first time
    [InlineData("2026-10-25T01:30:00", "3")] // 02:30, the second time
    [InlineData("2026-10-25T02:00:00", "1")]
    [InlineData("2026-07-01T00:30:00", "3")]
    [InlineData("2026-07-01T01:30:00", "1")]
    [InlineData("2026-12-01T00:30:00", "3")]
    [InlineData("2026-12-01T01:59:59", "3")]
    public void Windows_across_changes_of_the_clock(string moment, string multiplier) => Multiplier(
        Row(new PriceWindow([], new TimeOnly(1, 0), new TimeOnly(3, 0), "Europe/Berlin", 3m)), moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-10-01T02:00:00", "1")] // a holiday
    [InlineData("2026-09-30T02:00:00", "2")] // a Wednesday
    [InlineData("2026-10-10T02:00:00", "2")] // a Saturday that is worked
    [InlineData("2026-10-11T02:00:00", "1")] // a Sunday
    [InlineData("2026-09-30T17:00:00", "1")] // 01:00 of the holiday in Shanghai
    public void Holidays_and_working_weekends_are_dates_of_the_zone(string moment, string multiplier)
    {
        var window = new PriceWindow(
            [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday], new TimeOnly(0, 0), new TimeOnly(0, 0), "Asia/Shanghai", 2m)
        {
            Dates = [new DateOnly(2026, 10, 10)],
            Except = [new DateOnly(2026, 10, 1)],
        };
        Multiplier(Row(window), moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));
        var read = PriceJson.Read("m", System.Text.Json.JsonDocument.Parse(PriceJson.Write(Row(window))).RootElement);
        Multiplier(read, moment).ShouldBe(decimal.Parse(multiplier, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_region_multiplies_and_its_name_has_no_case()
    {
        var claude = Catalog.Find("claude-opus-5").ShouldNotBeNull().PriceAt(Day).ShouldNotBeNull();
        var usage = new Usage { Input = 1_000_000 };
        Pricing.Price(claude, 1m, usage, new PriceContext { Moment = Day, Region = "global" }).Total.ToUsd().ShouldBe(5m);
        var charge = Pricing.Price(claude, 0.5m, usage, new PriceContext { Moment = Day, Region = "US", UserMultiplier = 0.9m, KeyMultiplier = 2m, ServiceTier = "fast" });
        charge.Factors.ShouldBe([new("group", 0.5m), new("user", 0.9m), new("key", 2m), new("service_tier", 2m), new("region", 1.1m)]);
        charge.Total.ToUsd().ShouldBe(9.9m);
        PriceJson.Read("m", System.Text.Json.JsonDocument.Parse(PriceJson.Write(claude)).RootElement).Regions["us"].ShouldBe(1.1m);
    }

    private static string Rates(PriceRow row, Usage usage) =>
        string.Join(' ', Pricing.Price(row, 1m, usage, default).Lines.Select(static line => FormattableString.Invariant($"{line.What}={line.UnitUsdPerMillion:0.######}")));

    private static decimal Multiplier(PriceRow row, string moment) => Pricing.Price(row, 1m, new Usage { Input = 1 }, new PriceContext { Moment = At(moment) }).Multiplier;

    private static DateTime At(string moment) => DateTime.Parse(moment, CultureInfo.InvariantCulture);

    private static PriceRow Row(PriceWindow window) => new() { Version = "v", From = DateTime.UnixEpoch, Rates = new Rates { Input = 1m }, Schedule = [window] };
}
