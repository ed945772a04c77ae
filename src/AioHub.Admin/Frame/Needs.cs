using AioHub.Core.Identity;
using Microsoft.AspNetCore.Builder;

namespace AioHub.Admin.Frame;

/// <summary>Who may come to an endpoint. An endpoint without it does not start.</summary>
/// <param name="Least">The least role; null = anybody, signed in or not.</param>
/// <param name="Scope">What a token needs; null = no token may.</param>
/// <param name="Pending">Sessions that wait for a second factor or the set-up may come too.</param>
internal sealed record Needs(Role? Least, string? Scope, bool Pending = false);

internal static class NeedsNames
{
    /// <summary>Anybody, signed in or not.</summary>
    public static TBuilder Anyone<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needs(null, null, Pending: true));

    /// <summary>Any session, also one that is not all the way in.</summary>
    public static TBuilder Entering<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needs(Role.User, null, Pending: true));

    /// <summary>A user's own browser: no token may.</summary>
    public static TBuilder InPerson<TBuilder>(this TBuilder route, Role least = Role.User)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needs(least, null));

    /// <summary>A user, or a token of theirs with the scope.</summary>
    public static TBuilder For<TBuilder>(this TBuilder route, Role least, string scope)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needs(least, scope));
}
