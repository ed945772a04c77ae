using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Host.Configuration;

namespace AioHub.Host.Cli;

/// <summary>The options for limits, the same for keys, users, groups and channels; and how limits are shown.</summary>
/// <param name="queues">Calls may wait for a place.</param>
internal sealed class LimitOptions(bool queues = false)
{
    private readonly Option<decimal?> _perDay = new("--usd-per-day") { Description = "0 takes the limit away, here and below" };
    private readonly Option<decimal?> _perWeek = new("--usd-per-week");
    private readonly Option<decimal?> _perMonth = new("--usd-per-month");
    private readonly Option<decimal?> _total = new("--usd-total");
    private readonly Option<decimal?> _soft = new("--soft") { Description = "Share of a money limit that raises an alert, such as 0.8" };
    private readonly Option<int?> _rpm = new("--rpm") { Description = "Requests in a minute" };
    private readonly Option<int?> _rpd = new("--rpd") { Description = "Requests in a day" };
    private readonly Option<long?> _tpm = new("--tpm") { Description = "Tokens in a minute, input and output" };
    private readonly Option<int?> _concurrency = new("--concurrency") { Description = "Calls at the same time" };

    private readonly Option<string?> _queue = new("--queue") { Description = "Calls that may wait for a place when all are taken; 0 = none, default = twice as many as there are places", HelpName = "N" };
    private readonly Option<string?> _queueWait = new("--queue-wait") { Description = "How long a call waits for a place, such as 10s; default = as the settings say", HelpName = "TIME" };

    private Option[] All => queues
        ? [_perDay, _perWeek, _perMonth, _total, _soft, _rpm, _rpd, _tpm, _concurrency, _queue, _queueWait]
        : [_perDay, _perWeek, _perMonth, _total, _soft, _rpm, _rpd, _tpm, _concurrency];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>The present limits with what was named. Null: nothing was named, they stay.</summary>
    public Limits? Read(ParseResult parsed, Limits present) => !Array.Exists(All, option => parsed.GetResult(option) is not null) ? null : new Limits
    {
        PerDay = Usd(parsed.GetValue(_perDay), present.PerDay),
        PerWeek = Usd(parsed.GetValue(_perWeek), present.PerWeek),
        PerMonth = Usd(parsed.GetValue(_perMonth), present.PerMonth),
        Total = Usd(parsed.GetValue(_total), present.Total),
        Soft = parsed.GetValue(_soft) is { } soft ? soft == 0 ? null : soft : present.Soft,
        Rpm = Number(parsed.GetValue(_rpm), present.Rpm),
        Rpd = Number(parsed.GetValue(_rpd), present.Rpd),
        Tpm = parsed.GetValue(_tpm) is { } tpm ? tpm == 0 ? null : tpm : present.Tpm,
        Concurrency = Number(parsed.GetValue(_concurrency), present.Concurrency),
        Queue = queues ? Queue(parsed.GetValue(_queue), present.Queue) : null,
        QueueWait = queues ? Wait(parsed.GetValue(_queueWait), present.QueueWait) : null,
    };

    public static JsonObject Shape(Limits limits) => LimitsReader.Write(limits);

    /// <summary>In one line of a table.</summary>
    public static string Tell(Limits limits) => string.Join(", ", LimitNames.All(limits).Select(static limit => limit.Name switch
    {
        LimitNames.PerDay => $"{Shapes.Number(limit.Value)} USD/day",
        LimitNames.PerWeek => $"{Shapes.Number(limit.Value)} USD/week",
        LimitNames.PerMonth => $"{Shapes.Number(limit.Value)} USD/month",
        LimitNames.Total => $"{Shapes.Number(limit.Value)} USD",
        LimitNames.Soft => $"alert at {limit.Value:P0}",
        LimitNames.Rpm => $"{Shapes.Number(limit.Value)}/min",
        LimitNames.Rpd => $"{Shapes.Number(limit.Value)}/day",
        LimitNames.Tpm => $"{Shapes.Number(limit.Value)} tokens/min",
        LimitNames.Queue => $"{Shapes.Number(limit.Value)} may wait",
        LimitNames.QueueWait => $"for {Shapes.Number(limit.Value)} s",
        _ => $"{Shapes.Number(limit.Value)} at once",
    }));

    private static int? Queue(string? text, int? present) => text switch
    {
        null => present,
        "default" => null,
        _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"'{text}' is no number of calls, and not default."),
    };

    private static TimeSpan? Wait(string? text, TimeSpan? present) => text switch
    {
        null => present,
        "default" => null,
        _ => Durations.TryParse(text, out var span) ? span : throw new UsageException($"'{text}' is no duration such as 10s or 500ms, and not default."),
    };

    private static NanoUsd? Usd(decimal? usd, NanoUsd? present) => usd is { } amount ? amount == 0 ? null : NanoUsd.FromUsd(amount) : present;

    private static int? Number(int? number, int? present) => number is { } value ? value == 0 ? null : value : present;
}
