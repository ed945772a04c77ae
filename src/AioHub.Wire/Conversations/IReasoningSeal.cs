namespace AioHub.Wire.Conversations;

/// <summary>
/// Closes what only one vendor understands into an envelope that a caller of another dialect carries without seeing into it, and that nobody else can make: a forged
/// signature would be sent upstream in the caller's name.
/// </summary>
public interface IReasoningSeal
{
    /// <summary>Closes; the envelope is plain ASCII that needs no escapes in JSON and begins with a mark of the hub's own.</summary>
    string Close(ReadOnlySpan<byte> content);

    /// <summary>Opens what <see cref="Close"/> made; false for anything else, also for what was changed. Never throws.</summary>
    bool TryOpen(ReadOnlySpan<char> envelope, out byte[] content);
}
