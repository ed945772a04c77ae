using AioHub.Core.Routing;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>One attempt, ready to be sent.</summary>
/// <param name="HideUsage">The hub asked for a usage chunk that the caller did not ask for: it is not shown.</param>
internal sealed record UpstreamCall(Envelope Envelope, RouteAttempt Attempt, HttpRequestMessage Request, bool HideUsage)
{
    /// <summary>How the answer becomes the caller's; null = both speak the same dialect, and bytes are passed through, unless <see cref="Embeddings"/> are asked for.</summary>
    public Translation? Translation { get; init; }

    /// <summary>The same for embeddings, which are no conversation.</summary>
    public EmbeddingTranslation? Embeddings { get; init; }

    /// <summary>What could not be said upstream; null = nothing was translated.</summary>
    public LossLog? Losses => Translation?.Losses ?? Embeddings?.Losses;

    /// <summary>How the answer's body is read where its carrier frames it in its own way; null = as it comes.</summary>
    public Func<HttpResponseMessage, Stream, Stream>? Unwrap { get; init; }

    /// <summary>The connection that its frame goes out on; null = it goes by HTTP.</summary>
    public FrameLane? Lane => Envelope.Lane;

    /// <summary>What is spoken upstream.</summary>
    public Dialect Dialect => (Translation?.Upstream ?? Embeddings?.Upstream)?.Dialect ?? Envelope.Route.Dialect;
}
