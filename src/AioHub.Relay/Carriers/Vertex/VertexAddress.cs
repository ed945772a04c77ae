using System.Text.RegularExpressions;
using AioHub.Core.Routing;

namespace AioHub.Relay.Carriers.Vertex;

/// <summary>
/// Where Vertex has a model's verbs: <c>/v1/projects/{project}/locations/{location}/publishers/{google|anthropic}/models/{model}:{verb}</c>, or, with an API key alone,
/// <c>/v1/publishers/google/models/{model}:{verb}</c> (Google, "Generative AI on Vertex AI: REST reference" and "Express mode"; read 2026-11-23).
/// </summary>
internal static partial class VertexAddress
{
    /// <summary>The name under which prompts of Claude's are counted.</summary>
    public const string Counter = "count-tokens";

    /// <param name="root">The channel's address without a slash at its end, with or without a version.</param>
    /// <param name="secret">The credential's: a key file names its project.</param>
    /// <param name="model">As Vertex calls it; one of a project's own with its path (<c>endpoints/123</c>).</param>
    public static string Of(Channel channel, string root, string secret, string publisher, string model, string verb)
    {
        var version = VersionSegment().IsMatch(root) ? "" : "/v1";
        var place = VertexSettings.ProjectOf(channel, secret) is { } project ? $"/projects/{Uri.EscapeDataString(project)}/locations/{VertexSettings.LocationOf(channel)}" : "";
        var path = model.Contains('/', StringComparison.Ordinal) ? Escaped(model) : $"publishers/{publisher}/models/{Escaped(model)}";
        // A whole name holds its own place.
        return model.StartsWith("projects/", StringComparison.Ordinal) ? $"{root}{version}/{path}:{verb}" : $"{root}{version}{place}/{path}:{verb}";
    }

    /// <summary>Where Model Garden lists a publisher's models: below <c>v1beta1</c> alone, and below no project (Google, "Method: publishers.models.list"; read 2026-11-23).</summary>
    /// <param name="root">The channel's address without a slash at its end, with or without a version.</param>
    /// <param name="page">What the former page told; null = the first.</param>
    public static string ModelsOf(string root, string publisher, string? page) =>
        $"{VersionSegment().Replace(root, "")}/v1beta1/publishers/{publisher}/models?pageSize=200{(page is null ? "" : "&pageToken=" + Uri.EscapeDataString(page))}";

    /// <summary>Names have an <c>@</c> before their date, which is a sign like any other in a path.</summary>
    private static string Escaped(string model) => Uri.EscapeDataString(model).Replace("%2F", "/", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal);

    [GeneratedRegex(@"/v\d+[a-z]*\d*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionSegment();
}
