using AioHub.Core.Alerts;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Pins;
using AioHub.Core.Transcripts;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Host.Alerting;
using AioHub.Relay.Probes;

namespace AioHub.Host.Home;

/// <summary>The data of a hub, opened: what every verb needs, whether or not a server runs on it.</summary>
internal sealed class HubHome : IAsyncDisposable
{
    private HubHome(HubSettings settings, HubDatabase database, MasterKey master, TimeProvider time)
    {
        Settings = settings;
        Database = database;
        Master = master;
        Time = time;
        Keys = new ApiKeyDirectory(master);
        Playground = new PlaygroundTokens(master, Keys);
        Watch = new ConfigurationWatch(database, master, Keys, Catalog, Routing);
        Ledger = new LedgerBook(database, time, cancellation => LedgerChanged(cancellation))
        {
            Journal = cancellation => LedgerAudit.UnwrittenAsync(database, settings.DataFolder, time, cancellation),
        };
        Identity = new IdentityAdmin(database, master, time);
        Sessions = new SessionAdmin(database, master, time);
        Groups = new GroupAdmin(database, time);
        Channels = new ChannelAdmin(database, new SecretBox(master));
        Credentials = new CredentialAdmin(database, new SecretBox(master), Channels);
        ChannelEdits = new ChannelEdits(database, Channels);
        Models = new CatalogAdmin(database, time);
        Prices = new PriceSyncAdmin(database, time);
        GroupPrices = new GroupPriceAdmin(database, time);
        Codes = new CodeBook(database, master, time, cancellation => LedgerChanged(cancellation));
        Secrets = new SecretBox(master);
        Alerts = new AlertAdmin(database, time);
        Mail = new MailAdmin(database, Secrets, settings.Mail.ToSettings());
        Entry = new EntryAdmin(database);
        Courier = new Couriers(new MailCourier(Mail, async cancellation => (await Entry.ReadAsync(cancellation)).PublicAddress, time, settings.Mail.ReadRoots()), new WebhookCourier(time));
        RouteSettings = new RouteSettingsAdmin(database);
        Pins = new PinDirectory(database, settings.Pins, time);
        Transcripts = new TranscriptDirectory(database, new SecretBox(master), settings.Transcripts, time);
        Health = new HealthAdmin(database, time);
        Probes = new ProbeAdmin(database, time);
        Trials = new ChannelTrials(Routing, Catalog, Probes, time);
    }

    public HubSettings Settings { get; }

    public HubDatabase Database { get; }

    public MasterKey Master { get; }

    public TimeProvider Time { get; }

    public ApiKeyDirectory Keys { get; }

    /// <summary>By which the console's playground calls models.</summary>
    public PlaygroundTokens Playground { get; }

    public CatalogDirectory Catalog { get; } = new();

    public RoutingDirectory Routing { get; } = new();

    public ConfigurationWatch Watch { get; }

    public LedgerBook Ledger { get; }

    /// <summary>Told after each change of the ledger through this process.</summary>
    public Func<CancellationToken, Task> LedgerChanged { get; set; } = static _ => Task.CompletedTask;

    public IdentityAdmin Identity { get; }

    /// <summary>Sessions of the console, one-time links, tokens.</summary>
    public SessionAdmin Sessions { get; }

    public GroupAdmin Groups { get; }

    public ChannelAdmin Channels { get; }

    public CredentialAdmin Credentials { get; }

    public ChannelEdits ChannelEdits { get; }

    public CatalogAdmin Models { get; }

    public PriceSyncAdmin Prices { get; }

    public GroupPriceAdmin GroupPrices { get; }

    public CodeBook Codes { get; }

    public SecretBox Secrets { get; }

    public AlertAdmin Alerts { get; }

    public MailAdmin Mail { get; }

    /// <summary>Sign-up, the public address, what new users begin with.</summary>
    public EntryAdmin Entry { get; }

    /// <summary>Carries alerts to people.</summary>
    public Couriers Courier { get; }

    public RouteSettingsAdmin RouteSettings { get; }

    /// <summary>Where the things live that upstreams keep for callers.</summary>
    public PinDirectory Pins { get; }

    public TranscriptDirectory Transcripts { get; }

    public HealthAdmin Health { get; }

    public ProbeAdmin Probes { get; }

    /// <summary>Tests and probes of channels.</summary>
    public ChannelTrials Trials { get; }

    /// <summary>Makes calls of channels outside of any caller's.</summary>
    public ChannelBench OpenBench() => new(new SecretBox(Master), Transcripts, Time);

    /// <summary>Opens the database, brings its schema up to date, fills it when it is empty, and loads the configuration.</summary>
    public static async Task<(HubHome Home, SeedReport Seeded)> OpenAsync(HubSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(settings.DataFolder);
        var master = MasterKey.Load(settings.MasterKey, settings.DataFolder);
        var home = new HubHome(settings, HubDatabase.Open(settings.Database, settings.DataFolder, time), master, time);
        try
        {
            await home.Database.MigrateAsync(cancellation);
            var seeded = await Seed.FirstStartAsync(home.Database, master, Environment.GetEnvironmentVariable, time, cancellation);
            if (seeded is { Seeded: true, Owner: { } owner })
            {
                await home.Ledger.TopUpAsync(AccountRef.Wallet(owner), FirstStart.OwnerBalance, "starting balance of the owner", "first start", cancellation);
            }

            await home.Watch.LoadAsync(cancellation);
            return (home, seeded);
        }
        catch
        {
            await home.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        Courier.Dispose();
        await Database.DisposeAsync();
    }
}
