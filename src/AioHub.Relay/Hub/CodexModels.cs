using AioHub.Relay.Calls;
using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>The model list as Codex CLI reads it (its <c>ModelInfo</c>, version 0.16x), with an ETag.</summary>
internal static class CodexModels
{
    /// <summary>Codex takes a model's system prompt from this list; it must not be empty.</summary>
    private const string BaseInstructions =
        "You are a coding agent that works in the user's terminal through the Codex CLI. Read before you change, keep changes small and focused on what was asked, "
        + "run the project's own checks when there are any, and follow the AGENTS.md files that cover the files you touch. Prefer rg for searching and apply_patch for editing. "
        + "Say briefly what you did and what you could not verify.";

    private const long OutputKept = 10_000;

    public static async Task ShowAsync(HttpContext http, ImmutableArray<ListedModel> models)
    {
        using var bytes = JsonReply.Render(writer => Write(writer, models));
        var tag = $"\"{Fingerprint(bytes.Span):x16}\"";
        http.Response.Headers.ETag = tag;
        if (string.Equals(http.Request.Headers.IfNoneMatch, tag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes.Memory, http.RequestAborted);
    }

    private static void Write(Utf8JsonWriter writer, ImmutableArray<ListedModel> models)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("models");
        var priority = 0;
        foreach (var model in models)
        {
            if (model.Model.Kind == ModelKind.Chat)
            {
                WriteModel(writer, model, priority++);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, ListedModel listed, int priority)
    {
        var model = listed.Model;
        var reasons = model.Capabilities.HasFlag(Needs.Reasoning);
        writer.WriteStartObject();
        writer.WriteString("slug", listed.Id);
        writer.WriteString("display_name", listed.DisplayName);
        writer.WriteString("description", $"{listed.DisplayName} in group {listed.Group}");
        writer.WriteString("default_reasoning_level", reasons ? "medium" : null);
        writer.WriteStartArray("supported_reasoning_levels");
        foreach (var level in reasons ? (string[])["low", "medium", "high"] : [])
        {
            writer.WriteStartObject();
            writer.WriteString("effort", level);
            writer.WriteString("description", level);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("shell_type", "shell_command");
        writer.WriteString("visibility", "list");
        writer.WriteBoolean("supported_in_api", true);
        writer.WriteNumber("priority", priority);
        writer.WriteNull("availability_nux");
        writer.WriteNull("upgrade");
        writer.WriteString("base_instructions", BaseInstructions);
        writer.WriteBoolean("supports_reasoning_summaries", reasons);
        writer.WriteString("default_reasoning_summary", "auto");
        writer.WriteBoolean("support_verbosity", false);
        writer.WriteNull("default_verbosity");
        writer.WriteString("apply_patch_tool_type", "freeform");
        writer.WriteString("web_search_tool_type", "text");
        writer.WriteStartObject("truncation_policy");
        writer.WriteString("mode", "tokens");
        writer.WriteNumber("limit", OutputKept);
        writer.WriteEndObject();
        writer.WriteBoolean("supports_parallel_tool_calls", true);
        writer.WriteBoolean("supports_image_detail_original", false);
        if (listed.ContextWindow is { } window)
        {
            writer.WriteNumber("context_window", window);
        }
        else
        {
            writer.WriteNull("context_window");
        }

        writer.WriteNull("auto_compact_token_limit");
        writer.WriteNumber("effective_context_window_percent", 95);
        writer.WriteStartArray("experimental_supported_tools");
        writer.WriteEndArray();
        writer.WriteStartArray("input_modalities");
        writer.WriteStringValue("text");
        if (model.Capabilities.HasFlag(Needs.Images))
        {
            writer.WriteStringValue("image");
        }

        writer.WriteEndArray();
        writer.WriteBoolean("supports_search_tool", false);
        writer.WriteEndObject();
    }

    private static ulong Fingerprint(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(System.Security.Cryptography.SHA256.HashData(bytes));
}
