using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>The grammar of a freeform tool, in the two spellings that OpenAI's dialects have for it: Chat puts it into a member <c>grammar</c>, Responses beside the type.</summary>
/// <param name="Syntax"><c>lark</c> or <c>regex</c>.</param>
internal readonly record struct OpenAiGrammar(JsonText Syntax, JsonText Definition)
{
    /// <summary>False when there is none: any text is taken.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> format, out OpenAiGrammar grammar)
    {
        grammar = default;
        if (format.IsEmpty || !JsonView.TryOver(format.Span, out var view) || !view.IsObject)
            return false;

        var inner = view["grammar"u8];
        var at = inner.IsObject ? inner : view;
        grammar = new OpenAiGrammar(JsonText.From(at["syntax"u8], format), JsonText.From(at["definition"u8], format));
        return !grammar.Definition.IsEmpty;
    }

    /// <summary>What a model that knows only functions is told of the tool's text.</summary>
    public static JsonText Describe(ToolSpec tool)
    {
        var duty = JsonText.Of($"Give the whole text as the one argument \"{ToolRestorer.InputName}\".");
        return TryRead(tool.Grammar, out var grammar)
            ? JsonText.Join("\\n\\n"u8, tool.Description, duty, JsonText.Join(default, JsonText.Of("The text must fit this grammar ("), grammar.Syntax, JsonText.Of("):\n"), grammar.Definition))
            : JsonText.Join("\\n\\n"u8, tool.Description, duty);
    }

    /// <summary>Writes the schema of a function that stands for a freeform tool.</summary>
    public static void WriteInputSchema(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject(ToolRestorer.InputName);
        json.WriteString("type"u8, "string"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        json.WriteStringValue(ToolRestorer.InputName);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties"u8, value: false);
        json.WriteEndObject();
    }
}
