using System.Diagnostics.CodeAnalysis;
using System.Collections.Concurrent;
using AioHub.Core.Alerts;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Alerts;

/// <summary>A clock that stands where it is put.</summary>
internal sealed class PutTime(DateTime utc) : TimeProvider
{
    public DateTime Now { get; set; } = utc;

    public override DateTimeOffset GetUtcNow() => new(Now);
}

/// <summary>One server's view: its own directories and its own rounds, on a database that others may have open too.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It holds a semaphore that nobody waits for, and ends with its test.")]
internal sealed class AlertNode
{
    public static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());

    private readonly ConfigurationWatch _watch;

    public AlertNode(HubDatabase database, TimeProvider time)
    {
        Keys = new ApiKeyDirectory(Master);
        _watch = new ConfigurationWatch(database, Master, Keys, Catalog, Routing);
        Rounds = new AlertRounds(database, Routing, Catalog, Keys, time);
    }

    public ApiKeyDirectory Keys { get; }

    public CatalogDirectory Catalog { get; } = new();

    public RoutingDirectory Routing { get; } = new();

    public AlertRounds Rounds { get; }

    public Task LoadAsync() => _watch.LoadAsync(TestContext.Current.CancellationToken);

    public Task<int> LookAsync() => Rounds.LookAsync(TestContext.Current.CancellationToken);
}

/// <summary>Carries nothing, and answers as it is told.</summary>
internal sealed class ScriptedCourier(Func<AlertParcel, int, CourierAnswer> answer) : IAlertCourier
{
    private int _tries;

    public ConcurrentQueue<AlertParcel> Parcels { get; } = new();

    public static CourierAnswer Taken { get; } = new(true, true, 200, "HTTP 200");

    public static CourierAnswer Busy { get; } = new(false, false, 503, "HTTP 503");

    public Task<CourierAnswer> CarryAsync(AlertParcel parcel, CancellationToken cancellation)
    {
        Parcels.Enqueue(parcel);
        return Task.FromResult(answer(parcel, Interlocked.Increment(ref _tries)));
    }
}
