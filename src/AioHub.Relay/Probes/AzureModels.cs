using System.Text.Json;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Carriers.Azure;

namespace AioHub.Relay.Probes;

/// <summary>
/// What an Azure resource lists. Calls name deployments, and their list is asked for first; a resource that does not give it is asked for its models, which are what could be deployed there and no
/// names that calls may use (learn.microsoft.com, "Models - List", read 2026-11-23).
/// </summary>
internal static class AzureModels
{
    public static async Task<ListedModels> AskAsync(ChannelBench bench, Channel channel, Credential credential, CancellationToken cancellation)
    {
        var root = ChannelTypes.AddressOf(channel)!.AbsoluteUri.TrimEnd('/');
        var reply = await UpstreamQuestion.AskAsync(bench, channel, credential, AzureAddress.DeploymentsOf(root), cancellation);
        if (reply.Body is { } body && ItemsOf(body) is { } deployments)
        {
            return Deployments(credential, deployments, reply.Exchange!);
        }

        if (reply.Status is null or 401)
        {
            return ListedModels.None(credential, reply.Problem!, reply.Exchange);
        }

        var refusal = reply.Status;
        RawExchange[] exchanges = [reply.Exchange!];
        var address = AzureAddress.ModelsOf(channel, root);
        reply = await UpstreamQuestion.AskAsync(bench, channel, credential, address, cancellation);
        exchanges = [.. exchanges, .. reply.Exchange is { } second ? new[] { second } : []];
        if (reply.Body is null || ItemsOf(reply.Body) is not { } models)
        {
            return ListedModels.None(credential, reply.Problem ?? $"{address} answered with no list of models") with { Exchanges = exchanges };
        }

        var listed = models.Select(static item => (Id: Text(item, "id"), Note: NoteOf(item))).Where(static pair => pair.Id is not null).DistinctBy(static pair => pair.Id).ToArray();
        return new ListedModels(
            credential.Name, Ok: true,
            $"{UpstreamQuestion.Host(channel)} lists {listed.Length} models that could be deployed; it does not list its deployments ({refusal}), so that only calls tell which names of the channel answer",
            [.. listed.Select(static pair => pair.Id!)], exchanges)
        {
            IsCallable = false, Notes = listed.Where(static pair => pair.Note.Length > 0).ToDictionary(static pair => pair.Id!, static pair => pair.Note),
        };
    }

    private static ListedModels Deployments(Credential credential, IReadOnlyList<JsonElement> items, RawExchange exchange)
    {
        var all = items.Select(static item => (Id: Text(item, "id"), Model: Text(item, "model"), Status: Text(item, "status") ?? "succeeded")).Where(static one => one.Id is not null).DistinctBy(static one => one.Id).ToArray();
        var ready = all.Where(static one => one.Status == "succeeded").ToArray();
        var rest = all.Except(ready).Select(static one => $"{one.Id} ({one.Status})").ToArray();
        return new ListedModels(
            credential.Name, Ok: true, $"the resource lists {ready.Length} deployments{(rest.Length > 0 ? $"; not ready: {string.Join(", ", rest)}" : "")}", [.. ready.Select(static one => one.Id!)], [exchange])
        {
            Notes = ready.Where(static one => one.Model is not null).ToDictionary(static one => one.Id!, static one => "of " + one.Model),
        };
    }

    /// <summary>What the resource says of a model: what it can do, then how far it is.</summary>
    private static string NoteOf(JsonElement item)
    {
        var can = item.TryGetProperty("capabilities", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
            ? capabilities.EnumerateObject().Where(static one => one.Value.ValueKind == JsonValueKind.True || (one.Value.ValueKind == JsonValueKind.String && one.Value.ValueEquals("true"))).Select(static one => one.Name) : [];
        return string.Join("; ", new[] { string.Join(", ", can), Text(item, "lifecycle_status") ?? "", Text(item, "status") is { } status and not "succeeded" ? status : "" }.Where(static part => part.Length > 0));
    }

    private static IReadOnlyList<JsonElement>? ItemsOf(string body) =>
        UpstreamQuestion.Json(body) is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("data", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object)] : null;

    private static string? Text(JsonElement item, string member) => item.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value ? value : null;
}
