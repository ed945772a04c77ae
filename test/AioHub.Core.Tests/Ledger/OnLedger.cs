using System.Collections.Concurrent;
using System.Collections.Immutable;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Ledger;

/// <summary>A database of its own for each test; each class of tests is derived once for each engine.</summary>
public abstract class OnLedger(DatabaseEngine engine) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentBag<HubDatabase> _opened = [];
    private string? _postgres;

    public static readonly Group PlainGroup = new() { Id = new GroupId(1), Name = "openai" };
    public static readonly Group BudgetedGroup = new() { Id = new GroupId(7), Name = "claude-kiro", HasQuota = true };

    /// <summary>Whose quota pays: nobody's, or the budgeted group's.</summary>
    public static readonly GroupId? Plain = PlainGroup.Quota;
    public static readonly GroupId? Budgeted = BudgetedGroup.Quota;

    protected HubDatabase Database { get; private set; } = null!;

    protected string Folder => _folder.Path;

    /// <summary>Runs fifty times as fast as the wall, unless told otherwise, from a fixed moment.</summary>
    internal TestTime Time { get; } = new(new DateTime(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc));

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal LedgerBook Ledger => new(Database, Time);

    public async ValueTask InitializeAsync()
    {
        if (engine == DatabaseEngine.Postgres)
        {
            Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
            _postgres = await PostgresServer.CreateDatabaseAsync();
        }

        Database = Open();
        await Database.MigrateAsync(Cancellation);
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

    protected Task<NanoUsd> TopUpAsync(AccountRef account, long nano) => Ledger.TopUpAsync(account, new NanoUsd(nano), "test", "tester", Cancellation);

    internal async Task<LocalHoldBook> LoadedBookAsync()
    {
        var book = new LocalHoldBook(Database, Time);
        await book.LoadAsync(Cancellation);
        return book;
    }

    /// <summary>
    /// A book whose calls never give up waiting. On any clock that runs they do, and a busy machine may take longer than that to start a second call: a test
    /// that counts waiting calls would then see fewer than it waits for.
    /// </summary>
    internal async Task<LocalHoldBook> PatientBookAsync()
    {
        var book = new LocalHoldBook(Database, new NoTimePasses());
        await book.LoadAsync(Cancellation);
        return book;
    }

    /// <summary>Waits for what other tasks do; fails after half a minute, so that a test that waits in vain says so.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(30), "waited in vain");
            await Task.Delay(1, Cancellation);
        }
    }

    internal static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    internal async Task ExecuteAsync(string sql)
    {
        await using var context = Database.CreateContext();
        await context.Database.ExecuteSqlRawAsync(sql, Cancellation);
    }

    internal async Task<long> CountAsync<T>()
        where T : class
    {
        await using var context = Database.CreateContext();
        return await context.Set<T>().LongCountAsync(Cancellation);
    }

    public static ApiKey Key(long id = 1, long owner = 1, Limits? limits = null) => new()
    {
        Id = new ApiKeyId(id),
        Name = $"key-{id}",
        Owner = new UserId(owner),
        OwnerRole = Role.User,
        Groups = ["auto"],
        Limits = limits ?? Limits.None,
    };

    /// <summary>What a call of this key needs: beside its own purses a quota.</summary>
    internal HoldClaim Claim(ApiKey key, GroupId? quota = null) =>
        new(key, new Payer((quota ?? PlainGroup.Id).Value, Limits.None, quota is not null), Payer.None, Payer.None, Time.GetUtcNow().UtcDateTime);

    /// <summary>Immutable arrays are equal by reference only; this looks into them.</summary>
    internal static void ShouldBeSame(Receipt actual, Receipt expected)
    {
        actual.Attempts.ShouldBe(expected.Attempts);
        actual.Losses.ShouldBe(expected.Losses);
        actual.Charge.Lines.SequenceEqual(expected.Charge.Lines).ShouldBeTrue();
        Plainly(actual).ShouldBe(Plainly(expected));

        static Receipt Plainly(Receipt receipt) => receipt with { Attempts = [], Losses = [], Charge = receipt.Charge with { Lines = [] } };
    }

    internal Receipt Receipt(long nano, ApiKey? key = null, Group? group = null, RequestId? id = null)
    {
        key ??= Key();
        return new Receipt
        {
            Id = id ?? RequestId.New(Time),
            StartedAt = Time.GetUtcNow().UtcDateTime,
            Key = key.Id,
            KeyName = key.Name,
            User = key.Owner,
            Dialect = Dialect.OpenAiChat,
            Operation = Operation.Generate,
            HttpStatus = 200,
            Outcome = CallOutcome.Completed,
            Group = (group ?? PlainGroup).Name,
            GroupId = (group ?? PlainGroup).Id,
            ChargesGroupQuota = (group ?? PlainGroup).HasQuota,
            Channel = "sandbox",
            RequestedModel = "m",
            ServedModel = "m",
            UpstreamModel = "m",
            Usage = new Usage { Input = 12, Output = 34, Source = UsageSource.Reported },
            // Priced by the call: whatever the test wants to charge is what the lines add up to.
            Charge = new Charge([new LineItem("input", 12, 0m), new LineItem("output", 34, 0m), new LineItem("request", 1, nano / 1_000m)], 1m, new NanoUsd(nano), "v1"),
            Attempts = [new AttemptRecord("openai", "sandbox", "a", "ok", 200, 12.5, null)],
            TotalMilliseconds = 40,
            FirstByteMilliseconds = 12.5,
        };
    }
}

/// <summary>A clock whose moment the test sets and whose timers run faster.</summary>
internal sealed class TestTime(DateTime utc) : TimeProvider
{
    private long _ticks = utc.Ticks;

    /// <summary>How many times as fast as the wall. Set before anything is timed: lower where somebody must answer in time, also on a busy machine.</summary>
    public int Speed { get; set; } = 50;

    public void Set(DateTime moment) => Volatile.Write(ref _ticks, moment.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => base.GetTimestamp() * Speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Faster(dueTime), Faster(period));

    private TimeSpan Faster(TimeSpan time) => time > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / Speed)) : time;
}

/// <summary>A clock on which no time passes between two moments, though its timers fire.</summary>
internal sealed class NoTimePasses : TimeProvider
{
    public override long GetTimestamp() => 0;
}
