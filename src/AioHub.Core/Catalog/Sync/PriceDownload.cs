using System.Net;

namespace AioHub.Core.Catalog.Sync;

/// <summary>Opens connections to addresses that somebody typed: without redirects, and out of private networks unless they are allowed.</summary>
public delegate HttpMessageInvoker OpenTypedAddress(bool allowPrivate);

/// <summary>Fetches a price document from an address that somebody typed: bounded in size, time and redirects.</summary>
/// <param name="http">Must not follow redirects by itself, and keeps connections out of private networks unless they are allowed.</param>
public sealed class PriceDownload(HttpMessageInvoker http, TimeProvider time)
{
    public const int MostBytes = 32 * 1024 * 1024;
    private const int MostRedirects = 5;
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(60);

    /// <param name="address">Of the document.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="progress">Told the bytes that came so far, and how many there are where the reply says so.</param>
    /// <exception cref="FormatException">The address is none of http or https, or a redirect leads astray.</exception>
    /// <exception cref="IOException">The reply is not 200, too large, or too slow.</exception>
    /// <exception cref="HttpRequestException">There was no connection.</exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(Uri address, CancellationToken cancellation, Func<long, long?, Task>? progress = null)
    {
        using var limit = new CancellationTokenSource(LongestTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            for (var hop = 0; hop <= MostRedirects; hop++)
            {
                Check(address);
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                using var reply = await http.SendAsync(request, both.Token);
                if (reply.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
                    && reply.Headers.Location is { } location)
                {
                    address = Next(address, location);
                    continue;
                }

                if (reply.StatusCode != HttpStatusCode.OK)
                {
                    throw new IOException($"{address.Host} answered {(int)reply.StatusCode} {reply.ReasonPhrase}.");
                }

                return await ReadAsync(reply.Content, progress, both.Token);
            }

            throw new IOException($"{address.Host} redirects more than {MostRedirects} times.");
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested)
        {
            throw new IOException($"{address.Host} took more than {LongestTime.TotalSeconds:0} seconds.", late);
        }
    }

    /// <summary>Reads a stream to its end, but never more than <see cref="MostBytes"/>.</summary>
    /// <exception cref="IOException">It is longer.</exception>
    public static Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellation) => ReadAsync(stream, null, null, cancellation);

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, long? length, Func<long, long?, Task>? progress, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var buffer = new byte[BufferSize];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (all.Length + read > MostBytes)
            {
                throw new IOException($"The document has more than {MostBytes / (1024 * 1024)} MiB.");
            }

            all.Write(buffer, 0, read);
            if (progress is not null)
            {
                await progress(all.Length, length);
            }
        }

        return all.ToArray();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, Func<long, long?, Task>? progress, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > MostBytes)
        {
            throw new IOException($"The document has more than {MostBytes / (1024 * 1024)} MiB.");
        }

        await using var stream = await content.ReadAsStreamAsync(cancellation);
        return await ReadAsync(stream, content.Headers.ContentLength, progress, cancellation);
    }

    private static Uri Next(Uri from, Uri location)
    {
        var next = location.IsAbsoluteUri ? location : new Uri(from, location);
        return from.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps
            ? throw new FormatException($"{from.Host} redirects from https to {next.Scheme}; that is not followed.")
            : next;
    }

    private static void Check(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
        {
            throw new FormatException($"Prices are fetched by http or https, not by {address.Scheme}.");
        }
    }
}
