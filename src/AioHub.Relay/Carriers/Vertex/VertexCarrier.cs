using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers.Vertex;

/// <summary>Vertex: Claude in Messages with the model in the address, Gemini in its own dialect with every role said.</summary>
internal sealed class VertexCarrier : Carrier
{
    public override UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, IReadOnlyList<Splice>? opened)
    {
        if (envelope.Route.Dialect == Dialect.AnthropicMessages)
            return VertexClaude.Build(headers, envelope, CallerBytes.Without(envelope, opened), attempt);

        return CallerBytes.Build(headers, query, envelope, attempt, attempt.Group.Mode == GroupMode.Passthrough ? opened : [.. opened ?? [], .. VertexRoles.MissingIn(envelope.Body)]);
    }

    public override HttpRequestMessage Translated(PooledBytes written, Envelope envelope, RouteAttempt attempt, bool stream, out Func<HttpResponseMessage, Stream, Stream>? unwrap)
    {
        if (attempt.Dialect != Dialect.AnthropicMessages)
            return base.Translated(written, envelope, attempt, stream, out unwrap);

        unwrap = null;
        return VertexClaude.Translated(written, attempt, stream);
    }

    public override bool Counts(Dialect dialect) => true;

    public override HttpRequestMessage TokenQuestion(PooledBytes written, RouteAttempt attempt) =>
        attempt.Dialect == Dialect.AnthropicMessages ? VertexClaude.Translated(written, attempt, stream: null) : base.TokenQuestion(written, attempt);

    /// <summary>Vertex counts for some models and regions only, and a credential that may call a model need not be allowed to count for it.</summary>
    public override bool LeavesCounting(int? status) => status is 400 or 403 or 404;
}
