using System.Collections.Concurrent;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Core.Tests.Storage;

/// <summary>A database of its own for each test. Derived twice by each class of storage tests: the same tests run on both engines.</summary>
public abstract class OnDatabase(DatabaseEngine engine) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentBag<HubDatabase> _opened = [];
    private string? _postgres;

    protected static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());

    protected HubDatabase Database { get; private set; } = null!;

    protected DatabaseEngine Engine => engine;

    protected FixedTime Time { get; } = new(new DateTime(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc));

    protected string Folder => _folder.Path;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal IdentityAdmin Identity => new(Database, Master, Time);

    internal GroupAdmin Groups => new(Database, Time);

    internal ChannelAdmin Channels => new(Database, new SecretBox(Master));

    internal CatalogAdmin Catalog => new(Database, Time);

    /// <summary>False: the test migrates by itself.</summary>
    protected virtual bool Migrated => true;

    public async ValueTask InitializeAsync()
    {
        if (engine == DatabaseEngine.Postgres)
        {
            Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
            _postgres = await PostgresServer.CreateDatabaseAsync();
        }

        Database = Open();
        if (Migrated)
        {
            await Database.MigrateAsync(Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same database as another process would open it.</summary>
    protected HubDatabase Open()
    {
        var database = HubDatabase.Open(_postgres, _folder.Path);
        _opened.Add(database);
        return database;
    }

    internal Task<SeedReport> SeedAsync(params (string Name, string Value)[] environment) =>
        Seed.FirstStartAsync(Database, Master, name => environment.FirstOrDefault(pair => pair.Name == name).Value, Time, Cancellation);

    internal Directories NewDirectories() => new(Open());

    /// <summary>What a running server holds in memory.</summary>
    internal sealed class Directories
    {
        public Directories(HubDatabase database) => Watch = new ConfigurationWatch(database, Master, Keys, Catalog, Routing);

        public ApiKeyDirectory Keys { get; } = new(Master);

        public CatalogDirectory Catalog { get; } = new();

        public RoutingDirectory Routing { get; } = new();

        public ConfigurationWatch Watch { get; }

        public RoutingTable Table => Routing.Current;

        public Channel Channel(string name) => Table.Channels.Single(channel => channel.Name == name);

        public Task<WatchReport> LoadAsync() => Watch.LoadAsync(Cancellation);

        public Task<WatchReport> RefreshAsync() => Watch.RefreshAsync(Cancellation);
    }

    /// <summary>A clock that stands still.</summary>
    public sealed class FixedTime(DateTime utc) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(utc);
    }
}
