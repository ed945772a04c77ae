using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>What one output item is and holds.</summary>
internal struct OpenAiResponsesItem
{
    /// <summary>The model waits for the caller: a function, a shell command, an approval.</summary>
    public bool CallsCaller;
    public bool Content;
    public long Bytes;
    /// <summary>Of a call's name, which no delta repeats.</summary>
    public long NameBytes;
    public ToolCalls Hosted;
    public int Images;
    /// <summary>Of an image that was made.</summary>
    public string? Size;
    public string? Quality;

    /// <summary>Reads the item that the reader stands on.</summary>
    public static OpenAiResponsesItem Read(ref Utf8JsonReader reader, ReplyTap? keep = null)
    {
        var item = default(OpenAiResponsesItem);
        var kind = Kind.Other;
        var known = false;
        var searches = true;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Type))
            {
                reader.Read();
                known = reader.TokenType == JsonTokenType.String;
                kind = known ? KindOf(reader.ValueSpan) : Kind.Other;
                reader.Skip();
            }
            else if (Is(ref reader, Names.Content) || Is(ref reader, Names.Summary))
            {
                reader.Read();
                item.Bytes += reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : TextsUnder(ref reader, Names.Text, Names.Refusal, keep);
            }
            else if (Is(ref reader, Names.Arguments) || Is(ref reader, Names.Input) || Is(ref reader, Names.Code))
            {
                // A string of JSON; an object in the calls of tool search.
                reader.Read();
                var start = reader.TokenStartIndex;
                var text = reader.TokenType == JsonTokenType.String;
                var given = text || reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                item.Bytes += text ? reader.ValueSpan.Length : given ? reader.BytesConsumed - start : 0;
            }
            else if (Is(ref reader, Names.Name))
            {
                item.NameBytes = TextBytes(ref reader);
            }
            else if (Is(ref reader, Names.EncryptedContent) || Is(ref reader, Names.Result))
            {
                item.Content |= Says(ref reader);
            }
            else if (Is(ref reader, "size"u8))
            {
                item.Size = Name(ref reader, null);
            }
            else if (Is(ref reader, "quality"u8))
            {
                item.Quality = Name(ref reader, null);
            }
            else if (Is(ref reader, Names.Action))
            {
                searches = Searches(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // A message or a reasoning item that has only been opened holds nothing yet; any other item is something done.
        item.Content |= item.Bytes > 0 || (known && kind is not (Kind.Message or Kind.Reasoning));
        item.CallsCaller = kind == Kind.CallerCall;
        item.Images = kind == Kind.Image ? 1 : 0;
        item.Hosted = kind switch
        {
            Kind.WebSearch => new ToolCalls(searches ? 1 : 0, 0, 0, 0, 0),
            Kind.FileSearch => new ToolCalls(0, 0, 1, 0, 0),
            Kind.Code => new ToolCalls(0, 0, 0, 1, 0),
            Kind.XSearch => new ToolCalls(0, 0, 0, 0, 0) { XSearch = 1 },
            _ => default,
        };
        return item;
    }

    /// <summary>OpenAI bills the search itself, not the opening of a page that it found.</summary>
    private static bool Searches(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
            return true;

        var searches = true;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Type))
            {
                reader.Read();
                searches = reader.TokenType != JsonTokenType.String || Is(ref reader, Names.Search);
            }

            reader.Skip();
        }

        return searches;
    }

    private static Kind KindOf(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual(Names.Message))
            return Kind.Message;
        if (type.SequenceEqual(Names.Reasoning))
            return Kind.Reasoning;
        if (type.SequenceEqual(Names.WebSearchCall))
            return Kind.WebSearch;
        if (type.SequenceEqual(Names.FileSearchCall))
            return Kind.FileSearch;
        if (type.SequenceEqual(Names.CodeInterpreterCall))
            return Kind.Code;
        if (type.SequenceEqual(Names.ImageGenerationCall))
            return Kind.Image;
        if (type.SequenceEqual("x_search_call"u8))
            return Kind.XSearch;
        if (type.SequenceEqual("function_call"u8) || type.SequenceEqual("custom_tool_call"u8) || type.SequenceEqual("local_shell_call"u8) || type.SequenceEqual("computer_call"u8)
            || type.SequenceEqual("apply_patch_call"u8) || type.SequenceEqual("mcp_approval_request"u8))
            return Kind.CallerCall;

        return Kind.Other;
    }

    private enum Kind
    {
        Other,
        Message,
        Reasoning,
        CallerCall,
        WebSearch,
        FileSearch,
        Code,
        Image,
        XSearch,
    }
}
