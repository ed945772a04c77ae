using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>What stands in a request's <c>systemInstruction</c> and in its <c>contents</c>, in the order that Gemini demands.</summary>
/// <param name="System">Text.</param>
internal sealed record GeminiScript(IReadOnlyList<Block> System, IReadOnlyList<Turn> Turns)
{
    public static GeminiScript Of(Conversation conversation, GeminiModel model, UpstreamTerms terms)
    {
        // A caller of the same dialect put everything where it should stand; only what the hub's envelopes held is not Google's.
        if (conversation.Dialect == Dialect.Gemini)
            return new GeminiScript(conversation.System, [.. conversation.Turns.Select(turn => Own(turn, terms.Losses)).OfType<Turn>()]);

        var losses = terms.Losses;
        var system = conversation.System.ToList();
        var turns = new List<Turn>(conversation.Turns.Count);
        var began = false;
        foreach (var turn in conversation.Turns)
        {
            if (turn.Name.Exists)
                losses.Add("turns.name", "Gemini is not told who of several speaks.", LossSeverity.Info);

            if (turn.Role != Role.System)
            {
                began = true;
                turns.Add(turn with { Blocks = Said(turn, losses) });
            }
            else if (!began)
            {
                system.AddRange(turn.Blocks);
            }
            else
            {
                losses.Add("turns", "An instruction amid the turns was sent as the user's text: Gemini takes instructions before all turns alone.");
                turns.Add(turn with { Role = Role.User, Blocks = Said(turn, losses) });
            }
        }

        if (GeminiConfigWriter.Instruction(conversation, model, losses) is { Exists: true } instruction)
            system.Add(new TextBlock(instruction));

        var text = system.Where(block => block is TextBlock { Text.IsEmpty: false }).ToList();
        if (text.Count < system.Count(block => block is not TextBlock))
            losses.Add("system", "Only text can stand in Gemini's system instruction.");

        IReadOnlyList<Turn> ordered = [.. TurnOrder.Alternate(turns, losses).Where(turn => turn.Blocks.Count > 0)];
        if (ordered.Count > 0 || text.Count == 0)
            return new GeminiScript(text, ordered);

        losses.Add("system", "Gemini wants something from the user: the instructions were sent as the user's text.");
        return new GeminiScript([], [new Turn(Role.User, text)]);
    }

    /// <summary>The turn without reasoning of other vendors; null when nothing else was in it.</summary>
    private static Turn? Own(Turn turn, LossLog losses)
    {
        if (!turn.Blocks.Any(IsForeign))
            return turn;

        losses.Add("contents.parts.thoughtSignature", "Reasoning of another vendor was left out.", LossSeverity.Info);
        List<Block> own = [.. turn.Blocks.Where(block => !IsForeign(block))];
        return own.Count == 0 ? null : turn with { Blocks = own };
    }

    private static bool IsForeign(Block block) => block is ThinkingBlock { Sealed.By: not Dialect.Gemini };

    /// <summary>What Gemini can be told of a turn.</summary>
    private static List<Block> Said(Turn turn, LossLog losses)
    {
        var said = new List<Block>(turn.Blocks.Count);
        foreach (var block in turn.Blocks)
        {
            switch (block)
            {
                case TextBlock { Text.IsEmpty: true }:
                    break;
                case ThinkingBlock { Sealed.By: Dialect.Gemini }:
                    said.Add(block);
                    break;
                case ThinkingBlock:
                    losses.Add("turns.thinking", "Reasoning of another vendor was left out.", LossSeverity.Info);
                    break;
                case OpaqueBlock when block.Origin?.Dialect == Dialect.Gemini:
                    said.Add(block);
                    break;
                case OpaqueBlock opaque:
                    losses.Add($"turns.{opaque.Type}", "Only the caller's dialect knows this kind of content.");
                    break;
                case ToolCallBlock { Kind: ToolKind.Server } or ToolResultBlock { Kind: ToolKind.Server }:
                    losses.Add("turns.server_tool", "What another vendor's own tools did in earlier turns was left out.");
                    break;
                case ToolCallBlock { Sealed: { By: not Dialect.Gemini } } call:
                    losses.Add("turns.thinking", "Reasoning of another vendor was left out.", LossSeverity.Info);
                    said.Add(call with { Sealed = null });
                    break;
                default:
                    if (block is TextBlock { Citations.Count: > 0 })
                        losses.Add("turns.citations", "Citations of earlier turns were left out.", LossSeverity.Info);
                    if (block is ImageBlock { Detail: not null and not "auto" })
                        losses.Add("turns.image.detail", "How closely a picture is looked at was left to Gemini.", LossSeverity.Info);
                    if (block is FileBlock { Name.IsEmpty: false, Text.Exists: false })
                        losses.Add("turns.file.name", "Gemini is not told what a file is called.", LossSeverity.Info);
                    if (block is FileBlock { Cite: true })
                        losses.Add("turns.file.citations", "Gemini cites no documents of the request.");

                    said.Add(block);
                    break;
            }
        }

        return said;
    }
}
