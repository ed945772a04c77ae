using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Reports;
using AioHub.Host.Home;

namespace AioHub.Host.Serving;

/// <summary>The money side of a serving process, in the order that loses nothing: lock the journal, replay it, load balances, then serve.</summary>
internal sealed class ServedMoney : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _writing = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private Task _rolling = Task.CompletedTask;

    private ServedMoney(RequestLog log, UsageJournal journal, LocalHoldBook holds, ReceiptWriter writer, WatchedLimits limits, WalletHolds wallets, StorageRefunds storage, TaskLedger tasks)
    {
        Wallets = wallets;
        Limits = limits;
        Storage = storage;
        Tasks = tasks;
        Log = log;
        Journal = journal;
        Holds = holds;
        Writer = writer;
    }

    public RequestLog Log { get; }

    public UsageJournal Journal { get; }

    public LocalHoldBook Holds { get; }

    public ReceiptWriter Writer { get; }

    public WatchedLimits Limits { get; }

    /// <summary>Gives back what was paid for storage that was not used.</summary>
    public StorageRefunds Storage { get; }

    /// <summary>The money of work that goes on after its answer.</summary>
    public TaskLedger Tasks { get; }

    /// <summary>Begins to ask for tasks; ends with the server, before what it finds could no longer be written.</summary>
    /// <param name="watch">Runs until it is told to end.</param>
    public void Watch(Func<CancellationToken, Task> watch) => _watching = watch(_closing.Token);

    /// <summary>Answers commands that take money out of wallets.</summary>
    public WalletHolds Wallets { get; }

    /// <exception cref="IOException">Another server has the data folder open.</exception>
    public static async Task<ServedMoney> OpenAsync(HubHome home, ILoggerFactory logging, CancellationToken cancellation)
    {
        var log = new RequestLog(home.Database);
        var journal = UsageJournal.Open(home.Settings.DataFolder, home.Time, log);
        try
        {
            var holds = new LocalHoldBook(home.Database, home.Time);
            var fresh = new FreshCalls();
            var writer = new ReceiptWriter(home.Database, journal, holds, home.Time, logging.CreateLogger<ReceiptWriter>(), fresh);
            await writer.ReplayAsync(cancellation);
            await writer.JoinAsync(cancellation);
            await holds.LoadAsync(cancellation);
            var limits = new WatchedLimits(
                home, holds, new SpendingAlerts(holds, home.Database, home.Time, logging.CreateLogger<SpendingAlerts>()),
                new QuotaAlerts(holds, home.Database, home.Time, logging.CreateLogger<QuotaAlerts>()), new AlertWishAdmin(home.Database));
            await limits.RefreshAsync(cancellation);
            // A top-up that is made through this process counts at once; others with the next refresh.
            home.LedgerChanged = holds.RefreshAsync;
            var money = new ServedMoney(log, journal, holds, writer, limits, new WalletHolds(home.Database, holds, journal.NodeId, home.Time),
                new StorageRefunds(home.Database, home.Time, holds.RefreshAsync, logging.CreateLogger<StorageRefunds>()),
                new TaskLedger(home.Database, holds, journal.NodeId, home.Time, logging.CreateLogger<TaskLedger>()));
            money._writing = Task.Run(() => writer.RunAsync(money._stopping.Token), CancellationToken.None);
            money._rolling = Task.Run(() => new Rollups(home.Database, home.Time, logging.CreateLogger<Rollups>(), fresh).RunAsync(money._closing.Token), CancellationToken.None);
            return money;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Puts the doors into a server.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton(Log);
        services.AddSingleton<IUsageJournal>(Journal);
        services.AddSingleton(Holds);
        services.AddSingleton<IHoldBook>(Holds);
        services.AddSingleton(Limits);
        services.AddSingleton(Tasks);
        services.AddSingleton<IRateLimits, LocalRateLimits>();
    }

    /// <summary>Writes what is left into the database; what cannot be written stays in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _watching;
        await _rolling;
        await _stopping.CancelAsync();
        await _writing;
        await Writer.DisposeAsync();
        await Tasks.DisposeAsync();
        Holds.Dispose();
        Journal.Dispose();
        _stopping.Dispose();
        _closing.Dispose();
    }
}
