using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>usage</c>: what calls brought in, what they cost, and the margin, for operators.</summary>
internal static class UsageVerb
{
    public static Command Build(VerbFrame frame)
    {
        var by = new Option<UsageBy>("--by") { Description = "channel, group, model, user or day", DefaultValueFactory = static _ => UsageBy.Channel };
        var from = new Option<string?>("--from") { HelpName = "YYYY-MM-DD", Description = "The first day, UTC (default: the first of this month)" };
        var to = new Option<string?>("--to") { HelpName = "YYYY-MM-DD", Description = "The last day, UTC (default: today)" };
        var command = new Command("usage", "What calls brought in, what they cost, and the margin") { by, from, to };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var today = DateOnly.FromDateTime(home.Time.GetUtcNow().UtcDateTime);
            var (first, last) = (DayOf(parsed.GetValue(from)) ?? new DateOnly(today.Year, today.Month, 1), DayOf(parsed.GetValue(to)) ?? today);
            if (last < first)
            {
                throw new UsageException("The last day comes before the first.");
            }

            var kind = parsed.GetValue(by);
            var totals = await new UsageTotals(home.Database).ReadAsync(kind, Moment(first), Moment(last.AddDays(1)), cancellation);
            var sum = new UsageTotal(
                "total", totals.Sum(static one => one.Calls), totals.Sum(static one => one.Input), totals.Sum(static one => one.Output),
                Sum(totals.Select(static one => one.Charge)), Sum(totals.Select(static one => one.Cost)), Sum(totals.Select(static one => one.Lost)));
            var json = new JsonObject
            {
                ["from"] = Shapes.Day(first), ["to"] = Shapes.Day(last), ["by"] = Shapes.Name(kind), ["rows"] = Shapes.List(totals, static one => Shape(one)), ["total"] = Shape(sum),
            };
            return new Answer(json, output => Table.Write(
                output, [Shapes.Name(kind), "calls", "input", "output", "charged usd", "cost usd", "in vain usd", "margin usd"], totals.Add(sum).Select(static one => new[]
                {
                    one.Name.Length == 0 ? "(none)" : one.Name, Text(one.Calls), Text(one.Input), Text(one.Output), Shapes.Usd(one.Charge), Shapes.Usd(one.Cost), Shapes.Usd(one.Lost), Shapes.Usd(one.Margin),
                })));
        });
        return command;
    }

    private static NanoUsd Sum(IEnumerable<NanoUsd> amounts) => amounts.Aggregate(NanoUsd.Zero, static (sum, one) => sum + one);

    private static DateOnly? DayOf(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new UsageException($"'{text}' is no day such as 2026-11-22.");

    private static DateTime Moment(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Shape(UsageTotal total) => new()
    {
        ["name"] = total.Name,
        ["calls"] = total.Calls,
        ["input_tokens"] = total.Input,
        ["output_tokens"] = total.Output,
        ["charge_nano_usd"] = total.Charge.Value,
        ["cost_nano_usd"] = total.Cost.Value,
        ["lost_nano_usd"] = total.Lost.Value,
        ["margin_nano_usd"] = total.Margin.Value,
        ["margin_usd"] = total.Margin.ToUsdString(),
    };
}
