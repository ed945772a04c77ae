using System.Text.Json;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;

namespace AioHub.Relay.Probes;

/// <summary>
/// Asks an upstream for its list of models, which costs nothing and proves address and key. AWS's lists stand on hosts of their own: Bedrock's <c>ListFoundationModels</c> and
/// <c>ListInferenceProfiles</c> on <c>bedrock.{region}</c> (AWS, Amazon Bedrock API reference, 2026-11-23), Kiro's <c>ListAvailableModels</c> on <c>management.{region}</c>, where a key may have the right
/// to call and none to list.
/// </summary>
public static class UpstreamModels
{
    /// <param name="bench">Whose connections are used.</param>
    /// <param name="channel">Asked at its address.</param>
    /// <param name="credential">The one that asks.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<ListedModels> AskAsync(ChannelBench bench, Channel channel, Credential credential, CancellationToken cancellation)
    {
        if (channel.Type == ChannelType.Sandbox)
        {
            return new ListedModels(credential.Name, Ok: true, "built in; it always answers", [], []);
        }

        if (channel.Type == ChannelType.Azure)
        {
            return await AzureModels.AskAsync(bench, channel, credential, cancellation);
        }

        if (channel.Type == ChannelType.Vertex)
        {
            return await VertexModels.AskAsync(bench, channel, credential, cancellation);
        }

        var (models, exchanges) = (new List<string>(), new List<RawExchange>());
        foreach (var address in AddressesOf(channel))
        {
            var reply = await UpstreamQuestion.AskAsync(bench, channel, credential, address, cancellation);
            if (reply.Exchange is { } exchange)
            {
                exchanges.Add(exchange);
            }

            if (reply.Problem is { } problem)
            {
                return new ListedModels(credential.Name, Ok: false, problem, [], exchanges);
            }

            if (Read(reply.Body!) is not { } read)
            {
                return new ListedModels(credential.Name, Ok: false, $"{address} answered with no list of models", [], exchanges);
            }

            models.AddRange(read.Where(id => !models.Contains(id, StringComparer.Ordinal)));
        }

        return new ListedModels(credential.Name, Ok: true, $"{AddressesOf(channel)[0].Split('?')[0]} lists {models.Count} models", models, exchanges);
    }

    /// <summary>Kiro's and Bedrock's other host, where the channel's address is the vendor's own; any other host is asked itself.</summary>
    internal static string ControlHost(Channel channel)
    {
        var host = UpstreamQuestion.Host(channel);
        return channel.Type == ChannelType.Bedrock ? host.Replace("://bedrock-runtime", "://bedrock", StringComparison.OrdinalIgnoreCase)
            : host.Replace("://runtime.", "://management.", StringComparison.OrdinalIgnoreCase);
    }

    private static string[] AddressesOf(Channel channel) => channel.Type switch
    {
        ChannelType.Bedrock => [ControlHost(channel) + "/foundation-models?byOutputModality=TEXT", ControlHost(channel) + "/inference-profiles?maxResults=1000"],
        ChannelType.Kiro => [ControlHost(channel) + "/ListAvailableModels?origin=AI_EDITOR" + ProfileOf(channel)],
        ChannelType.Anthropic => [UpstreamQuestion.Root(channel) + "/models?limit=1000"],
        ChannelType.Gemini => [UpstreamQuestion.Root(channel) + "/models?pageSize=1000"],
        _ => [UpstreamQuestion.Root(channel) + "/models"],
    };

    internal static string ProfileOf(Channel channel) => channel.Settings.TryGetValue(AwsSettings.ProfileArn, out var arn) ? "&profileArn=" + Uri.EscapeDataString(arn) : "";

    private static IEnumerable<string>? Read(string body)
    {
        if (UpstreamQuestion.Json(body) is not { } root)
        {
            return null;
        }

        // Some hosts give the list bare.
        var list = root.ValueKind == JsonValueKind.Array ? root
            : root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("data", out var found) || root.TryGetProperty("models", out found) || root.TryGetProperty("modelSummaries", out found)
                || root.TryGetProperty("inferenceProfileSummaries", out found)) ? found : default;
        return list.ValueKind != JsonValueKind.Array ? null : list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object).Select(static item =>
            item.TryGetProperty("id", out var id) || item.TryGetProperty("modelId", out id) || item.TryGetProperty("inferenceProfileId", out id) || item.TryGetProperty("name", out id) ? Plain(id.ToString()) : "")
            .Where(static id => id.Length > 0);
    }

    /// <summary>Gemini's names are paths.</summary>
    private static string Plain(string id) => id.StartsWith("models/", StringComparison.Ordinal) ? id["models/".Length..] : id;
}
