using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AioHub.Bench.Load;

/// <summary>Writes the table and the JSON beside it.</summary>
internal static class Report
{
    private static readonly string[] s_columns = [Names.Direct, Names.Nginx, Names.Yarp, Names.Hub, Names.Loaded, Names.Unmetered];

    public static string Table(Plan plan, Results r)
    {
        var columns = s_columns.Where(c => plan.Contestants.Any(e => e.Name == c)).ToList();
        var text = new StringBuilder();
        text.Append("| ").Append(plan.Mode).Append(", medians |");
        foreach (string c in columns) text.Append(' ').Append(c).Append(" |");
        text.Append(" aiohub ÷ YARP | aiohub ÷ nginx | must | aim | |\n|---|");
        text.Insert(text.Length, "---:|", columns.Count + 2).Append("---|---|---|\n");
        foreach (var row in Lines(r))
        {
            text.Append("| ").Append(row.Title).Append(" |");
            foreach (string c in columns) text.Append(' ').Append(row.Show(Results.Median(row.Values(r, c)))).Append(" |");
            text.Append(' ').Append(Times(row.RatioOf(r, Names.Hub, Names.Yarp))).Append(" | ").Append(Times(row.RatioOf(r, Names.Hub, Names.Nginx))).Append(" |");
            text.Append(' ').Append(row.Must?.Show(row)).Append(" | ").Append(row.Aim?.Show(row)).Append(" | ").Append(Verdict(row, r, plan)).Append(" |\n");
        }
        foreach (string note in plan.Notes.Concat(r.Notes)) text.Append("\n- ").Append(note);
        return text.ToString();
    }

    /// <summary>Titles of the rows whose "must" was missed.</summary>
    public static IReadOnlyList<string> Missed(Plan plan, Results r) => [.. Row.All.Where(row => Verdict(row, r, plan) == "MISSED").Select(row => row.Title)];

    public static void WriteJson(Plan plan, Results r)
    {
        var file = new ResultFile
        {
            Mode = plan.Mode,
            When = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            Processors = Environment.ProcessorCount,
            System = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
            Runtime = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            Doses = plan.Doses,
            Notes = [.. plan.Notes, .. r.Notes],
            Rows = [.. Lines(r).Select(row => new ResultRow
            {
                Key = row.Key,
                Title = row.Title,
                Medians = s_columns.Select(c => (c, v: Results.Median(row.Values(r, c)))).Where(x => x.v is not null).ToDictionary(x => x.c, x => x.v!.Value, StringComparer.Ordinal),
                ToYarp = row.RatioOf(r, Names.Hub, Names.Yarp),
                ToNginx = row.RatioOf(r, Names.Hub, Names.Nginx),
                Must = row.Must?.Show(row),
                Aim = row.Aim?.Show(row),
                Verdict = Verdict(row, r, plan),
            })],
            Measurements = r.All,
        };
        File.WriteAllBytes(plan.ResultsFile, JsonSerializer.SerializeToUtf8Bytes(file, PlanJson.Default.ResultFile));
    }

    private static IEnumerable<Row> Lines(Results r) => Row.All.Where(row => s_columns.Any(c => row.Values(r, c).Count > 0));

    private static string Verdict(Row row, Results r, Plan plan)
    {
        if (row.Key == "held.complete")
        {
            double? complete = Results.Median(row.Values(r, Names.Hub));
            return complete is null ? "" : complete >= plan.Doses.HeldStreams ? "aim" : "MISSED";
        }
        if (row.Must is null) return "";
        return (row.Must.Met(row, r), row.Aim?.Met(row, r)) switch
        {
            (true, true) => "aim",
            (true, _) => "must",
            (false, _) => "MISSED",
            _ => "",
        };
    }

    private static string Times(double? ratio) => ratio is { } v ? v.ToString("0.00", CultureInfo.InvariantCulture) + "×" : "–";
}

/// <summary>The JSON beside the table.</summary>
internal sealed record ResultFile
{
    public required string Mode { get; init; }
    public required string When { get; init; }
    public required int Processors { get; init; }
    public required string System { get; init; }
    public required string Runtime { get; init; }
    public required Doses Doses { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
    public required IReadOnlyList<ResultRow> Rows { get; init; }
    public required IReadOnlyList<Measured> Measurements { get; init; }
}

/// <summary>One line of the table.</summary>
internal sealed record ResultRow
{
    public required string Key { get; init; }
    public required string Title { get; init; }
    public required IReadOnlyDictionary<string, double> Medians { get; init; }
    public required double? ToYarp { get; init; }
    public required double? ToNginx { get; init; }
    public required string? Must { get; init; }
    public required string? Aim { get; init; }
    public required string Verdict { get; init; }
}
