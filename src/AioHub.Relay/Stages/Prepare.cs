using System.Text;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Relay.Bodies;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Bedrock;
using AioHub.Relay.Carriers.Vertex;
using AioHub.Relay.Carriers.Xai;
using AioHub.Relay.Failures;
using AioHub.Relay.Front;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>Stage 6: the caller's bytes with the few splices that this upstream needs, addressed and signed.</summary>
internal static class Prepare
{
    private static readonly JsonPeek StreamOptions = new("include_usage");
    private static readonly byte[] AskForUsage = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <summary>A failure is the call's own: it names what cannot be said to this upstream.</summary>
    public static Step<UpstreamCall> Build(HttpContext http, Envelope envelope, RouteAttempt attempt, IReasoningSeal seal, RouteHints hints, TimeProvider time)
    {
        if (TaskTerms.Refusal(envelope.Route, attempt.Channel) is { } unsupported)
        {
            return unsupported;
        }

        // Another vendor may have answered before, whose sealed reasoning came to the caller in the hub's envelope: this one must not see it.
        var terms = new EnvelopeTerms(seal, attempt.UpstreamModel, attempt.Channel.Type == ChannelType.AioHub) { Unsealed = envelope.Unsealed };
        return envelope.Form is not null || envelope.Body.IsEmpty ? Build(http.Request.Headers, http.Request.QueryString, envelope, attempt, time)
            : ArkOnly(envelope, attempt) is { } foreign ? foreign
            : envelope.Dialect.TryOpenEnvelopes(envelope.Body, terms, out var opened, out var fault) ? Build(http.Request.Headers, http.Request.QueryString, envelope, attempt, time, opened, hints)
            : Translate.Refused(fault);
    }

    /// <param name="headers">The caller's.</param>
    /// <param name="query">The caller's.</param>
    /// <param name="envelope">The call.</param>
    /// <param name="attempt">Where it goes.</param>
    /// <param name="time">For signatures.</param>
    /// <param name="opened">What of the hub's own is taken out of the body, in its order.</param>
    /// <param name="hints">Find a conversation's prompt cache at xAI; null = none are given.</param>
    public static UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, TimeProvider time, IReadOnlyList<Splice>? opened = null, RouteHints? hints = null)
    {
        var isClaudeOfVertex = attempt.Channel.Type == ChannelType.Vertex && envelope.Route.Dialect == Dialect.AnthropicMessages;
        if (attempt.Channel.Type == ChannelType.Bedrock || isClaudeOfVertex)
        {
            var own = opened is { Count: > 0 } ? new SplicedBytes(envelope.Body, [.. opened]).ToArray() : envelope.Body;
            return isClaudeOfVertex ? VertexClaude.Build(headers, envelope, own, attempt) : BedrockCarrier.Build(headers, envelope, own, attempt, time.GetUtcNow().UtcDateTime);
        }

        if (envelope.Form is { } form)
        {
            return BuildForm(headers, query, envelope, form, attempt);
        }

        Span<Splice> splices = [default, default];
        var count = SpliceModel(envelope, attempt, splices) ? 1 : 0;
        var hideUsage = SpliceUsage(envelope, attempt, ref splices[count]);
        count += hideUsage ? 1 : 0;
        if (count == 2 && splices[1].Start < splices[0].Start)
        {
            splices.Reverse();
        }

        if (envelope.Route.IsInvoke && BedrockBody.WithoutOwn(envelope.Body.Span) is { Count: > 0 } without)
        {
            opened = [.. opened ?? [], .. without];
        }

        if (hints?.SpliceOf(envelope, attempt) is { } hint)
        {
            opened = [.. opened ?? [], hint];
        }
        else if (attempt.Channel.Type == ChannelType.Vertex && attempt.Group.Mode != GroupMode.Passthrough)
        {
            opened = [.. opened ?? [], .. VertexRoles.MissingIn(envelope.Body)];
        }

        var body = new SplicedBytes(envelope.Body, opened is { Count: > 0 } ? Joined(opened, splices[..count]) : splices[..count]);
        var request = UpstreamAuth.NewRequest(envelope.Route.Object is null ? HttpMethod.Post : HttpMethod.Parse(envelope.Route.Method), UpstreamAddress.For(attempt, envelope.Route, query), attempt);
        if (envelope.Route.Object is null || !envelope.Body.IsEmpty)
        {
            request.Content = new SplicedContent(body, envelope.ContentType);
        }

        CallerHeaders.Forward(headers, request, attempt);
        hints?.Mark(request, envelope, attempt, headers);
        UpstreamAuth.Apply(request, attempt, envelope.Route.Dialect);
        return new UpstreamCall(envelope, attempt, request, hideUsage);
    }

    /// <summary>A form goes as it is, but for the model's name.</summary>
    private static UpstreamCall BuildForm(IHeaderDictionary headers, QueryString query, Envelope envelope, FormBody form, RouteAttempt attempt)
    {
        var model = string.Equals(envelope.RequestedModel, attempt.UpstreamModel, StringComparison.Ordinal) ? null : attempt.UpstreamModel;
        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, envelope.Route, query), attempt);
        request.Content = new FormContent(form, envelope.ContentType, model);
        CallerHeaders.Forward(headers, request, attempt);
        UpstreamAuth.Apply(request, attempt, envelope.Route.Dialect);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false);
    }

    /// <summary>What Ark alone has: asked of another vendor it would look like a model that is not there.</summary>
    public static Failure? ArkOnly(Envelope envelope, RouteAttempt attempt) =>
        string.Equals(envelope.Route.Verb, RelayRoute.Multimodal, StringComparison.Ordinal) && attempt.Channel.Type is not (ChannelType.Doubao or ChannelType.AioHub or ChannelType.OpenAiCompatible)
            ? new Failure(StatusCodes.Status400BadRequest, "endpoint_unsupported",
                "Embeddings of pictures ('/embeddings/multimodal') are an operation of Ark's, which no channel of this model here leads to. Use '/v1/embeddings', or a group with a channel of type doubao.")
                { Attempt = AttemptFailure.CallerFault, ShouldRetry = false }
            : null;

    /// <summary>Both in the body's order. What is put in at one place stands behind what is cut out before it.</summary>
    private static Splice[] Joined(IReadOnlyList<Splice> opened, ReadOnlySpan<Splice> own)
    {
        Splice[] all = [.. opened, .. own];
        return [.. all.OrderBy(static splice => splice.Start)];
    }

    private static bool SpliceModel(Envelope envelope, RouteAttempt attempt, Span<Splice> splices)
    {
        var member = envelope.Peek.ModelMember;
        if (!member.Exists || string.Equals(envelope.RequestedModel, attempt.UpstreamModel, StringComparison.Ordinal))
        {
            return false;
        }

        // Gemini's embedding bodies repeat the model of the path, spelled as a resource name.
        var name = envelope.Route.Dialect == Dialect.Gemini ? "models/" + attempt.UpstreamModel : attempt.UpstreamModel;
        splices[0] = JsonSplice.Replace(member, JsonSplice.QuotedString(name));
        return true;
    }

    /// <summary>Chat streams report usage only when asked. A passthrough group's bytes stay as they are.</summary>
    private static bool SpliceUsage(Envelope envelope, RouteAttempt attempt, ref Splice splice)
    {
        if (envelope.Route.Dialect != Dialect.OpenAiChat || envelope.Route.Operation is not (Operation.Generate or Operation.Complete) || !envelope.Stream || envelope.Peek.IncludeUsage
            || attempt.Group.Mode == GroupMode.Passthrough || attempt.Channel.Settings.GetValueOrDefault("stream_usage") is "false"
            || ChannelPresets.TraitsOf(attempt.Channel).Refuses.HasFlag(HostRefusals.StreamOptions))
        {
            return false;
        }

        var body = envelope.Body.Span;
        var options = envelope.Peek.StreamOptionsMember;
        if (!options.Exists)
        {
            splice = JsonSplice.Insert(body, "stream_options", AskForUsage);
            return true;
        }

        var value = options.ValueIn(body);
        Span<JsonMember> found = stackalloc JsonMember[1];
        if (StreamOptions.Scan(value, found, out _) != PeekFault.None)
        {
            // null or something foreign: null is replaced, the rest is the upstream's to judge.
            if (!JsonValue.IsNull(value))
            {
                return false;
            }

            splice = JsonSplice.Replace(options, AskForUsage);
            return true;
        }

        var inside = found[0].Exists ? JsonSplice.Replace(found[0], True) : JsonSplice.Insert(value, "include_usage", True);
        splice = inside with { Start = inside.Start + options.ValueStart };
        return true;
    }
}
