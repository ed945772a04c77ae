using System.Globalization;
using System.Text.Json;
using AioHub.Core.Primitives;

namespace AioHub.Core.Storage;

/// <summary>Limits in one text column, as JSON by their names in settings: they are read whole and never searched by the database.</summary>
internal static class LimitsText
{
    public const string None = JsonText.EmptyMap;

    /// <summary>Calls that may wait for one place.</summary>
    public const int MostQueue = 100_000;
    public static readonly TimeSpan LongestQueueWait = TimeSpan.FromMinutes(10);

    public static string Of(Limits limits) => limits.IsEmpty ? None : JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in LimitNames.All(limits))
        {
            writer.WriteNumber(name, value);
        }

        writer.WriteEndObject();
    });

    public static Limits To(string json)
    {
        if (json is None)
        {
            return Limits.None;
        }

        using var document = JsonDocument.Parse(json);
        var limits = Limits.None;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var value = member.Value;
            limits = member.Name switch
            {
                LimitNames.PerDay => limits with { PerDay = Money(value) },
                LimitNames.PerWeek => limits with { PerWeek = Money(value) },
                LimitNames.PerMonth => limits with { PerMonth = Money(value) },
                LimitNames.Total => limits with { Total = Money(value) },
                LimitNames.Soft => limits with { Soft = value.GetDecimal() },
                LimitNames.Rpm => limits with { Rpm = value.GetInt32() },
                LimitNames.Rpd => limits with { Rpd = value.GetInt32() },
                LimitNames.Tpm => limits with { Tpm = value.GetInt64() },
                LimitNames.Concurrency => limits with { Concurrency = value.GetInt32() },
                LimitNames.Queue => limits with { Queue = value.GetInt32() },
                LimitNames.QueueWait => limits with { QueueWait = TimeSpan.FromTicks((long)(value.GetDecimal() * TimeSpan.TicksPerSecond)) },
                _ => limits,
            };
        }

        return limits;
    }

    /// <summary>The column's new text, with a line for each limit that changes.</summary>
    public static string Change(ChangeLines lines, string present, Limits next, string prefix = "limits.")
    {
        var before = LimitNames.All(To(present)).ToDictionary(static limit => limit.Name, static limit => limit.Value, StringComparer.Ordinal);
        var after = LimitNames.All(next).ToDictionary(static limit => limit.Name, static limit => limit.Value, StringComparer.Ordinal);
        foreach (var name in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            lines.Set(prefix + name, Text(before, name), Text(after, name));
        }

        return Of(next);

        static string? Text(Dictionary<string, decimal> limits, string name) =>
            limits.TryGetValue(name, out var value) ? value.ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>What limits must obey, wherever they are set.</summary>
    /// <param name="queues">Calls may wait for a place: those of keys and users are refused at once.</param>
    public static void Check(Limits? limits, ProblemList problems, string prefix = "limits.", bool queues = false)
    {
        if (limits is null)
        {
            return;
        }

        foreach (var (name, value) in LimitNames.All(limits))
        {
            problems.Require(value > 0 || name is LimitNames.Queue or LimitNames.QueueWait, prefix + name, "must be greater than 0; leave it out for no limit");
        }

        problems.Require(queues || !limits.HasQueue, prefix + LimitNames.Queue, "is of groups, channels and credentials; whoever is at the limit of their own key is told at once");
        problems.Require(limits.Queue is null or (>= 0 and <= MostQueue), prefix + LimitNames.Queue, $"must be from 0 (nobody waits) to {MostQueue}");
        problems.Require(limits.QueueWait is not { } wait || (wait > TimeSpan.Zero && wait <= LongestQueueWait), prefix + LimitNames.QueueWait, "must be longer than 0 and at most 10 minutes");

        problems.Require(limits.Soft is null or < 1, prefix + LimitNames.Soft, "must be below 1: it is a share of the money limits, such as 0.8");
        problems.Require(limits.Soft is null || limits.HasBudget, prefix + LimitNames.Soft, "needs a limit on money beside it");
    }

    private static NanoUsd Money(JsonElement value) => NanoUsd.FromUsd(value.GetDecimal());
}
