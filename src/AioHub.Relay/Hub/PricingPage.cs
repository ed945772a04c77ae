using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Stages;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>
/// <c>GET /api/pricing</c>: the shape that the ecosystem's tools read (new-api's, ratios included), plus the hub's groups and exact prices. Everybody sees
/// the public groups; whoever sends a key sees the restricted ones that its user's tags open; hidden groups are never shown. A key that is no key shows what
/// everybody sees: tools send what they have.
/// </summary>
internal sealed class PricingPage(RoutingDirectory routing, CatalogDirectory catalog, ModelListing listing, Admit admit, TimeProvider time)
{
    /// <summary>Prices begin and end with time alone, so a page is not kept for ever.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    /// <summary>A page for each set of restricted groups that somebody may see.</summary>
    private const int MostKept = 64;

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    public async Task ShowAsync(HttpContext http)
    {
        var caller = admit.Identify(http).Failed(out _, out var known) ? null : known.Key;
        var page = PageFor(caller);
        var headers = http.Response.Headers;
        headers.CacheControl = caller is null ? "public, max-age=10" : "private, max-age=10";
        headers.Vary = "Authorization, x-api-key, x-goog-api-key";
        headers.ETag = page.Tag;
        if (Knows(http.Request, page.Tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = page.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(page.Bytes, http.RequestAborted);
        }
    }

    private Kept PageFor(ApiKey? caller)
    {
        var table = routing.Current;
        var models = catalog.Current;
        var groups = table.Groups.Where(group => MaySee(group, caller)).OrderBy(static group => group.Name, StringComparer.Ordinal).ToImmutableArray();
        var signature = string.Join('\n', groups.Where(static group => group.Visibility != GroupVisibility.Public).Select(static group => group.Name));
        if (_kept.TryGetValue(signature, out var kept) && ReferenceEquals(kept.Table, table) && ReferenceEquals(kept.Models, models) && time.GetElapsedTime(kept.At) < KeptFor)
        {
            return kept;
        }

        using var bytes = JsonReply.Render(writer => new PricingDocument(table, groups, listing, time.GetUtcNow().UtcDateTime).Write(writer));
        var copy = bytes.Span.ToArray();
        if (_kept.Count >= MostKept)
        {
            _kept.Clear();
        }

        return _kept[signature] = new Kept(table, models, time.GetTimestamp(), copy, $"\"{Convert.ToHexStringLower(SHA256.HashData(copy).AsSpan(0, 16))}\"");
    }

    private static bool MaySee(Group group, ApiKey? caller) => group.Visibility switch
    {
        GroupVisibility.Public => true,
        GroupVisibility.Restricted => caller is { OwnerTags.IsDefaultOrEmpty: false } && group.Tags.Any(tag => caller.OwnerTags.Contains(tag, StringComparer.OrdinalIgnoreCase)),
        _ => false,
    };

    private static bool Knows(HttpRequest request, string tag)
    {
        foreach (var value in request.Headers.IfNoneMatch)
        {
            // A cache may weaken a tag; whether the bytes are the same is all that is asked.
            if (value is not null && value.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one == tag || one == "W/" + tag))
            {
                return true;
            }
        }

        return false;
    }

    private sealed record Kept(RoutingTable Table, ModelCatalog Models, long At, byte[] Bytes, string Tag);
}
