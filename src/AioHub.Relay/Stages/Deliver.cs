using AioHub.Core.Metering;
using AioHub.Relay.Calls;
using AioHub.Relay.Delivery;
using AioHub.Relay.Front;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>Stage 8: brings an answer to its caller, by the pump that fits, and has it settled before its last byte is released.</summary>
internal sealed class Deliver(Keep keep, RelayOptions options)
{
    public async ValueTask<Outcome> ToCallerAsync(HttpContext http, UpstreamReply reply, CallerStream? stream, CallClock clock, Settlement settlement)
    {
        var envelope = reply.Call.Envelope;
        using var tap = DialectRooms.Upstream(reply.Call.Dialect).CreateTap(envelope.Route.Operation, ChannelUsage.RulesOf(reply.Call.Attempt.Channel));
        tap.Expected = envelope.Peek.Answers;
        var outcome = await PumpAsync(http, reply, tap, stream, clock, settlement);
        if (outcome.Kind == CallOutcome.Failed)
        {
            settlement.NoteLost(tap);
        }

        return outcome;
    }

    private ValueTask<Outcome> PumpAsync(HttpContext http, UpstreamReply reply, ReplyTap tap, CallerStream? stream, CallClock clock, Settlement settlement)
    {
        if (reply.Call.Translation is not null)
        {
            return TranslateAsync(http, reply, tap, stream, clock, settlement);
        }

        if (reply.Call.Embeddings is not null)
        {
            return new TranslatedEmbeddings(http, reply, tap, clock, settlement, options).RunAsync();
        }

        if (!reply.Events && stream is null && SoundPump.IsSound(reply))
        {
            return new SoundPump(http, reply, tap, clock, settlement, options).RunAsync();
        }

        if (!reply.Events && LargeReply.IsExpected(reply.Call.Envelope.Route.Operation))
        {
            return new LargeReply(http, reply, tap, clock, settlement, options).RunAsync(stream);
        }

        if (!reply.Events)
        {
            return new ReplyPump(http, reply, tap, clock, settlement, options).RunAsync(stream);
        }

        return stream is not null
            ? new StreamPump(http, reply, tap, stream, clock, settlement, options).RunAsync()
            : UnaskedStreamAsync(http, reply, tap, clock, settlement);
    }

    private async ValueTask<Outcome> TranslateAsync(HttpContext http, UpstreamReply reply, ReplyTap tap, CallerStream? stream, CallClock clock, Settlement settlement)
    {
        if (!reply.Events)
        {
            return await new TranslatedReply(http, reply, tap, clock, settlement, keep, options).RunAsync(stream);
        }

        // A summary of a long conversation takes minutes, and its caller waits for a whole answer: blanks before it keep the connection.
        await using var waiting = stream is null && reply.Call.Envelope.Route.Operation == Operation.Compact
            ? new CallerStream(http, "\n"u8.ToArray(), "application/json", options.KeepAliveInterval, TimeProvider.System)
            : null;
        using var pump = new TranslatingPump(http, reply, tap, stream, waiting, clock, settlement, keep, options);
        return await pump.RunAsync();
    }

    /// <summary>
    /// The caller asked for no stream, the upstream streams all the same: what it sends is passed on. Without keep-alives: should this attempt fail,
    /// the next one may bring a plain reply.
    /// </summary>
    private async ValueTask<Outcome> UnaskedStreamAsync(HttpContext http, UpstreamReply reply, ReplyTap tap, CallClock clock, Settlement settlement)
    {
        await using var late = new CallerStream(http, ReadOnlyMemory<byte>.Empty, "text/event-stream; charset=utf-8", options.KeepAliveInterval, TimeProvider.System);
        return await new StreamPump(http, reply, tap, late, clock, settlement, options).RunAsync();
    }

    /// <summary>The caller's end of a stream; it beats from the first attempt on, also while an upstream is still waited for.</summary>
    public static CallerStream OpenStream(HttpContext http, Envelope envelope, TimeSpan keepAlive, TimeProvider time)
    {
        var array = ArrayFraming.IsAskedFor(http, envelope);
        if (AwsFraming.For(envelope.Route) is { } framing)
        {
            return new CallerStream(http, framing.KeepAlive, AwsEventStreamWriter.ContentType, keepAlive, time) { Framing = framing };
        }

        if (envelope.Lane is not null)
        {
            // Frames need none: pings keep the connection.
            return new CallerStream(http, ReadOnlyMemory<byte>.Empty, "text/event-stream; charset=utf-8", keepAlive, time);
        }

        return new CallerStream(http, array ? "\n"u8.ToArray() : envelope.Dialect.KeepAlive, array ? "application/json" : "text/event-stream; charset=utf-8", keepAlive, time);
    }
}
