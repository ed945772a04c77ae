using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Writes <c>tools</c> and <c>toolConfig</c>.</summary>
internal static class GeminiToolWriter
{
    public static bool IsVertex(UpstreamTerms terms) => string.Equals(terms.ChannelType, "vertex", StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter json, Conversation conversation, GeminiModel model, UpstreamTerms terms)
    {
        var isOwn = conversation.Dialect == Dialect.Gemini;
        var functions = conversation.Tools.Where(tool => tool.Kind != ToolKind.Server).ToList();
        var servers = conversation.Tools.Where(tool => tool.Kind == ToolKind.Server).ToList();
        if (!isOwn)
            servers.RemoveAll(tool => !CanRun(tool, functions.Count > 0, model, terms));

        if (functions.Count > 0 || servers.Count > 0)
        {
            json.WriteStartArray(Names.ToolList);
            if (functions.Count > 0)
            {
                json.WriteStartObject();
                json.WriteStartArray(Names.FunctionDeclarations);
                foreach (var tool in functions)
                    WriteFunction(json, tool, terms);

                json.WriteEndArray();
                json.WriteEndObject();
            }

            foreach (var tool in servers)
                WriteServer(json, tool);

            json.WriteEndArray();
        }

        // The caller's own stands in the pocket as a whole.
        if (!isOwn)
            WriteChoice(json, conversation, functions, servers.Count > 0 && functions.Count > 0, terms);
    }

    private static void WriteFunction(Utf8JsonWriter json, ToolSpec tool, UpstreamTerms terms)
    {
        var name = terms.Names.Outward(tool.Name, tool.Namespace);
        if (tool.Origin is { Dialect: Dialect.Gemini } origin && string.Equals(name, tool.Name, StringComparison.Ordinal))
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        if (tool.Strict == true)
            terms.Losses.Add("tools.strict", "Gemini does not hold single functions to their schemas.");

        json.WriteStartObject();
        json.WriteString(Names.Name, name);
        if (tool.Kind == ToolKind.Freeform)
        {
            terms.Losses.Add("tools", "A tool that takes free text became a function with that text as its one argument.", LossSeverity.Info);
            WriteFreeform(json, tool);
        }
        else
        {
            if (!tool.Description.IsEmpty)
            {
                json.WritePropertyName(Names.Description);
                json.WriteRawValue(tool.Description.Quoted, skipInputValidation: true);
            }

            // A schema that says nothing is none: some models refuse it.
            if (tool.Schema.Length > 2)
            {
                json.WritePropertyName(Names.ParametersJsonSchema);
                json.WriteRawValue(tool.Schema.Span, skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteFreeform(Utf8JsonWriter json, ToolSpec tool)
    {
        var description = JsonText.Join("\\n\\n"u8, tool.Description, JsonText.Of($"Put the whole text into the argument \"{ToolRestorer.InputName}\", as it is: it is not JSON."));
        if (!tool.Grammar.IsEmpty)
            description = JsonText.Join("\\n\\n"u8, description, JsonText.Of("The text must follow this grammar:"), JsonText.Of(tool.Grammar.Span));

        json.WritePropertyName(Names.Description);
        json.WriteRawValue(description.Quoted, skipInputValidation: true);
        json.WriteStartObject(Names.ParametersJsonSchema);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject(ToolRestorer.InputName);
        json.WriteString("type"u8, "string"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        json.WriteStringValue(ToolRestorer.InputName);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteServer(Utf8JsonWriter json, ToolSpec tool)
    {
        if (tool.Origin is { Dialect: Dialect.Gemini } origin)
        {
            json.WriteRawValue(origin.Raw.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteStartObject(tool.Server switch
        {
            ServerTool.WebSearch => Names.GoogleSearch,
            ServerTool.WebFetch => Names.UrlContext,
            _ => Names.CodeExecution,
        });
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Whether Google has such a tool, and may run it beside functions.</summary>
    private static bool CanRun(ToolSpec tool, bool besideFunctions, GeminiModel model, UpstreamTerms terms)
    {
        if (tool.Server is null && tool.Origin?.Dialect != Dialect.Gemini)
        {
            terms.Losses.Add($"tools.{tool.Name}", "Gemini has no such tool.");
            return false;
        }

        if (besideFunctions && (!model.IsThree || IsVertex(terms)))
        {
            terms.Losses.Add($"tools.{tool.Name}", "The model cannot use the upstream's own tools beside functions: the functions stayed.");
            return false;
        }

        return true;
    }

    private static void WriteChoice(Utf8JsonWriter json, Conversation conversation, List<ToolSpec> functions, bool isMixed, UpstreamTerms terms)
    {
        var choice = conversation.ToolChoice;
        if (choice.Parallel == false && functions.Count > 0)
            terms.Losses.Add("parallel_tool_calls", "Gemini cannot be kept from calling several functions at once.");

        // Only what is declared may be named.
        IReadOnlyList<string> asked = choice is { Duty: ToolDuty.Named, Name: { } named } ? [named] : choice.Allowed;
        var allowed = asked.Where(name => functions.Exists(tool => string.Equals(tool.Name, name, StringComparison.Ordinal))).ToList();
        var isLost = choice.Duty == ToolDuty.Named && allowed.Count == 0;
        if (isLost)
            terms.Losses.Add("tool_choice", "The tool that must be called is no function, and Gemini can be made to call functions alone.");

        var hasChoice = functions.Count > 0 && choice.Duty != ToolDuty.Unsaid && !isLost;
        if (!hasChoice && !isMixed)
            return;

        json.WriteStartObject(Names.ToolConfig);
        if (hasChoice)
        {
            json.WriteStartObject(Names.FunctionCallingConfig);
            // With AUTO no names may be given; VALIDATED is AUTO with names.
            json.WriteString(Names.Mode, choice.Duty switch
            {
                ToolDuty.None => "NONE"u8,
                ToolDuty.Any or ToolDuty.Named => "ANY"u8,
                _ => allowed.Count > 0 ? "VALIDATED"u8 : "AUTO"u8,
            });
            if (allowed.Count > 0 && choice.Duty != ToolDuty.None)
            {
                json.WriteStartArray(Names.AllowedFunctionNames);
                foreach (var name in allowed)
                    json.WriteStringValue(terms.Names.Outward(name, functions.Find(tool => string.Equals(tool.Name, name, StringComparison.Ordinal))?.Namespace));

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        if (isMixed)
            json.WriteBoolean(Names.IncludeServerSideToolInvocations, value: true);

        json.WriteEndObject();
    }
}
