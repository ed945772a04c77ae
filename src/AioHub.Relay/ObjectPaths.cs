using AioHub.Wire.Vocabulary;

namespace AioHub.Relay;

/// <summary>
/// Paths of the things that upstreams keep: <c>responses/{id}</c> with <c>/cancel</c> and <c>/input_items</c>, <c>cachedContents</c> and
/// <c>cachedContents/{id}</c>. A call there goes to the credential that keeps them, and to no other.
/// </summary>
internal static class ObjectPaths
{
    private const string Responses = "responses/";
    private const string Caches = "cachedContents";
    private static readonly RelayRoute CreateCache = new(Dialect.Gemini, Operation.CreateCache);

    /// <summary>Null: the path is of something else.</summary>
    /// <param name="rest">Without versions and prefixes, such as <c>responses/resp_1/cancel</c>.</param>
    public static ResolvedPath? Resolve(string method, string rest) =>
        rest.StartsWith(Responses, StringComparison.Ordinal) ? OfResponse(method, rest[Responses.Length..])
        : string.Equals(rest, Caches, StringComparison.Ordinal) ? OfCaches(method)
        : rest.StartsWith(Caches + "/", StringComparison.Ordinal) ? OfCache(method, rest)
        : null;

    private static ResolvedPath OfResponse(string method, string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (id, verb) = slash < 0 ? (rest, null) : (rest[..slash], rest[(slash + 1)..]);
        Operation? operation = (method, verb) switch
        {
            ("GET", null or "input_items") => Operation.ReadObject,
            ("DELETE", null) => Operation.DeleteObject,
            ("POST", "cancel") => Operation.ChangeObject,
            _ => null,
        };
        var known = verb is null or "cancel" or "input_items";
        return Made(Dialect.OpenAiResponses, new UpstreamObject(ObjectKind.Response, id), method, verb, operation, known);
    }

    private static ResolvedPath OfCaches(string method) => method switch
    {
        "POST" => new ResolvedPath(PathKind.Call, Dialect.Gemini, CreateCache),
        "GET" => new ResolvedPath(PathKind.CachedContents, Dialect.Gemini),
        _ => new ResolvedPath(PathKind.Unknown, Dialect.Gemini, CreateCache),
    };

    private static ResolvedPath OfCache(string method, string rest)
    {
        Operation? operation = method switch
        {
            "GET" => Operation.ReadObject,
            "PATCH" => Operation.ChangeObject,
            "DELETE" => Operation.DeleteObject,
            _ => null,
        };
        return Made(Dialect.Gemini, new UpstreamObject(ObjectKind.CachedContent, rest), method, null, operation, known: rest.AsSpan(Caches.Length + 1).IndexOf('/') < 0);
    }

    /// <param name="known">Something is served at the path, if not by this method.</param>
    private static ResolvedPath Made(Dialect dialect, UpstreamObject named, string method, string? verb, Operation? operation, bool known)
    {
        if (!known || !UpstreamObject.IsName(named.Name))
        {
            return new ResolvedPath(PathKind.Unknown, dialect);
        }

        var route = new RelayRoute(dialect, operation ?? Operation.ReadObject, Verb: verb) { Object = named, Method = method };
        return new ResolvedPath(operation is null ? PathKind.Unknown : PathKind.Call, dialect, route);
    }
}
