using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Reports;

/// <summary>
/// Adds the request log up in the background, for everything that dashboards show, and notes what occurs in each stretch of it, for searches. Beside the calls, never before
/// them: what it has not read yet, readers add themselves. Several processes may do it at once; each row counts once.
/// </summary>
/// <param name="fresh">Calls that need not be read, as this process wrote them; null = it writes none.</param>
public sealed class Rollups(HubDatabase database, TimeProvider time, ILogger<Rollups>? logger = null, FreshCalls? fresh = null)
{
    /// <summary>Rows of one pass: the write after it keeps the receipt writer waiting for a tenth of a second at most.</summary>
    private const int Most = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly ILogger _logger = logger ?? NullLogger<Rollups>.Instance;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private OpenBlock? _open;

    /// <summary>Rows that were read, those that were read again included.</summary>
    internal long Read { get; private set; }

    /// <summary>Works until it is told to end. An old database is added up from its beginning, with as much rest as work.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                var since = time.GetTimestamp();
                if (await StepAsync(Most, stopping) >= Most)
                {
                    pause = time.GetElapsedTime(since);
                }

                failures = 0;
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                pause = TimeSpan.FromSeconds(Math.Min(Pause.TotalSeconds * ++failures, LongestPause.TotalSeconds));
                ReportsLog.RollupFailed(_logger, problem, pause.TotalSeconds);
            }

            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Adds up all that the log holds now.</summary>
    /// <returns>How many calls.</returns>
    public async Task<long> CatchUpAsync(CancellationToken cancellation = default)
    {
        for (var all = 0L; ;)
        {
            var rows = await StepAsync(Most, cancellation);
            all += rows;
            if (rows == 0)
            {
                return all;
            }
        }
    }

    /// <returns>How many calls were counted: fewer than asked for = there are no more, or they are known and come with the next pass.</returns>
    internal async Task<int> StepAsync(int most, CancellationToken cancellation)
    {
        // A pass that does not come to its end has spoilt what it went on with.
        var open = _open;
        _open = null;
        if (await NextAsync(most, open, cancellation) is not { } batch)
        {
            _open = open;
            return 0;
        }

        Read += batch.Read;
        // Where another process was first, the next pass finds its mark.
        if (await RollupStore.ApplyAsync(database, batch, _numbers, cancellation))
        {
            _open = batch.Open;
        }

        return batch.Rows;
    }

    private async Task<RollupBatch?> NextAsync(int most, OpenBlock? open, CancellationToken cancellation)
    {
        if (fresh is null)
        {
            return await RollupStore.ReadAsync(database, most, null, open, cancellation);
        }

        if (fresh.Take(await RollupStore.MarkAsync(database, cancellation), out var until) is not { } batch)
        {
            return await RollupStore.ReadAsync(database, most, until, open, cancellation);
        }

        await RollupStore.CompleteAsync(database, batch, open, cancellation);
        return batch;
    }
}
