using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers;

/// <summary>
/// What a type of channel does in its own way, and all that the stages ask of it: they name no vendor. One for each type, shared by all calls, found by <see cref="CarrierTable"/>. What stands here is
/// what most types do.
/// </summary>
internal abstract class Carrier
{
    private static readonly QueryString AsEvents = new("?alt=sse");

    /// <summary>The upstream is another hub, which opens its own envelopes of reasoning and leaves this one's alone.</summary>
    public virtual bool IsHub => false;

    /// <summary>Why an operation is not asked of this type; null = it may be.</summary>
    public virtual Failure? Refusal(RelayRoute route) => string.Equals(route.Verb, RelayRoute.Multimodal, StringComparison.Ordinal) ? HubFailures.PicturesNotEmbedded : null;

    /// <summary>A call whose caller speaks the channel's dialect: the caller's bytes with the few splices that this upstream needs, addressed and signed.</summary>
    /// <param name="headers">The caller's.</param>
    /// <param name="query">The caller's.</param>
    /// <param name="opened">What of the hub's own is taken out of the body, in its order; null = nothing.</param>
    public virtual UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, IReadOnlyList<Splice>? opened) =>
        CallerBytes.Build(headers, query, envelope, attempt, opened);

    /// <summary>A call that was said in the channel's dialect, addressed and signed.</summary>
    /// <param name="written">Goes back with the request.</param>
    /// <param name="stream">Whether a stream is asked for; need not be what the caller asked for.</param>
    /// <param name="unwrap">How its answer is read; null = as it comes.</param>
    public virtual HttpRequestMessage Translated(PooledBytes written, Envelope envelope, RouteAttempt attempt, bool stream, out Func<HttpResponseMessage, Stream, Stream>? unwrap)
    {
        unwrap = null;
        var isGemini = attempt.Dialect == Dialect.Gemini;
        var route = isGemini
            ? new RelayRoute(Dialect.Gemini, Operation.Generate, attempt.UpstreamModel, stream, stream ? "streamGenerateContent" : "generateContent")
            : new RelayRoute(attempt.Dialect, Operation.Generate);
        return Written(written, attempt, route, isGemini && stream ? AsEvents : default);
    }

    /// <summary>Whether its upstreams have a question for the size of a prompt in a dialect that callers are translated into. Hosts that merely resemble a vendor are not troubled.</summary>
    public virtual bool Counts(Dialect dialect) => false;

    /// <summary>That question, asked where <see cref="Counts"/> says so.</summary>
    /// <param name="written">Goes back with the request.</param>
    public virtual HttpRequestMessage TokenQuestion(PooledBytes written, RouteAttempt attempt) => Written(
        written, attempt, attempt.Dialect == Dialect.Gemini ? new RelayRoute(Dialect.Gemini, Operation.CountTokens, attempt.UpstreamModel, Verb: "countTokens") : new RelayRoute(attempt.Dialect, Operation.CountTokens), default);

    /// <summary>Whether a refusal to count says nothing of how the upstream serves, so that the hub counts.</summary>
    /// <param name="status">The upstream's; null = nothing came.</param>
    public virtual bool LeavesCounting(int? status) => false;

    /// <summary>By what the conversation's prompt cache is found; null = no session is known.</summary>
    public virtual string? SessionOf(Envelope envelope, RouteAttempt attempt) => envelope.Session;

    /// <summary>By what name a model's rules are looked up, where deployments and endpoints are called as their owners like; null = by the upstream's.</summary>
    public virtual string? RuledAs(RouteAttempt attempt) => null;

    /// <summary>Betas that stand in a translated call's body, whoever asked for them.</summary>
    public virtual IReadOnlyList<string> BetasIn(RouteAttempt attempt) => [];

    /// <summary>The channel may lead to another hub, so that its calls carry the number of hubs behind them.</summary>
    public virtual bool LeadsOn(RouteAttempt attempt) => false;

    /// <summary>A failure with what the upstream tells of it when it is asked; most tell all at once.</summary>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public virtual ValueTask<Failure> CompleteAsync(Failure failure, RouteAttempt attempt, CancellationToken cancellation) => new(failure);

    /// <summary>After a failed attempt: whether the channel has another address that is worth asking at once.</summary>
    /// <param name="asked">Where the attempt went.</param>
    /// <param name="repeats">How often the call was repeated already.</param>
    public virtual bool MovesOn(Channel channel, Uri? asked, Failure failure, int repeats) => false;

    private static HttpRequestMessage Written(PooledBytes written, RouteAttempt attempt, RelayRoute route, QueryString query)
    {
        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, route, query), attempt);
        request.Content = new TranslatedContent(written);
        CallerHeaders.Introduce(request);
        UpstreamAuth.Apply(request, attempt, attempt.Dialect);
        return request;
    }
}
