using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AioHub.Core.Routing;
using AioHub.Core.Tasks;
using AioHub.Relay.Carriers.Azure;
using AioHub.Relay.Carriers.Vertex;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers;

/// <summary>Where a call goes: base address, version segment (added only when the base has none), path of the operation.</summary>
internal static partial class UpstreamAddress
{
    /// <summary>Addresses remembered for one channel; beyond it they are made anew each time.</summary>
    private const int MostRemembered = 1024;

    private static readonly Uri SandboxBase = new("http://sandbox.invalid");
    private static readonly ConditionalWeakTable<Channel, ConcurrentDictionary<AddressKey, Uri>> Remembered = [];

    public static Uri For(RouteAttempt attempt, RelayRoute route, QueryString query)
    {
        if (route.Object is { } named)
        {
            // Each is asked for once or twice: nothing to remember.
            var path = route.Task is { } shape ? TaskPaths.Of(shape, named.Name, route.Verb) : ObjectPath(named, route.Verb);
            return attempt.Channel.Type == ChannelType.Azure
                ? AzureAddress.With(new Uri(AzureAddress.Of(attempt.Channel, Base(attempt.Channel), Dialect.OpenAiResponses, path, attempt.UpstreamModel)), query.HasValue ? Kept(query) : "")
                : new Uri(Root(attempt.Channel, route.Dialect) + "/" + path + (query.HasValue ? Kept(query) : ""));
        }

        if (attempt.Channel.Type == ChannelType.Vertex)
        {
            var model = OfVertex(attempt, "google", attempt.UpstreamModel, route.Verb ?? "generateContent");
            return query.HasValue && Kept(query) is { Length: > 0 } asked ? new Uri(model.AbsoluteUri + asked) : model;
        }

        var known = Remembered.GetValue(attempt.Channel, static _ => new ConcurrentDictionary<AddressKey, Uri>());
        var key = new AddressKey(route.Dialect, route.Operation, route.Verb, route.Model is null && attempt.Channel.Type != ChannelType.Azure ? null : attempt.UpstreamModel);
        if (!known.TryGetValue(key, out var address))
        {
            address = Make(attempt, route);
            if (known.Count < MostRemembered)
            {
                known.TryAdd(key, address);
            }
        }

        return query.HasValue && Kept(query) is { Length: > 0 } kept
            ? attempt.Channel.Type == ChannelType.Azure ? AzureAddress.With(address, kept) : new Uri(address.AbsoluteUri + kept)
            : address;
    }

    /// <summary>A verb of a model of Vertex's; the project may be the credential's own.</summary>
    public static Uri OfVertex(RouteAttempt attempt, string publisher, string model, string verb)
    {
        var known = Remembered.GetValue(attempt.Channel, static _ => new ConcurrentDictionary<AddressKey, Uri>());
        var key = new AddressKey(default, default, verb, model, attempt.Credential.Id.Value);
        if (!known.TryGetValue(key, out var address))
        {
            address = new Uri(VertexAddress.Of(attempt.Channel, Base(attempt.Channel), attempt.Credential.Secret, publisher, model, verb));
            if (known.Count < MostRemembered)
            {
                known.TryAdd(key, address);
            }
        }

        return address;
    }

    /// <summary>Where one task is asked for.</summary>
    public static Uri OfTask(Channel channel, TaskShape shape, string name)
    {
        var path = TaskPaths.Of(shape, name, null);
        return new(channel.Type == ChannelType.Azure ? AzureAddress.Of(channel, Base(channel), Dialect.OpenAiResponses, path, deployment: "") : Root(channel, Dialect.OpenAiChat) + "/" + path);
    }

    /// <summary>Where a Realtime session is opened: Azure has OpenAI's address below <c>/openai/v1</c> (learn.microsoft.com, "GPT Realtime API", looked up 2026-11-23).</summary>
    public static Uri OfRealtime(Channel channel, string model)
    {
        var root = Root(channel, Dialect.OpenAiChat);
        if (channel.Type == ChannelType.Azure && !root.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        {
            root = root[..^"/v1".Length] + "/openai/v1";
        }

        var address = new UriBuilder(root + "/realtime?model=" + Uri.EscapeDataString(model));
        address.Scheme = string.Equals(address.Scheme, "http", StringComparison.OrdinalIgnoreCase) ? "ws" : "wss";
        return address.Uri;
    }

    /// <summary>An address that a carrier makes by itself, once for each path and model.</summary>
    /// <param name="make">From the channel's address without a slash at its end, the path and the model.</param>
    public static Uri Of(Channel channel, string path, string? model, Func<string, string, string?, string> make)
    {
        var known = Remembered.GetValue(channel, static _ => new ConcurrentDictionary<AddressKey, Uri>());
        var key = new AddressKey(default, default, path, model);
        if (!known.TryGetValue(key, out var address))
        {
            address = new Uri(make((ChannelTypes.AddressOf(channel) ?? SandboxBase).AbsoluteUri.TrimEnd('/'), path, model));
            if (known.Count < MostRemembered)
            {
                known.TryAdd(key, address);
            }
        }

        return address;
    }

    /// <summary>Whether a caller's query may hold a key; most (<c>?beta=true</c>, <c>?alt=sse</c>) cannot and need not be taken apart.</summary>
    public static bool MayNameKey(QueryString query)
    {
        // Names may be percent-encoded, and are read decoded: %6Bey is a key too.
        return query.HasValue && (query.Value!.Contains("key", StringComparison.OrdinalIgnoreCase) || query.Value.Contains('%'));
    }

    private static Uri Make(RouteAttempt attempt, RelayRoute route) => attempt.Channel.Type == ChannelType.Azure
        ? new(AzureAddress.Of(attempt.Channel, Base(attempt.Channel), route.Dialect, Path(route, attempt.UpstreamModel), attempt.UpstreamModel))
        : new(Root(attempt.Channel, route.Dialect) + "/" + Path(route, attempt.UpstreamModel));

    private static string Root(Channel channel, Dialect dialect)
    {
        var root = (ChannelTypes.AddressOf(channel, dialect) ?? SandboxBase).AbsoluteUri.TrimEnd('/');
        return channel.Type == ChannelType.Doubao ? ArkAddress.RootOf(root, dialect) : root + (VersionSegment().IsMatch(root) ? "" : DefaultVersion(dialect));
    }

    private static string Base(Channel channel) => (ChannelTypes.AddressOf(channel) ?? SandboxBase).AbsoluteUri.TrimEnd('/');

    private static string ObjectPath(UpstreamObject named, string? verb)
    {
        // A cached content's name is a path of two segments.
        var name = Uri.EscapeDataString(named.Name);
        return named.Kind == ObjectKind.CachedContent ? name.Replace("%2F", "/", StringComparison.Ordinal) : "responses/" + name + (verb is null ? "" : "/" + verb);
    }

    private static string DefaultVersion(Dialect dialect) => dialect == Dialect.Gemini ? "/v1beta" : "/v1";

    private static string Path(RelayRoute route, string model) => (route.Dialect, route.Operation) switch
    {
        (Dialect.OpenAiChat, Operation.Generate) => "chat/completions",
        (Dialect.OpenAiChat, Operation.Complete) => "completions",
        (Dialect.OpenAiChat, Operation.Embed) => route.Verb is null ? "embeddings" : "embeddings/" + route.Verb,
        (Dialect.OpenAiChat, Operation.GenerateImage) => "images/generations",
        (Dialect.OpenAiChat, Operation.EditImage) => "images/edits",
        (Dialect.OpenAiChat, Operation.VaryImage) => "images/variations",
        (Dialect.OpenAiChat, Operation.Speak) => "audio/speech",
        (Dialect.OpenAiChat, Operation.Transcribe) => "audio/transcriptions",
        (Dialect.OpenAiChat, Operation.TranslateSpeech) => "audio/translations",
        (Dialect.OpenAiChat, Operation.Moderate) => "moderations",
        (Dialect.OpenAiChat, Operation.Rerank) => "rerank",
        (Dialect.OpenAiChat, Operation.CreateTask) => route.Verb!,
        (Dialect.OpenAiResponses, Operation.Compact) => "responses/compact",
        (Dialect.OpenAiResponses, Operation.CountTokens) => "responses/input_tokens",
        (Dialect.OpenAiResponses, Operation.Search) => "alpha/search",
        (Dialect.OpenAiResponses, Operation.SummarizeTraces) => "memories/trace_summarize",
        (Dialect.OpenAiResponses, _) => "responses",
        (Dialect.AnthropicMessages, Operation.CountTokens) => "messages/count_tokens",
        (Dialect.AnthropicMessages, _) => "messages",
        (Dialect.Gemini, Operation.CreateCache) => "cachedContents",
        (Dialect.Gemini, _) => GeminiPath(model, route.Verb ?? "generateContent"),
        _ => throw new InvalidOperationException($"{route.Dialect} has no path for {route.Operation}."),
    };

    private static string GeminiPath(string model, string verb) =>
        (model.StartsWith("tunedModels/", StringComparison.Ordinal) ? "" : "models/") + Uri.EscapeDataString(model).Replace("%2F", "/", StringComparison.Ordinal) + ":" + verb;

    /// <summary>The caller's own query without its key: <c>?beta=true</c> and <c>?alt=sse</c> mean something upstream.</summary>
    private static string Kept(QueryString query)
    {
        var text = query.Value!;
        if (!MayNameKey(query))
        {
            return text.Length > 1 ? text : "";
        }

        var kept = text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(static part => !IsKey(part));
        var joined = string.Join('&', kept);
        return joined.Length == 0 ? "" : "?" + joined;
    }

    private static bool IsKey(string part)
    {
        var end = part.IndexOf('=', StringComparison.Ordinal);
        return string.Equals(Uri.UnescapeDataString(end < 0 ? part : part[..end]), "key", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"/v\d+[a-z]*\d*(/openai)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionSegment();

    private readonly record struct AddressKey(Dialect Dialect, Operation Operation, string? Verb, string? Model, long Credential = 0);
}
