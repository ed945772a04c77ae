using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>Stage 6: the caller's bytes without what is the hub's own, handed to the channel's carrier.</summary>
internal static class Prepare
{
    /// <summary>A failure is the call's own: it names what cannot be said to this upstream.</summary>
    public static Step<UpstreamCall> Build(HttpContext http, Envelope envelope, RouteAttempt attempt, Carrier carrier, IReasoningSeal seal)
    {
        if (TaskTerms.Refusal(envelope.Route, attempt.Channel) is { } unsupported)
        {
            return unsupported;
        }

        if (envelope.Form is not null || envelope.Body.IsEmpty)
        {
            return carrier.Build(http.Request.Headers, http.Request.QueryString, envelope, attempt, opened: null);
        }

        if (carrier.Refusal(envelope.Route) is { } foreign)
        {
            return foreign;
        }

        // Another vendor may have answered before, whose sealed reasoning came to the caller in the hub's envelope: this one must not see it.
        var terms = new EnvelopeTerms(seal, attempt.UpstreamModel, carrier.IsHub) { Unsealed = envelope.Unsealed };
        return envelope.Dialect.TryOpenEnvelopes(envelope.Body, terms, out var opened, out var fault)
            ? carrier.Build(http.Request.Headers, http.Request.QueryString, envelope, attempt, opened)
            : Translate.Refused(fault);
    }
}
