using System.Globalization;

namespace AioHub.Bench.Load;

/// <summary>CPU and memory of a process and all its children, from /proc.</summary>
internal sealed class ProcessTree
{
    private const long NanosecondsPerTick = 10_000_000; // USER_HZ is 100 on every Linux that .NET runs on
    private readonly int[] _pids;

    public ProcessTree(int root) => _pids = Descendants(root);

    /// <summary>
    /// One reading of the CPU clocks. /proc/PID/stat counts everything the process ever used, threads that ended included, but in steps of 10 ms;
    /// /proc/PID/task/TID/schedstat counts nanoseconds, but only of threads that still live.
    /// </summary>
    internal sealed record Reading(long StatNanoseconds, Dictionary<string, long> Threads);

    public Reading ReadCpu()
    {
        long stat = 0;
        var threads = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (int pid in _pids)
        {
            try
            {
                string[] fields = AfterName(File.ReadAllText($"/proc/{pid}/stat"));
                stat += (Long(fields[11]) + Long(fields[12])) * NanosecondsPerTick;
                foreach (string task in Directory.GetDirectories($"/proc/{pid}/task"))
                {
                    string text = File.ReadAllText($"{task}/schedstat");
                    threads[task] = Long(text.Split(' ')[0]);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
            {
                // The thread or process ended between the listing and the reading.
            }
        }
        return new Reading(stat, threads);
    }

    /// <summary>CPU time between two readings: the fine clock, unless threads that ended took more with them than the coarse clock's step explains.</summary>
    public static long Nanoseconds(Reading before, Reading after)
    {
        long fine = 0;
        foreach (var (task, now) in after.Threads)
            fine += now - before.Threads.GetValueOrDefault(task);
        long coarse = after.StatNanoseconds - before.StatNanoseconds;
        return Math.Max(fine, coarse - 2 * NanosecondsPerTick);
    }

    /// <summary>Resident bytes now.</summary>
    public long Resident() => Sum("VmRSS:");

    /// <summary>Highest resident bytes since <see cref="ResetPeak"/>.</summary>
    public long Peak() => Sum("VmHWM:");

    public void ResetPeak()
    {
        foreach (int pid in _pids)
        {
            try { File.WriteAllText($"/proc/{pid}/clear_refs", "5"); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        }
    }

    private long Sum(string name)
    {
        long total = 0;
        foreach (int pid in _pids)
        {
            try
            {
                foreach (string line in File.ReadLines($"/proc/{pid}/status"))
                    if (line.StartsWith(name, StringComparison.Ordinal))
                        total += Long(line.AsSpan(name.Length).Trim().ToString().Split(' ')[0]) * 1024;
            }
            catch (IOException) { }
        }
        return total;
    }

    private static int[] Descendants(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            try { parents[pid] = int.Parse(AfterName(File.ReadAllText($"{folder}/stat"))[1], CultureInfo.InvariantCulture); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        }
        var found = new List<int> { root };
        for (int i = 0; i < found.Count; i++)
            found.AddRange(parents.Where(p => p.Value == found[i]).Select(p => p.Key));
        return [.. found];
    }

    // The second field is the program's name in parentheses, which may hold spaces.
    private static string[] AfterName(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
