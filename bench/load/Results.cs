namespace AioHub.Bench.Load;

/// <summary>What was measured, and the arithmetic on it: medians over rounds, ratios and differences taken within a round first.</summary>
internal sealed class Results
{
    private readonly List<Measured> _all = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<Measured> All => _all;
    public IReadOnlyList<string> Notes => _notes;

    public void Add(string @case, string contestant, int round, Figures figures)
    {
        _all.Add(new Measured(@case, contestant, round, figures));
        if (figures.TryGetValue("failed", out double failed) && failed > 0)
            Note($"{contestant}, {@case}, round {round + 1}: {failed:0} calls failed or came short");
    }

    public void Note(string text)
    {
        _notes.Add(text);
        Console.Error.WriteLine($"note: {text}");
    }

    public int Next(string @case, string contestant) => _all.Count(m => m.Case == @case && m.Contestant == contestant);

    /// <summary>One figure of one contestant by round.</summary>
    public Dictionary<int, double> Series(string @case, string contestant, string figure) => _all
        .Where(m => m.Case == @case && m.Contestant == contestant && m.Figures.TryGetValue(figure, out double v) && double.IsFinite(v))
        .ToDictionary(m => m.Round, m => m.Figures[figure]);

    /// <summary>What a contestant adds to the direct way, round by round.</summary>
    public Dictionary<int, double> Added(string @case, string contestant, string figure) =>
        Within(Series(@case, contestant, figure), Series(@case, "direct", figure), (a, b) => a - b);

    /// <summary>Joins two series by round.</summary>
    public static Dictionary<int, double> Within(Dictionary<int, double> a, Dictionary<int, double> b, Func<double, double, double> join) =>
        a.Where(x => b.ContainsKey(x.Key)).ToDictionary(x => x.Key, x => join(x.Value, b[x.Key]));

    public static double? Median(Dictionary<int, double> series)
    {
        var values = series.Values.Where(double.IsFinite).Order().ToList();
        if (values.Count == 0) return null;
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[values.Count / 2 - 1] + values[values.Count / 2]) / 2;
    }
}

/// <summary>One measurement: a case, a contestant, a round, its figures.</summary>
internal sealed record Measured(string Case, string Contestant, int Round, Figures Figures);
