using AioHub.Relay.Counting;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>
/// What a reply used: as reported; where the report never came, counted by a tokenizer; where there is no text to count, estimated. Counting happens only then.
/// </summary>
internal static class Measure
{
    /// <summary>Speech of OpenAI's models: 1,250 audio tokens a minute, some 900 characters.</summary>
    private const decimal SpokenTokensPerCharacter = 1.4m;

    /// <summary>Audio input of OpenAI's models: ten tokens a second.</summary>
    private const int MillisecondsPerAudioToken = 100;
    private const int BytesPerToken = 4;

    /// <param name="complete">False: the reply broke off, so reported output may lag behind what was produced.</param>
    public static Usage Usage(ReplyTap tap, Envelope envelope, bool complete)
    {
        if (IsEmpty(tap, envelope) || envelope.Route.Object is not null)
        {
            // What is kept was counted when it was made.
            return default;
        }

        var reported = tap.Usage;
        if (reported.Source != UsageSource.Reported)
        {
            return WithUnits(Counted(tap, envelope), envelope);
        }

        return WithUnits(complete ? reported : AtLeastProduced(reported, tap), envelope);
    }

    /// <summary>An answer without content costs nothing, whatever the upstream counted and whatever a request costs.</summary>
    public static bool IsEmpty(ReplyTap tap, Envelope envelope) => !tap.HasContent && envelope.Route.Operation is (Operation.Generate or Operation.Complete);

    /// <summary>What the input is taken for before anybody counts it: English text and code run at about four bytes a token.</summary>
    public static long EstimatedInput(Envelope envelope)
    {
        var opaque = Math.Min(envelope.Peek.OpaqueBytes, envelope.Body.Length);
        return ((envelope.Body.Length - opaque) / BytesPerToken) + (opaque == 0 ? 0 : RequestTokens.OpaqueTokens);
    }

    private static Usage AtLeastProduced(in Usage reported, ReplyTap tap)
    {
        // No token is shorter than a byte: what was reported covers what was produced, and nothing needs to be counted.
        if (tap.OutputBytes <= reported.Output)
        {
            return reported;
        }

        var output = ReplyTokens.Count(tap);
        return output.Tokens > reported.Output ? reported with { Output = output.Tokens, Source = output.Exact ? UsageSource.Counted : UsageSource.Estimated } : reported;
    }

    private static Usage Counted(ReplyTap tap, Envelope envelope)
    {
        switch (envelope.Route.Operation)
        {
            case Operation.Speak:
                return new Usage
                {
                    Input = RequestTokens.Count(envelope.Body.Span).Tokens,
                    OutputAudio = (long)Math.Ceiling(envelope.Peek.Characters * SpokenTokensPerCharacter),
                    Source = UsageSource.Estimated,
                };
            case Operation.Transcribe or Operation.TranslateSpeech:
                return new Usage
                {
                    InputAudio = Milliseconds(envelope) / MillisecondsPerAudioToken,
                    Output = ReplyTokens.Count(tap).Tokens,
                    Source = UsageSource.Estimated,
                };
        }

        // A form is a file: nothing in it is text to be counted.
        var input = envelope.Route.Multipart ? new TokenCount(RequestTokens.OpaqueTokens, false) : RequestTokens.Count(envelope.Body.Span);
        var output = ReplyTokens.Count(tap);
        return new Usage { Input = input.Tokens, Output = output.Tokens, Source = (input + output).Exact ? UsageSource.Counted : UsageSource.Estimated };
    }

    /// <summary>What the request itself tells: characters to speak, and the length of a sound where the reply left it out.</summary>
    private static Usage WithUnits(in Usage usage, Envelope envelope) => envelope.Route.Operation switch
    {
        Operation.Speak => usage with { Characters = envelope.Peek.Characters },
        Operation.Transcribe or Operation.TranslateSpeech when usage.Milliseconds == 0 => usage with { Milliseconds = Milliseconds(envelope) },
        _ => usage,
    };

    /// <summary>Of the file in a form: it stands behind the headers of the part that has a file name, and is nearly all of the body.</summary>
    private static long Milliseconds(Envelope envelope)
    {
        var body = envelope.Body.Span;
        var named = body.IndexOf("filename="u8);
        var headers = named < 0 ? -1 : body[named..].IndexOf("\r\n\r\n"u8);
        return headers < 0 ? 0 : AudioLength.Milliseconds(body[(named + headers + 4)..], out _);
    }
}
