using System.Text;
using System.Text.Json;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What an upstream answered to a probe.</summary>
/// <param name="Failure">Null = it answered.</param>
/// <param name="Status">The upstream's own; null = nothing came.</param>
/// <param name="Body">Of a whole answer.</param>
/// <param name="Events">The answer came as a stream, with content and an end.</param>
/// <param name="Usage">As reported; all zero = nothing was.</param>
internal sealed record ProbeReply(Dialect Dialect, Failure? Failure, int? Status, ReadOnlyMemory<byte> Body, bool Events, Usage Usage)
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
        var answer = ProbeAnswer.Read(Dialect, Body);
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
        return shown;
    }

    private static (bool Shown, string Why) Seen(ProbeAnswer answer, string word, string what) =>
        answer.Text.Contains(word, StringComparison.OrdinalIgnoreCase) ? (true, $"told what {what} shows") : (false, $"accepted {what} and did not tell what it shows");

    private static bool Says(Failure failure, string[] words)
    {
        var text = $"{failure.Code} {failure.Detail} {failure.Message}";
        return Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>What stands in an answer: a plain reading, for probes alone.</summary>
/// <param name="Text">All texts, one behind the other.</param>
/// <param name="Calls">A tool is called.</param>
/// <param name="Thinks">There is reasoning to be seen.</param>
internal sealed record ProbeAnswer(string Text, bool Calls, bool Thinks)
{
    /// <summary>A JSON object with the one member that the schema names.</summary>
    public bool FollowsSchema
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Text);
                return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("word", out _);
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    public static ProbeAnswer Read(Dialect dialect, ReadOnlyMemory<byte> body)
    {
        // Elsewhere in a reply stands what was asked, not what was answered.
        var root = dialect switch
        {
            Dialect.AnthropicMessages => "content",
            Dialect.OpenAiResponses => "output",
            Dialect.Gemini => "candidates",
            _ => "choices",
        };
        var text = new StringBuilder();
        var (calls, thinks) = (false, false);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(root, out var answer))
            {
                Walk(answer, "");
            }
        }
        catch (JsonException)
        {
            // No answer to be read.
        }

        return new ProbeAnswer(text.ToString().Trim(), calls, thinks);

        void Walk(JsonElement element, string name)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        calls |= name is "tool_calls";
                        Walk(item, name);
                    }

                    break;
                case JsonValueKind.Object:
                    calls |= name is "functionCall" or "function_call";
                    var isThought = element.TryGetProperty("thought", out var thought) && thought.ValueKind == JsonValueKind.True;
                    thinks |= isThought;
                    foreach (var member in element.EnumerateObject())
                    {
                        if (member.NameEquals("type") && member.Value.ValueKind == JsonValueKind.String)
                        {
                            calls |= member.Value.GetString() is "tool_use" or "function_call";
                            thinks |= member.Value.GetString() is "thinking" or "redacted_thinking" or "reasoning";
                        }
                        else if (!isThought || !member.NameEquals("text"))
                        {
                            Walk(member.Value, member.Name);
                        }
                    }

                    break;
                case JsonValueKind.String:
                    var value = element.GetString()!;
                    thinks |= value.Length > 0 && name is "reasoning_content" or "reasoning" or "thinking";
                    if (name is "text" or "content")
                    {
                        text.Append(value);
                    }

                    break;
            }
        }
    }
}
