using Microsoft.Net.Http.Headers;

namespace AioHub.Host.Serving;

/// <summary>Serves the console where nothing else is served: last of all routes, so that no model call and no page of the API ever passes it.</summary>
internal sealed class ConsoleDoor(ConsoleFiles files)
{
    /// <summary>Paths below these are never the console's: who asks there for a page by mistake gets the API's error.</summary>
    private static readonly string[] Foreign = ["/api/", "/v1/", "/v1beta/", "/v1alpha/", "/assets/", "/docs/"];

    /// <summary>Answers what no other route took.</summary>
    public Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        var path = request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return UnknownPath.AnswerAsync(http);
        }

        if (files.Get(path) is { } file)
        {
            return WriteAsync(http, file);
        }

        if (!WantsPage(request) || Array.Exists(Foreign, prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return UnknownPath.AnswerAsync(http);
        }

        if (files.Page is not { } page)
        {
            return path is "/" or "/console" or "/console/" ? ConsolePage.WriteMissingAsync(http) : UnknownPath.AnswerAsync(http);
        }

        if (path is "/console" or "/console/")
        {
            http.Response.Redirect("/");
            return Task.CompletedTask;
        }

        return page.Value.WriteAsync(http);
    }

    /// <summary>Browsers name HTML when they go somewhere; clients of the API ask for JSON or for anything.</summary>
    private static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Task WriteAsync(HttpContext http, ConsoleFile file)
    {
        var headers = http.Response.Headers;
        ConsolePage.AddGuards(headers);
        headers.ETag = file.Tag;
        headers.CacheControl = file.IsNamedByContent ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(file.Tag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var (bytes, encoding) = Choose(file, http.Request.Headers.AcceptEncoding.ToString());
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        http.Response.ContentType = file.Type;
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>The smallest that the client says it reads. Weights are not weighed, but a weight of zero is a no.</summary>
    private static (byte[] Bytes, string? Encoding) Choose(ConsoleFile file, string accepted) =>
        file.Brotli is { } brotli && Reads(accepted, "br") ? (brotli, "br")
        : file.Gzip is { } gzip && Reads(accepted, "gzip") ? (gzip, "gzip")
        : (file.Bytes, null);

    private static bool Reads(string accepted, string encoding)
    {
        foreach (var part in accepted.Split(',', StringSplitOptions.TrimEntries))
        {
            var semicolon = part.IndexOf(';', StringComparison.Ordinal);
            var name = semicolon < 0 ? part : part[..semicolon].TrimEnd();
            if (string.Equals(name, encoding, StringComparison.OrdinalIgnoreCase))
            {
                var weight = semicolon < 0 ? "" : part[(semicolon + 1)..].Trim();
                return !weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase) || !double.TryParse(weight.AsSpan(2), out var value) || value > 0;
            }
        }

        return false;
    }
}
