using System.Text.Json;

namespace AioHub.TestKit;

/// <summary>What the recorded reply's bytes are.</summary>
public enum ReplyKind
{
    Json,
    Sse,
    /// <summary>AWS binary event stream.</summary>
    EventStream,
    Binary,
}

/// <summary>One real interaction with a provider. Bytes are read from disk when asked for.</summary>
public sealed class RecordedCase
{
    private readonly Lazy<byte[]> _request;
    private readonly Lazy<byte[]> _reply;

    internal RecordedCase(string format, string folder)
    {
        Format = format;
        Folder = folder;
        Name = Path.GetFileName(folder);
        Meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        var meta = Meta.RootElement;
        Status = meta.GetProperty("status").GetInt32();
        Method = meta.GetProperty("method").GetString()!.ToUpperInvariant();
        Url = meta.GetProperty("url").GetString()!;
        ByteExact = !meta.GetProperty("body_reserialised_by_recorder").GetBoolean();
        Tags = [.. meta.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];
        RequestHeaders = HeadersOf(meta.GetProperty("request_headers"));
        ReplyHeaders = HeadersOf(meta.GetProperty("reply_headers"));
        var replyFile = meta.GetProperty("reply_file").GetString()!;
        ReplyKind = Path.GetExtension(replyFile) switch
        {
            ".json" => ReplyKind.Json,
            ".sse" => ReplyKind.Sse,
            ".eventstream" => ReplyKind.EventStream,
            _ => ReplyKind.Binary,
        };
        RequestIsJson = File.Exists(Path.Combine(folder, "request.json"));
        var requestFile = Path.Combine(folder, RequestIsJson ? "request.json" : "request.bin");
        _request = new(() => File.Exists(requestFile) ? File.ReadAllBytes(requestFile) : []);
        _reply = new(() => File.ReadAllBytes(Path.Combine(folder, replyFile)));
    }

    /// <summary>Such as <c>openai-chat</c>, <c>anthropic</c>, <c>gemini</c>, <c>bedrock-converse</c>.</summary>
    public string Format { get; }
    public string Name { get; }
    public string Folder { get; }
    public string Method { get; }
    /// <summary>Where the recorded request went; the host may be blacked out, so this is text.</summary>
#pragma warning disable CA1056 // Not every one parses.
    public string Url { get; }
#pragma warning restore CA1056
    /// <summary>Path and query of <see cref="Url"/>.</summary>
    public string Target => Url.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 && Url.IndexOf('/', scheme + 3) is var path and >= 0 ? Url[path..] : "/";
    public int Status { get; }
    public byte[] Request => _request.Value;
    public bool RequestIsJson { get; }
    public byte[] Reply => _reply.Value;
    public ReplyKind ReplyKind { get; }
    /// <summary>Whether the bodies are the bytes of the wire; false = same JSON, written anew by the recorder.</summary>
    public bool ByteExact { get; }
    public IReadOnlyList<string> Tags { get; }
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; }
    public IReadOnlyList<KeyValuePair<string, string>> ReplyHeaders { get; }
    /// <summary>The whole of <c>meta.json</c>; lives as long as the process.</summary>
    public JsonDocument Meta { get; }

    public override string ToString() => $"{Format}/{Name}";

    private static KeyValuePair<string, string>[] HeadersOf(JsonElement headers) =>
        [.. headers.EnumerateObject().Select(header => KeyValuePair.Create(
            header.Name, header.Value.ValueKind == JsonValueKind.String ? header.Value.GetString()! : header.Value.GetRawText()))];
}

/// <summary>The recorded interactions in <c>../shared/oracle/recorded</c>; empty where the checkout has none (<see cref="Shared.Available"/>).</summary>
public static class RecordedCases
{
    private static readonly Lazy<RecordedCase[]> LazyAll = new(Read);

    /// <summary>All of them, by format and name.</summary>
    public static IReadOnlyList<RecordedCase> All => LazyAll.Value;

    /// <summary>Those of the formats named.</summary>
    public static IEnumerable<RecordedCase> Of(params string[] formats) => All.Where(one => formats.Contains(one.Format, StringComparer.Ordinal));

    /// <summary>The one whose <see cref="RecordedCase.ToString"/> is this: theories can carry the name alone.</summary>
    public static RecordedCase Find(string formatAndName) => All.Single(one => one.ToString() == formatAndName);

    private static RecordedCase[] Read()
    {
        var root = Shared.PathOf("oracle/recorded");
        if (!Directory.Exists(root))
        {
            return [];
        }

        return
        [
            .. from format in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
               from folder in Directory.EnumerateDirectories(format).Order(StringComparer.Ordinal)
               where File.Exists(Path.Combine(folder, "meta.json"))
               select new RecordedCase(Path.GetFileName(format), folder),
        ];
    }
}
