using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Wire.Json;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers.Xai;

/// <summary>xAI: calls tell by what their conversation's prompt cache is found.</summary>
internal sealed class XaiCarrier(RouteHints hints) : Carrier
{
    public override UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, IReadOnlyList<Splice>? opened)
    {
        if (hints.SpliceOf(envelope, attempt) is { } hint)
            opened = [.. opened ?? [], hint];

        var call = CallerBytes.Build(headers, query, envelope, attempt, opened);
        hints.Mark(call.Request, envelope, attempt, headers);
        return call;
    }

    public override HttpRequestMessage Translated(PooledBytes written, Envelope envelope, RouteAttempt attempt, bool stream, out Func<HttpResponseMessage, Stream, Stream>? unwrap)
    {
        var request = base.Translated(written, envelope, attempt, stream, out unwrap);
        hints.Mark(request, envelope, attempt, callers: null);
        return request;
    }

    public override string? SessionOf(Envelope envelope, RouteAttempt attempt) => hints.Of(envelope, attempt) ?? envelope.Session;
}
