using System.Text.Json;
using AioHub.Core.Catalog;

namespace AioHub.Core.Tests.Catalog;

public sealed class PriceJsonTests
{
    private const string Everything = """
        {"from":"2026-04-16","to":"2027-01-01T12:30:00Z","currency":"CNY","input":5,"output":25,"cache_read":0.5,"cache_write_5m":6.25,"cache_write_1h":10,
         "cache_write_other":7,"input_audio":1,"output_audio":2,"cache_read_audio":0.1,"input_image":3,"output_image":4,"input_video":6,"reasoning":30,
         "per_request":0.01,"per_second":0.0001,"per_character":0.000015,
         "per_image":[{"size":"1024x1024","quality":"high","usd":0.167},{"usd":0.04}],
         "per_1k":{"web_search":10},
         "tiers":[{"above":200000,"inclusive":true,"input":10,"output":37.5},{"above":1000,"input":6}],
         "service_tiers":{"flex":0.5,"priority":2},
         "schedule":[{"days":["mon","Tuesday"],"from":"00:30","to":"08:30","time_zone":"Asia/Shanghai","multiplier":0.5}]}
        """;

    [Fact]
    public void A_full_row_is_read()
    {
        var row = Read(Everything);
        row.From.ShouldBe(new DateTime(2026, 4, 16, 0, 0, 0, DateTimeKind.Utc));
        row.From.Kind.ShouldBe(DateTimeKind.Utc);
        row.To.ShouldBe(new DateTime(2027, 1, 1, 12, 30, 0, DateTimeKind.Utc));
        row.Currency.ShouldBe("CNY");
        row.Rates.ShouldBe(new Rates
        {
            Input = 5, Output = 25, CacheRead = 0.5m, CacheWrite5m = 6.25m, CacheWrite1h = 10, CacheWriteOther = 7, InputAudio = 1, OutputAudio = 2,
            CacheReadAudio = 0.1m, InputImage = 3, OutputImage = 4, InputVideo = 6, Reasoning = 30,
        });
        (row.PerRequest, row.PerSecond, row.PerCharacter).ShouldBe((0.01m, 0.0001m, 0.000015m));
        row.PerImage.ShouldBe([new ImagePrice("1024x1024", "high", 0.167m), new ImagePrice(null, null, 0.04m)]);
        row.Per1K["web_search"].ShouldBe(10);
        row.Tiers.Select(static tier => (tier.Above, tier.Inclusive, tier.Rates.Input)).ShouldBe([(1000, false, 6m), (200_000, true, 10m)]);
        row.ServiceTiers["flex"].ShouldBe(0.5m);
        var window = row.Schedule.ShouldHaveSingleItem();
        window.Days.ShouldBe([DayOfWeek.Monday, DayOfWeek.Tuesday]);
        (window.From, window.To, window.TimeZone, window.Multiplier).ShouldBe((new TimeOnly(0, 30), new TimeOnly(8, 30), "Asia/Shanghai", 0.5m));
    }

    [Fact]
    public void Writing_and_reading_gives_the_same_row()
    {
        var row = Read(Everything);
        var text = PriceJson.Write(row);
        var again = Read(text);
        again.Version.ShouldBe(row.Version);
        PriceJson.Write(again).ShouldBe(text);
    }

    [Fact]
    public void The_version_is_the_content_however_it_is_spelled()
    {
        var version = Read("""{"from":"2026-04-16","input":5,"output":25}""").Version;
        version.ShouldMatch("^[0-9a-f]{16}$");
        Read("""{"output":25.00,"input":5.0,"from":"2026-04-16T00:00:00Z","to":null,"currency":"usd"}""").Version.ShouldBe(version);
        Read("""{"from":"2026-04-16","input":5,"output":26}""").Version.ShouldNotBe(version);
        Read("""{"from":"2026-04-17","input":5,"output":25}""").Version.ShouldNotBe(version);
        using var document = JsonDocument.Parse("""{"from":"2026-04-16","input":5,"output":25}""");
        PriceJson.Read("another", document.RootElement).Version.ShouldNotBe(version);
    }

    [Theory]
    [InlineData("[]", "price row")]
    [InlineData("{}", "from")]
    [InlineData("""{"from":"soon"}""", "from")]
    [InlineData("""{"from":"2026-04-16","to":"2026-04-16"}""", "ends")]
    [InlineData("""{"from":"2026-04-16","input":-1}""", "input")]
    [InlineData("""{"from":"2026-04-16","input":"5"}""", "input")]
    [InlineData("""{"from":"2026-04-16","inputs":5}""", "inputs")]
    [InlineData("""{"from":"2026-04-16","tiers":[{"input":5}]}""", "above")]
    [InlineData("""{"from":"2026-04-16","tiers":[5]}""", "tiers")]
    [InlineData("""{"from":"2026-04-16","tiers":{}}""", "tiers")]
    [InlineData("""{"from":"2026-04-16","per_image":[{"size":"x"}]}""", "usd")]
    [InlineData("""{"from":"2026-04-16","per_1k":{"web_search":"x"}}""", "per_1k.web_search")]
    [InlineData("""{"from":"2026-04-16","schedule":[{"days":["someday"],"multiplier":1}]}""", "someday")]
    [InlineData("""{"from":"2026-04-16","input":1e99}""", "input")]
    public void A_wrong_row_is_refused_by_name(string json, string named) =>
        Should.Throw<FormatException>(() => Read(json)).Message.ShouldContain(named);

    private static PriceRow Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return PriceJson.Read("m", document.RootElement);
    }
}
