using System.Globalization;

namespace AioHub.Bench.Load;

/// <summary>
/// One line of the table: where its figure comes from and what it is held against. A target that starts with <c>×</c> is a ratio to YARP
/// (to <see cref="Beside"/> where that is set); others are in the row's own unit.
/// </summary>
internal sealed record Row(string Key, string Title, string Case, string Figure, string Format, Target? Must = null, Target? Aim = null)
{
    /// <summary>The difference to the direct way is what counts.</summary>
    public bool Added { get; init; }

    /// <summary>The other case of the same contestant that this one is divided by.</summary>
    public string? Beside { get; init; }

    /// <summary>More is better.</summary>
    public bool Higher { get; init; }

    /// <summary>The row compares aiohub-10k with aiohub instead of aiohub with the others.</summary>
    public bool Loaded { get; init; }

    /// <summary>The share of the hub's CPU that it does not need without hold, journal and log.</summary>
    public bool Money { get; init; }

    public static readonly IReadOnlyList<Row> All =
    [
        new("small.cpu", "1 KB: CPU µs per request", "small", "cpu_us", "0.0", Target.Ratio(1.0), Target.Ratio(0.8)),
        new("small.rps", "1 KB: requests per second", "small", "rps", "0", Target.Ratio(1.0), Target.Ratio(1.4)) { Higher = true },
        new("rate.p50", "400/s: added p50 µs", "rate", "p50_us", "0", Target.Of(300), Target.Of(200)) { Added = true },
        new("rate.p99", "400/s: added p99 µs", "rate", "p99_us", "0") { Added = true },
        new("rate.cpu", "400/s: CPU µs per request", "rate", "cpu_us", "0", Target.Ratio(0.6), Target.Ratio(0.4)),
        new("100k.cpu", "100 KB: CPU µs per request", "100k", "cpu_us", "0", Target.Ratio(1.2), Target.Ratio(0.9)),
        new("1m.cpu", "1 MB: CPU µs per request", "1m", "cpu_us", "0", Target.Ratio(1.2), Target.Ratio(0.85)),
        new("stream.cpu", "100 streams: CPU µs per chunk", "stream", "cpu_us", "0.0", Target.Ratio(0.7), Target.Ratio(0.5)),
        new("stream.first", "100 streams: added first byte p50 µs", "stream", "first_p50_us", "0", Target.Ratio(1.0), Target.NginxPlus(50)) { Added = true },
        new("stream.chunk50", "100 streams: added per chunk p50 µs", "stream", "chunk_p50_us", "0") { Added = true },
        new("stream.chunk99", "100 streams: added per chunk p99 µs", "stream", "chunk_p99_us", "0") { Added = true },
        new("held.kb", "held streams: KB each", "held", "kb_each", "0.0", Target.Of(45), Target.Of(30)),
        new("held.complete", "held streams: complete", "held", "complete", "0"),
        new("peak", "1 MB prompt waiting: memory ÷ body", "peak", "bodies_each", "0.00", Target.Of(2.5), Target.Of(1.2)),
        new("forms", "20 MB form waiting: memory ÷ body", "forms", "bodies_each", "0.00", Target.Of(0.5), Target.Of(0.1)),
        new("edits", "20 MB image edit waiting: memory ÷ body", "edits", "bodies_each", "0.00", Target.Of(0.5), Target.Of(0.1)),
        new("pictures", "20 MB JSON with a picture waiting: memory ÷ body", "pictures", "bodies_each", "0.00", Target.Of(2.5), Target.Of(1.2)),
        new("generated", "20 MB picture in a reply: memory ÷ body", "generated", "bodies_each", "0.00", Target.Of(0.5), Target.Of(0.1)),
        new("start.ready", "start to ready, ms", "start", "ready_ms", "0", Target.Of(2000), Target.Of(700)),
        new("first-start.ready", "first start (empty data folder), ms", "first-start", "ready_ms", "0"),
        new("start.rss", "resident when idle, MB", "start", "rss_mb", "0", Target.Of(130), Target.Of(90)),
        new("after.rss", "resident after all loads, MB", "after", "rss_mb", "0", Target.Of(250), Target.Of(150)),
        new("messages.cpu", "Messages passthrough: CPU µs per chunk", "messages", "cpu_us", "0.0"),
        new("messages-to-chat", "Messages→Chat stream ÷ passthrough, CPU", "messages-to-chat", "cpu_us", "0.00", Target.Of(2.0), Target.Of(1.4)) { Beside = "stream" },
        new("chat-to-messages", "Chat→Messages stream ÷ passthrough, CPU", "chat-to-messages", "cpu_us", "0.00", Target.Of(2.0), Target.Of(1.4)) { Beside = "stream" },
        new("loaded.small.cpu", "10k keys ÷ few: 1 KB CPU", "small", "cpu_us", "0.00", Target.Of(1.05), Target.Of(1.0)) { Loaded = true },
        new("loaded.rate.cpu", "10k keys ÷ few: 400/s CPU", "rate", "cpu_us", "0.00", Target.Of(1.05), Target.Of(1.0)) { Loaded = true },
        new("loaded.rate.p50", "10k keys ÷ few: 400/s p50", "rate", "p50_us", "0.00", Target.Of(1.05), Target.Of(1.0)) { Loaded = true },
        new("loaded.stream.cpu", "10k keys ÷ few: CPU per chunk", "stream", "cpu_us", "0.00", Target.Of(1.05), Target.Of(1.0)) { Loaded = true },
        new("money.small", "hold, metering, journal and log: share of CPU, 1 KB", "small", "cpu_us", "0.0%", Target.Percent(0.15)) { Money = true },
        new("money.rate", "the same, 400/s", "rate", "cpu_us", "0.0%", Target.Percent(0.15)) { Money = true },
        new("money.stream", "the same, 100 streams", "stream", "cpu_us", "0.0%", Target.Percent(0.15)) { Money = true },
    ];

    public Dictionary<int, double> Values(Results r, string contestant)
    {
        if (Money)
            return contestant == Names.Hub
                ? Results.Within(r.Series(Case, Names.Hub, Figure), r.Series(Case, Names.Unmetered, Figure), (a, b) => (a - b) / a)
                : [];
        if (Loaded)
            return contestant == Names.Loaded
                ? Results.Within(r.Series(Case, Names.Loaded, Figure), r.Series(Case, Names.Hub, Figure), (a, b) => a / b)
                : [];
        if (Beside is not null) return Results.Within(r.Series(Case, contestant, Figure), r.Series(Beside, contestant, Figure), (a, b) => a / b);
        return Added ? r.Added(Case, contestant, Figure) : r.Series(Case, contestant, Figure);
    }

    /// <summary>Ratio of one contestant to another, taken round by round.</summary>
    public double? RatioOf(Results r, string a, string b) =>
        Money || Loaded || Beside is not null ? null : Results.Median(Results.Within(Values(r, a), Values(r, b), (x, y) => x > 0 && y > 0 ? x / y : double.NaN)); // a difference below the noise has no ratio

    public string Show(double? value) => value is { } v ? v.ToString(Format, CultureInfo.InvariantCulture) : "–";
}

/// <summary>Who is who.</summary>
internal static class Names
{
    public const string Direct = "direct", Nginx = "nginx", Yarp = "YARP", Hub = "aiohub", Loaded = "aiohub-10k", Unmetered = "aiohub-unmetered";
}

/// <summary>A target: a ratio to YARP, a value, or nginx's value and something.</summary>
internal sealed record Target(double Limit, TargetKind Kind)
{
    public static Target Ratio(double limit) => new(limit, TargetKind.RatioToYarp);
    public static Target Of(double limit) => new(limit, TargetKind.Value);
    public static Target Percent(double limit) => new(limit, TargetKind.Share);
    public static Target NginxPlus(double limit) => new(limit, TargetKind.AboveNginx);

    /// <summary>Whether it is met; null = cannot be told from what was measured.</summary>
    public bool? Met(Row row, Results r)
    {
        string us = row.Loaded ? Names.Loaded : Names.Hub;
        double? value = Kind switch
        {
            TargetKind.RatioToYarp => row.RatioOf(r, us, Names.Yarp),
            TargetKind.AboveNginx => Results.Median(Results.Within(row.Values(r, us), row.Values(r, Names.Nginx), (a, b) => a - b)),
            _ => Results.Median(row.Values(r, us)),
        };
        return value is null ? null : row.Higher ? value >= Limit : value <= Limit;
    }

    public string Show(Row row)
    {
        string sign = row.Higher ? "≥" : "≤", limit = Limit.ToString("0.##", CultureInfo.InvariantCulture);
        return Kind switch
        {
            TargetKind.RatioToYarp => $"{sign} {limit}× YARP",
            TargetKind.AboveNginx => $"{sign} nginx + {limit}",
            TargetKind.Share => $"{sign} {Limit.ToString("0%", CultureInfo.InvariantCulture)}",
            _ => $"{sign} {limit}",
        };
    }
}

internal enum TargetKind
{
    RatioToYarp,
    Value,
    AboveNginx,
    Share,
}
