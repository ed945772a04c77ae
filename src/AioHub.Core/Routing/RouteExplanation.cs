using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;

namespace AioHub.Core.Routing;

/// <summary>What a dry run of the router says, or the record of a call: for <c>POST /api/route/explain</c>.</summary>
/// <param name="Group">Null = the call would be refused.</param>
/// <param name="Channel">Null = refused, or the asker may not see channels.</param>
/// <param name="Model">The id that is served; the name as asked for when it is refused.</param>
/// <param name="UpstreamModel">The name that the upstream would be sent.</param>
/// <param name="Price">The row in force, the group's own where it has one; with <paramref name="Multiplier"/> it gives the expected price.</param>
public sealed record RouteExplanation(string? Group, string? Channel, string Model, string? UpstreamModel, PriceRow? Price, decimal Multiplier,
    RouteRefusal? Refusal, ImmutableArray<GroupVerdict> Groups)
{
    /// <summary>Whose own price of the model <see cref="Price"/> is; null = the model's, or the fallback.</summary>
    public string? PriceGroup { get; init; }

    /// <summary>The story of a route: of its next attempt, or of the last one that it gave out.</summary>
    public static RouteExplanation Of(RouteQuestion question, Route route)
    {
        var refusal = route.Refusal;
        var groups = route.Explain();
        return route.Current is { } attempt
            ? new RouteExplanation(attempt.Group.Name, attempt.Channel.Name, attempt.ServedModel, attempt.UpstreamModel, attempt.Price, attempt.Group.Multiplier, null, groups) { PriceGroup = attempt.IsGroupPrice ? attempt.Group.Name : null }
            : new RouteExplanation(null, null, question.Model.ToString(), null, null, 1m, refusal, groups);
    }

    /// <summary>The same as the owner of a key may see it: channels and upstream names are for operators.</summary>
    public RouteExplanation For(ApiKey key) => For(key.SeesChannels);

    /// <inheritdoc cref="For(ApiKey)"/>
    public RouteExplanation For(bool seesChannels) => seesChannels
        ? this
        : this with { Channel = null, UpstreamModel = null, Groups = [.. Groups.Select(static group => group with { Channels = [] })] };
}
