using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Reads the messages of a request. One instance a request.</summary>
internal sealed class OpenAiChatMessageReader(ReadOnlyMemory<byte> body, IReasoningSeal? seal)
{
    private const string Roles = "system, developer, user, assistant or tool";

    private readonly HashSet<string> _freeform = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _functions = new(StringComparer.Ordinal);
    private int _index;

    public List<Block> System { get; } = [];

    public List<Turn> Turns { get; } = [];

    public bool TryRead(JsonView messages, out RequestFault fault)
    {
        if (!messages.IsArray)
        {
            fault = messages.IsNothing
                ? OpenAiFaults.Missing("messages", "Send an array of messages, each with a \"role\" and \"content\".")
                : OpenAiFaults.Wrong("messages", "an array of messages");
            return false;
        }

        fault = default;
        foreach (var message in messages.Items)
        {
            if (!TryReadMessage(message, out fault))
                return false;

            _index++;
        }

        return true;
    }

    private bool TryReadMessage(JsonView message, out RequestFault fault)
    {
        if (!message.IsObject)
        {
            fault = OpenAiFaults.Wrong($"messages[{_index}]", "an object with a \"role\"");
            return false;
        }

        var said = OpenAiChatMessage.Over(message);
        var role = said.Role;
        var blocks = new List<Block>();
        var opened = false;
        bool isGood;
        if (role.Is("user"u8) || role.Is("system"u8) || role.Is("developer"u8))
            isGood = OpenAiChatPartReader.TryRead(said.Content, body, _index, blocks, out fault);
        else if (role.Is("assistant"u8))
            isGood = TryReadAnswer(said, blocks, out opened, out fault);
        else if (role.Is("tool"u8))
            isGood = TryReadResult(said, blocks, out fault);
        else if (role.Is(Chat.Function))
            isGood = TryReadFunctionResult(said, blocks, out fault);
        else
        {
            isGood = false;
            fault = role.IsNothing
                ? OpenAiFaults.Missing($"messages[{_index}].role", $"Say who speaks: {Roles}.")
                : OpenAiFaults.Wrong($"messages[{_index}].role", Roles);
        }

        if (!isGood)
            return false;

        Mark(blocks, OpenAiChatPartReader.CacheOf(said.CacheControl, said.CacheBreakpoint));
        Add(message, said, blocks, opened);
        return true;
    }

    private void Add(JsonView message, in OpenAiChatMessage said, List<Block> blocks, bool opened)
    {
        var role = said.Role;
        // With an envelope in it, it must never go to an upstream as it stands.
        var origin = opened ? null : new Origin(Dialect.OpenAiChat, message.In(body));
        var pocket = said.HasOthers ? PocketOf(message) : Pocket.Empty;
        var isSystem = role.Is("system"u8) || role.Is("developer"u8);
        if (!isSystem || Turns.Count > 0)
        {
            var side = isSystem ? Role.System : role.Is("assistant"u8) ? Role.Assistant : Role.User;
            Turns.Add(new Turn(side, blocks) { Name = JsonText.From(said.Name, body), Origin = origin, Pocket = pocket });
            return;
        }

        // All blocks of one message have the same origin: its writer says the message once.
        if (blocks.Count == 0)
            blocks.Add(new TextBlock(default));
        for (var index = 0; index < blocks.Count; index++)
            System.Add(blocks[index] with { Origin = origin, Pocket = index == 0 ? pocket : Pocket.Empty });
    }

    /// <summary>Some hosts take the cache's marker on the message: it stands for its last part.</summary>
    private static void Mark(List<Block> blocks, CacheMark? mark)
    {
        if (mark is not null && blocks.Count > 0 && blocks[^1].Cache is null)
            blocks[^1] = blocks[^1] with { Cache = mark };
    }

    private Pocket PocketOf(JsonView message)
    {
        var pocket = Pocket.Empty;
        foreach (var field in message.Members)
        {
            if (field.Value.IsBare() || OpenAiChatMessage.IsKnown(field))
                continue;

            var name = JsonText.From(field.Name, body);
            Pocket.Add(ref pocket, name, field.Value.In(body), OpenAiChatFields.OfMessage(name.ToString()));
        }

        return pocket;
    }

    private bool TryReadAnswer(in OpenAiChatMessage message, List<Block> blocks, out bool opened, out RequestFault fault)
    {
        OpenAiChatReasoning.Read(message.ReasoningContent, message.Reasoning, message.ReasoningDetails, body, seal, blocks, out opened);
        if (!OpenAiChatPartReader.TryRead(message.Content, body, _index, blocks, out fault))
            return false;

        var refusal = message.Refusal;
        if (refusal.IsText && refusal.Length > 2)
            blocks.Add(new TextBlock(JsonText.From(refusal, body)) { IsRefusal = true });

        foreach (var picture in message.Images.Items)
        {
            if (OpenAiChatPartReader.ImageOf(picture, body) is { } image)
                blocks.Add(image);
        }

        if (JsonText.From(message.Audio[Chat.Id], body) is { IsEmpty: false } sound)
            blocks.Add(new AudioBlock(new MediaSource { FileId = sound }, null) { Transcript = JsonText.From(message.Audio[Chat.Transcript], body) });

        return TryReadCalls(message, blocks, ref opened, out fault);
    }

    private bool TryReadCalls(in OpenAiChatMessage message, List<Block> blocks, ref bool opened, out RequestFault fault)
    {
        fault = default;
        var calls = message.ToolCalls;
        if (!calls.IsNothing && !calls.IsArray)
        {
            fault = OpenAiFaults.Wrong($"messages[{_index}].tool_calls", "an array of tool calls, or be left out");
            return false;
        }

        var at = 0;
        foreach (var call in calls.Items)
        {
            if (!TryReadCall(call, at, blocks, ref opened, out fault))
                return false;

            at++;
        }

        var function = message.FunctionCall;
        if (!function.IsObject)
            return true;

        var name = function[Chat.Name].AsString() ?? "";
        var id = $"call_{_index}";
        _functions[name] = id;
        blocks.Add(new ToolCallBlock(id, name, InputOf(function[Chat.Arguments])));
        return true;
    }

    private bool TryReadCall(JsonView call, int at, List<Block> blocks, ref bool opened, out RequestFault fault)
    {
        fault = default;
        var custom = call[Chat.Custom];
        var inner = custom.IsObject ? custom : call[Chat.Function];
        var name = inner[Chat.Name].AsString();
        if (string.IsNullOrEmpty(name))
        {
            fault = OpenAiFaults.Wrong($"messages[{_index}].tool_calls[{at}]", "a tool call with an \"id\" and a \"function\" that has a \"name\"");
            return false;
        }

        var given = call[Chat.Id].AsString();
        var id = string.IsNullOrEmpty(given) ? $"call_{_index}_{at}" : given;
        if (custom.IsObject)
            _freeform.Add(id);

        var token = OpenAiChatReasoning.OfCall(call, body, seal, out var isEnvelope);
        opened |= isEnvelope;
        blocks.Add(new ToolCallBlock(id, name, custom.IsObject ? ToolInput.FromText(JsonText.From(custom[Chat.Input], body)) : InputOf(inner[Chat.Arguments]))
        {
            Kind = custom.IsObject ? ToolKind.Freeform : ToolKind.Function,
            Sealed = token,
            Cache = OpenAiChatPartReader.CacheOf(call),
        });
        return true;
    }

    private ToolInput InputOf(JsonView arguments) => OpenAiChatReplyReader.InputOf(arguments, body);

    private bool TryReadResult(in OpenAiChatMessage message, List<Block> blocks, out RequestFault fault)
    {
        var id = message.ToolCallId.AsString();
        if (string.IsNullOrEmpty(id))
        {
            fault = OpenAiFaults.Missing($"messages[{_index}].tool_call_id", "Name the tool call that the message answers.");
            return false;
        }

        var content = new List<Block>();
        if (!OpenAiChatPartReader.TryRead(message.Content, body, _index, content, out fault))
            return false;

        blocks.Add(new ToolResultBlock(id, content) { Kind = _freeform.Contains(id) ? ToolKind.Freeform : ToolKind.Function, Name = message.Name.AsString() });
        return true;
    }

    /// <summary>The older form: the result names the function, not the call.</summary>
    private bool TryReadFunctionResult(in OpenAiChatMessage message, List<Block> blocks, out RequestFault fault)
    {
        var name = message.Name.AsString() ?? "";
        var content = new List<Block>();
        if (!OpenAiChatPartReader.TryRead(message.Content, body, _index, content, out fault))
            return false;

        blocks.Add(new ToolResultBlock(_functions.GetValueOrDefault(name, $"call_{_index}"), content) { Name = name });
        return true;
    }
}
