using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AioHub.Host.Home;

/// <summary>
/// Ports for HTTP/2 in cleartext whose clients know that it is spoken there (RFC 9113, 3.3): such a connection cannot be told apart from HTTP/1.1 on one port without TLS. Everything is
/// served there as elsewhere.
/// </summary>
internal sealed class CleartextHttp2
{
    private readonly HashSet<int> _ports;

    public CleartextHttp2(HubSettings settings)
    {
        Urls = Split(settings.H2cUrls);
        _ports = [.. Urls.Select(PortOf)];
    }

    public string[] Urls { get; }

    public static string[] Split(string? urls) => (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="ValidationException">An address is none, names no port of its own, or shares it with the others.</exception>
    public static void Check(HubSettings settings)
    {
        foreach (var url in Split(settings.H2cUrls))
        {
            var port = PortOf(url);
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || port == 0)
                throw new ValidationException($"The setting for HTTP/2 in cleartext (--h2c-urls, AIOHUB_H2C_URLS) has '{url}'; it must be an http address with a port, such as http://127.0.0.1:8081.");
            if (Array.Exists(Split(settings.Urls), other => PortOf(other) == port))
                throw new ValidationException($"Port {port} stands in --urls and in --h2c-urls: HTTP/2 in cleartext needs a port of its own.");
        }
    }

    /// <summary>The protocol of one endpoint.</summary>
    public void Choose(ListenOptions listen)
    {
        if (listen.EndPoint is IPEndPoint { Port: var port } && _ports.Contains(port))
            listen.Protocols = HttpProtocols.Http2;
    }

    private static int PortOf(string url)
    {
        var at = url.LastIndexOf(':');
        return at > 5 && int.TryParse(url[(at + 1)..].TrimEnd('/'), out var port) ? port : 0;
    }
}
