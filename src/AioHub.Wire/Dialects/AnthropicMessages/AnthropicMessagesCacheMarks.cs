using AioHub.Wire.Conversations;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>
/// Where a request's prompt is marked for the cache: at most four times. A caller's own marks stay, the earliest are dropped; a conversation without any, whose vendor would cache it
/// unasked, is marked behind its tools, its instructions and its last two turns of the user.
/// </summary>
internal sealed class AnthropicMessagesCacheMarks
{
    private const int Most = 4;

    private readonly bool _isAutomatic;
    private int _dropped;

    private AnthropicMessagesCacheMarks(bool isAutomatic, int dropped)
    {
        _isAutomatic = isAutomatic;
        _dropped = dropped;
    }

    /// <summary>Nothing is marked that was not.</summary>
    public bool IsAutomatic => _isAutomatic;

    public static AnthropicMessagesCacheMarks Of(IReadOnlyList<ToolSpec> tools, IReadOnlyList<TextBlock> system, IReadOnlyList<Turn> turns, bool isLong, LossLog losses)
    {
        var said = tools.Count(tool => tool.Cache is not null) + system.Count(block => block.Cache is not null)
            + turns.Sum(turn => turn.Blocks.Count(block => block.Cache is not null));
        if (said > Most)
            losses.Add("cache", "A prompt has at most four marks for the cache: the earliest were dropped.", Vocabulary.LossSeverity.Info);

        return new AnthropicMessagesCacheMarks(said == 0 && isLong, Math.Max(said - Most, 0));
    }

    /// <summary>The mark of something that comes next, in the order in which all is written.</summary>
    public CacheMark? For(CacheMark? said, bool isLastTool = false, bool isLastSystem = false, bool isLastOfTurn = false)
    {
        if (said is null)
            return _isAutomatic && (isLastTool || isLastSystem || isLastOfTurn) ? CacheMark.Default : null;
        if (_dropped == 0)
            return said;

        _dropped--;
        return null;
    }
}
