using System.Diagnostics.CodeAnalysis;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Reads a <c>generateContent</c> body, in either spelling, into the neutral form.</summary>
internal static class GeminiRequestReader
{
    private const string SystemPath = "systemInstruction";

    public static bool TryRead(ReadOnlyMemory<byte> body, in RequestHead head, [NotNullWhen(true)] out Conversation? conversation, out RequestFault fault)
    {
        conversation = null;
        if (!JsonView.TryOver(body.Span, out var root) || !root.IsObject)
        {
            fault = new RequestFault("invalid_json", "The body must be one JSON object in UTF-8.", null);
            return false;
        }

        // countTokens may wrap the request.
        if (root.Find(Names.GenerateContentRequest) is { IsObject: true } wrapped && !root.Find(Names.Contents).Exists)
            root = wrapped;

        var draft = new Conversation { Dialect = Dialect.Gemini, Model = head.Model, Stream = head.Stream };
        return TryRoot(root, body, head, draft, out conversation, out fault);
    }

    private static bool TryRoot(JsonView root, ReadOnlyMemory<byte> body, in RequestHead head, Conversation draft, [NotNullWhen(true)] out Conversation? conversation, out RequestFault fault)
    {
        conversation = null;
        fault = default;
        var pocket = Pocket.Empty;
        var turns = new GeminiTurnReader(body, head.Seal);
        var hasContents = false;
        foreach (var field in root.Members)
        {
            var value = field.Value;
            if (value.IsNothing)
                continue;

            if (field.Says(Names.Contents))
            {
                hasContents = true;
                if (!turns.TryRead(value, out fault))
                    return false;

                draft = draft with { Turns = turns.Turns };
            }
            else if (field.Says(Names.SystemInstruction))
            {
                if (!TrySystem(value, body, head.Seal, ref pocket, out var system, out fault))
                    return false;

                draft = draft with { System = system };
            }
            else if (field.Is(Names.ToolList))
            {
                if (!GeminiToolReader.TryRead(value, body, out var tools, out fault))
                    return false;

                draft = draft with { Tools = tools };
            }
            else if (field.Says(Names.ToolConfig))
            {
                if (!GeminiToolReader.TryChoice(value, body, ref pocket, out var choice, out fault))
                    return false;

                draft = draft with { ToolChoice = choice };
            }
            else if (field.Says(Names.Config))
            {
                if (!GeminiConfigReader.TryRead(value, body, ref draft, ref pocket, out fault))
                    return false;
            }
            else if (field.Says(Names.Cached))
            {
                fault = GeminiFields.Refusal("cachedContent");
                return false;
            }
            else if (field.Says(Names.Tier) && value.IsText)
            {
                draft = draft with { ServiceTier = value.AsString(64) };
            }
            else
            {
                Pocket.Add(ref pocket, JsonText.From(field.Name, body), value.In(body), GeminiFields.Of("", field.Name));
            }
        }

        if (!hasContents || draft.Turns.Count == 0)
        {
            fault = new RequestFault("missing_field", "\"contents\" is missing or empty. Send at least one content, for example {\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}.", "contents");
            return false;
        }

        conversation = draft with { Pocket = pocket };
        return true;
    }

    /// <summary>A content, of which only the parts count; bare text and a list of parts are taken as well.</summary>
    private static bool TrySystem(JsonView value, ReadOnlyMemory<byte> body, IReasoningSeal? seal, ref Pocket pocket, out IReadOnlyList<Block> system, out RequestFault fault)
    {
        system = [];
        fault = default;
        var parts = value;
        if (value.IsObject)
        {
            parts = default;
            foreach (var field in value.Members)
            {
                if (field.Is(Names.Parts))
                    parts = field.Value;
                else if (!field.Is(Names.Role))
                    Pocket.Add(ref pocket, JsonText.Of($"{SystemPath}.{field.Name.AsString()}"), field.Value.In(body), GeminiFields.Of(SystemPath, field.Name));
            }
        }
        else if (!value.IsArray && !value.IsText)
        {
            fault = GeminiFields.Invalid(SystemPath, "a content: {\"parts\":[{\"text\":\"…\"}]}");
            return false;
        }

        var reader = new GeminiTurnReader(body, seal);
        if (!reader.TryParts(parts, Role.User, $"{SystemPath}.parts", out var blocks, out fault))
            return false;

        if (blocks.Find(block => block is ToolCallBlock or ToolResultBlock or ThinkingBlock) is not null)
        {
            fault = GeminiFields.Invalid($"{SystemPath}.parts", "text: functions and thoughts stand in \"contents\"");
            return false;
        }

        system = blocks;
        return true;
    }
}
