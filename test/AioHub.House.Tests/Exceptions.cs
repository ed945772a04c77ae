namespace AioHub.House.Tests;

/// <summary>
/// What breaks a rule on purpose. The list only shrinks: an entry that no longer excuses anything fails the test, so it is deleted with its cause.
/// </summary>
/// <param name="Rule">The name of the rule's test.</param>
/// <param name="Path">The file, relative to the top folder; for rules about documents the document.</param>
/// <param name="Word">A word that the finding's text holds; empty = everything that the rule finds in this file.</param>
internal sealed record Excused(string Rule, string Path, string Word, string Reason);

internal static class Exceptions
{
    internal static readonly IReadOnlyList<Excused> All =
    [
    ];
}
