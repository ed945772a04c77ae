using AioHub.Core.Primitives;
using AioHub.Core.Routing.Telling;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What a call's record says of it beside its <see cref="RouteTrace"/>.</summary>
/// <param name="RequestedModel">As the caller wrote it, with its variant.</param>
/// <param name="Attempts">How many were made.</param>
/// <param name="Status">The HTTP status that the caller got.</param>
/// <param name="Code">Of the error that the caller got; null = none.</param>
public sealed record RoutedCall(RouteTrace Trace, string RequestedModel, int Attempts, int Status, string? Code)
{
    /// <summary>What it names of the things that an upstream keeps.</summary>
    public UpstreamObject? Object { get; init; }

    /// <summary>Who served it, in whole or in part; null = nobody.</summary>
    public ServedRoute? Served { get; init; }
}

/// <summary>Who served a call, by the names of that time.</summary>
/// <param name="Model">With its variant.</param>
public sealed record ServedRoute(GroupId GroupId, string Group, ChannelId ChannelId, string Channel, string Model, string UpstreamModel);

/// <summary>The story of a call that is over, in the words in which <see cref="Router.Explain"/> tells that of one that may come.</summary>
/// <param name="OwnerMultiplier">By which the prices of the key's owner were multiplied then.</param>
/// <param name="KeyMultiplier">The same of the key.</param>
public sealed record ToldRoute(RouteExplanation Explanation, decimal OwnerMultiplier, decimal KeyMultiplier)
{
    /// <summary>What the call needed of a channel; null = its record is older than this was kept.</summary>
    public Needs? Needs { get; init; }

    /// <summary>Null when the trace's figure was not found, or its bytes say nothing: a story is never made up.</summary>
    public static ToldRoute? Of(RoutedCall call)
    {
        if (call.Trace.Figure is not { } kept || FigureBytes.TryRead(kept.Bytes.Span) is not { } figure || CourseBytes.TryRead(call.Trace.Course.Span) is not { } course)
            return null;

        var model = ModelName.Parse(call.RequestedModel);
        var served = call.Served;
        var telling = new RouteTelling(figure, course, new ToldCall(model.Base, call.Object, call.Attempts,
            served?.GroupId.Value ?? 0, served?.Group ?? "", served?.ChannelId.Value ?? 0, served?.Channel ?? ""));
        var groups = telling.Verdicts();
        var group = served is null ? null : Array.Find(figure.Groups, group => group.Id == served.GroupId.Value);
        var explanation = served is null
            ? new RouteExplanation(null, null, model.ToString(), null, null, 1m, Refusal(call, telling), groups)
            : new RouteExplanation(served.Group, served.Channel, served.Model, served.UpstreamModel, group?.Price ?? figure.Price, group?.Multiplier ?? 1m, null, groups)
            {
                PriceGroup = group?.Price is null ? null : served.Group,
            };
        return new ToldRoute(explanation, course.OwnerMultiplier, course.KeyMultiplier) { Needs = figure.Needs };
    }

    /// <summary>What the caller was told. In words only where it was routing that refused: an upstream's own are not kept.</summary>
    private static RouteRefusal? Refusal(RoutedCall call, RouteTelling telling)
    {
        if (call.Code is not { } code)
            return null;

        var own = telling.Refusal();
        return string.Equals(own.Code, code, StringComparison.Ordinal) ? own with { Status = call.Status } : new RouteRefusal(call.Status, code, "");
    }
}
