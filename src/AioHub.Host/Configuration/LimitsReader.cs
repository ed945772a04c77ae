using System.Text.Json.Nodes;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Host.Configuration;

/// <summary>Reads and writes the <c>limits</c> of keys, users, groups, channels and credentials: one shape for all.</summary>
internal static class LimitsReader
{
    /// <param name="of">The section that may have a member <c>limits</c>.</param>
    /// <param name="what">Such as <c>a key</c>, for messages.</param>
    /// <param name="queues">Calls may wait for a place.</param>
    /// <returns>Null when it has none: then the present limits stay.</returns>
    public static Limits? Read(YamlSection of, string what, bool queues = false)
    {
        if (of.Section("limits", $"the limits of {what}") is not { } limits)
        {
            return null;
        }

        var read = new Limits
        {
            PerDay = Usd(limits, LimitNames.PerDay),
            PerWeek = Usd(limits, LimitNames.PerWeek),
            PerMonth = Usd(limits, LimitNames.PerMonth),
            Total = Usd(limits, LimitNames.Total),
            Soft = limits.Number(LimitNames.Soft),
            Rpm = limits.Int(LimitNames.Rpm),
            Rpd = limits.Int(LimitNames.Rpd),
            Tpm = limits.Whole(LimitNames.Tpm, most: long.MaxValue),
            Concurrency = limits.Int(LimitNames.Concurrency),
            Queue = queues ? limits.Int(LimitNames.Queue) : null,
            QueueWait = queues ? limits.Duration(LimitNames.QueueWait) : null,
        };
        limits.Done();
        return read;
    }

    public static JsonObject Write(Limits limits)
    {
        var json = new JsonObject();
        foreach (var (name, value) in LimitNames.All(limits))
        {
            json[name] = value;
        }

        return json;
    }

    /// <summary>An amount of money from 0 to the largest of one entry.</summary>
    public static NanoUsd? Usd(YamlSection section, string key)
    {
        if (section.Number(key) is not { } usd)
        {
            return null;
        }

        if (usd >= 0 && usd <= LedgerBook.MaxAmount.ToUsd())
        {
            return NanoUsd.FromUsd(usd);
        }

        section.Report(key, $"must be from 0 to {LedgerBook.MaxAmount.ToUsd():0}");
        return null;
    }
}
