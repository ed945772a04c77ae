using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Stages;

/// <summary>Stage 6 for embeddings at an upstream of another grammar: OpenAI's asked of Google, Google's of OpenAI.</summary>
internal static class TranslateEmbeddings
{
    private static readonly RelayRoute OfOpenAi = new(Dialect.OpenAiChat, Operation.Embed);

    /// <summary>A failure is the call's own: what it says cannot be said to this upstream.</summary>
    public static Step<UpstreamCall> Build(Envelope envelope, RouteAttempt attempt, Carrier carrier)
    {
        if (carrier.Refusal(envelope.Route) is { } foreign)
            return foreign;

        var losses = new LossLog();
        if (!envelope.Dialect.TryReadEmbeddings(envelope.Body, losses, out var question, out var fault))
            return Translate.Refused(fault);

        var dialect = DialectRooms.Upstream(attempt.Dialect);
        var body = new PooledBytes(envelope.Body.Length + (envelope.Body.Length / 4));
        dialect.WriteEmbeddingRequest(body, question, attempt.UpstreamModel);

        var route = attempt.Dialect == Dialect.Gemini ? new RelayRoute(Dialect.Gemini, Operation.Embed, attempt.UpstreamModel, Verb: "batchEmbedContents") : OfOpenAi;
        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, route, default), attempt);
        request.Content = new TranslatedContent(body);
        CallerHeaders.Introduce(request);
        UpstreamAuth.Apply(request, attempt, attempt.Dialect);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false) { Embeddings = new EmbeddingTranslation(dialect, question, losses) };
    }
}
