using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Azure;

/// <summary>
/// Where Azure has OpenAI's operations: below <c>/openai/v1</c>, where the deployment stands in the body as the model; or, with a dated version, below
/// <c>/openai/deployments/{deployment}</c> and, for Responses, <c>/openai</c> (Microsoft, "Azure OpenAI in Foundry Models: v1 API" and "REST API reference"; read 2026-11-23).
/// </summary>
internal static class AzureAddress
{
    private const string VersionName = "api-version";

    /// <summary>An operation's address without the caller's query.</summary>
    /// <param name="root">The channel's, however much of the path was pasted with it; without a slash at its end.</param>
    /// <param name="path">Such as <c>chat/completions</c>.</param>
    public static string Of(Channel channel, string root, Dialect dialect, string path, string deployment)
    {
        var resource = ResourceOf(root);
        if (AzureSettings.DatedVersionOf(channel) is { } version)
        {
            var below = dialect == Dialect.OpenAiResponses ? "" : $"deployments/{Uri.EscapeDataString(deployment)}/";
            return $"{resource}/openai/{below}{path}?{VersionName}={version}";
        }

        return $"{resource}/openai/v1/{path}" + (AzureSettings.WordVersionOf(channel) is { } word ? $"?{VersionName}={word}" : "");
    }

    /// <summary>Where the resource lists what could be deployed on it.</summary>
    /// <param name="root">The channel's; without a slash at its end.</param>
    public static string ModelsOf(Channel channel, string root) => AzureSettings.DatedVersionOf(channel) is { } version
        ? $"{ResourceOf(root)}/openai/models?{VersionName}={version}"
        : $"{ResourceOf(root)}/openai/v1/models" + (AzureSettings.WordVersionOf(channel) is { } word ? $"?{VersionName}={word}" : "");

    /// <summary>
    /// Where the resource lists its deployments. Microsoft calls this retired (learn.microsoft.com, questions 1371786) and gives the list by its management API alone, which wants other rights; with this version
    /// resources were seen to answer in September 2026.
    /// </summary>
    /// <param name="root">The channel's; without a slash at its end.</param>
    public static string DeploymentsOf(string root) => $"{ResourceOf(root)}/openai/deployments?{VersionName}=2023-03-15-preview";

    /// <summary>A caller's query beside the version that the channel has.</summary>
    /// <param name="kept">With its question mark.</param>
    public static Uri With(Uri address, string kept)
    {
        var parts = kept.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(static part => !part.StartsWith(VersionName + "=", StringComparison.OrdinalIgnoreCase));
        var more = string.Join('&', parts);
        return more.Length == 0 ? address : new Uri(address.AbsoluteUri + (address.Query.Length > 0 ? "&" : "?") + more);
    }

    private static string ResourceOf(string root)
    {
        var at = root.IndexOf("/openai", root.IndexOf("://", StringComparison.Ordinal) + 3, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && (at + "/openai".Length == root.Length || root[at + "/openai".Length] == '/') ? root[..at]
            : root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? root[..^3] : root;
    }
}
