using AioHub.Core.Routing.Telling;

namespace AioHub.Core.Routing;

/// <summary>What is noted of a route that does not go where it would always go; most routes have none.</summary>
internal sealed class RouteNotes
{
    public List<ChannelNote>? Rests { get; set; }

    public string[]? Near { get; set; }

    /// <summary>Until when the next attempt's credential rests, or the last one's.</summary>
    public DateTime PeekedRests { get; set; }

    /// <inheritdoc cref="PeekedRests"/>
    public DateTime LastRests { get; set; }
}
