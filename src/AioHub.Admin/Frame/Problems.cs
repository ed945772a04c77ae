using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AioHub.Admin.Frame;

/// <summary>Why a request was refused (RFC 9457).</summary>
/// <param name="Type">Where the code is explained.</param>
/// <param name="Title">The code in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What happened and what to do about it.</param>
/// <param name="Code">For programs.</param>
/// <param name="Errors">What is wrong with each field.</param>
/// <param name="RequestId">Names the request in logs.</param>
/// <param name="Current">Of 412: the present state.</param>
internal sealed record ProblemReply(
    string Type, string Title, int Status, string Detail, string Code, IReadOnlyDictionary<string, string[]>? Errors, string RequestId, object? Current);

/// <summary>The one writer of refusals.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    public static Refused Of(AdminException refusal) => new(RefusalCode.Invalid, string.Join("; ", refusal.Problems))
    {
        Errors = refusal.Problems.GroupBy(static problem => problem.Field, StringComparer.Ordinal)
            .ToDictionary(static field => field.Key, static field => field.Select(static problem => problem.Message).ToArray(), StringComparer.Ordinal),
    };

    /// <summary>What a handler threw, as an answer. Bugs are logged and tell nothing.</summary>
    public static Task WriteAsync(HttpContext http, Exception failure, ILogger logger)
    {
        var refused = failure switch
        {
            Refused one => one,
            AdminException refusal => Of(refusal),
            BadHttpRequestException bad when ParameterOf(bad) is { } field => Refused.Invalid(field, "has a value of the wrong kind"),
            BadHttpRequestException bad => new Refused(bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? RefusalCode.TooLarge : RefusalCode.Invalid, bad.Message),
            _ => null,
        };
        if (refused is null)
        {
            AdminLog.Failed(logger, http.Request.Method, http.Request.Path.Value ?? "", RequestIdOf(http), failure);
            refused = new Refused(RefusalCode.Failed, "Something went wrong in the hub; its log tells more under this request id.");
        }

        return WriteAsync(http, refused);
    }

    public static Task WriteAsync(HttpContext http, Refused refused)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.StatusCode = refused.Status;
        http.Response.ContentType = ContentType;
        if (refused.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (refused.Code == RefusalCode.NotSignedIn)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        var code = CodeOf(refused.Code);
        var reply = new ProblemReply($"/docs/errors#{code}", Refused.TitleOf(refused.Code), refused.Status, refused.Message, code, refused.Errors, RequestIdOf(http), refused.Present);
        return http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(reply, ManagementJson.Options), http.RequestAborted).AsTask();
    }

    /// <summary>The framework names a parameter that it cannot read in its message alone: <c>Failed to bind parameter "Nullable&lt;DateTime&gt; From" from "x".</c></summary>
    private static string? ParameterOf(BadHttpRequestException failure)
    {
        const string begin = "Failed to bind parameter \"";
        if (!failure.Message.StartsWith(begin, StringComparison.Ordinal) || failure.Message.IndexOf('"', begin.Length) is not (> 0 and var end))
        {
            return null;
        }

        var declared = failure.Message[begin.Length..end];
        return JsonNamingPolicy.SnakeCaseLower.ConvertName(declared[(declared.LastIndexOf(' ') + 1)..]);
    }

    public static string CodeOf(RefusalCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    public static string RequestIdOf(HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(RequestId), out var known) && known is string id)
        {
            return id;
        }

        id = RequestId.New(TimeProvider.System).ToString();
        http.Items[typeof(RequestId)] = id;
        return id;
    }
}

/// <summary>How the management API writes and reads JSON: snake_case, strict, moments in UTC with a Z.</summary>
internal static class ManagementJson
{
    public static JsonSerializerOptions Options { get; } = Set(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Set(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowDuplicateProperties = false;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireWhatCannotBeNull } };
        options.RespectNullableAnnotations = true;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new MomentConverter());
        options.Converters.Add(new NamedConverterFactory());
        return options;
    }

    /// <summary>A member that cannot be null must be there: what a record says in C# is what its reader and its document ask for.</summary>
    private static void RequireWhatCannotBeNull(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired |= property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false } parameter
                && !(parameter.ParameterType.IsGenericType && parameter.ParameterType.GetGenericTypeDefinition() == typeof(Named<>));
        }
    }

    /// <summary>Whole seconds of UTC: <c>2026-11-23T17:00:00Z</c>.</summary>
    private sealed class MomentConverter : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
                ? moment.UtcDateTime
                : throw new JsonException("must be a moment such as 2026-11-23T17:00:00Z");

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
    }

    /// <summary>Members of a PATCH: absent = not named; null = back to the default.</summary>
    private sealed class NamedConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Named<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(NamedConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private sealed class NamedConverter<T> : JsonConverter<Named<T>>
    {
        public override bool HandleNull => true;

        public override Named<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.TokenType == JsonTokenType.Null ? default! : JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Named<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value, options);
    }
}
