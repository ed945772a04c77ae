using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Affinity;

/// <summary>Where a conversation was answered last.</summary>
public sealed class Binding(GroupId group, ChannelId channel, CredentialId credential, DateTime until)
{
    private long _until = until.Ticks;
    private int _slow;

    public GroupId Group { get; } = group;

    public ChannelId Channel { get; } = channel;

    public CredentialId Credential { get; } = credential;

    /// <summary>UTC.</summary>
    public DateTime Until => new(Volatile.Read(ref _until), DateTimeKind.Utc);

    /// <summary>It was answered there once more.</summary>
    public void Renew(DateTime until) => Volatile.Write(ref _until, until.Ticks);

    /// <summary>Counts decisions in a row at which the credential was found slow.</summary>
    /// <returns>How many.</returns>
    internal int NoteSlow(bool slow)
    {
        if (slow)
            return Interlocked.Increment(ref _slow);
        if (Volatile.Read(ref _slow) != 0)
            Volatile.Write(ref _slow, 0);
        return 0;
    }
}

/// <summary>
/// Remembers where conversations were answered: a door that a shared implementation can take over when several nodes serve one database. A conversation is a hash
/// of key, model family and session (<see cref="RouteQuestion.Session"/>). Reading takes no lock; what is forgotten costs a cold prompt cache and nothing else.
/// </summary>
public interface IAffinity
{
    /// <summary>Null = unknown, or so long ago that it does not count.</summary>
    Binding? Find(ulong conversation);

    void Bind(ulong conversation, Binding binding);

    void Drop(ulong conversation);
}
