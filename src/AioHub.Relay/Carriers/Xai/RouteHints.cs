using System.Globalization;
using System.Text;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Relay.Calls;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers.Xai;

/// <summary>
/// By what xAI finds the server that holds a conversation's prompt cache: the header <c>x-grok-conv-id</c> and, for Responses, <c>prompt_cache_key</c> (docs.x.ai, "Prompt caching"; read
/// 2026-11-23). Where a caller gave none the hub makes one of key, model and session, under its master key: the same on every node and for each turn, another for each caller, and nothing that
/// can be read back.
/// </summary>
internal sealed class RouteHints(SecretBox box)
{
    public const string Header = "x-grok-conv-id";
    private const string Purpose = "xai route hint";
    private const string Member = "prompt_cache_key";

    private static readonly JsonPeek CacheKey = new(Member);

    /// <summary>Null = the call tells no session, or passes through as it is.</summary>
    public string? Of(Envelope envelope, RouteAttempt attempt)
    {
        if (attempt.Group.Mode == GroupMode.Passthrough || envelope.Route.Operation != Operation.Generate
            || (envelope.Session ?? envelope.Question.Prefix?.ToString("x16", CultureInfo.InvariantCulture)) is not { Length: > 0 } session)
        {
            return null;
        }

        Span<byte> mark = stackalloc byte[32];
        box.Mark(Purpose, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{envelope.Caller.Key.Id.Value}\n{attempt.Model.Id}\n{session}")), mark);
        return new Guid(mark[..16], bigEndian: true).ToString();
    }

    /// <summary>The header, where the caller sent none.</summary>
    public void Mark(HttpRequestMessage request, Envelope envelope, RouteAttempt attempt, IHeaderDictionary? callers)
    {
        if (callers?.ContainsKey(Header) != true && Of(envelope, attempt) is { } hint)
            request.Headers.TryAddWithoutValidation(Header, hint);
    }

    /// <summary>The member of the body, where the caller gave none; null = nothing is put in.</summary>
    public Splice? SpliceOf(Envelope envelope, RouteAttempt attempt)
    {
        if (envelope.Route.Dialect != Dialect.OpenAiResponses || Of(envelope, attempt) is not { } hint)
            return null;

        Span<JsonMember> found = stackalloc JsonMember[1];
        return CacheKey.Scan(envelope.Body.Span, found, out _) == PeekFault.None && !found[0].Exists ? JsonSplice.Insert(envelope.Body.Span, Member, JsonSplice.QuotedString(hint)) : null;
    }
}
