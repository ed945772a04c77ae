namespace AioHub.TestKit;

/// <summary>One thing a scripted reply does.</summary>
internal abstract record ReplyStep
{
    /// <summary>Body bytes, framed as the reply says; on the wire before the next step starts.</summary>
    internal sealed record Send(ReadOnlyMemory<byte> Bytes) : ReplyStep;

    /// <summary>Bytes written as they are, whatever the framing.</summary>
    internal sealed record Raw(ReadOnlyMemory<byte> Bytes) : ReplyStep;

    internal sealed record Wait(TimeSpan Time) : ReplyStep;

    internal sealed record WaitFor(Task Signal) : ReplyStep;

    internal sealed record Do(Action Action) : ReplyStep;

    /// <summary>A FIN, then patience until the client closes too.</summary>
    internal sealed record Close : ReplyStep;

    /// <summary>A RST: what the client did not read yet may be lost, as with a crashed upstream.</summary>
    internal sealed record Reset : ReplyStep;

    /// <summary>Nothing more until the client leaves or the upstream is disposed.</summary>
    internal sealed record Hang : ReplyStep;
}
