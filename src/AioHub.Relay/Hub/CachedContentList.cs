using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>
/// <c>GET /v1beta/cachedContents</c>: the caller's own, from the hub's records. An upstream's list would show what all callers keep there; one of them, as the
/// upstream sees it, is <c>GET /v1beta/cachedContents/{id}</c>.
/// </summary>
internal sealed class CachedContentList(Admit admit, PinDirectory pins, TimeProvider time)
{
    /// <summary>As Google's reference has it: absent means "a default", at most 1000.</summary>
    private const int DefaultSize = 50;
    private const int MostSize = 1000;

    public async Task ShowAsync(HttpContext http)
    {
        var id = RequestId.New(time).ToString();
        http.Response.Headers["x-aiohub-request-id"] = id;
        if (admit.Identify(http).Failed(out var failure, out var caller) || (failure = admit.Enter(caller)) is not null)
        {
            await FailureWriter.WriteAsync(http, Dialect.Gemini, id, failure);
            return;
        }

        try
        {
            await ShowAsync(http, id, caller);
        }
        finally
        {
            admit.Leave(caller);
        }
    }

    private async Task ShowAsync(HttpContext http, string id, Caller caller)
    {
        var size = Number(http.Request.Query["pageSize"], DefaultSize, MostSize);
        var skip = Number(http.Request.Query["pageToken"], 0, int.MaxValue - MostSize);
        ImmutableArray<Pin> found;
        try
        {
            // A database's work must not run on a socket's thread.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            found = await pins.ListAsync(ObjectKind.CachedContent, caller.Key.Owner, skip, Math.Max(1, size), http.RequestAborted);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or TimeoutException or IOException)
        {
            await FailureWriter.WriteAsync(http, Dialect.Gemini, id, HubFailures.ObjectsUnavailable);
            return;
        }

        await JsonReply.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("cachedContents");
            foreach (var pin in found)
            {
                Write(writer, pin);
            }

            writer.WriteEndArray();
            if (found.Length == Math.Max(1, size))
            {
                writer.WriteString("nextPageToken", (skip + found.Length).ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter writer, Pin pin)
    {
        writer.WriteStartObject();
        writer.WriteString("name", pin.Object.Name);
        writer.WriteString("model", "models/" + pin.Model);
        writer.WriteString("createTime", pin.CreatedAt);
        writer.WriteString("updateTime", pin.UpdatedAt);
        writer.WriteString("expireTime", pin.ExpiresAt);
        writer.WriteStartObject("usageMetadata");
        writer.WriteNumber("totalTokenCount", pin.Tokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static int Number(string? text, int otherwise, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, most) : otherwise;
}
