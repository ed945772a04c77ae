using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Telling;

namespace AioHub.Core.Routing;

/// <summary>Tells why a route went as it did: looks at everything again, slowly, with words. Only refusals and explanations come here.</summary>
internal sealed class RouteStory(Route route)
{
    /// <summary>Channels that a verdict names per group; the rest is counted.</summary>
    private const int MostChannels = 200;

    public RouteRefusal Refusal() => Telling(mostChannels: 0).Refusal();

    public ImmutableArray<GroupVerdict> Verdicts() => Telling(MostChannels).Verdicts();

    private RouteTelling Telling(int mostChannels)
    {
        var live = new FigureMaker(route, int.MaxValue, mostChannels).Make();
        var current = route.Current;
        var call = new ToldCall(route.Question.Model.Base, route.Question.Pin?.Object, route.Attempts,
            current?.Group.Id.Value ?? 0, current?.Group.Name ?? "", current?.Channel.Id.Value ?? 0, current?.Channel.Name ?? "");
        return new RouteTelling(live.Figure, new CourseTaker(route, live).Take(), call);
    }
}
