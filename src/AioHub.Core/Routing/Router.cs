using AioHub.Core.Catalog;

namespace AioHub.Core.Routing;

/// <summary>Answers what serves a call: the groups of its key in order, the capable channels of each, the next best credential.</summary>
public sealed class Router(RoutingDirectory routing, CatalogDirectory catalog, IHealth health, TimeProvider time)
{
    internal RoutingDirectory Routing { get; } = routing;

    internal CatalogDirectory Catalog { get; } = catalog;

    internal IHealth Health { get; } = health;

    internal TimeProvider Time { get; } = time;
}
