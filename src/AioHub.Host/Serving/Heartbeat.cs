using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Host.Home;

namespace AioHub.Host.Serving;

/// <summary>Once a second: what other processes changed (the command line, other nodes) is taken over.</summary>
internal sealed class Heartbeat(HubHome home, ServedMoney money, Router router, HealthLog health, ILogger<Heartbeat> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    /// <summary>Few end, and they stay for long.</summary>
    private static readonly TimeSpan TaskSweepInterval = TimeSpan.FromHours(1);

    /// <summary>Of old receipts in one sweep: five thousand, a second's work.</summary>
    private const int ThinnedAtOnce = 10;

    private readonly ReceiptThinning _thinning = new(home.Database, home.Time);
    private readonly CancellationTokenSource _stopping = new();
    private long _lastSweep = home.Time.GetTimestamp();
    private long _lastTaskSweep = home.Time.GetTimestamp();
    private Task _beating = Task.CompletedTask;

    public void Start() => _beating = Task.Run(BeatAsync);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _beating;
        _stopping.Dispose();
        try
        {
            // What rests when the server stops rests when it starts again.
            await health.WriteAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            HostLog.RefreshFailed(logger, exception);
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Interval, home.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await RefreshAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            var report = await home.Watch.RefreshAsync(_stopping.Token);
            foreach (var warning in report.Warnings)
            {
                HostLog.ConfigurationWarning(logger, warning);
            }

            if (report.Configuration)
            {
                router.Settings = await home.RouteSettings.ReadAsync(_stopping.Token);
            }

            await money.Limits.RefreshAsync(_stopping.Token);
            await money.Wallets.AnswerAsync(_stopping.Token);
            await money.Limits.CheckAsync(_stopping.Token);
            await money.Storage.SettleAsync(_stopping.Token);
            if (home.Time.GetElapsedTime(_lastSweep) >= SweepInterval)
            {
                _lastSweep = home.Time.GetTimestamp();
                await home.Pins.SweepAsync(_stopping.Token);
                await home.Transcripts.SweepAsync(_stopping.Token);
                if (home.Settings.Log.DetailsDays is { } days)
                {
                    await _thinning.SweepAsync(days, ThinnedAtOnce, _stopping.Token);
                }
            }

            if (home.Time.GetElapsedTime(_lastTaskSweep) >= TaskSweepInterval)
            {
                _lastTaskSweep = home.Time.GetTimestamp();
                await money.Tasks.SweepAsync(home.Settings.Tasks.EndedLifetime, _stopping.Token);
            }

            await health.BeatAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception exception)
        {
            // The database may be away for a while; the hub serves on with what it knows. Nor may it keep a stop from writing what is left.
            HostLog.RefreshFailed(logger, exception);
        }
    }
}
