using System.Text.Json;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Hub;

/// <summary>A route's story as <c>POST /api/route/explain</c> tells it of a call that may come, and a call's record of one that is over: one structure.</summary>
internal static class RouteJson
{
    /// <summary>The members; the object around them is the caller's.</summary>
    public static void Write(Utf8JsonWriter writer, DryRun run)
    {
        var explanation = run.Explanation;
        writer.WriteString("group", explanation.Group);
        writer.WriteString("channel", explanation.Channel);
        writer.WriteString("model", explanation.Model);
        writer.WriteString("upstream_model", explanation.UpstreamModel);
        if (run.Expected is { } expected)
        {
            writer.WriteString("expected_usd", expected.Total.ToUsdString());
            writer.WriteString("price_version", expected.PriceVersion);
            writer.WriteString("price_group", explanation.PriceGroup);
        }
        else
        {
            writer.WriteNull("expected_usd");
        }

        if (explanation.Refusal is { } refusal)
        {
            writer.WriteStartObject("refusal");
            writer.WriteNumber("status", refusal.Status);
            writer.WriteString("code", refusal.Code);
            if (refusal.Message.Length > 0)
            {
                writer.WriteString("message", refusal.Message);
            }

            writer.WriteEndObject();
        }

        writer.WriteStartArray("groups");
        foreach (var group in explanation.Groups)
        {
            Write(writer, group);
        }

        writer.WriteEndArray();
        if (run.Limits.IsDefault)
        {
            return;
        }

        writer.WriteStartArray("limits");
        foreach (var limit in run.Limits)
        {
            Write(writer, limit);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, GroupVerdict group)
    {
        writer.WriteStartObject();
        writer.WriteString("group", group.Group);
        writer.WriteBoolean("chosen", group.Chosen);
        writer.WriteString("reason", group.Reason);
        if (group.Code is not null)
        {
            writer.WriteString("code", group.Code);
        }

        writer.WriteStartArray("channels");
        foreach (var channel in group.Channels)
        {
            writer.WriteStartObject();
            writer.WriteString("channel", channel.Channel);
            writer.WriteString("result", channel.Result);
            writer.WriteString("reason", channel.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, LimitState limit)
    {
        writer.WriteStartObject();
        writer.WriteString("owner", LimitNames.Of(limit.Owner));
        writer.WriteString("name", limit.Name);
        writer.WriteString("limit", limit.Limit);
        writer.WriteString("state", limit.State);
        WriteNumber(writer, "most", limit.Most);
        WriteNumber(writer, "used", limit.Used);
        WriteNumber(writer, "left", limit.Left);
        if (limit.ResetsAt is { } resets)
        {
            writer.WriteString("resets_at", resets);
        }

        if (limit.RetryAfter is { } wait)
        {
            writer.WriteNumber("retry_after", HubFailures.Seconds(wait));
        }

        WriteNumber(writer, "waiting", limit.Waiting);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, decimal? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
    }
}
