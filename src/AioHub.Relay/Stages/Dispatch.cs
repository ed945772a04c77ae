using System.Net;
using System.Runtime.ExceptionServices;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Tokens;
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

    /// <summary>Sends it. The task is done when headers are here or nothing came; <see cref="ReceiveAsync"/> says which.</summary>
    public Task<HttpResponseMessage> Send(UpstreamCall call, CallClock clock)
    {
        clock.StartAttempt(call.Attempt.Channel.Timeouts.FirstByte ?? options.FirstByteTimeout);
        try
        {
            return call.Lane is { } lane ? lane.SendAsync(call, clock.Token) : upstreams.For(call.Attempt.Channel).SendAsync(call.Request, clock.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return Task.FromException<HttpResponseMessage>(exception);
        }
    }

    /// <summary>What came of <see cref="Send"/>, which has ended. Waits only to read the words of an error.</summary>
    public static ValueTask<Step<UpstreamReply>> ReceiveAsync(UpstreamCall call, Task<HttpResponseMessage> answer, CallClock clock, Settlement settlement)
    {
        if (!answer.IsCompletedSuccessfully)
        {
            var unanswered = Unanswered(answer, clock);
            return new ValueTask<Step<UpstreamReply>>(unanswered.Detail is null ? unanswered : Discretion.For(call.Attempt.Channel).Over(unanswered));
        }

        var response = answer.Result;
        if (response.StatusCode is not (>= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices))
        {
            return RefusedAsync(call, response, clock, settlement);
        }

        try
        {
            return new ValueTask<Step<UpstreamReply>>(new UpstreamReply(call, response, OpenBody(call, response, clock.Token), IsEvents(call, response)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException || Decoding.IsBroken(exception))
        {
            response.Dispose();
            clock.ThrowIfCallerLeft();
            return new ValueTask<Step<UpstreamReply>>(UpstreamFailures.Unreachable);
        }
    }

    /// <summary>Why nothing came; a fault of the hub's own is thrown as it is.</summary>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    private static Failure Unanswered(Task<HttpResponseMessage> answer, CallClock clock)
    {
        clock.ThrowIfCallerLeft();
        var fault = answer.Exception?.InnerException;
        if (fault is NoTokenException untokened)
        {
            return UpstreamFailures.NoToken(untokened.IsRefused, untokened.Message);
        }

        if (fault is null or OperationCanceledException)
        {
            return UpstreamFailures.FirstByteTimeout;
        }

        if (fault is not (HttpRequestException or IOException))
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        return fault.GetBaseException() is AddressRefusedException || fault.InnerException is AddressRefusedException
            ? UpstreamFailures.AddressRefused
            : UpstreamFailures.Unreachable;
    }

    private static async ValueTask<Step<UpstreamReply>> RefusedAsync(UpstreamCall call, HttpResponseMessage response, CallClock clock, Settlement settlement)
    {
        using (response)
        {
            try
            {
                await using var body = OpenBody(call, response, clock.Token);
                return await ReadFailureAsync(call, response, body, clock, settlement);
            }
            catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException || Decoding.IsBroken(exception))
            {
                clock.ThrowIfCallerLeft();
                return UpstreamFailures.Unreachable;
            }
        }
    }

    private static Stream OpenBody(UpstreamCall call, HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = response.Content.ReadAsStream(cancellation);
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            // The hub asks for no compression; some hosts compress all the same.
            body = Decoding.Open(encodings.ToString(), body, leaveOpen: false) ?? body;
        }

        return call.Unwrap?.Invoke(response, body) ?? body;
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
        call.Dialect == Dialect.Gemini && !call.Request.RequestUri!.Query.Contains("alt=sse", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<Failure> ReadFailureAsync(UpstreamCall call, HttpResponseMessage response, Stream body, CallClock clock, Settlement settlement)
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

        NoteUsage(call, bytes, settlement);
        var status = (int)response.StatusCode;
        var discretion = Discretion.For(call.Attempt.Channel);
        var error = AwsFailures.Named(response, DialectRooms.Upstream(call.Dialect).ReadError(status, bytes.Span));
        if (error.ResetsAt is { } resets && error.RetryAfter is null && resets > clock.Now)
        {
            error = error with { RetryAfter = resets - clock.Now };
        }

        // In another dialect than the caller's its words go over, not its bytes.
        var shown = call.Losses is null ? ShowableBody(discretion, bytes) : default;
        if (IsOfObject(call.Envelope, status, error.Message))
        {
            return discretion.Over(UpstreamFailures.ObjectMissing(status, error, shown));
        }

        var wait = status is 402 or 403 or 429 or 503 or 529 ? ReplyHeaders.RetryAfter(response, clock.Now) : null;
        var failure = discretion.Over(UpstreamFailures.FromStatus(status, error, wait, shown, (call.Envelope.Question.Needs & Needs.Stateful) != Needs.None, ErrorTable.VendorOf(call.Attempt.Channel)));
        return InnerId(response) is { } inner ? failure with { Detail = $"{failure.Detail ?? failure.Message} (request {inner} of that hub)" } : failure;
    }

    /// <summary>By what another hub's operator finds the call; null = it is none, or told nothing.</summary>
    private static string? InnerId(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("x-aiohub-request-id", out var ids) && ids.ToString() is { Length: > 0 and <= 64 } id ? HubFailures.Clip(id) : null;

    /// <summary>Whether an upstream refuses because it does not keep what the call names: that says nothing of its model or of the credential's rights.</summary>
    private static bool IsOfObject(Envelope envelope, int status, string message) => envelope.Affinity is { } affinity && status switch
    {
        403 or 404 => envelope.Route.Object is not null || message.Contains(affinity.Object.Name, StringComparison.Ordinal)
            || message.Contains(affinity.Object.Kind.Told().Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase),
        // A file that is another account's is a bad request to some vendors.
        400 => affinity.Object.Kind == ObjectKind.File && message.Contains(affinity.Object.Name, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Some hosts refuse after they worked, and say in the error what it cost: the operator pays that, nobody else.</summary>
    private static void NoteUsage(UpstreamCall call, PooledBytes bytes, Settlement settlement)
    {
        if (bytes.Span.IndexOf("sage"u8) < 0)
        {
            // Neither "usage" nor "usageMetadata": most errors say nothing of the kind.
            return;
        }

        using var tap = DialectRooms.Upstream(call.Dialect).CreateTap(call.Envelope.Route.Operation, ChannelUsage.RulesOf(call.Attempt.Channel));
        tap.OnReply(bytes.Span);
        settlement.NoteLost(tap);
    }

    /// <summary>The upstream's own error body, when it is JSON of an error and tells nothing of the hub's account.</summary>
    private static ReadOnlyMemory<byte> ShowableBody(Discretion discretion, PooledBytes bytes)
    {
        var span = bytes.Span.TrimStart(" \t\r\n"u8);
        var isError = span.Length > 0 && span[0] is (byte)'{' or (byte)'[' && span.IndexOf("\"error\""u8) >= 0;
        return !isError || discretion.IsNeededFor(span) ? default : span.ToArray();
    }
}
