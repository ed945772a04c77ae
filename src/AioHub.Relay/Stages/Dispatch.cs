using System.Net;
using System.Runtime.CompilerServices;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Delivery;
using AioHub.Relay.Failures;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Stages;

/// <summary>Stage 7: sends one attempt and waits for its headers; an error status is read and classified here.</summary>
internal sealed class Dispatch(Upstreams upstreams, RelayOptions options)
{
    private const int MostErrorBytes = 64 * 1024;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Step<UpstreamReply>> SendAsync(UpstreamCall call, CallClock clock)
    {
        HttpResponseMessage response;
        clock.AllowSilence(call.Attempt.Channel.Timeouts.FirstByte ?? options.FirstByteTimeout);
        try
        {
            response = await upstreams.For(call.Attempt.Channel).SendAsync(call.Request, clock.Token);
        }
        catch (OperationCanceledException)
        {
            clock.ThrowIfCallerLeft();
            return UpstreamFailures.FirstByteTimeout;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            clock.ThrowIfCallerLeft();
            return exception.GetBaseException() is AddressRefusedException || exception.InnerException is AddressRefusedException
                ? UpstreamFailures.AddressRefused
                : UpstreamFailures.Unreachable;
        }

        try
        {
            var body = await OpenBodyAsync(response, clock.Token);
            if (response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices)
            {
                return new UpstreamReply(call, response, body, IsEvents(call, response));
            }

            var failure = await ReadFailureAsync(call, response, body, clock);
            await body.DisposeAsync();
            response.Dispose();
            return failure;
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException || Decoding.IsBroken(exception))
        {
            response.Dispose();
            clock.ThrowIfCallerLeft();
            return UpstreamFailures.Unreachable;
        }
    }

    private static async ValueTask<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellation);
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            return body;
        }

        // The hub asks for no compression; some hosts compress all the same.
        return Decoding.Open(encodings.ToString(), body, leaveOpen: false) ?? body;
    }

    private static bool IsEvents(UpstreamCall call, HttpResponseMessage response)
    {
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : "";
        if (type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // Some hosts label their streams text/plain; Gemini's array stream is application/json. To a caller of alt=sse a plain reply is no stream.
        return call.Envelope.Stream && (type.Length == 0 || type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) || IsArray(call))
            && !type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsArray(UpstreamCall call) =>
        call.Envelope.Route.Dialect == Dialect.Gemini && !call.Request.RequestUri!.Query.Contains("alt=sse", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<Failure> ReadFailureAsync(UpstreamCall call, HttpResponseMessage response, Stream body, CallClock clock)
    {
        using var bytes = new PooledBytes(4096);
        try
        {
            while (bytes.Length < MostErrorBytes)
            {
                var read = await body.ReadAsync(bytes.GetMemory(4096), clock.Token);
                if (read == 0)
                {
                    break;
                }

                bytes.Advance(read);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException or InvalidDataException)
        {
            // The status has said what matters; its words ended early.
            clock.ThrowIfCallerLeft();
        }

        var status = (int)response.StatusCode;
        var error = Discreet(DialectRooms.Upstream(call.Envelope.Route.Dialect).ReadError(status, bytes.Span), call.Attempt.Credential.Secret);
        return UpstreamFailures.FromStatus(status, error, ReplyHeaders.RetryAfter(response), ShowableBody(call.Attempt, bytes));
    }

    /// <summary>An error without the hub's credential: some upstreams quote the key that they refuse.</summary>
    private static UpstreamError Discreet(UpstreamError error, string secret)
    {
        if (secret.Length == 0)
            return error;

        return error with { Message = Without(error.Message), Type = error.Type is null ? null : Without(error.Type), Code = error.Code is null ? null : Without(error.Code) };

        string Without(string text) => text.Replace(secret, "***", StringComparison.Ordinal);
    }

    /// <summary>The upstream's own error body, when it is JSON of an error and holds nothing of the hub's credential.</summary>
    private static ReadOnlyMemory<byte> ShowableBody(RouteAttempt attempt, PooledBytes bytes)
    {
        var span = bytes.Span.TrimStart(" \t\r\n"u8);
        var isError = span.Length > 0 && span[0] is (byte)'{' or (byte)'[' && span.IndexOf("\"error\""u8) >= 0;
        if (!isError)
        {
            return default;
        }

        var secret = attempt.Credential.Secret;
        return secret.Length > 0 && span.IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) >= 0 ? default : span.ToArray();
    }
}
