using System.Text.Json;
using System.Text.RegularExpressions;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Carriers.Vertex;

namespace AioHub.Relay.Probes;

/// <summary>
/// What Model Garden lists of Google's and Anthropic's models. It is a catalogue: it holds what the location does not serve and what the project may not call, and leaves previews out (googleapis/google-cloud-node
/// 6962, genkit-ai/genkit-dart 280). API keys are refused there ("API keys are not supported by this API"), and express mode has no such question (Google, "Express mode REST reference"; all read 2026-11-23).
/// </summary>
internal static partial class VertexModels
{
    /// <summary>The dialects that Vertex speaks have one publisher each.</summary>
    private static readonly string[] Publishers = ["google", "anthropic"];

    /// <summary>Of one publisher; Google's list had less than one of 200 models in April 2026.</summary>
    private const int MostPages = 20;

    public static async Task<ListedModels> AskAsync(ChannelBench bench, Channel channel, Credential credential, CancellationToken cancellation)
    {
        if (GoogleServiceAccount.Read(credential.Secret) is null)
        {
            return ListedModels.None(credential, "Google lists no models for API keys, so none were asked for; the calls tell") with { IsAsked = false };
        }

        var (models, exchanges, notes) = (new List<string>(), new List<RawExchange>(), new Dictionary<string, string>());
        var root = ChannelTypes.AddressOf(channel)!.AbsoluteUri.TrimEnd('/');
        var isCut = false;
        foreach (var publisher in Publishers)
        {
            string? page = null;
            for (var pages = 0; pages == 0 || page is not null; pages++)
            {
                if (pages == MostPages)
                {
                    isCut = true;
                    break;
                }

                var reply = await UpstreamQuestion.AskAsync(bench, channel, credential, VertexAddress.ModelsOf(root, publisher, page), cancellation);
                exchanges.AddRange(reply.Exchange is { } exchange ? new[] { exchange } : []);
                if (reply.Body is null)
                {
                    return ListedModels.None(credential, reply.Problem!) with { Exchanges = exchanges };
                }

                if (UpstreamQuestion.Json(reply.Body) is not { ValueKind: JsonValueKind.Object } json)
                {
                    return ListedModels.None(credential, $"{UpstreamQuestion.Host(channel)} answered with no list of models") with { Exchanges = exchanges };
                }

                Read(json, models, notes);
                page = json.TryGetProperty("nextPageToken", out var next) && next.ValueKind == JsonValueKind.String && next.GetString() is { Length: > 0 } token ? token : null;
            }
        }

        return new ListedModels(
            credential.Name, Ok: true,
            $"Model Garden lists {models.Count} models of {string.Join(" and ", Publishers)}{(isCut ? " and more" : "")}; not all of them are served at {VertexSettings.LocationOf(channel)} or open to the project, and previews may be missing",
            models, exchanges) { IsCallable = false, Notes = notes };
    }

    /// <summary>The project that the question counts for, where it is another than the key file's own; naming one's own may want a right that calls do not.</summary>
    public static string? PayerOf(Channel channel, Credential credential) =>
        channel.Settings.TryGetValue(VertexSettings.Project, out var project) && GoogleServiceAccount.Read(credential.Secret) is { } account && !string.Equals(account.ProjectId, project, StringComparison.Ordinal) ? project : null;

    private static void Read(JsonElement page, List<string> models, Dictionary<string, string> notes)
    {
        if (!page.TryGetProperty("publisherModels", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            // A page without any: protobuf's JSON leaves empty lists out.
            return;
        }

        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } path)
            {
                continue;
            }

            var id = path[(path.LastIndexOf('/') + 1)..];
            var version = item.TryGetProperty("versionId", out var told) && told.ValueKind == JsonValueKind.String ? told.GetString()! : "";
            // Claude's versions are the dates that calls name behind the sign.
            id = Date().IsMatch(version) && !id.Contains('@', StringComparison.Ordinal) ? $"{id}@{version}" : id;
            if (id.Length == 0 || models.Contains(id, StringComparer.Ordinal))
            {
                continue;
            }

            models.Add(id);
            if (item.TryGetProperty("launchStage", out var stage) && stage.ValueKind == JsonValueKind.String)
            {
                notes[id] = stage.GetString()!;
            }
        }
    }

    [GeneratedRegex(@"^20\d{6}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Date();
}
