using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary><c>POST /api/route/explain</c>: which group, channel and price a call would get, and why not the others. Nothing is sent or held.</summary>
internal sealed class RouteExplain(Admit admit, RouteDryRun dryRun, Intake intake, Recall recall, TimeProvider time)
{
    /// <summary>A key's owner is not named to whoever holds the key.</summary>
    private const string Owner = "owner";

    public async Task AnswerAsync(HttpContext http)
    {
        var id = RequestId.New(time);
        http.Response.Headers["x-aiohub-request-id"] = id.ToString();
        if (admit.Identify(http).Failed(out var failure, out var caller))
        {
            await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id.ToString(), failure);
            return;
        }

        using var body = await intake.ReadDocumentAsync(http);
        if (body is null || !IsText(body.RootElement) || !TryAsk(body, caller, out var question, out var bytes, out var named, out var flaw))
        {
            await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id.ToString(), new Failure(400, "invalid_request",
                "Send {\"path\": \"/v1/messages\", \"body\": {…}} or {\"model\": \"…\", \"needs\": [\"tools\", …]}."));
            return;
        }

        if (flaw is not null)
        {
            await FailureWriter.WriteAsync(http, question!.Dialect, id.ToString(), flaw);
            return;
        }

        Affinity? affinity = null;
        if (named is { } sought)
        {
            var found = await recall.FindAsync(sought, caller.Key.Owner, fresh: false, http.RequestAborted);
            if (found is not { Foreign: false } answer)
            {
                await FailureWriter.WriteAsync(http, question!.Dialect, id.ToString(), found is null ? HubFailures.ObjectsUnavailable : HubFailures.NoSuchObject(sought, inBody: true));
                return;
            }

            affinity = new Affinity(sought, answer.Own is not null);
            question = question! with { Pin = answer.Own };
        }

        var run = dryRun.Run(question!, Owner, bytes).For(caller.Key);
        await JsonReply.WriteAsync(http, writer => Write(writer, run, affinity));
    }

    private static bool TryAsk(JsonDocument body, Caller caller, out RouteQuestion? question, out int bytes, out UpstreamObject? named, out Failure? flaw)
    {
        question = null;
        named = null;
        bytes = 0;
        flaw = null;
        var root = body.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (root.TryGetProperty("path", out var address) && TextOf(address) is { } path && root.TryGetProperty("body", out var call))
        {
            var resolved = RelayPaths.Resolve("POST", path.Split('?')[0]);
            if (resolved.Route is not { } route)
            {
                return false;
            }

            var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(call);
            bytes = raw.Length;
            if (!DialectRooms.Client(route.Dialect).TryPeek(raw, route.Operation, out var peek, out var fault))
            {
                question = new RouteQuestion(caller.Key, route.Dialect, route.Operation, ModelName.Parse("?"), Needs.None, null);
                flaw = new Failure(400, fault.Code, fault.Message) { Param = fault.Param };
                return true;
            }

            named = peek.Object;
            var asked = ModelName.Parse(route.Model ?? peek.Model ?? "");
            question = new RouteQuestion(caller.Key, route.Dialect, route.Operation, asked, peek.Needs | (asked.LongContext ? Needs.LongContext : Needs.None), peek.Session);
            return true;
        }

        if (!root.TryGetProperty("model", out var model) || TextOf(model) is not { } name)
        {
            return false;
        }

        question = new RouteQuestion(caller.Key, DialectOf(root), Operation.Generate, ModelName.Parse(name), NeedsOf(root), null);
        return true;
    }

    /// <summary>Whether the members that are read here as strings are text at all: JSON documents are not checked for it.</summary>
    private static bool IsText(JsonElement root)
    {
        try
        {
            if (root.ValueKind == JsonValueKind.Object)
            {
                foreach (var name in (string[])["path", "model", "dialect"])
                {
                    _ = root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                }

                foreach (var need in root.TryGetProperty("needs", out var needs) && needs.ValueKind == JsonValueKind.Array ? needs.EnumerateArray() : default)
                {
                    _ = need.ValueKind == JsonValueKind.String ? need.GetString() : null;
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static Dialect DialectOf(JsonElement root) =>
        root.TryGetProperty("dialect", out var named) && TextOf(named) is { } text && DialectNames.TryParse(text, out var dialect)
            ? dialect
            : Dialect.OpenAiChat;

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is no text.
            return null;
        }
    }

    private static Needs NeedsOf(JsonElement root)
    {
        var needs = Needs.None;
        if (root.TryGetProperty("needs", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (TextOf(item) is { } text && Enum.TryParse<Needs>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var need))
                {
                    needs |= need;
                }
            }
        }

        return needs;
    }

    private static void Write(Utf8JsonWriter writer, DryRun run, Affinity? affinity)
    {
        var explanation = run.Explanation;
        writer.WriteStartObject();
        writer.WriteString("group", explanation.Group);
        writer.WriteString("channel", explanation.Channel);
        writer.WriteString("model", explanation.Model);
        writer.WriteString("upstream_model", explanation.UpstreamModel);
        UsageRecord.WriteAffinity(writer, affinity);
        if (run.Expected is { } expected)
        {
            writer.WriteString("expected_usd", expected.Total.ToUsdString());
            writer.WriteString("price_version", expected.PriceVersion);
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
            writer.WriteString("message", refusal.Message);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("groups");
        foreach (var group in explanation.Groups)
        {
            writer.WriteStartObject();
            writer.WriteString("group", group.Group);
            writer.WriteBoolean("chosen", group.Chosen);
            writer.WriteString("reason", group.Reason);
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

        writer.WriteEndArray();
        writer.WriteStartArray("limits");
        foreach (var limit in run.Limits)
        {
            Write(writer, limit);
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
