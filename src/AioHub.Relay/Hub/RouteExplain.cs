using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

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
        if (body is null || !TryRead(body.RootElement, caller.Key, out var call, out var route, out var unknown))
        {
            await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id.ToString(), new Failure(400, "invalid_request",
                "Send {\"path\": \"/v1/messages\", \"body\": {…}, \"headers\": {…}} or {\"model\": \"…\", \"dialect\": \"…\", \"needs\": [\"tools\", …]}."));
            return;
        }

        if (unknown is not null)
        {
            await FailureWriter.WriteAsync(http, route.Dialect, id.ToString(), new Failure(400, "invalid_field",
                $"There is no capability '{HubFailures.Clip(unknown)}'; known are {string.Join(", ", CapabilityNames.All)}.") { Param = "needs" });
            return;
        }

        if (!CallQuestion.TryAsk(call, route, out var question, out var named, out var fault))
        {
            await FailureWriter.WriteAsync(http, route.Dialect, id.ToString(), new Failure(400, fault.Code, fault.Message) { Param = fault.Param });
            return;
        }

        Affinity? affinity = null;
        if (named is { } sought)
        {
            var found = await recall.FindAsync(sought, caller.Key.Owner, fresh: false, http.RequestAborted);
            if (found is not { Foreign: false } answer)
            {
                await FailureWriter.WriteAsync(http, route.Dialect, id.ToString(), found is null ? HubFailures.ObjectsUnavailable : HubFailures.NoSuchObject(sought, inBody: true));
                return;
            }

            affinity = new Affinity(sought, answer.Own is not null);
            question = question with { Pin = answer.Own };
        }

        var run = dryRun.Run(question, Owner, call.Body?.Length ?? 0).For(caller.Key);
        await JsonReply.WriteAsync(http, writer => Write(writer, run, affinity));
    }

    /// <summary>False: not such a document, or text in it that is none.</summary>
    /// <param name="unknown">A need that is no capability; null = all are known.</param>
    private static bool TryRead(JsonElement root, ApiKey key, [NotNullWhen(true)] out AskedCall? call, [NotNullWhen(true)] out RelayRoute? route, out string? unknown)
    {
        (call, route, unknown) = (null, null, null);
        try
        {
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var model = TextOf(root, "model");
            var path = TextOf(root, "path");
            var hasBody = root.TryGetProperty("body", out var body);
            route = path is not null && hasBody ? RelayPaths.Resolve("POST", path.Split('?')[0]).Route
                : model is not null ? new RelayRoute(TextOf(root, "dialect") is { } name && DialectNames.TryParse(name, out var dialect) ? dialect : Dialect.OpenAiChat, Operation.Generate)
                : null;
            var needs = NeedsOf(root, ref unknown);
            if (route is null)
            {
                return false;
            }

            call = new AskedCall(key, path ?? "")
            {
                // A bare null would become an empty body.
                Body = path is not null && hasBody ? JsonMarshal.GetRawUtf8Value(body).ToArray() : default(ReadOnlyMemory<byte>?),
                Headers = HeadersOf(root),
                Model = model,
                Needs = needs,
            };
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is no text, and JSON documents are not checked for it.
            return false;
        }
    }

    private static string? TextOf(JsonElement root, string member) =>
        root.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Needs NeedsOf(JsonElement root, ref string? unknown)
    {
        var needs = Needs.None;
        if (root.TryGetProperty("needs", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                var name = item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();
                if (CapabilityNames.TryParse(name, out var need))
                {
                    needs |= need;
                }
                else
                {
                    unknown ??= name;
                }
            }
        }

        return needs;
    }

    /// <summary>Those that a client would send: a text, or a list of texts.</summary>
    private static HeaderDictionary HeadersOf(JsonElement root)
    {
        var headers = new HeaderDictionary();
        if (root.TryGetProperty("headers", out var members) && members.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in members.EnumerateObject())
            {
                headers[header.Name] = header.Value.ValueKind switch
                {
                    JsonValueKind.String => header.Value.GetString(),
                    JsonValueKind.Array => new StringValues([.. header.Value.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString())]),
                    _ => StringValues.Empty,
                };
            }
        }

        return headers;
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
