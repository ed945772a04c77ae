using System.Security.Cryptography;

namespace AioHub.Host.Serving;

/// <summary>
/// The console's page: the same for every address, but for a nonce. The component library makes style elements at run time; the nonce lets exactly those pass, so the policy needs no
/// <c>unsafe-inline</c>. Scripts come from files alone.
/// </summary>
internal sealed class ConsolePage
{
    /// <summary>Stands in the built page where each answer's nonce goes.</summary>
    public const string Mark = "%STYLE_NONCE%";

    private readonly string _before;
    private readonly string _after;

    /// <exception cref="InvalidDataException">The page has no place for the nonce, or more than one: it was not built by <c>console/</c>.</exception>
    public ConsolePage(string html)
    {
        var parts = html.Split(Mark);
        if (parts.Length != 2)
        {
            throw new InvalidDataException($"wwwroot/index.html must hold {Mark} once. Build the console anew: npm run build in console/.");
        }

        (_before, _after) = (parts[0], parts[1]);
    }

    public Task WriteAsync(HttpContext http)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        AddPolicy(http.Response.Headers, $"'nonce-{nonce}'");
        return WriteHtmlAsync(http, StatusCodes.Status200OK, _before + nonce + _after);
    }

    /// <summary>Where the console is not there: what to do about it.</summary>
    public static Task WriteMissingAsync(HttpContext http)
    {
        AddPolicy(http.Response.Headers, "'none'");
        return WriteHtmlAsync(
            http,
            StatusCodes.Status404NotFound,
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>AIOHub</title></head>
            <body>
            <h1>The hub is running, its console was not built</h1>
            <p>Models are served below <code>/v1</code> and <code>/v1beta</code>, the management API below <code>/api</code>. For the pages, install Node.js 20.19 or later and build again:</p>
            <pre>dotnet build src/AioHub.Host</pre>
            <p>Everything that the console does can also be done by the management API and the command line: <code>aiohub --help</code>.</p>
            </body></html>
            """);
    }

    /// <summary>What every answer of the console carries, also its files.</summary>
    public static void AddGuards(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "same-origin";
        headers["cross-origin-resource-policy"] = "same-origin";
    }

    private static void AddPolicy(IHeaderDictionary headers, string styles)
    {
        AddGuards(headers);
        headers.ContentSecurityPolicy =
            $"default-src 'self'; style-src 'self' {styles}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers["cross-origin-opener-policy"] = "same-origin";
        headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        // A nonce is for one answer.
        headers.CacheControl = "no-store";
    }

    private static Task WriteHtmlAsync(HttpContext http, int status, string html)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        var bytes = System.Text.Encoding.UTF8.GetBytes(html);
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
