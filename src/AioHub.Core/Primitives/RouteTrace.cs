namespace AioHub.Core.Primitives;

/// <summary>
/// What the stories of many calls have in common: which groups and channels there were, what they were called then, and what stood in the way of each, whatever
/// happened to be resting. Only routing reads the bytes; they are kept once, under a number made of them.
/// </summary>
/// <param name="id">The first 64 bits of the bytes' SHA-256.</param>
public sealed class RouteFigure(long id, ReadOnlyMemory<byte> bytes)
{
    private volatile bool _isTold;
    private volatile bool _isKept;

    public long Id { get; } = id;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>A record of this process' journal holds the bytes: later ones name the number alone.</summary>
    internal bool IsTold
    {
        get => _isTold;
        set => _isTold = value;
    }

    /// <summary>The database holds it.</summary>
    internal bool IsKept
    {
        get => _isKept;
        set => _isKept = value;
    }
}

/// <summary>What a receipt keeps of how its call was routed.</summary>
/// <param name="FigureId">What it has in common with other calls.</param>
/// <param name="Course">What was this call's alone: what rested, was full, was tried; empty for nearly all. Only routing reads it.</param>
public sealed record RouteTrace(long FigureId, ReadOnlyMemory<byte> Course)
{
    /// <summary>Null = it must be looked up by its number.</summary>
    public RouteFigure? Figure { get; init; }
}
