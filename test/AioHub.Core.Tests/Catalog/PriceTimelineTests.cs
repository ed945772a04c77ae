using System.Collections.Immutable;
using AioHub.Core.Catalog;

namespace AioHub.Core.Tests.Catalog;

public sealed class PriceTimelineTests
{
    private static readonly DateTime Day = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_groups_price_stands_in_the_models_as_long_as_it_is_in_force()
    {
        var rows = PriceTimeline.Of([Row("own", 5, 8)], [Row("list", -10, null)], Day);
        rows.Select(static row => (row.Version, row.From, row.To)).ShouldBe([("list", Day.AddDays(-10), Day.AddDays(5)), ("own", Day.AddDays(5), Day.AddDays(8)), ("list", Day.AddDays(8), (DateTime?)null)]);
        PriceTimeline.Of([Row("own", -1, null)], [Row("list", -10, 3), Row("next", 3, null)], Day).ShouldHaveSingleItem().Version.ShouldBe("own");
        PriceTimeline.Of([Row("own", -1, 2)], [], Day).ShouldHaveSingleItem().To.ShouldBe(Day.AddDays(2));
        PriceTimeline.Of([], [], Day).ShouldBeEmpty();
    }

    /// <summary>Whatever rows there are, at every later moment the one list says what the two say together.</summary>
    [Fact]
    public void At_every_moment_the_list_says_what_the_two_say()
    {
        var random = new Random(7);
        for (var run = 0; run < 500; run++)
        {
            var (own, list) = (Rows("own", Draw()), Rows("list", Draw()));
            var told = PriceTimeline.Of(own, list, Day);
            for (var hour = 0; hour < 30 * 24; hour += 12)
            {
                var at = Day.AddHours(hour);
                PriceRow.InForce(told, at)?.Version.ShouldBe((PriceRow.InForce(own, at) ?? PriceRow.InForce(list, at))?.Version);
                (PriceRow.InForce(told, at) is null).ShouldBe((PriceRow.InForce(own, at) ?? PriceRow.InForce(list, at)) is null);
                told.Count(row => row.From <= at && (row.To is not { } to || at < to)).ShouldBeLessThanOrEqualTo(1);
            }
        }

        (int From, int Days)[] Draw() => [.. Enumerable.Range(0, random.Next(5)).Select(_ => (random.Next(-6, 12), random.Next(-1, 10)))];
    }

    private static ImmutableArray<PriceRow> Rows(string name, (int From, int Days)[] rows) =>
        [.. rows.DistinctBy(static row => row.From).OrderBy(static row => row.From).Select((row, i) => Row($"{name}{i}", row.From, row.Days <= 0 ? null : row.From + row.Days))];

    private static PriceRow Row(string version, int from, int? to) => new() { Version = version, From = Day.AddDays(from), To = to is { } end ? Day.AddDays(end) : null };
}
