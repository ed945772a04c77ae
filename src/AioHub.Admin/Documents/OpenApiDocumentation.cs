using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace AioHub.Admin.Documents;

/// <summary>The API's OpenAPI document (<c>/api/openapi.json</c>) and the page to read it (<c>/api/docs</c>).</summary>
internal static class OpenApiDocumentation
{
    private const string Name = "v1";
    private const string SessionScheme = "session";
    private const string TokenScheme = "token";
    private const string PageAssets = "/api/docs/assets";

    /// <summary>The page's own script and style come from the hub; styles are set at run time by it.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string PageHtml = """
        <!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>AIOHub management API</title>
          </head>
          <body>
            <script id="api-reference" data-url="/api/openapi.json" data-configuration='{"withDefaultFonts":false,"telemetry":false,"agent":{"disabled":true}}'></script>
            <script src="/api/docs/assets/scalar.js"></script>
          </body>
        </html>
        """;

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, static options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = static _ => true;
        options.CreateSchemaReferenceId = static type => type.Type.IsGenericType && type.Type.GetGenericTypeDefinition() == typeof(Page<>)
            ? type.Type.GetGenericArguments()[0].Name + "Page"
            : type.Type.IsGenericType && type.Type.GetGenericTypeDefinition() == typeof(Named<>) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer(MembersOfChangesAsync);
        options.AddOperationTransformer(TellAsync);
        options.AddDocumentTransformer(FinishAsync);
    });

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/api/openapi.json").Anyone();
        routes.MapGet("/api/docs", static (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return Results.Text(PageHtml, "text/html; charset=utf-8");
        }).Anyone().ExcludeFromDescription();
        routes.MapScalarApiReference(PageAssets, static page => page.WithOpenApiRoutePattern("/api/openapi.json")).Anyone().ExcludeFromDescription();
    }

    /// <summary>A member of a PATCH has its value's form, and may be null: back to the default.</summary>
    private static async Task MembersOfChangesAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(DateTime) || type == typeof(DateTime?))
        {
            schema.Type = type == typeof(DateTime?) ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
            schema.Format = "date-time";
        }

        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Named<>))
        {
            if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && schema.Properties is { Count: > 0 })
            {
                // The exporter calls every parameter of a record required; the reader does not.
                schema.Required = context.JsonTypeInfo.Properties.Where(static member => member.IsRequired).Select(static member => member.Name).ToHashSet(StringComparer.Ordinal);
            }

            return;
        }

        var inside = type.GetGenericArguments()[0];
        var bare = Nullable.GetUnderlyingType(inside) ?? inside;
        var of = await context.GetOrCreateSchemaAsync(bare, null, cancellation);
        schema.Properties = null;
        schema.Required = null;
        schema.Type = of.Type | JsonSchemaType.Null;
        (schema.Format, schema.Pattern, schema.Enum, schema.Items, schema.Minimum, schema.Maximum) = (of.Format, of.Pattern, of.Enum, of.Items, of.Minimum, of.Maximum);
        schema.AdditionalProperties = of.AdditionalProperties;
        if (of.Properties is { Count: > 0 } members)
        {
            schema.Properties = members;
        }
    }

    private static Task TellAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needs = metadata.OfType<Needs>().LastOrDefault();
        if (metadata.OfType<Described>().LastOrDefault() is not { } told || needs is null)
        {
            return Task.CompletedTask;
        }

        operation.Summary = told.Summary;
        operation.OperationId = OperationId(context.Description.HttpMethod!, context.Description.RelativePath!);
        operation.Description = needs.Least is null ? "Anybody." : $"Least role: `{needs.Least.Value.ToString().ToLowerInvariant()}`. " + (needs.Scope is { } scope ? $"Scope of tokens: `{scope}`." : "No token may: it is done in person.");
        operation.Parameters ??= [];
        var unsafeMethod = context.Description.HttpMethod is not ("GET" or "HEAD");
        if (unsafeMethod)
        {
            operation.Parameters.Add(Header(Entrance.CsrfHeader, "`1`. Needed with the session's cookie, not with a token.", required: false, "1"));
        }

        if (told.Guarded)
        {
            operation.Parameters.Add(Header("If-Match", "The ETag of what was read.", required: true, "\"3f2a9c01b7d4e5f6a8b9c0d1\""));
        }

        if (metadata.OfType<IdempotencyKey.Wanted>().Any())
        {
            operation.Parameters.Add(Header(IdempotencyKey.Header, "One of your own for each movement: asked again under it, nothing moves.", required: true, "b0a6c1d2-top-up-7"));
        }

        if (told.Orders is { } orders)
        {
            operation.Parameters.Add(Query("limit", "How many, 1 to 200; 50 unless said.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "200", Default = 50 }));
            operation.Parameters.Add(Query("after", "The cursor that `next` gave.", new OpenApiSchema { Type = JsonSchemaType.String }));
            operation.Parameters.Add(Query("sort", "The order; the first is the default.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. orders.Select(static order => (JsonNode)order)] }));
        }

        if (told.Tagged && operation.Responses?["200"] is OpenApiResponse { } answer)
        {
            answer.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            answer.Headers["ETag"] = new OpenApiHeader { Description = "For If-Match.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }

        Refuse(operation, told, needs, unsafeMethod);
        if (needs.Least is not null)
        {
            operation.Security = [Requirement(SessionScheme, context.Document)];
            if (needs.Scope is not null)
            {
                operation.Security.Add(Requirement(TokenScheme, context.Document));
            }
        }

        return Task.CompletedTask;
    }

    private static void Refuse(OpenApiOperation operation, Described told, Needs needs, bool unsafeMethod)
    {
        var codes = new List<RefusalCode>(told.Refusals);
        if (needs.Least is not null)
        {
            codes.AddRange([RefusalCode.NotSignedIn, RefusalCode.NotAllowed]);
        }
        else if (unsafeMethod)
        {
            codes.Add(RefusalCode.NotAllowed);
        }

        if (operation.RequestBody is not null || told.Orders is not null)
        {
            codes.Add(RefusalCode.Invalid);
        }

        operation.Responses ??= [];
        foreach (var status in codes.Distinct().GroupBy(Refused.StatusOf).OrderBy(static group => group.Key))
        {
            var first = status.First();
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join("; ", status.Select(static code => $"`{Problems.CodeOf(code)}`: {Refused.TitleOf(code).ToLowerInvariant()}")),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problems.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(ProblemReply)), Example = Example(first) },
                },
            };
        }
    }

    private static JsonObject Example(RefusalCode code)
    {
        var example = new JsonObject
        {
            ["type"] = $"/docs/errors#{Problems.CodeOf(code)}",
            ["title"] = Refused.TitleOf(code),
            ["status"] = Refused.StatusOf(code),
            ["detail"] = code == RefusalCode.Invalid ? "name: must have 1 to 128 characters" : Refused.TitleOf(code) + ".",
            ["code"] = Problems.CodeOf(code),
            ["request_id"] = "01KARQ7Z4M8W6V2T5Y9X3B1N0C",
        };
        if (code == RefusalCode.Invalid)
        {
            example["errors"] = new JsonObject { ["name"] = new JsonArray("must have 1 to 128 characters") };
        }

        return example;
    }

    private static async Task FinishAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "AIOHub management API",
            Version = "1",
            Description = "Everything that the console does. JSON in snake_case; moments in UTC; money in USD. Lists are pages: follow `next` with `after`. Errors are problem details (RFC 9457).",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas[nameof(ProblemReply)] = await context.GetOrCreateSchemaAsync(typeof(ProblemReply), null, cancellation);
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [SessionScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = SessionCookie.Name, Description = "Given by signing in." },
            [TokenScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "aha_…", Description = "A personal access token with scopes." },
        };
        foreach (var member in document.Components.Schemas.Values.OfType<OpenApiSchema>().SelectMany(static schema => schema.Properties?.Values ?? []).OfType<OpenApiSchema>())
        {
            // What a type of ours says of itself to programmers is nothing for callers.
            member.Description = member.Description?.StartsWith("A member of a draft", StringComparison.Ordinal) == true ? "Absent: it stays. Null: back to the default." : member.Description;
        }

        Examples.AddTo(document);
    }

    /// <summary><c>PATCH api/me/keys/{id}</c> → <c>patch_me_keys_id</c>.</summary>
    private static string OperationId(string method, string path) => string.Join(
        '_', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static part => part.Trim('{', '}').Split(':')[0].Replace('-', '_')).Prepend(method.ToLowerInvariant()));

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static OpenApiParameter Header(string name, string description, bool required, string example) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Required = required, Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = example };

    private static OpenApiParameter Query(string name, string description, OpenApiSchema schema) => new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };
}
