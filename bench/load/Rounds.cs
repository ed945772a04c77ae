using System.Diagnostics;

namespace AioHub.Bench.Load;

/// <summary>Runs the plan: warm contestants side by side in interleaved rounds, then freshly started ones one after the other.</summary>
internal sealed class Rounds(Plan plan, Results results)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private bool _saidLate;

    public async Task Run()
    {
        var contestants = plan.Contestants.Select(e => new Contestant(e, plan)).ToList();
        try
        {
            foreach (var c in contestants)
            {
                double? ready = c.Start();
                if (ready is null) results.Note($"{c.Name}: {c.Out}");
                else if (!c.Entrant.Upstream) results.Add("first-start", c.Name, 0, new Figures { ["ready_ms"] = ready.Value });
            }
            if (contestants.Any(c => c.Entrant.Upstream && c.Out is not null)) throw new InvalidOperationException("the stub did not start");
            await WarmRounds(contestants);
            foreach (var c in contestants.Where(c => c.Out is null && !c.Entrant.Upstream))
            {
                results.Add("after", c.Name, 0, new Figures { ["rss_mb"] = c.Tree.Resident() / 1048576.0 });
                c.Stop();
            }
            await FreshRounds(contestants);
        }
        finally
        {
            foreach (var c in contestants) c.Dispose();
        }
    }

    private async Task WarmRounds(List<Contestant> contestants)
    {
        var cases = Case.Warm(plan);
        foreach (var c in contestants.Where(c => c.Out is null))
        {
            foreach (var one in cases.Where(c.Takes)) await Probe(c, one);
            if (!c.Entrant.Upstream) await WarmUp(c, cases);
        }
        for (int round = 0; round < plan.Doses.Rounds; round++)
        {
            foreach (var one in cases)
            {
                // Everybody goes first once in a while.
                for (int i = 0; i < contestants.Count; i++)
                {
                    var c = contestants[(i + round) % contestants.Count];
                    if (c.Takes(one) && InTime()) await Measure(c, one, round);
                }
            }
        }
    }

    private async Task FreshRounds(List<Contestant> contestants)
    {
        for (int round = 0; round < plan.Doses.FreshRounds; round++)
        {
            foreach (var c in contestants.Where(c => c.Out is null))
            {
                foreach (var one in (Case[])[Case.Peak(plan), Case.Forms(plan), Case.Held(plan), Case.Edits(plan), Case.Pictures(plan), Case.Generated(plan)])
                {
                    if (!c.Takes(one) || !InTime()) continue;
                    if (one.Name == "held" && round >= plan.Doses.HeldRounds) continue;
                    if (!await FreshStart(c, round)) break;
                    await Probe(c, one with { Probe = Requests.Chat(plan.Key, Case.SmallModel, 1024), ProbeChunks = 0 });
                    if (!c.Takes(one)) break;
                    // A little warmth, so that compiled code and first buffers are not counted as the streams' memory.
                    await Loads.Saturate(c, Requests.Chat(plan.Key, Case.SmallModel, 1024), 16, 0.3);
                    await Measure(c, one, round);
                    if (!c.Entrant.Upstream) c.Stop();
                }
            }
        }
    }

    private async Task<bool> FreshStart(Contestant c, int round)
    {
        if (c.Entrant.Upstream) return true;
        double? ready = c.Start();
        if (ready is null)
        {
            results.Note($"{c.Name}: a later start failed: {c.Out}");
            return false;
        }
        await Task.Delay(TimeSpan.FromSeconds(plan.Doses.IdleWait));
        results.Add("start", c.Name, results.Next("start", c.Name), new Figures { ["ready_ms"] = ready.Value, ["rss_mb"] = c.Tree.Resident() / 1048576.0 });
        Progress($"round {round + 1} · start · {c.Name}");
        return true;
    }

    private async Task Measure(Contestant c, Case one, int round)
    {
        try
        {
            var figures = await one.Run(c, plan);
            results.Add(one.Name, c.Name, round, figures);
            Progress($"round {round + 1} · {one.Name} · {c.Name} · {string.Join(' ', figures.Select(f => $"{f.Key}={f.Value:0.##}"))}");
        }
        catch (TimeoutException)
        {
            c.Refused.Add(one.Name);
            results.Note($"{c.Name}, {one.Name}: did not finish in time; left out from round {round + 1} on");
        }
    }

    // One call, looked at closely: a case that a contestant cannot answer is left out with the reason, not measured as a fast error.
    private async Task Probe(Contestant c, Case one)
    {
        var reader = new StreamReader(one.ProbeChunks);
        using var connection = new Connection(c.Address, reader);
        bool ok;
        try { ok = await connection.CallAsync(one.Probe).AsTask().WaitAsync(TimeSpan.FromSeconds(15)); }
        catch (TimeoutException) { ok = false; }
        if (ok && (one.ProbeChunks > 0 ? reader.Complete : reader is { Status: 200, Done: true })) return;
        c.Refused.Add(one.Name);
        results.Note($"{c.Name}, {one.Name}: left out, a trial call gave status {reader.Status}, {reader.Chunks} of {one.ProbeChunks} chunks, end {(reader.Ended ? "seen" : "not seen")}");
    }

    private async Task WarmUp(Contestant c, IReadOnlyList<Case> cases)
    {
        Progress($"warm-up · {c.Name}");
        foreach (var one in cases.Where(c.Takes))
        {
            if (one.WarmRequest is { } hurry)
                for (int i = 0; i < Math.Max(1, plan.Doses.Warm); i++) await Loads.Streams(c, hurry, 32, 1, Case.WarmChunks, 0.1);
            else if (one.Name != "rate") await Loads.Saturate(c, one.Probe, one.Name == "small" ? 32 : 4, one.Name == "small" ? plan.Doses.Warm : plan.Doses.Warm / 5);
        }
    }

    private bool InTime()
    {
        if (Stopwatch.GetElapsedTime(_began).TotalSeconds < plan.DeadlineSeconds) return true;
        if (!_saidLate) results.Note($"the time for `{plan.Mode}` was used up: the rest was not measured");
        _saidLate = true;
        return false;
    }

    private void Progress(string text) => Console.Error.WriteLine($"[{Stopwatch.GetElapsedTime(_began).TotalSeconds,5:0.0}s] {text}");
}
