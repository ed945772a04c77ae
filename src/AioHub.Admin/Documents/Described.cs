using AioHub.Admin.Frame;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Documents;

/// <summary>What an endpoint tells its document beside its types.</summary>
/// <param name="Refusals">Beside those that every endpoint has.</param>
/// <param name="Tagged">The answer has an ETag.</param>
/// <param name="Guarded"><c>If-Match</c> is wanted.</param>
/// <param name="Orders">The values of <c>sort</c>; null = it is no list in pages.</param>
internal sealed record Described(string Summary, IReadOnlyList<RefusalCode> Refusals, bool Tagged = false, bool Guarded = false, IReadOnlyList<string>? Orders = null);

/// <summary>How the route list says what an endpoint gives.</summary>
internal static class DescribedNames
{
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) => route.Produces<T>().WithMetadata(new Described(summary, refusals));

    public static RouteHandlerBuilder GivesTagged<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces<T>().WithMetadata(new Described(summary, refusals, Tagged: true));

    public static RouteHandlerBuilder GivesPage<T>(this RouteHandlerBuilder route, string summary, params string[] orders) => route.Produces<Page<T>>().WithMetadata(new Described(summary, [], Orders: orders));

    /// <summary>A list in pages with more than a cursor.</summary>
    public static RouteHandlerBuilder GivesList<T>(this RouteHandlerBuilder route, string summary, params string[] orders) => route.Produces<T>().WithMetadata(new Described(summary, [], Orders: orders));

    /// <summary>A file, written as it is read.</summary>
    public static RouteHandlerBuilder GivesFile(this RouteHandlerBuilder route, string summary, string contentType, params string[] others) =>
        route.Produces<string>(StatusCodes.Status200OK, contentType, others).WithMetadata(new Described(summary, [RefusalCode.Invalid]));

    public static RouteHandlerBuilder GivesNothing(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces(StatusCodes.Status204NoContent).WithMetadata(new Described(summary, refusals));

    public static RouteHandlerBuilder GivesRedirect(this RouteHandlerBuilder route, string summary) =>
        route.Produces(StatusCodes.Status302Found).WithMetadata(new Described(summary, [RefusalCode.NotFound]));

    /// <summary>Options of a passkey ceremony: their form is the WebAuthn standard's.</summary>
    public static RouteHandlerBuilder GivesOptions(this RouteHandlerBuilder route, string summary) => route.Produces<System.Text.Json.JsonElement>().WithMetadata(new Described(summary, []));

    public static RouteHandlerBuilder Makes<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces<T>(StatusCodes.Status201Created).WithMetadata(new Described(summary, refusals));

    /// <summary>A movement of money: 201, and 200 when it had been done before.</summary>
    public static RouteHandlerBuilder Moves<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces<T>().Produces<T>(StatusCodes.Status201Created).WithMetadata(new Described(summary, [.. refusals, RefusalCode.Conflict, RefusalCode.IdempotencyKeyRequired]));

    /// <summary>Work that was seen beforehand: <c>If-Match</c> names what was seen.</summary>
    public static RouteHandlerBuilder Applies<T>(this RouteHandlerBuilder route, string summary) =>
        route.Produces<T>().WithMetadata(new Described(summary, [RefusalCode.ChangedMeanwhile, RefusalCode.IfMatchRequired], Guarded: true));

    /// <summary>Lines of JSON, one after the other while the work goes on.</summary>
    public static RouteHandlerBuilder GivesLines<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces<T>(StatusCodes.Status200OK, "application/x-ndjson").WithMetadata(new Described(summary, [RefusalCode.Invalid, .. refusals]));

    /// <summary>The same of work that was seen beforehand.</summary>
    public static RouteHandlerBuilder AppliesLines<T>(this RouteHandlerBuilder route, string summary) =>
        route.Produces<T>(StatusCodes.Status200OK, "application/x-ndjson").WithMetadata(new Described(summary, [RefusalCode.Invalid, RefusalCode.IfMatchRequired], Guarded: true));

    public static RouteHandlerBuilder Changes<T>(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces<T>().WithMetadata(new Described(summary, [RefusalCode.NotFound, RefusalCode.ChangedMeanwhile, RefusalCode.IfMatchRequired, .. refusals], Tagged: true, Guarded: true));

    public static RouteHandlerBuilder Removes(this RouteHandlerBuilder route, string summary, params RefusalCode[] refusals) =>
        route.Produces(StatusCodes.Status204NoContent).WithMetadata(new Described(summary, [RefusalCode.NotFound, RefusalCode.ChangedMeanwhile, RefusalCode.IfMatchRequired, .. refusals], Guarded: true));
}
