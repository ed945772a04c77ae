using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>alerts list|ack</c>.</summary>
internal static class AlertsVerb
{
    public static Command Build(VerbFrame frame) => new("alerts", "What operators should know: limits nearly spent, quotas low or used up") { List(frame), Acknowledge(frame) };

    private static Command List(VerbFrame frame)
    {
        var all = new Option<bool>("--all") { Description = "Also those that are over or acknowledged" };
        var limit = new Option<int>("--limit") { Description = "At most so many, newest first (1 to 1000)", DefaultValueFactory = static _ => 100 };
        var command = new Command("list", "List alerts, newest first") { all, limit };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var alerts = await home.Alerts.ListAsync(parsed.GetValue(all), parsed.GetValue(limit), cancellation);
            return new Answer(new JsonObject { ["alerts"] = Shapes.List(alerts, Shape) }, output => Table.Write(
                output, ["id", "at", "what", "whose", "usd", "state"], alerts.Select(static alert => new[]
                {
                    $"{alert.Id}", Shapes.Moment(alert.At), alert.Kind, $"{AlertOwners.NameOf(alert.Owner)} {alert.Name}", Figures(alert), State(alert),
                })));
        });
        return command;
    }

    private static Command Acknowledge(VerbFrame frame)
    {
        var ids = new Argument<long[]>("ID") { Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All of them" };
        var command = new Command("ack", "Say that alerts have been seen; they leave the list") { ids, all };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(all) == (parsed.GetValue(ids) is { Length: > 0 }))
            {
                parsed.AddError("Name alerts by their ids, or --all.");
            }
        });
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var acknowledged = await home.Alerts.AcknowledgeAsync(parsed.GetValue(all) ? null : [.. parsed.GetValue(ids)!], MoneyOptions.Actor, cancellation);
            return new Answer(new JsonObject { ["acknowledged"] = acknowledged }, output => output.WriteLine($"{acknowledged} alerts acknowledged"));
        });
        return command;
    }

    private static string Figures(Alert alert) => alert.Period == BudgetPeriod.None
        ? alert.Kind is AlertKinds.QuotaLow or AlertKinds.QuotaUsedUp or AlertKinds.LowBalance ? $"{Shapes.Usd(alert.Spent)} left" : ""
        : $"{Shapes.Usd(alert.Spent)} of {Shapes.Usd(alert.Limit)} a {Shapes.Name(alert.Period)}";

    private static string State(Alert alert) =>
        alert.AcknowledgedAt is not null ? $"acknowledged by {alert.AcknowledgedBy}" : alert.EndedAt is { } ended ? $"over since {Shapes.Moment(ended)}" : "open";

    private static JsonObject Shape(Alert alert)
    {
        var json = new JsonObject
        {
            ["id"] = alert.Id,
            ["at"] = Shapes.Moment(alert.At),
            ["kind"] = alert.Kind,
            ["owner"] = AlertOwners.NameOf(alert.Owner),
            ["name"] = alert.Name,
            ["ended_at"] = Shapes.Moment(alert.EndedAt),
            ["acknowledged_at"] = Shapes.Moment(alert.AcknowledgedAt),
            ["acknowledged_by"] = alert.AcknowledgedBy,
        };
        if (alert.Period == BudgetPeriod.None)
        {
            json["left_nano_usd"] = alert.Spent.Value;
            json["low_nano_usd"] = alert.Limit.Value;
        }
        else
        {
            json["period"] = Shapes.Name(alert.Period);
            json["spent_nano_usd"] = alert.Spent.Value;
            json["limit_nano_usd"] = alert.Limit.Value;
        }

        return json;
    }
}
