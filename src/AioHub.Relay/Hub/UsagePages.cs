using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>What a key may know of itself and of its calls: <c>/api/usage/token</c> and <c>/api/usage/requests/{id}</c>.</summary>
internal sealed class UsagePages(Admit admit, RequestLog log, LocalHoldBook purses, TimeProvider time)
{
    public async Task ShowKeyAsync(HttpContext http)
    {
        if (await CallerAsync(http) is not { } caller)
        {
            return;
        }

        var key = caller.Key;
        var purse = purses.View(key);
        await JsonReply.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", key.Name);
            writer.WriteStartArray("groups");
            foreach (var group in key.Groups)
            {
                writer.WriteStringValue(group);
            }

            writer.WriteEndArray();
            writer.WriteNumber("balance_nano_usd", purse.Balance.Value);
            writer.WriteString("balance_usd", purse.Balance.ToUsdString());
            writer.WriteNumber("held_nano_usd", purse.Held.Value);
            writer.WriteNumber("spent_nano_usd", purse.Spent.Value);
            WriteLimits(writer, "limits", key.Limits);
            WriteLimits(writer, "user_limits", key.OwnerLimits);
            writer.WriteString("expires_at", key.ExpiresAt is { } expires ? expires.ToString("O") : null);
            writer.WriteEndObject();
        });
    }

    public async Task ShowRequestAsync(HttpContext http, string id)
    {
        if (await CallerAsync(http) is not { } caller)
        {
            return;
        }

        if (!RequestId.TryParse(id, out var request))
        {
            await RefuseAsync(http, new Failure(400, "invalid_field", "A request id has 26 letters and digits, as in the header x-aiohub-request-id.") { Param = "id" });
            return;
        }

        var found = await log.FindAsync(request, caller.Key.Id, http.RequestAborted);
        if (found is null)
        {
            await RefuseAsync(http, new Failure(404, "request_not_found", "This key made no call with that request id. The id stands in the header x-aiohub-request-id of every reply."));
            return;
        }

        await JsonReply.WriteAsync(http, writer =>
        {
            if (found.Receipt is { } receipt)
            {
                UsageRecord.Write(writer, receipt, caller.Key.SeesChannels);
            }
            else
            {
                UsageRecord.WritePending(writer, request);
            }
        });
    }

    private static void WriteLimits(Utf8JsonWriter writer, string name, Limits limits)
    {
        writer.WriteStartObject(name);
        foreach (var (limit, value) in LimitNames.All(limits))
        {
            writer.WriteNumber(limit, value);
        }

        writer.WriteEndObject();
    }

    private async ValueTask<Caller?> CallerAsync(HttpContext http)
    {
        if (!admit.Identify(http).Failed(out var failure, out var caller))
        {
            return caller;
        }

        await RefuseAsync(http, failure);
        return null;
    }

    private async ValueTask RefuseAsync(HttpContext http, Failure failure)
    {
        var id = RequestId.New(time).ToString();
        http.Response.Headers["x-aiohub-request-id"] = id;
        await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id, failure);
    }
}
