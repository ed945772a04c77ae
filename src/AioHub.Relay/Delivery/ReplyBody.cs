using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Json;

namespace AioHub.Relay.Delivery;

/// <summary>What came of gathering a reply's body.</summary>
/// <param name="CallerLeft">Nobody waits for it any more.</param>
internal readonly record struct Gathered(Failure? Failure, bool CallerLeft);

/// <summary>Reads a reply that is no stream to its end.</summary>
internal static class ReplyBody
{
    private const int ReadAtOnce = 16 * 1024;

    public static async ValueTask<Gathered> GatherAsync(UpstreamReply reply, PooledBytes body, CallClock clock, RelayOptions options)
    {
        clock.AwaitWhole();
        try
        {
            while (true)
            {
                clock.AllowSilence(reply.Call.Attempt.Channel.Timeouts.Idle ?? options.IdleTimeout);
                var read = await reply.Body.ReadAsync(body.GetMemory(ReadAtOnce), clock.Token);
                if (read == 0)
                    return default;

                body.Advance(read);
                if (body.Length > options.MaxReplyBytes)
                    return new Gathered(UpstreamFailures.ReplyTooLarge, false);
            }
        }
        catch (OperationCanceledException)
        {
            return clock.CallerLeft ? new Gathered(null, true) : new Gathered(UpstreamFailures.IdleTimeout, false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException || Decoding.IsBroken(exception))
        {
            return clock.CallerLeft ? new Gathered(null, true) : new Gathered(UpstreamFailures.Cut, false);
        }
    }
}
