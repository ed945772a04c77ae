using System.Globalization;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>What the caller told the sandbox to do, read from <c>[sandbox …]</c> in the last user text.</summary>
internal sealed record SandboxScript
{
    public const int MostTokens = 20_000;
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public const string Known = "status=400..599, retry-after=SECONDS, code=WORD, cut-after=EVENTS, cut-clean-after=EVENTS, delay=500ms, pause=200ms, "
        + "tokens=0..20000, no-usage, empty, html, error-in-stream";

    private const string Opening = "[sandbox ";
    private const int LongestInstruction = 1024;
    private const int MostInstructions = 16;

    public static readonly SandboxScript None = new();

    /// <summary>Answer with this error instead of a reply; with <see cref="ErrorInStream"/>, the kind of that error.</summary>
    public int? Status { get; init; }

    /// <summary>Seconds for the <c>retry-after</c> header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The machine-readable code of the error, instead of the vendor's usual one.</summary>
    public string? Code { get; init; }

    /// <summary>Events (non-streamed: half of the body) that still arrive.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Whether the cut looks like an ordinary end of the body rather than a broken connection.</summary>
    public bool CutCleanly { get; init; }

    /// <summary>Wait before the status line.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Wait before every event but the first.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Answer with exactly so many tokens of filler.</summary>
    public int? Tokens { get; init; }

    public bool NoUsage { get; init; }

    /// <summary>A body of no bytes.</summary>
    public bool Empty { get; init; }

    /// <summary>A web page, as a proxy in between would answer.</summary>
    public bool Html { get; init; }

    public bool ErrorInStream { get; init; }

    /// <summary>Reads and removes the instructions.</summary>
    /// <param name="text">The last user text.</param>
    /// <param name="rest">The text without them.</param>
    /// <param name="complaint">What was wrong with them, for the caller; null when nothing was.</param>
    public static SandboxScript Read(string text, out string rest, out string? complaint)
    {
        var script = None;
        complaint = null;
        rest = text;
        var from = 0;
        var removed = false;
        for (var seen = 0; rest.IndexOf(Opening, from, StringComparison.Ordinal) is var start and >= 0; seen++)
        {
            var end = rest.IndexOf(']', start, Math.Min(LongestInstruction, rest.Length - start));
            if (end < 0)
                break;
            if (seen == MostInstructions)
            {
                complaint ??= $"More than {MostInstructions} sandbox instructions in one text.";
                break;
            }

            foreach (var word in rest[(start + Opening.Length)..end].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                script = script.With(word, out var wrong);
                complaint ??= wrong;
            }

            var after = end + 1;
            if ((start == 0 || char.IsWhiteSpace(rest[start - 1])) && after < rest.Length && char.IsWhiteSpace(rest[after]))
                after++;
            rest = string.Concat(rest.AsSpan(0, start), rest.AsSpan(after));
            from = start;
            removed = true;
        }

        if (removed)
            rest = rest.Trim();
        return script;
    }

    private SandboxScript With(string word, out string? complaint)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        var value = equals < 0 ? "" : word[(equals + 1)..];
        complaint = null;
        switch (name)
        {
            case "status":
                return Number(word, value, 400, 599, ref complaint) is { } status ? this with { Status = status } : this;
            case "retry-after":
                return Number(word, value, 0, 86_400, ref complaint) is { } seconds ? this with { RetryAfter = seconds } : this;
            case "cut-after":
                return Number(word, value, 0, 1_000_000, ref complaint) is { } events ? this with { CutAfter = events, CutCleanly = false } : this;
            case "cut-clean-after":
                return Number(word, value, 0, 1_000_000, ref complaint) is { } clean ? this with { CutAfter = clean, CutCleanly = true } : this;
            case "tokens":
                return Number(word, value, 0, MostTokens, ref complaint) is { } tokens ? this with { Tokens = tokens } : this;
            case "delay":
                return Wait(word, value, ref complaint) is { } delay ? this with { Delay = delay } : this;
            case "pause":
                return Wait(word, value, ref complaint) is { } pause ? this with { Pause = pause } : this;
            case "code" when value.Length is > 0 and <= 64:
                return this with { Code = value };
            case "no-usage" when equals < 0:
                return this with { NoUsage = true };
            case "empty" when equals < 0:
                return this with { Empty = true };
            case "html" when equals < 0:
                return this with { Html = true };
            case "error-in-stream" when equals < 0:
                return this with { ErrorInStream = true };
            default:
                complaint = $"Unknown sandbox instruction '{Shown(word)}'. Known instructions: {Known}.";
                return this;
        }
    }

    private static int? Number(string word, string value, int least, int most, ref string? complaint)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        complaint = $"Sandbox instruction '{Shown(word)}' needs a whole number from {least} to {most}. Known instructions: {Known}.";
        return null;
    }

    private static TimeSpan? Wait(string word, string value, ref string? complaint)
    {
        var milliseconds = value.EndsWith("ms", StringComparison.Ordinal);
        var digits = milliseconds ? value[..^2] : value.EndsWith('s') ? value[..^1] : "";
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= (milliseconds ? LongestWait.TotalMilliseconds : LongestWait.TotalSeconds))
        {
            return milliseconds ? TimeSpan.FromMilliseconds(number) : TimeSpan.FromSeconds(number);
        }

        complaint = $"Sandbox instruction '{Shown(word)}' needs a duration such as 500ms or 2s, at most 60s. Known instructions: {Known}.";
        return null;
    }

    private static string Shown(string word) => word.Length <= 80 ? word : word[..80] + "…";
}
