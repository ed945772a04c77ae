using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What is to be shown.</summary>
/// <param name="Path">As a caller writes it: <c>/v1/messages</c>.</param>
/// <param name="Body">As a caller sends it.</param>
/// <param name="Headers">As a caller sends them.</param>
/// <param name="Target">Finds a model of the channel by the name in the body; null = it serves none of the name.</param>
/// <param name="Mode">Of the group that the call would come through.</param>
public sealed record PreviewOrder(Channel Channel, Credential Credential, string Path, string Body, IReadOnlyDictionary<string, string> Headers, Func<string, ProbeTarget?> Target, GroupMode Mode);

/// <summary>What a call would send.</summary>
/// <param name="Exchange">Secrets masked; nothing was sent, so it has no reply.</param>
/// <param name="Dialect">Spoken upstream.</param>
/// <param name="HeaderChanges">What overrides changed: <c>+ name: value</c>, <c>− name: value</c>.</param>
/// <param name="BodyChanges">The same of the body, by path.</param>
/// <param name="Losses">What the translation leaves out.</param>
/// <param name="Notes">What else is worth knowing.</param>
public sealed record Preview(
    RawExchange Exchange, Dialect Dialect, ImmutableArray<string> HeaderChanges, ImmutableArray<string> BodyChanges, ImmutableArray<string> Losses, ImmutableArray<string> Notes);

/// <summary>Shows what a channel's calls would send, without sending it.</summary>
public static class ChannelPreview
{
    private const int LongestValue = 120;

    /// <exception cref="AdminException">The path, the body or the model is wrong, or the channel cannot be called so.</exception>
    public static async Task<Preview> RunAsync(ChannelBench bench, PreviewOrder order, CancellationToken cancellation)
    {
        var (route, query) = ChannelBench.RouteOf(order.Path) ?? throw new AdminException("path", $"nothing is called at '{order.Path}'; write one such as /v1/messages or /v1/chat/completions");
        var model = route.Model ?? ModelIn(order.Body);
        var target = order.Target(model) ?? throw new AdminException("body", $"channel {order.Channel.Name} serves no model '{model}'");
        var (call, problem) = await bench.BuildAsync(
            new BenchOrder(order.Channel, order.Credential, target, route, query, System.Text.Encoding.UTF8.GetBytes(order.Body), order.Headers, order.Mode), cancellation);
        using (call)
        {
            if (call is null)
            {
                throw new AdminException("body", problem!);
            }

            var mask = new MaskedExchange(order.Channel);
            var (headers, body) = (mask.HeadersOf(call.Request), call.Body);
            call.Override();
            var after = mask.HeadersOf(call.Request);
            var notes = ImmutableArray.CreateBuilder<string>();
            if (order is { Mode: GroupMode.Passthrough, Channel.Overrides.Body.IsEmpty: false })
            {
                notes.Add("rules for the body are left out: a passthrough group sends the caller's bytes as they are");
            }

            if (call.Call.Losses is not null && order.Mode == GroupMode.Passthrough)
            {
                notes.Add("a passthrough group would not translate this call");
            }

            return new Preview(
                mask.Over(call.Request, call.Body, response: null, reply: null), call.Call.Dialect, [.. Lines(headers, after)], [.. Lines(body, call.Body).Select(mask.Over)],
                [.. call.Call.Losses?.Losses.Select(static loss => $"{loss.Path}: {loss.Reason}") ?? []], notes.ToImmutable());
        }
    }

    private static string ModelIn(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String
                ? model.GetString()! : throw new AdminException("body", "names no model");
        }
        catch (JsonException)
        {
            throw new AdminException("body", "is no JSON");
        }
    }

    private static IEnumerable<string> Lines(IReadOnlyList<ShownHeader> before, IReadOnlyList<ShownHeader> after) =>
        before.Except(after).Where(static header => header.Name != "content-length").Select(static header => $"− {header.Name}: {header.Value}")
            .Concat(after.Except(before).Where(static header => header.Name != "content-length").Select(static header => $"+ {header.Name}: {header.Value}"));

    private static List<string> Lines(string? before, string? after)
    {
        var lines = new List<string>();
        if (before is not null && after is not null && !string.Equals(before, after, StringComparison.Ordinal))
        {
            Compare("", JsonNode.Parse(before), JsonNode.Parse(after), lines);
        }

        return lines;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<string> lines)
    {
        if (before is JsonObject one && after is JsonObject two)
        {
            foreach (var name in one.Select(static member => member.Key).Union(two.Select(static member => member.Key), StringComparer.Ordinal))
            {
                var at = path.Length == 0 ? name : $"{path}.{name}";
                if (!two.TryGetPropertyValue(name, out var next))
                {
                    lines.Add($"− {at}: {Short(one[name])}");
                }
                else if (!one.TryGetPropertyValue(name, out var present))
                {
                    lines.Add($"+ {at}: {Short(next)}");
                }
                else
                {
                    Compare(at, present, next, lines);
                }
            }
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            lines.Add($"~ {path}: {Short(before)} → {Short(after)}");
        }
    }

    private static string Short(JsonNode? value) => (value?.ToJsonString() ?? "null") is { Length: > LongestValue } text ? text[..LongestValue] + "…" : value?.ToJsonString() ?? "null";
}
