using System.Security.Cryptography;
using System.Text.Json;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Frame;

/// <summary>
/// Optimistic concurrency. A resource's tag is a hash of what is shown of it, so it needs no column and cannot be forgotten to be raised. A change looks at the tag after it has taken
/// the lock that every writer of the configuration takes first: between the look and the change nobody else changes anything.
/// </summary>
internal static class EntityTags
{
    public static string Of<T>(T shown) => $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(shown, ManagementJson.Options)).AsSpan(0, 12))}\"";

    /// <summary>The resource as an answer, with its tag; 304 when the caller has it already.</summary>
    public static IResult Show<T>(HttpContext http, T shown)
    {
        var tag = Of(shown);
        http.Response.Headers.ETag = tag;
        return http.Request.Headers.IfNoneMatch.ToString() == tag ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Json(shown, ManagementJson.Options);
    }

    /// <summary>A new resource: 201 with its place and tag.</summary>
    public static IResult Made<T>(HttpContext http, string place, T shown)
    {
        http.Response.Headers.Location = place;
        return Results.Json(shown, ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Changes a resource if it is still what the caller saw.</summary>
    /// <param name="database">Where.</param>
    /// <param name="http">Has <c>If-Match</c>.</param>
    /// <param name="read">What is shown of the resource now; null = there is none.</param>
    /// <param name="what">Names the kind in a refusal.</param>
    /// <param name="change">Changes it inside the transaction.</param>
    /// <exception cref="Refused">428 without <c>If-Match</c>, 412 when it was changed meanwhile, 404 when there is none.</exception>
    public static async Task ChangeAsync<T>(HubDatabase database, HttpContext http, Func<Task<T?>> read, string what, Func<T, HubTransaction, Task> change)
        where T : class
    {
        var wanted = http.Request.Headers.IfMatch.ToString();
        if (wanted.Length == 0)
        {
            // Whether the thing exists is told only to those who may see it: it is read first.
            _ = await read() ?? throw Refused.NotFound(what);
            throw new Refused(RefusalCode.IfMatchRequired, "Send the ETag of what you saw as If-Match, so that nobody's change is lost.");
        }

        await using var transaction = await database.BeginAsync(http.RequestAborted);
        var present = await read() ?? throw Refused.NotFound(what);
        var tag = Of(present);
        if (wanted != "*" && wanted != tag)
        {
            http.Response.Headers.ETag = tag;
            throw new Refused(RefusalCode.ChangedMeanwhile, $"The {what} was changed since you read it. Look at 'current', and try again with its ETag.") { Present = present };
        }

        await change(present, transaction);
        await transaction.CommitAsync(http.RequestAborted);
    }
}
