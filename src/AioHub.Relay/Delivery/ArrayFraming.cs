using AioHub.Relay.Calls;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Turns the events that a stream writer made into elements of one growing JSON array, which is how Gemini streams to callers who do not ask for <c>alt=sse</c>.</summary>
internal sealed class ArrayFraming
{
    private bool _open;

    /// <summary>Gemini without <c>alt=sse</c> streams one growing JSON array.</summary>
    public static bool IsAskedFor(HttpContext http, Envelope envelope) =>
        envelope.Route.Dialect == Dialect.Gemini && !http.Request.Query["alt"].ToString().Equals("sse", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the events' data as the array's next elements.</summary>
    /// <param name="events">Whole events, each one line of data.</param>
    public void Write(ReadOnlySpan<byte> events, PooledBytes output)
    {
        foreach (var range in events.Split((byte)'\n'))
        {
            var line = events[range];
            if (!line.StartsWith("data: "u8))
                continue;

            output.Append(_open ? ",\n"u8 : "["u8);
            output.Append(line[6..]);
            _open = true;
        }
    }

    /// <summary>Ends the array, an empty one too.</summary>
    public void End(PooledBytes output)
    {
        output.Append(_open ? "]"u8 : "[]"u8);
        _open = true;
    }
}
