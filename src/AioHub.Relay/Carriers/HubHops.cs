using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers;

/// <summary>
/// Counts the hubs that a call went through, so that one that leads back to itself ends. Only channels that may lead to another hub (<see cref="Carrier.LeadsOn"/>) carry the count: vendors have no use for it, and a passthrough
/// group sends the client's own headers alone.
/// </summary>
internal static class HubHops
{
    public const string Header = "x-aiohub-hops";

    /// <summary>A hub in front of a hub is common, a third has been seen.</summary>
    public const int Most = 5;

    /// <summary>Hubs that a call came through before this one; 0 = it came from a client.</summary>
    public static int In(IHeaderDictionary headers) =>
        headers.TryGetValue(Header, out var told) && int.TryParse(told.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var hops) ? hops : 0;

    /// <param name="before">Hubs that the call came through before this one.</param>
    public static void Mark(HttpRequestMessage request, int before) => request.Headers.TryAddWithoutValidation(Header, (before + 1).ToString(CultureInfo.InvariantCulture));
}
