using System.Reflection;
using System.Text.Json;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace AioHub.Admin.Frame;

/// <summary>
/// A request's JSON, as exactly one record: a member that the record has not is refused by name, so nothing can be set that is not offered. All that is wrong is told at once where it can
/// be, with the field's path.
/// </summary>
internal sealed class Body<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private static readonly int MostBytes = typeof(T).GetCustomAttribute<LargeBodyAttribute>()?.MostBytes ?? 1 << 20;

    private Body(T value) => Value = value;

    public T Value { get; }

    public static async ValueTask<Body<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (!http.Request.HasJsonContentType() && http.Request.ContentLength is not 0 and not null)
        {
            throw new Refused(RefusalCode.UnsupportedMedia, "The body must be JSON: send content-type: application/json.");
        }

        var bytes = await ReadAsync(http);
        try
        {
            // An empty body stands for an object without members.
            var text = bytes.Length == 0 ? "{}"u8.ToArray() : bytes;
            Check(text);
            return new Body<T>(JsonSerializer.Deserialize<T>(text, ManagementJson.Options) ?? throw new Refused(RefusalCode.Invalid, "The body must be a JSON object, not null."));
        }
        catch (JsonException failure)
        {
            if (MissingOf(failure) is { Count: > 0 } missing)
            {
                throw new Refused(RefusalCode.Invalid, $"{string.Join(", ", missing)} must be there.")
                {
                    Errors = missing.ToDictionary(static name => name, static _ => new[] { "is missing" }, StringComparer.Ordinal),
                };
            }

            var field = FieldOf(failure);
            throw field.Length == 0
                ? new Refused(RefusalCode.Invalid, "The body is no JSON object of the expected form: " + Words(failure))
                : Refused.Invalid(field, Words(failure));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: false));

    private static void Check(byte[] text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new Refused(RefusalCode.Invalid, "The body must be a JSON object.");
        }

        var known = ManagementJson.Options.GetTypeInfo(typeof(T)).Properties.Select(static property => property.Name).ToHashSet(StringComparer.Ordinal);
        var unknown = document.RootElement.EnumerateObject().Select(static member => member.Name).Where(name => !known.Contains(name)).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new Refused(RefusalCode.Invalid, $"There is no member {string.Join(", ", unknown)}; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}.")
            {
                Errors = unknown.ToDictionary(static name => name, static _ => new[] { "is no member of this request" }, StringComparer.Ordinal),
            };
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MostBytes)
        {
            throw new Refused(RefusalCode.TooLarge, $"The body may have {MostBytes} bytes at most.");
        }

        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (all.Length + read > MostBytes)
            {
                throw new Refused(RefusalCode.TooLarge, $"The body may have {MostBytes} bytes at most.");
            }

            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    /// <summary><c>$.limits.rpm</c> → <c>limits.rpm</c>.</summary>
    private static string FieldOf(JsonException failure) => failure.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";

    /// <summary>The reader names what it misses in its message alone: <c>… missing required properties including: 'name', 'scopes'.</c></summary>
    private static List<string> MissingOf(JsonException failure)
    {
        const string marker = "missing required properties including: ";
        var at = failure.Message.IndexOf(marker, StringComparison.Ordinal);
        var prefix = FieldOf(failure) is { Length: > 0 } outer ? outer + "." : "";
        return at < 0 ? [] : [.. failure.Message[(at + marker.Length)..].Split('\'').Where(static (_, i) => i % 2 == 1).Select(name => prefix + name)];
    }

    private static string Words(JsonException failure)
    {
        var message = failure.InnerException is FormatException or InvalidOperationException ? failure.InnerException.Message : failure.Message;
        // "The JSON value could not be converted to System.Int32. Path: $.limits.rpm | …": types and places of ours say nothing to others.
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        message = end > 0 ? message[..end] : message;
        return message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) ? "has a value of the wrong kind"
            : message.StartsWith("The JSON property", StringComparison.Ordinal) ? "has a member that there is not"
            : message.Contains("null values", StringComparison.Ordinal) ? "must not be null"
            : message;
    }

    private sealed class AcceptsMetadata(IReadOnlyList<string> contentTypes, Type requestType, bool isOptional) : IAcceptsMetadata
    {
        public IReadOnlyList<string> ContentTypes { get; } = contentTypes;

        public Type? RequestType { get; } = requestType;

        public bool IsOptional { get; } = isOptional;
    }
}
