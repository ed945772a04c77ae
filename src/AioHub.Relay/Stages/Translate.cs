using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Aws;
using AioHub.Relay.Carriers.Bedrock;
using AioHub.Relay.Carriers.Kiro;
using AioHub.Relay.Carriers.Vertex;
using AioHub.Relay.Carriers.Xai;
using AioHub.Relay.Delivery;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>Stage 6 for an upstream of another dialect: the caller's request read, said in the upstream's words, addressed and signed.</summary>
internal sealed class Translate(IReasoningSeal seal, MediaFetch media, Keep keep, RouteHints hints, TimeProvider time)
{
    private static readonly QueryString AsEvents = new("?alt=sse");

    /// <summary>A failure is the call's own: what it says cannot be said to this upstream.</summary>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<Step<UpstreamCall>> BuildAsync(Envelope envelope, RouteAttempt attempt, CancellationToken cancellation)
    {
        if (envelope.Route.Operation == Operation.Embed)
            return TranslateEmbeddings.Build(envelope, attempt);

        if (!envelope.TryConverse(seal, out var conversation, out var fault))
            return Refused(fault);

        if (envelope.Unsealed)
            conversation = SealedReasoning.Without(conversation);

        var dialect = DialectRooms.Upstream(attempt.Dialect);
        var fetched = await media.FillAsync(conversation, dialect, ChannelTypes.Of(attempt.Channel.Type).Name, cancellation);
        if (fetched.Failed(out var failure, out conversation))
            return failure;

        // A summary takes as long as an answer: streamed, so that its first word shows that it comes.
        var stream = envelope.Stream || (envelope.Route.Operation == Operation.Compact && CanStream(attempt.Channel));
        var terms = TermsOf(envelope, attempt, conversation, dialect, stream);
        if (envelope.Unsealed)
            terms.Losses.Add(SealedReasoning.Loss.Path, SealedReasoning.Loss.Reason);

        var body = new PooledBytes(envelope.Body.Length + (envelope.Body.Length / 8));
        var written = false;
        try
        {
            written = dialect.TryWriteRequest(body, conversation, terms, out fault);
            if (!written)
                return Refused(fault);
        }
        finally
        {
            if (!written)
                body.Dispose();
        }

        var (request, unwrap) = RequestOf(body, attempt, stream);
        hints.Mark(request, envelope, attempt, callers: null);
        var keeps = keep.IsWanted(envelope, conversation);
        var translation = new Translation(dialect, conversation, terms, ReplyTermsOf(envelope, conversation, terms.Losses, keeps)) { Keeps = keeps };
        return new UpstreamCall(envelope, attempt, request, HideUsage: false) { Translation = translation, Unwrap = unwrap };
    }

    /// <summary>Addressed and signed as the channel's carrier does it.</summary>
    /// <param name="body">Goes back with the request.</param>
    private (HttpRequestMessage Request, Func<HttpResponseMessage, Stream, Stream>? Unwrap) RequestOf(PooledBytes body, RouteAttempt attempt, bool stream)
    {
        switch (attempt.Channel.Type)
        {
            case ChannelType.Bedrock:
                var ofBedrock = BedrockCarrier.Translated(body, attempt, stream, time.GetUtcNow().UtcDateTime, out var unwrap);
                return (ofBedrock, unwrap);
            case ChannelType.Vertex when attempt.Dialect == Dialect.AnthropicMessages:
                return (VertexClaude.Translated(body, attempt, stream), null);
            case ChannelType.Kiro:
                return (KiroCarrier.Request(body, attempt), AwsEvents.Open);
        }

        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, RouteOf(attempt, stream), attempt.Dialect == Dialect.Gemini && stream ? AsEvents : default), attempt);
        request.Content = new TranslatedContent(body);
        CallerHeaders.Introduce(request);
        UpstreamAuth.Apply(request, attempt, attempt.Dialect);
        return (request, null);
    }

    /// <summary>The question for the size of the call's prompt, in the upstream's words. Null: it cannot be asked there, or not without fetching what the call names by address.</summary>
    public HttpRequestMessage? BuildTokenQuestion(Envelope envelope, RouteAttempt attempt)
    {
        var dialect = DialectRooms.Upstream(attempt.Dialect);
        if (attempt.Channel.Type is ChannelType.Bedrock or ChannelType.Kiro || !envelope.TryConverse(seal, out var conversation, out _) || MediaFetch.IsWanted(conversation, dialect, ChannelTypes.Of(attempt.Channel.Type).Name))
            return null;

        var body = new PooledBytes(envelope.Body.Length + (envelope.Body.Length / 8));
        var written = false;
        try
        {
            written = dialect.TryWriteTokenQuestion(body, conversation, TermsOf(envelope, attempt, conversation, dialect, stream: false));
        }
        finally
        {
            if (!written)
                body.Dispose();
        }

        if (!written)
            return null;

        if (attempt is { Channel.Type: ChannelType.Vertex, Dialect: Dialect.AnthropicMessages })
            return VertexClaude.Translated(body, attempt, stream: null);

        var route = attempt.Dialect == Dialect.Gemini ? new RelayRoute(Dialect.Gemini, Operation.CountTokens, attempt.UpstreamModel, Verb: "countTokens") : new RelayRoute(attempt.Dialect, Operation.CountTokens);
        var request = UpstreamAuth.NewRequest(HttpMethod.Post, UpstreamAddress.For(attempt, route, default), attempt);
        request.Content = new TranslatedContent(body);
        CallerHeaders.Introduce(request);
        UpstreamAuth.Apply(request, attempt, attempt.Dialect);
        return request;
    }

    private UpstreamTerms TermsOf(Envelope envelope, RouteAttempt attempt, Conversation conversation, IUpstreamDialect dialect, bool stream) => new()
    {
        Model = attempt.UpstreamModel,
        Stream = stream,
        MaxOutputTokens = attempt.Model.MaxOutputTokens,
        ChannelType = ChannelTypes.Of(attempt.Channel.Type).Name,
        Host = ChannelPresets.TraitsOf(attempt.Channel),
        Session = hints.Of(envelope, attempt) ?? envelope.Session,
        Known = attempt.Channel.Type == ChannelType.Azure || (attempt.Channel.Type == ChannelType.Doubao && attempt.UpstreamModel.StartsWith("ep-", StringComparison.Ordinal)) ? attempt.Model.Id : null,
        Names = new ToolNames(dialect.ToolNameRule, conversation),
        Seal = seal,
        Losses = new LossLog(),
        Reasons = attempt.Model.Capabilities == Needs.None ? null : (attempt.Model.Capabilities & Needs.Reasoning) != Needs.None,
        Betas = attempt.Dialect == Dialect.BedrockConverse ? BedrockCarrier.BetasOf(attempt) : [],
    };

    private ReplyTerms ReplyTermsOf(Envelope envelope, Conversation conversation, LossLog losses, bool keeps) => new()
    {
        RequestId = envelope.Id.ToString(),
        Model = envelope.RequestedModel,
        CreatedAt = new DateTimeOffset(envelope.StartedAt, TimeSpan.Zero).ToUnixTimeSeconds(),
        Conversation = conversation,
        InputEstimate = Measure.EstimatedInput(envelope),
        IncludeUsage = envelope.Peek.IncludeUsage,
        IsKept = keeps ? true : null,
        Previous = envelope.Previous,
        Elapsed = envelope.Route.Dialect == Dialect.BedrockConverse ? () => (long)(time.GetUtcNow().UtcDateTime - envelope.StartedAt).TotalMilliseconds : null,
        Compacts = envelope.Route.Operation == Operation.Compact,
        Seal = seal,
        Losses = losses,
    };

    private static bool CanStream(Channel channel) => channel.Capabilities.GetValueOrDefault(Needs.Streaming, true);

    private static RelayRoute RouteOf(RouteAttempt attempt, bool stream) => attempt.Dialect == Dialect.Gemini
        ? new RelayRoute(Dialect.Gemini, Operation.Generate, attempt.UpstreamModel, stream, stream ? "streamGenerateContent" : "generateContent")
        : new RelayRoute(attempt.Dialect, Operation.Generate);

    public static Failure Refused(RequestFault fault) =>
        HubFailures.OfRequest(fault) with { Attempt = AttemptFailure.CallerFault };
}
