using System.Diagnostics;

namespace AioHub.Bench.Load;

/// <summary>The shapes of load. Each returns named figures; times in microseconds, CPU in microseconds, memory in bytes.</summary>
internal static class Loads
{
    /// <summary>Closed loop: so many connections, each sends its next request when the reply is there.</summary>
    public static async Task<Figures> Saturate(Contestant target, byte[] request, int connections, double seconds)
    {
        using var stop = new CancellationTokenSource();
        long[] done = new long[connections * 8]; // a cache line each
        long[] failed = new long[connections * 8];
        var loops = Enumerable.Range(0, connections).Select(i => Task.Run(async () =>
        {
            using var connection = new Connection(target.Address, new ReplyReader());
            while (!stop.IsCancellationRequested)
            {
                bool ok = await connection.CallAsync(request) && connection.Reader.Status == 200;
                if (ok) done[i * 8]++;
                else
                {
                    failed[i * 8]++;
                    await Task.Delay(5);
                }
            }
        })).ToArray();
        await Task.Delay(300);
        var cpu = target.Tree.ReadCpu();
        long began = Stopwatch.GetTimestamp(), doneBefore = done.Sum();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        long count = done.Sum() - doneBefore;
        double elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long spent = ProcessTree.Nanoseconds(cpu, target.Tree.ReadCpu());
        await stop.CancelAsync();
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(30));
        return new Figures
        {
            ["rps"] = count / elapsed,
            ["cpu_us"] = count > 0 ? spent / 1e3 / count : double.NaN,
            ["failed"] = failed.Sum(),
        };
    }

    /// <summary>
    /// Open loop: requests fall due at a fixed rate, whether or not earlier ones were answered. A request that had to wait for its sender
    /// is counted from the time it was due.
    /// </summary>
    public static Figures FixedRate(Contestant target, byte[] request, double rate, double seconds)
    {
        const int senders = 16;
        const double warm = 0.3;
        var step = TimeSpan.FromSeconds(senders / rate);
        int perSender = (int)((seconds + warm) * rate / senders);
        int skip = (int)(warm * rate / senders);
        var latencies = new List<long>[senders];
        long failed = 0;
        long began = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 20;
        var threads = Enumerable.Range(0, senders).Select(s => new Thread(() =>
        {
            var mine = latencies[s] = new List<long>(perSender);
            using var connection = new Connection(target.Address, new ReplyReader());
            for (int k = 0; k < perSender; k++)
            {
                long due = began + (long)((s / rate + k * step.TotalSeconds) * Stopwatch.Frequency);
                double wait = (due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
                bool late = wait < 0;
                if (!late) Thread.Sleep((int)wait + 1);
                long start = late ? due : Stopwatch.GetTimestamp();
                bool ok = connection.Call(request) && connection.Reader.Status == 200;
                if (!ok) Interlocked.Increment(ref failed);
                if (k >= skip && ok) mine.Add(Stopwatch.GetTimestamp() - start);
            }
        }, 256 * 1024)).ToArray();
        foreach (var thread in threads) thread.Start();
        Thread.Sleep(TimeSpan.FromSeconds(warm + 0.05));
        var cpu = target.Tree.ReadCpu();
        foreach (var thread in threads) thread.Join();
        long spent = ProcessTree.Nanoseconds(cpu, target.Tree.ReadCpu());
        var all = latencies.SelectMany(l => l).ToList();
        return new Figures
        {
            ["p50_us"] = Percentile(all, 0.50),
            ["p99_us"] = Percentile(all, 0.99),
            ["cpu_us"] = all.Count > 0 ? spent / 1e3 / all.Count : double.NaN,
            ["failed"] = failed,
        };
    }

    /// <summary>So many concurrent streams, each connection making several calls one after the other; the starts are spread over one stream's length.</summary>
    public static async Task<Figures> Streams(Contestant target, byte[] request, int connections, int calls, int chunks, double streamSeconds)
    {
        var readers = Enumerable.Range(0, connections).Select(_ => new StreamReader(chunks) { Latencies = [] }).ToArray();
        var first = Enumerable.Range(0, connections).Select(_ => new List<long>()).ToArray();
        long complete = 0, total = 0;
        var cpu = target.Tree.ReadCpu();
        var loops = Enumerable.Range(0, connections).Select(i => Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(streamSeconds * i / connections));
            using var connection = new Connection(target.Address, readers[i]);
            for (int k = 0; k < calls; k++)
            {
                long start = Stopwatch.GetTimestamp();
                bool ok = await connection.CallAsync(request);
                Interlocked.Add(ref total, readers[i].Chunks);
                if (ok && readers[i].Complete) Interlocked.Increment(ref complete);
                if (readers[i].FirstAt > 0 && k > 0) first[i].Add(readers[i].FirstAt - start); // the first call opens the connection
            }
        })).ToArray();
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(30 + calls * streamSeconds * 4));
        long spent = ProcessTree.Nanoseconds(cpu, target.Tree.ReadCpu());
        var firsts = first.SelectMany(f => f).ToList();
        var latencies = readers.SelectMany(r => r.Latencies!).ToList();
        return new Figures
        {
            ["first_p50_us"] = Percentile(firsts, 0.50),
            ["first_p99_us"] = Percentile(firsts, 0.99),
            ["chunk_p50_us"] = Percentile(latencies, 0.50),
            ["chunk_p99_us"] = Percentile(latencies, 0.99),
            ["cpu_us"] = total > 0 ? spent / 1e3 / total : double.NaN,
            ["failed"] = connections * calls - complete,
        };
    }

    /// <summary>Many slow streams held open at once: resident memory while all of them are open, and how many came whole.</summary>
    public static async Task<Figures> Hold(Contestant target, byte[] request, int streams, int chunks, double rampSeconds)
    {
        long before = target.Tree.Resident();
        int open = 0, complete = 0;
        var all = Enumerable.Range(0, streams).Select(i => Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(rampSeconds * i / streams));
            var reader = new StreamReader(chunks, 2048);
            using var connection = new Connection(target.Address, reader, 2048);
            Interlocked.Increment(ref open);
            if (await connection.CallAsync(request) && reader.Complete) Interlocked.Increment(ref complete);
            Interlocked.Decrement(ref open);
        })).ToArray();
        long peak = before;
        int most = 0;
        var end = Task.WhenAll(all);
        double limit = rampSeconds + chunks + 20;
        long began = Stopwatch.GetTimestamp();
        while (!end.IsCompleted && Stopwatch.GetElapsedTime(began).TotalSeconds < limit)
        {
            await Task.WhenAny(end, Task.Delay(200));
            most = Math.Max(most, open);
            peak = Math.Max(peak, target.Tree.Resident());
        }
        return new Figures
        {
            ["kb_each"] = (peak - before) / 1024.0 / streams,
            ["complete"] = complete,
            ["held"] = most,
            ["failed"] = streams - complete,
        };
    }

    /// <summary>Large calls at once, whose reply keeps them waiting: peak memory per call, in bodies.</summary>
    /// <param name="replyBytes">It is the reply that is large, and has so many bytes at least; 0 = it is the request.</param>
    public static async Task<Figures> LargeAtOnce(Contestant target, byte[] request, int calls, int replyBytes = 0)
    {
        target.Tree.ResetPeak();
        long before = target.Tree.Resident();
        bool[] ok = await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => Task.Run(async () =>
        {
            using var connection = new Connection(target.Address, new ReplyReader());
            return await connection.CallAsync(request) && connection.Reader.Status == 200 && connection.Reader.BodyBytes >= replyBytes;
        }))).WaitAsync(TimeSpan.FromSeconds(60));
        return new Figures
        {
            ["bodies_each"] = Math.Max(0, target.Tree.Peak() - before) / (double)calls / Math.Max(request.Length, replyBytes),
            ["failed"] = ok.Count(o => !o),
        };
    }

    private static double Percentile(List<long> nanoseconds, double p)
    {
        if (nanoseconds.Count == 0) return double.NaN;
        nanoseconds.Sort();
        return nanoseconds[Math.Min(nanoseconds.Count - 1, (int)(p * nanoseconds.Count))] / 1e3;
    }
}

/// <summary>Named figures of one measurement.</summary>
internal sealed class Figures : Dictionary<string, double>
{
    public Figures() : base(StringComparer.Ordinal) { }
}
