using AioHub.Core.Primitives;

namespace AioHub.Core.Routing.Telling;

/// <summary>What was one call's alone, beside the figure that it has in common with others. Numbers stand in receipts: they never change their meaning.</summary>
internal enum ChannelNoteKind
{
    /// <summary>All its credentials rest after failures.</summary>
    Rests = 1,
    /// <summary>A limit of it had no place for a call a moment before.</summary>
    Full = 2,
    /// <summary>Its attempts failed.</summary>
    Tried = 3,
    /// <summary>A limit kept the call from it.</summary>
    Passed = 4,
}

/// <param name="Until">When it would be over; the default = unknown.</param>
/// <param name="Text">What failed, or what the limit says.</param>
/// <param name="Group">Of a channel that the figure does not list: where it was tried; else 0.</param>
/// <param name="Name">Of a channel that the figure does not list.</param>
internal readonly record struct ChannelNote(long Channel, ChannelNoteKind Kind, DateTime Until = default, string Text = "", long Group = 0, string Name = "");

/// <summary>What stood in the way of a group for this call alone.</summary>
/// <param name="Index">Its place in the figure.</param>
/// <param name="Code">Empty = it does not lead to the channel that holds what the call names.</param>
internal readonly record struct GroupNote(int Index, string Code, string Message, int Rank, TimeSpan? Wait);

/// <inheritdoc cref="ChannelNoteKind"/>
internal sealed record Course
{
    /// <summary>Conversations choose by themselves: their channels have no shares.</summary>
    public bool IsConversation { get; init; }

    public AffinityOutcome Affinity { get; init; }

    /// <summary>Tokens that the call surely had, where a window could be too small for them.</summary>
    public long Size { get; init; }

    /// <summary>The channel that holds what the call names; 0 = it names nothing that is known.</summary>
    public long Holder { get; init; }

    /// <summary>The chosen credential rested until then; the default = it did not.</summary>
    public DateTime ChosenRests { get; init; }

    public decimal OwnerMultiplier { get; init; } = 1m;

    public decimal KeyMultiplier { get; init; } = 1m;

    /// <summary>Names that the caller may have meant instead of an unknown one.</summary>
    public string[] Near { get; init; } = [];

    /// <summary>Groups with an attempt that failed.</summary>
    public long[] TriedGroups { get; init; } = [];

    public GroupNote[] Groups { get; init; } = [];

    public ChannelNote[] Channels { get; init; } = [];
}
