using AioHub.Core.Catalog;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Telling;

/// <summary>The unchanging part of a route's story: all groups in the order they are considered, and what each of their channels lacks for calls of one kind.</summary>
/// <param name="Model">The catalogue's id; empty = nobody knows the model.</param>
/// <param name="Price">The row in force; null = the model has none.</param>
/// <param name="Groups">In order, <c>auto</c> spelled out.</param>
/// <param name="More">How many groups are not listed.</param>
internal sealed record Figure(string Model, PriceRow? Price, FigureGroup[] Groups, int More)
{
    /// <summary>What calls of this kind need of a channel; null = the figure is older than this was kept.</summary>
    public Needs? Needs { get; init; }

    /// <summary>Stands in texts for the model's name as the caller wrote it.</summary>
    public const char Asked = '\u0001';
}

/// <summary>One group.</summary>
/// <param name="Name">As the key names it.</param>
/// <param name="Id">Of the group that was looked at; 0 = none may be shown.</param>
/// <param name="Own">The name of the group that was looked at: another one where a replacement took over.</param>
/// <param name="Code">Why it serves no call of this kind; null = it could.</param>
internal sealed record FigureGroup(string Name, long Id, string Own, string? Code, string Message, int Rank)
{
    public decimal Multiplier { get; init; } = 1m;

    /// <summary>The group's own price of the model; null = it has none.</summary>
    public PriceRow? Price { get; init; }

    /// <summary>What is said of the group's coming end; empty = nothing is known of one.</summary>
    public string Ending { get; init; } = "";

    /// <summary>Who is chosen inside a tier; conversations choose by themselves.</summary>
    public SelectionPolicy Selection { get; init; }

    public FigureChannel[] Channels { get; init; } = [];

    /// <summary>How many channels are not listed.</summary>
    public int More { get; init; }
}

/// <summary>One channel of a group.</summary>
/// <param name="Lack">What stands in its way; null = nothing.</param>
internal sealed record FigureChannel(long Id, string Name, string? Lack)
{
    public int Priority { get; init; }

    public int Weight { get; init; }

    /// <summary>Tokens that a call may have; 0 = nobody said.</summary>
    public int Window { get; init; }

    /// <summary>What else is said of it where it could serve; mostly empty.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Others of its tier speak the caller's dialect and come before it, which does not.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Wishes that others of its tier fulfil and it does not.</summary>
    public Needs Behind { get; init; }
}

/// <summary>A figure with what it was drawn from.</summary>
/// <param name="Entries">Of each listed group; null = none may be shown.</param>
/// <param name="Able">The listed channels that nothing stands in the way of.</param>
internal sealed record LiveFigure(Figure Figure, GroupEntry?[] Entries, ChannelEntry[] Able);
