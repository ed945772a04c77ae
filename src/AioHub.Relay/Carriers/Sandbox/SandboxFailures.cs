using System.Text.Json.Nodes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Spells errors as each vendor does, before a reply and in the middle of one.</summary>
internal static class SandboxFailures
{
    private const int Overloaded = 503;

    public static JsonObject Body(Dialect dialect, SandboxRefusal refusal, int? retryAfter, string requestId) => dialect switch
    {
        Dialect.AnthropicMessages => new()
        {
            ["type"] = "error",
            ["error"] = Anthropic(refusal),
            ["request_id"] = requestId,
        },
        Dialect.Gemini => Gemini(refusal, retryAfter),
        _ => new() { ["error"] = OpenAi(refusal) },
    };

    /// <summary>The refusal that <c>[sandbox status=…]</c> asks for.</summary>
    public static SandboxRefusal Told(SandboxScript script)
    {
        var status = script.Status ?? Overloaded;
        return new(status, $"The sandbox was told to fail with status {status}.", script.Code);
    }

    /// <summary>A stream that fails after its first words: the frames before, then the vendor's error, then the end.</summary>
    public static IEnumerable<byte[]> Broken(SandboxAnswer answer, IEnumerable<byte[]> frames)
    {
        var door = answer.Request.Door;
        var refusal = Told(answer.Request.Script);
        var before = door.Endpoint switch
        {
            SandboxEndpoint.Chat => 2,
            SandboxEndpoint.Responses => SandboxResponses.Opening + 1,
            SandboxEndpoint.Messages => SandboxMessages.Opening + 1,
            _ => 1,
        };
        // Never so many that the reply would be whole: a short one fails before its last event.
        var kept = frames.Take(before + 1).ToList();
        if (kept.Count > 0)
            kept.RemoveAt(kept.Count - 1);
        foreach (var frame in kept)
            yield return frame;
        switch (door.Dialect)
        {
            case Dialect.OpenAiResponses:
                yield return SandboxResponses.Failed(answer, kept.Count, refusal.Code ?? (refusal.Status == 429 ? "rate_limit_exceeded" : "server_error"), refusal.Message);
                break;
            case Dialect.AnthropicMessages:
                yield return SandboxFrames.Named(new JsonObject { ["type"] = "error", ["error"] = Anthropic(refusal) });
                break;
            case Dialect.Gemini:
                yield return SandboxGemini.Frame(Gemini(refusal, answer.Request.Script.RetryAfter), !door.Sse, kept.Count == 0);
                if (!door.Sse)
                    yield return "]\n"u8.ToArray();
                break;
            default:
                yield return SandboxFrames.Data(new JsonObject { ["error"] = OpenAi(refusal) });
                break;
        }
    }

    private static JsonObject Anthropic(SandboxRefusal refusal) => new()
    {
        // Messages knows types only: a code is told when it is one.
        ["type"] = refusal.Code?.EndsWith("_error", StringComparison.Ordinal) == true ? refusal.Code : refusal.Status switch
        {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            408 or 504 => "timeout_error",
            503 or 529 => "overloaded_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        },
        ["message"] = refusal.Message,
    };

    private static JsonObject OpenAi(SandboxRefusal refusal) => new()
    {
        ["message"] = refusal.Message,
        ["type"] = refusal.Status switch
        {
            429 when refusal.Code == "insufficient_quota" => "insufficient_quota",
            429 => "requests",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        },
        ["param"] = null,
        ["code"] = refusal.Code ?? refusal.Status switch
        {
            401 => "invalid_api_key",
            404 => "model_not_found",
            429 => "rate_limit_exceeded",
            _ => null,
        },
    };

    private static JsonObject Gemini(SandboxRefusal refusal, int? retryAfter)
    {
        var error = new JsonObject
        {
            ["code"] = refusal.Status,
            ["message"] = refusal.Message,
            ["status"] = refusal.Status switch
            {
                401 => "UNAUTHENTICATED",
                403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                409 => "ABORTED",
                429 => "RESOURCE_EXHAUSTED",
                499 => "CANCELLED",
                501 => "UNIMPLEMENTED",
                503 or 529 => "UNAVAILABLE",
                504 => "DEADLINE_EXCEEDED",
                >= 500 => "INTERNAL",
                _ => "INVALID_ARGUMENT",
            },
        };
        var details = new JsonArray();
        if (refusal.Code is not null)
            details.Add(new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo", ["reason"] = refusal.Code, ["domain"] = "sandbox" });
        if (retryAfter is not null)
            details.Add(new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo", ["retryDelay"] = $"{retryAfter}s" });
        if (details.Count > 0)
            error["details"] = details;
        return new() { ["error"] = error };
    }
}
