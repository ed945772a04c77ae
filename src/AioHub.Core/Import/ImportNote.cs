namespace AioHub.Core.Import;

/// <summary>How much of a thing came over.</summary>
public enum ImportNoteKind
{
    /// <summary>It did not come over.</summary>
    Left,
    /// <summary>It came over otherwise than it was.</summary>
    Adjusted,
    /// <summary>It came over; there is something to know about it.</summary>
    Told,
}

/// <summary>What an operator should know of an import.</summary>
/// <param name="What">Kind and name as the source has them: <c>channel 12 'azure-eu'</c>.</param>
/// <param name="Reason">Why it did not come over, or came over otherwise.</param>
/// <param name="Remedy">What to do about it; empty = nothing needs to be done.</param>
public sealed record ImportNote(ImportNoteKind Kind, string What, string Reason, string Remedy);

/// <summary>Gathers notes while a plan is made.</summary>
internal sealed class ImportNotes
{
    private readonly List<ImportNote> _all = [];

    public IReadOnlyList<ImportNote> All => _all;

    public void Left(string what, string reason, string remedy) => _all.Add(new ImportNote(ImportNoteKind.Left, what, reason, remedy));

    public void Adjusted(string what, string reason, string remedy = "") => _all.Add(new ImportNote(ImportNoteKind.Adjusted, what, reason, remedy));

    public void Told(string what, string reason, string remedy = "") => _all.Add(new ImportNote(ImportNoteKind.Told, what, reason, remedy));

    public void AddRange(IEnumerable<ImportNote> notes) => _all.AddRange(notes);
}
