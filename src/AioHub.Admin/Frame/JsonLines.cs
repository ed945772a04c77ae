using System.Text.Json;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Frame;

/// <summary>An answer of lines of JSON (NDJSON), written while work goes on. What goes wrong after the first line is the last line, since the status is sent by then.</summary>
internal static class JsonLines
{
    public const string ContentType = "application/x-ndjson";

    public static void Begin(HttpContext http)
    {
        http.Response.ContentType = ContentType;
        // Proxies that gather answers would hide the progress.
        http.Response.Headers["x-accel-buffering"] = "no";
    }

    public static async Task TellAsync<T>(HttpContext http, T line)
    {
        await http.Response.Body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, ManagementJson.Options), (byte)'\n'], http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Does the work; a refusal becomes the last line.</summary>
    /// <param name="failed">Makes a line of a refusal.</param>
    public static async Task RunAsync<T>(HttpContext http, Func<Task> work, Func<Refused, T> failed)
    {
        Begin(http);
        try
        {
            await work();
        }
        catch (Refused refused)
        {
            await TellAsync(http, failed(refused));
        }
        catch (AdminException refused)
        {
            await TellAsync(http, failed(Problems.Of(refused)));
        }
    }
}
