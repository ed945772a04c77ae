using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Delivery;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Stages;

/// <summary>Stage 6 for an upstream of another dialect: the caller's request read, said in the upstream's words, addressed and signed.</summary>
internal sealed class Translate(IReasoningSeal seal, MediaFetch media, Keep keep, CarrierTable carriers, TimeProvider time)
{
    /// <summary>A failure is the call's own: what it says cannot be said to this upstream.</summary>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<Step<UpstreamCall>> BuildAsync(Envelope envelope, RouteAttempt attempt, CancellationToken cancellation)
    {
        if (envelope.Route.Operation == Operation.Embed)
            return TranslateEmbeddings.Build(envelope, attempt, carriers.Of(attempt.Channel));

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

        var request = carriers.Of(attempt.Channel).Translated(body, envelope, attempt, stream, out var unwrap);
        var keeps = keep.IsWanted(envelope, conversation);
        var translation = new Translation(dialect, conversation, terms, ReplyTermsOf(envelope, conversation, terms.Losses, keeps)) { Keeps = keeps };
        return new UpstreamCall(envelope, attempt, request, HideUsage: false) { Translation = translation, Unwrap = unwrap };
    }

    /// <summary>The question for the size of the call's prompt, in the upstream's words. Null: it cannot be asked there, or not without fetching what the call names by address.</summary>
    public HttpRequestMessage? BuildTokenQuestion(Envelope envelope, RouteAttempt attempt)
    {
        var dialect = DialectRooms.Upstream(attempt.Dialect);
        var carrier = carriers.Of(attempt.Channel);
        if (!carrier.Counts(attempt.Dialect) || !envelope.TryConverse(seal, out var conversation, out _) || MediaFetch.IsWanted(conversation, dialect, ChannelTypes.Of(attempt.Channel.Type).Name))
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

        return written ? carrier.TokenQuestion(body, attempt) : null;
    }

    private UpstreamTerms TermsOf(Envelope envelope, RouteAttempt attempt, Conversation conversation, IUpstreamDialect dialect, bool stream) => new()
    {
        Model = attempt.UpstreamModel,
        Stream = stream,
        MaxOutputTokens = attempt.Model.MaxOutputTokens,
        ChannelType = ChannelTypes.Of(attempt.Channel.Type).Name,
        Host = ChannelPresets.TraitsOf(attempt.Channel),
        Session = carriers.Of(attempt.Channel).SessionOf(envelope, attempt),
        Known = carriers.Of(attempt.Channel).RuledAs(attempt),
        Names = new ToolNames(dialect.ToolNameRule, conversation),
        Seal = seal,
        Losses = new LossLog(),
        Reasons = attempt.Model.Capabilities == Needs.None ? null : (attempt.Model.Capabilities & Needs.Reasoning) != Needs.None,
        Betas = carriers.Of(attempt.Channel).BetasIn(attempt),
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

    public static Failure Refused(RequestFault fault) =>
        HubFailures.OfRequest(fault) with { Attempt = AttemptFailure.CallerFault };
}
