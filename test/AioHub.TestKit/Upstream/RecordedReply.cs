using System.Buffers.Binary;

namespace AioHub.TestKit;

/// <summary>Turns a recorded case into a reply, cut where the provider's own frames end.</summary>
internal static class RecordedReply
{
    private const string BlackedOut = "**REDACTED**";

    /// <summary>Headers of the recorded connection, not of the answer: the recorder stored the bodies decoded and whole.</summary>
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding",
    };

    internal static Reply Of(RecordedCase recorded)
    {
        var reply = Reply.Status(recorded.Status);
        var typed = false;
        foreach (var (name, value) in recorded.ReplyHeaders)
        {
            if (OfTheConnection.Contains(name) || value.Contains(BlackedOut, StringComparison.Ordinal))
            {
                continue;
            }

            typed |= name.Equals("content-type", StringComparison.OrdinalIgnoreCase);
            reply.Header(name, value);
        }

        if (!typed)
        {
            reply.Header("content-type", TypeOf(recorded.ReplyKind));
        }

        switch (recorded.ReplyKind)
        {
            case ReplyKind.Sse:
                Cut(reply.Chunked(), recorded.Reply, EndOfEvent);
                break;
            case ReplyKind.EventStream:
                Cut(reply.Chunked(), recorded.Reply, EndOfFrame);
                break;
            default:
                reply.Send(recorded.Reply);
                break;
        }

        return reply;
    }

    private static void Cut(Reply reply, byte[] bytes, Func<byte[], int, int> endAfter)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var end = endAfter(bytes, at);
            reply.Send(bytes.AsMemory(at, end - at));
            at = end;
        }
    }

    /// <summary>After the next empty line, or the end.</summary>
    private static int EndOfEvent(byte[] bytes, int at)
    {
        for (var i = at; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'\n')
            {
                continue;
            }

            var next = i + 1 < bytes.Length && bytes[i + 1] == (byte)'\r' ? i + 2 : i + 1;
            if (next < bytes.Length && bytes[next] == (byte)'\n')
            {
                return next + 1;
            }
        }

        return bytes.Length;
    }

    /// <summary>After the frame whose first four bytes say its length; the rest when they cannot be right.</summary>
    private static int EndOfFrame(byte[] bytes, int at)
    {
        if (bytes.Length - at < 4)
        {
            return bytes.Length;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at, 4));
        return length is < 16 || length > bytes.Length - at ? bytes.Length : at + (int)length;
    }

    private static string TypeOf(ReplyKind kind) => kind switch
    {
        ReplyKind.Json => "application/json",
        ReplyKind.Sse => "text/event-stream",
        ReplyKind.EventStream => "application/vnd.amazon.eventstream",
        _ => "application/octet-stream",
    };
}
