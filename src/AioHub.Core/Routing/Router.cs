using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Affinity;
using AioHub.Core.Routing.Selection;
using AioHub.Core.Routing.Telling;

namespace AioHub.Core.Routing;

/// <summary>Answers what serves a call: the groups of its key in order, the capable channels of each, the next best credential.</summary>
/// <param name="random">Draws among channels by weight; null = the process's own.</param>
/// <param name="affinity">Where conversations were answered; null = this process remembers.</param>
public sealed class Router(RoutingDirectory routing, CatalogDirectory catalog, IHealth health, TimeProvider time, Random? random = null, IAffinity? affinity = null)
{
    private readonly Snapshot<RouteSettings> _settings = new(RouteSettings.Default);
    private readonly Random _random = random ?? Random.Shared;
    private readonly VitalsBook _vitals = new();
    private volatile RouteIndex? _index;

    internal IHealth Health { get; } = health;

    internal TimeProvider Time { get; } = time;

    internal IAffinity Affinity { get; } = affinity ?? new LocalAffinity(time);

    internal VitalsBook Vitals => _vitals;

    /// <summary>Nothing rests and nothing is full, whoever is asked.</summary>
    internal bool IsQuiet => Health.IsQuiet && !_vitals.IsAnyFull(Time);

    internal FigureShelf Figures { get; } = new();

    internal Random Random => _random;

    /// <summary>In force for calls that start from now on.</summary>
    public RouteSettings Settings
    {
        get => _settings.Current;
        set => _settings.Publish(value);
    }

    /// <summary>Begins the way of one call. The configuration and the catalogue are those of this moment until its end.</summary>
    public Route Start(RouteQuestion question) => Start(question, Time.GetUtcNow().UtcDateTime);

    /// <inheritdoc cref="Start(RouteQuestion)"/>
    /// <param name="at">When the call began: the prices of that moment count.</param>
    public Route Start(RouteQuestion question, DateTime at) => new(question, Index(), this, at);

    /// <summary>
    /// The way that a call would have now, to be told and not to be gone: it takes no credential's turn and draws nothing. Of channels that share their calls
    /// by weight the heaviest stands for all.
    /// </summary>
    public Route Preview(RouteQuestion question) => new(question, Index(), this, Time.GetUtcNow().UtcDateTime, preview: true);

    /// <summary>Says how a call would be served, without serving it.</summary>
    public RouteExplanation Explain(RouteQuestion question)
    {
        var route = Preview(question);
        return RouteExplanation.Of(question, route);
    }

    /// <summary>Both snapshots, made ready once per change of either.</summary>
    internal RouteIndex Index()
    {
        var index = _index;
        var table = routing.Current;
        var models = catalog.Current;
        if (index is not null && ReferenceEquals(index.Table, table) && ReferenceEquals(index.Catalog, models))
            return index;

        // Two threads may both build it; either result is right, and the last one stays.
        return _index = new RouteIndex(table, models, _vitals);
    }
}
