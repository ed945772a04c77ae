using AioHub.Core.Alerts;
using AioHub.Host.Home;

namespace AioHub.Host.Serving;

/// <summary>What a serving process does about alerts, beside the calls: rounds that look, and the outbox that is carried out.</summary>
internal sealed class ServedAlerts : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _looking;
    private readonly Task _carrying;

    public ServedAlerts(HubHome home, ILoggerFactory loggers)
    {
        Rounds = new AlertRounds(home.Database, home.Routing, home.Catalog, home.Keys, home.Time, loggers.CreateLogger<AlertRounds>());
        var deliveries = new Deliveries(home.Database, home.Secrets, home.Courier, home.Time, loggers.CreateLogger<Deliveries>());
        _looking = Task.Run(() => Rounds.RunAsync(_stopping.Token), CancellationToken.None);
        _carrying = Task.Run(() => deliveries.RunAsync(_stopping.Token), CancellationToken.None);
    }

    public AlertRounds Rounds { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_looking, _carrying);
        _stopping.Dispose();
    }
}
