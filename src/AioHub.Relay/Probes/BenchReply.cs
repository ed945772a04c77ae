using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What came of one call that the bench made.</summary>
/// <param name="Failure">Null = a whole answer came.</param>
/// <param name="Status">The upstream's own; null = nothing was sent, or nothing came.</param>
/// <param name="Events">The answer came as a stream.</param>
/// <param name="Usage">As reported; all zero = nothing was.</param>
internal sealed record BenchReply(Failure? Failure, int? Status, bool Events, Usage Usage)
{
    private static readonly string[] OfContent = ["must be a string", "expected a string", "expected string", "should be a valid string", "multimodal", "multi-modal", "modalit", "unknown variant"];

    /// <summary>Words by which an upstream shows that it speaks of a part of the request.</summary>
    private static readonly (Needs Capability, string[] Words)[] Words =
    [
        (Needs.Streaming, ["stream"]),
        (Needs.Tools, ["tool", "function"]),
        (Needs.Images, ["image", "vision", "visual", "picture", .. OfContent]),
        (Needs.Documents, ["document", "pdf", "file", "attachment", .. OfContent]),
        (Needs.Audio, ["audio", "sound", .. OfContent]),
        (Needs.JsonSchema, ["schema", "response_format", "structured", "output_config", "output_format", "text.format", "mime", "json mode"]),
        (Needs.Reasoning, ["reasoning", "thinking", "effort"]),
    ];

    /// <summary>The sample itself was not to an upstream's taste: that says nothing of the kind of thing.</summary>
    private static readonly string[] OfTheSample =
    [
        "too small", "too large", "dimension", "width", "corrupt", "could not process", "unable to process", "failed to process", "could not decode", "failed to decode", "cannot decode",
        "invalid image", "invalid base64", "could not parse", "failed to parse", "too short", "larger than",
    ];

    /// <summary>What was said; nothing where it failed.</summary>
    public ProbeAnswer Answer { get; private init; } = ProbeAnswer.Nothing;

    /// <summary>The answer ends with the call of a tool.</summary>
    public bool CallsTool { get; private init; }

    /// <summary>What the translation left out of the request.</summary>
    public IReadOnlyList<Loss> Losses { get; init; } = [];

    /// <summary>What was sent and came back, secrets masked; null = nothing was sent.</summary>
    public RawExchange? Exchange { get; init; }

    /// <summary>From sending to the end of the answer.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>It could not be said to this upstream.</summary>
    public static BenchReply Unsaid(string why) => new(new Failure(400, "unsaid", why) { Attempt = AttemptFailure.CallerFault }, null, Events: false, default);

    /// <summary>Nothing came.</summary>
    public static BenchReply Unanswered(string why, AttemptFailure blame) => new(new Failure(502, "unreachable", why) { Attempt = blame }, null, Events: false, default);

    /// <summary>Judges an answer by the table that calls are judged by.</summary>
    /// <param name="answer">Read to its end.</param>
    public static BenchReply Of(UpstreamCall call, HttpResponseMessage response, ReadOnlyMemory<byte> answer, DateTime now)
    {
        var channel = call.Attempt.Channel;
        var status = (int)response.StatusCode;
        var room = DialectRooms.Upstream(call.Dialect);
        using var tap = room.CreateTap(Operation.Generate, ChannelUsage.RulesOf(channel));
        if (!response.IsSuccessStatusCode)
        {
            // Some hosts refuse after they worked, and say what it cost.
            tap.OnReply(answer.Span);
            var error = AwsFailures.Named(response, room.ReadError(status, answer.Span));
            var failure = UpstreamFailures.FromStatus(status, error, ReplyHeaders.RetryAfter(response, now), default, vendor: ErrorTable.VendorOf(channel));
            return new BenchReply(Discretion.For(channel).Over(failure with { Detail = failure.Detail ?? error.Message }), status, Events: false, tap.Usage);
        }

        var events = ReplyHeaders.ContentType(response)?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        var said = ProbeAnswer.Nothing;
        if (events ? Follow(room, tap, answer.Span, out said) : tap.OnReply(answer.Span))
        {
            said = events ? said : ProbeAnswer.Read(call.Dialect, answer);
            return new BenchReply(null, status, events, tap.Usage) { Answer = said, CallsTool = said.Calls || tap.Stop == StopReason.ToolUse };
        }

        return new BenchReply(Discretion.For(channel).Over(UpstreamFailures.FromReply(tap.Error, vendor: ErrorTable.VendorOf(channel))), status, events, tap.Usage);
    }

    /// <summary>Refused for a part of the request, in so many words.</summary>
    public bool IsAbout(Needs capability) => Failure is { Attempt: AttemptFailure.CallerFault } failure && Status is 400 or 415 or 422
        && Says(failure, Array.Find(Words, row => row.Capability == capability).Words ?? []) && !Says(failure, OfTheSample);

    /// <summary>Refused as a request: another spelling of it may do.</summary>
    public bool IsOfTheRequest => Failure is { Attempt: AttemptFailure.CallerFault };

    /// <summary>Whether an answer proves that the thing was there.</summary>
    /// <param name="capability">What was asked for.</param>
    /// <param name="why">What speaks for it, or what is missing.</param>
    public bool Shows(Needs capability, out string why)
    {
        var answer = Answer;
        (var shown, why) = capability switch
        {
            Needs.Streaming => Events ? (true, "answered as a stream") : (false, "answered as a whole where a stream was asked for"),
            Needs.Tools => answer.Calls ? (true, "called the tool") : (false, "accepted the tool and did not call it"),
            Needs.Images => Seen(answer, ProbeSamples.Colour, "the picture"),
            Needs.Documents => Seen(answer, ProbeSamples.Word, "the document"),
            Needs.Audio => answer.Text.Length > 0 ? (true, "answered about the recording") : (false, "accepted the recording and said nothing"),
            Needs.JsonSchema => answer.FollowsSchema ? (true, "answered by the schema") : (false, "accepted the schema and did not follow it"),
            Needs.Reasoning => answer.Thinks || Usage.Reasoning > 0 ? (true, "showed its reasoning") : (false, "accepted the wish and showed no reasoning"),
            _ => (answer.Text.Length > 0, ""),
        };
        if (!shown && Losses.Count > 0)
        {
            why += $"; left out in translation: {string.Join(", ", Losses.Select(static loss => loss.Path))}";
        }

        return shown;
    }

    /// <summary>Whether a stream brought content, and its end.</summary>
    private static bool Follow(IUpstreamDialect room, ReplyTap tap, ReadOnlySpan<byte> stream, out ProbeAnswer said)
    {
        var fold = new ReplyFold();
        var reader = room.CreateStreamReader(fold);
        using var events = new SseTap();
        while (events.TryRead(stream, out var consumed, out var one))
        {
            tap.OnEvent(one.Type, one.Data);
            reader.OnEvent(one.Type, one.Data);
            stream = stream[consumed..];
        }

        reader.OnEnd();
        said = ProbeAnswer.Of(fold.ToReply());
        return tap.Error is null && (tap.HasContent || tap.OutputBytes > 0) && (tap.Ended || tap.Stop != StopReason.None);
    }

    private static (bool Shown, string Why) Seen(ProbeAnswer answer, string word, string what) =>
        answer.Text.Contains(word, StringComparison.OrdinalIgnoreCase) ? (true, $"told what {what} shows") : (false, $"accepted {what} and did not tell what it shows");

    private static bool Says(Failure failure, string[] words)
    {
        var text = $"{failure.Code} {failure.Detail} {failure.Message}";
        return Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
