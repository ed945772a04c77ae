using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Speaks Gemini's generateContent and streamGenerateContent.</summary>
internal static class SandboxGemini
{
    public static JsonObject Reply(SandboxAnswer answer)
    {
        var parts = new JsonArray();
        if (answer.Thinking is { } thinking)
            parts.Add(Text(thinking, thought: true));
        if (answer.Text.Length > 0)
            parts.Add(Text(answer.Text));
        if (Whole(answer) is { } part)
            parts.Add(part);
        return Chunk(answer, parts, last: true);
    }

    /// <param name="array">As one JSON array, which is what a stream without <c>alt=sse</c> is.</param>
    public static IEnumerable<byte[]> Stream(SandboxAnswer answer, bool array)
    {
        JsonObject? held = null;
        var first = true;
        foreach (var part in Parts(answer))
        {
            if (held is not null)
            {
                yield return Frame(Chunk(answer, [held], last: false), array, first);
                first = false;
            }

            held = part;
        }

        // The last part and the reason to stop share a chunk.
        yield return Frame(Chunk(answer, held is null ? [] : [held], last: true), array, first);
        if (array)
            yield return "]\n"u8.ToArray();
    }

    /// <summary>A chunk of a stream; in an array, with what separates it from the one before.</summary>
    public static byte[] Frame(JsonNode chunk, bool array, bool first)
    {
        if (!array)
            return SandboxFrames.DataCrLf(chunk);
        return SandboxFrames.Framed(first ? "["u8 : ",\r\n"u8, chunk, "\n"u8);
    }

    private static IEnumerable<JsonObject> Parts(SandboxAnswer answer)
    {
        foreach (var piece in SandboxFrames.Pieces(answer.Thinking ?? ""))
            yield return Text(piece, thought: true);
        foreach (var piece in SandboxFrames.Pieces(answer.Text))
            yield return Text(piece);
        if (Whole(answer) is { } part)
            yield return part;
    }

    // Calls and pictures are never split.
    private static JsonObject? Whole(SandboxAnswer answer)
    {
        if (answer.Image is { } image)
            return new() { ["inlineData"] = new JsonObject { ["mimeType"] = "image/png", ["data"] = Convert.ToBase64String(image) } };
        if (answer.Call is not { } call)
            return null;
        return new()
        {
            ["functionCall"] = new JsonObject { ["name"] = call.Tool.Name, ["args"] = JsonNode.Parse(call.Arguments), ["id"] = answer.Id("", 8) },
            ["thoughtSignature"] = answer.Sealed("thought"),
        };
    }

    private static JsonObject Text(string text, bool thought = false)
    {
        var part = new JsonObject { ["text"] = text };
        if (thought)
            part["thought"] = true;
        return part;
    }

    private static JsonObject Chunk(SandboxAnswer answer, JsonArray parts, bool last)
    {
        var candidate = new JsonObject { ["content"] = new JsonObject { ["parts"] = parts, ["role"] = "model" } };
        if (last)
            candidate["finishReason"] = answer.End == SandboxEnd.TokenLimit ? "MAX_TOKENS" : "STOP";
        candidate["index"] = 0;
        var chunk = new JsonObject { ["candidates"] = new JsonArray(candidate) };
        if (answer.ShowsUsage)
            chunk["usageMetadata"] = Usage(answer, last);
        chunk["modelVersion"] = answer.Request.Model;
        chunk["responseId"] = answer.Id("");
        return chunk;
    }

    // The candidates' count leaves thoughts out, the total has everything.
    private static JsonObject Usage(SandboxAnswer answer, bool last)
    {
        var input = answer.Request.InputTokens;
        var usage = new JsonObject { ["promptTokenCount"] = input };
        if (last)
            usage["candidatesTokenCount"] = answer.OutputTokens - answer.ThinkingTokens;
        usage["totalTokenCount"] = input + (last ? answer.OutputTokens : 0);
        usage["promptTokensDetails"] = Modality("TEXT", input);
        if (last && answer.Image is not null)
            usage["candidatesTokensDetails"] = Modality("IMAGE", answer.OutputTokens);
        if (last && answer.ThinkingTokens > 0)
            usage["thoughtsTokenCount"] = answer.ThinkingTokens;
        return usage;
    }

    public static JsonArray Modality(string modality, int count) => new(new JsonObject { ["modality"] = modality, ["tokenCount"] = count });
}
