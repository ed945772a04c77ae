using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>What a translation could not say. The same loss at many places is kept once with the first place; a hostile body cannot make it long.</summary>
public sealed class LossLog
{
    /// <summary>More are only counted.</summary>
    public const int Most = 32;

    private readonly List<Loss> _losses = [];

    public IReadOnlyList<Loss> Losses => _losses;

    /// <summary>How many there were, those that are not kept included.</summary>
    public int Count { get; private set; }

    /// <param name="path">Where it stood in the body that was read, such as <c>messages[3].content[0].citations</c>.</param>
    /// <param name="reason">Why it was left out, or what stands in its place: a sentence without names and figures of the call, so that equal losses are equal.</param>
    public void Add(string path, string reason, LossSeverity severity = LossSeverity.Warning)
    {
        Count++;
        if (_losses.Count >= Most)
            return;

        var place = Generalised(path);
        foreach (var loss in _losses)
        {
            if (string.Equals(loss.Reason, reason, StringComparison.Ordinal) && string.Equals(Generalised(loss.Path), place, StringComparison.Ordinal))
                return;
        }

        _losses.Add(new Loss(path, reason, severity));
    }

    /// <summary>The path without its figures.</summary>
    private static string Generalised(string path) => path.Contains('[', StringComparison.Ordinal) ? string.Concat(path.Where(sign => !char.IsAsciiDigit(sign))) : path;
}
