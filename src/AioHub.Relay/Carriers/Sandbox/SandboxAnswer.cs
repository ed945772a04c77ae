using AioHub.Relay.Counting;
using System.Security.Cryptography;
using System.Text;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Why an answer ends where it ends.</summary>
internal enum SandboxEnd
{
    Complete,
    TokenLimit,
    StopSequence,
    ToolCall,
}

/// <summary>The one tool call of an answer.</summary>
/// <param name="Arguments">JSON; for a freeform tool the text itself.</param>
internal sealed record SandboxCall(SandboxTool Tool, string Arguments);

/// <summary>What is answered, before any dialect spells it: thinking, then text, a call or an image.</summary>
internal sealed record SandboxAnswer
{
    /// <summary>What Gemini counts for one picture of up to 1024×1024 pixels.</summary>
    public const int GeminiImageTokens = 1290;

    private const string NothingSaid = "The sandbox was given nothing to repeat.";
    private const string Words = "one two three four five six seven eight nine ten";

    public required SandboxRequest Request { get; init; }

    /// <summary>Hexadecimal digest of endpoint, model and body: the source of every id.</summary>
    public required string Seed { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    public string? Thinking { get; init; }
    public string Text { get; init; } = "";
    public SandboxCall? Call { get; init; }
    public byte[]? Image { get; init; }
    public SandboxEnd End { get; init; }
    public string? StopText { get; init; }
    public int ThinkingTokens { get; init; }

    /// <summary>Output tokens of one choice, thinking included.</summary>
    public int OutputTokens { get; init; }

    public bool ShowsUsage => !Request.Script.NoUsage;

    public string Id(string prefix, int length = 24) => prefix + Seed[..length];

    /// <summary>What a vendor would seal; here it only has to be stable and to look opaque.</summary>
    public string Sealed(string what) => Convert.ToBase64String(SHA512.HashData(Encoding.ASCII.GetBytes(what + Seed)));

    public static string SeedOf(SandboxDoor door, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{door.Endpoint} {door.Model}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static SandboxAnswer To(SandboxRequest request, string seed, DateTimeOffset now)
    {
        var answer = new SandboxAnswer { Request = request, Seed = seed, Created = now.ToUnixTimeSeconds() };
        var said = request.UserText.Length > 0 ? request.UserText : NothingSaid;
        if (request.Script.Tokens is { } tokens)
            return answer.Limited(Filler(tokens));
        switch (request.Model)
        {
            case "sandbox/tool" when request.ToolResult is { } result:
                return answer.Limited($"tool said: {result}");
            case "sandbox/tool" when Wanted(request) is { } tool:
                var arguments = tool.Freeform ? said : SandboxSchema.Sample(tool.Schema);
                return answer with
                {
                    Call = new(tool, arguments),
                    End = SandboxEnd.ToolCall,
                    OutputTokens = TextTokens.Count(tool.Name) + TextTokens.Count(arguments),
                };
            case "sandbox/tool":
                return answer.Limited("No tool was declared that the caller could run.");
            case "sandbox/think":
                return (answer with { Thinking = $"The user said: {said}\nThe sandbox repeats it." }).Limited(said);
            case "sandbox/image":
                var image = SandboxPng.Draw(seed);
                if (request.Door.Dialect == Dialect.Gemini)
                    return answer with { Image = image, OutputTokens = GeminiImageTokens };
                return answer.Limited($"![sandbox](data:image/png;base64,{Convert.ToBase64String(image)})");
            default:
                return answer.Limited(said);
        }
    }

    private static SandboxTool? Wanted(SandboxRequest request)
    {
        if (request.NoTools)
            return null;
        return request.Tools.FirstOrDefault(tool => tool.Name == request.WantedTool) ?? (request.Tools is [var first, ..] ? first : null);
    }

    // The stop sequences end the text, the token limit the whole answer; thinking is spent first.
    private SandboxAnswer Limited(string text)
    {
        var limit = Request.MaxTokens ?? int.MaxValue;
        var end = SandboxEnd.Complete;
        string? stop = null;
        foreach (var sequence in Request.Stops)
        {
            if (sequence.Length > 0 && text.IndexOf(sequence, StringComparison.Ordinal) is var at and >= 0)
                (text, stop, end) = (text[..at], sequence, SandboxEnd.StopSequence);
        }

        var thinking = Thinking is null ? null : TextTokens.Take(Thinking, limit);
        var thinkingTokens = thinking is null ? 0 : TextTokens.Count(thinking);
        var shown = thinking == Thinking ? TextTokens.Take(text, limit - thinkingTokens) : "";
        if (thinking != Thinking || shown.Length < text.Length)
            (stop, end) = (null, SandboxEnd.TokenLimit);
        return this with
        {
            Thinking = thinking,
            ThinkingTokens = thinkingTokens,
            Text = shown,
            End = end,
            StopText = stop,
            OutputTokens = thinkingTokens + TextTokens.Count(shown),
        };
    }

    // Each of these words, with the blank before it, is one token of o200k.
    private static string Filler(int tokens)
    {
        var words = Words.Split(' ');
        var filler = new StringBuilder(tokens * 6);
        for (var i = 0; i < tokens; i++)
            filler.Append(i == 0 ? "" : " ").Append(words[i % words.Length]);
        return filler.ToString();
    }
}
