namespace AioHub.Wire.Vocabulary;

/// <summary>How much a loss matters.</summary>
public enum LossSeverity
{
    /// <summary>Nothing a caller would notice.</summary>
    Info,
    /// <summary>The answer may differ.</summary>
    Warning,
}

/// <summary>Something of the caller's request or of the upstream's reply that the other side's dialect cannot say.</summary>
/// <param name="Path">Where it stood, such as <c>messages[3].content[0].citations</c>.</param>
/// <param name="Reason">Why it was left out.</param>
public sealed record Loss(string Path, string Reason, LossSeverity Severity);
