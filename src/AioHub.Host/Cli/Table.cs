namespace AioHub.Host.Cli;

/// <summary>Rows under headings, in columns as wide as what they hold. Plain text: it can be piped into anything.</summary>
internal static class Table
{
    private const string Gap = "  ";

    public static void Write(TextWriter output, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var all = rows.Select(static row => row.Select(OneLine).ToArray()).ToList();
        if (all.Count == 0)
        {
            output.WriteLine("(none)");
            return;
        }

        var widths = headings.Select((heading, i) => Math.Max(heading.Length, all.Max(row => row[i].Length))).ToArray();
        Line(headings.Select(static heading => heading.ToUpperInvariant()).ToArray());
        all.ForEach(Line);

        void Line(string[] cells) => output.WriteLine(string.Join(Gap, cells.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    private static string OneLine(string? cell) => cell is null or "" ? "-" : cell.ReplaceLineEndings(" ");
}
