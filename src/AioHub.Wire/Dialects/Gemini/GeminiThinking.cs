using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Says how much a model should think: as a level or as a budget in tokens, whichever it takes, never as both (a 400). Budgets and levels are put against each other
/// as Google's own OpenAI surface does: 1,024 low, 8,192 medium, 24,576 high (ai.google.dev, "OpenAI compatibility", read 2026-11-23).
/// </summary>
internal static class GeminiThinking
{
    private const long LowBudget = 1_024;
    private const long MediumBudget = 8_192;
    private const long HighBudget = 24_576;

    /// <summary>Writes <c>thinkingConfig</c>, if there is anything to say.</summary>
    public static void Write(Utf8JsonWriter json, ReasoningWish wish, GeminiModel model, LossLog losses)
    {
        var asks = wish.Effort != Effort.Unsaid || wish.Budget is not null;
        if (model is { Levels.Count: 0, Budget: null, IsUnknown: false })
        {
            if ((asks && wish.Effort != Effort.None && wish.Budget != 0) || wish.Adaptive)
                losses.Add("reasoning", "The model does not think.");

            return;
        }

        var level = asks && model.Budget is null && !(model.IsUnknown && wish.Budget is not null) ? LevelOf(wish, model, losses) : null;
        var budget = level is null && (asks || wish.Adaptive) && (model.Budget is not null || wish.Budget is not null) ? BudgetOf(wish, model, losses) : (long?)null;
        if (level is null && budget is null && wish.Show != true)
            return;

        json.WriteStartObject(Names.Thinking);
        if (wish.Show == true)
            json.WriteBoolean(Names.IncludeThoughts, value: true);
        if (level is not null)
            json.WriteString(Names.ThinkingLevel, level);
        if (budget is { } tokens)
            json.WriteNumber(Names.ThinkingBudget, tokens);

        json.WriteEndObject();
    }

    /// <summary>The effort that a level's name stands for; <see cref="Effort.Unsaid"/> for any other.</summary>
    public static Effort Parse(string? level) => level?.ToUpperInvariant() switch
    {
        "NONE" => Effort.None,
        "MINIMAL" => Effort.Minimal,
        "LOW" => Effort.Low,
        "MEDIUM" => Effort.Medium,
        "HIGH" => Effort.High,
        "XHIGH" => Effort.XHigh,
        "MAX" => Effort.Max,
        _ => Effort.Unsaid,
    };

    private static string? LevelOf(ReasoningWish wish, GeminiModel model, LossLog losses)
    {
        var effort = wish.Effort != Effort.Unsaid ? wish.Effort : wish.Budget switch
        {
            <= 0 => Effort.None,
            <= LowBudget => Effort.Low,
            <= MediumBudget => Effort.Medium,
            _ => Effort.High,
        };
        if (wish.Effort == Effort.Unsaid && wish.Budget > 0)
            losses.Add("reasoning", "The model takes a level of thinking, no budget in tokens: the nearest level was asked for.", LossSeverity.Info);

        if (model.IsUnknown)
            return effort == Effort.None ? null : Name(effort > Effort.High ? Effort.High : effort);

        if (effort == Effort.None)
            losses.Add("reasoning", "The model always thinks: the least level was asked for.");

        // The least of its levels that is not below what was asked for, else its highest.
        var chosen = model.Levels[^1];
        foreach (var one in model.Levels)
        {
            if (one >= effort)
            {
                chosen = one;
                break;
            }
        }

        if (effort != chosen && effort != Effort.None)
            losses.Add("reasoning", "The model does not know this level of thinking: the nearest one was asked for.", LossSeverity.Info);

        return Name(chosen);
    }

    private static long BudgetOf(ReasoningWish wish, GeminiModel model, LossLog losses)
    {
        if (wish.Effort == Effort.Unsaid && wish.Budget is null)
            return -1;

        var (least, most) = model.Budget ?? (0, long.MaxValue);
        var wanted = wish.Budget ?? wish.Effort switch
        {
            Effort.None => 0,
            Effort.Minimal or Effort.Low => LowBudget,
            Effort.Medium => MediumBudget,
            Effort.High => HighBudget,
            _ => most,
        };
        if (wanted < 0)
            return -1;
        if (wanted == 0 && (model.CanRest || model.IsUnknown))
            return 0;

        var budget = Math.Clamp(wanted, least, most);
        if (budget != wanted)
        {
            losses.Add(
                "reasoning",
                wanted == 0 ? "The model always thinks: the least budget was given." : "The budget of thinking was brought into what the model takes.",
                wanted == 0 ? LossSeverity.Warning : LossSeverity.Info);
        }

        return budget;
    }

    private static string Name(Effort effort) => effort switch
    {
        Effort.Minimal => "MINIMAL",
        Effort.Low => "LOW",
        Effort.Medium => "MEDIUM",
        _ => "HIGH",
    };
}
