using System.Net;
using AioHub.Relay.Carriers;

namespace AioHub.Relay;

/// <summary>Connections to addresses that somebody typed into a command or a page, outside of any call.</summary>
public static class TypedAddresses
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Follows no redirects, uses no proxy, keeps no cookies; unpacks compressed replies.</summary>
    /// <param name="allowPrivate">False: private, loopback and link-local addresses are refused after resolving, for every connection anew.</param>
    public static HttpMessageInvoker Open(bool allowPrivate) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectTimeout,
        MaxResponseHeadersLength = 64,
        ConnectCallback = (context, cancellation) => AddressGuard.ConnectAsync(context.DnsEndPoint, allowPrivate, cancellation),
    });

    /// <summary>Whether a connection of <see cref="Open"/> failed because its address is private and may not be.</summary>
    public static bool IsRefused(Exception failure) => failure.GetBaseException() is AddressRefusedException;
}
