using System.Net;
using System.Net.Sockets;

namespace AioHub.Relay.Carriers;

/// <summary>Keeps connections out of private networks: addresses are checked after resolving, and the checked address is the one connected to.</summary>
public static class AddressGuard
{
    /// <exception cref="AddressRefusedException">All its addresses are private, and that is not allowed.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, bool allowPrivate, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(endpoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(endpoint.Host, cancellation);
        var allowed = allowPrivate ? addresses : Array.FindAll(addresses, static address => !IsPrivate(address));
        if (allowed.Length == 0)
        {
            throw addresses.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new AddressRefusedException(endpoint.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endpoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Loopback, link-local, private, shared, multicast, documentation and unspecified ranges of both families (IANA special-purpose registries).</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> six = stackalloc byte[16];
            address.TryWriteBytes(six, out _);
            return IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6None) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal
                || address.IsIPv6Multicast || address.IsIPv6UniqueLocal
                || six[..6].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0]) || six[..6].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 1]) // NAT64, also a network's own
                || six[..12].IndexOfAnyExcept((byte)0) < 0 // IPv4-compatible
                || six[..8].SequenceEqual((ReadOnlySpan<byte>)[1, 0, 0, 0, 0, 0, 0, 0]) // discard-only
                || (six[0] == 0x20 && six[1] == 0x01 && six[2] < 2) // protocol assignments, Teredo among them
                || (six[0] == 0x20 && six[1] == 0x01 && six[2] == 0x0d && six[3] == 0xb8) || (six[0] == 0x3f && six[1] == 0xff && six[2] < 0x10) // documentation
                || (six[0] == 0x20 && six[1] == 0x02); // 6to4
        }

        Span<byte> four = stackalloc byte[4];
        address.TryWriteBytes(four, out _);
        return four[0] switch
        {
            0 or 10 or 127 or >= 224 => true,
            100 => four[1] is >= 64 and < 128,
            169 => four[1] == 254,
            172 => four[1] is >= 16 and < 32,
            192 => four[1] == 168 || (four[1] == 0 && four[2] is 0 or 2),
            198 => four[1] is 18 or 19 || (four[1] == 51 && four[2] == 100),
            203 => four[1] == 0 && four[2] == 113,
            _ => false,
        };
    }
}

/// <summary>Every address of a host lies where the channel may not go.</summary>
public sealed class AddressRefusedException(string host) : IOException($"{host} resolves to private addresses only.");
