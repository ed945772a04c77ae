using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;
using AioHub.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AioHub.Host.Tests.Serving;

/// <summary>What the books say, read with plain SQL: not by the code that is tested.</summary>
/// <param name="Charges">Of the request log, by request id, in nano-USD; calls that cost nothing are in it with zero.</param>
/// <param name="Entries">The rows of charged calls: request id and nano-USD, positive.</param>
/// <param name="Balances">Of wallets, by user id.</param>
internal sealed record Books(Dictionary<string, long> Charges, ImmutableArray<(string Request, long Nano)> Entries, Dictionary<long, long> Balances);

/// <summary>A data folder (and database) of a hub that another process may serve: filled and read through the same doors that the command line uses.</summary>
internal sealed class HubFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    private HubFolder(string? database) => Database = database;

    public string Path => _folder.Path;

    /// <summary>A PostgreSQL connection string; null = SQLite.</summary>
    public string? Database { get; }

    /// <summary>A new hub on SQLite or on a PostgreSQL database of its own; the test is skipped where there is none.</summary>
    public static async Task<HubFolder> CreateAsync(bool postgres = false)
    {
        if (postgres)
        {
            Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
        }

        return new HubFolder(postgres ? await PostgresServer.CreateDatabaseAsync() : null);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Opens the data as a process of the command line does, and closes it again.</summary>
    public async Task WithAsync(Func<HubHome, Task> work)
    {
        var (home, _) = await HubHome.OpenAsync(new HubSettings { Data = Path, Database = Database }, TimeProvider.System, CancellationToken.None);
        await using (home)
        {
            await work(home);
        }
    }

    public HubProcess Serve(int port = 0, IReadOnlyDictionary<string, string>? environment = null, string? shell = null) =>
        HubProcess.Serve(Path, port, Database, environment, shell);

    public Task<VerbResult> RunAsync(params string[] arguments) => HubProcess.RunAsync(Path, [.. arguments, .. Database is null ? [] : new[] { "--database", Database }]);

    public async Task<AuditReport> AuditAsync()
    {
        AuditReport? report = null;
        await WithAsync(async home => report = await LedgerAudit.VerifyAsync(home.Database, Path, TimeProvider.System, CancellationToken.None));
        return report!;
    }

    /// <summary>A user with this much money and a key with these groups; gives the key's secret and the user's id.</summary>
    public static async Task<(string Secret, UserId User)> AddUserAsync(HubHome home, string name, decimal usd, ImmutableArray<string> groups, Limits? limits = null)
    {
        var email = $"{name}@example.com";
        await home.Identity.CreateUserAsync(new UserDraft { Email = email });
        var key = await home.Identity.CreateKeyAsync(new KeyDraft { Name = name, User = email, Groups = groups, Limits = limits });
        await home.Ledger.TopUpAsync(AccountRef.Wallet(key.Owner), NanoUsd.FromUsd(usd), "for a test", "test");
        return (key.Secret!, key.Owner);
    }

    /// <summary>A group whose channels all lead to this upstream, one for each vendor's dialect.</summary>
    public static async Task<GroupId> AddGroupAsync(HubHome home, string name, Uri upstream, bool quota = false)
    {
        var members = ImmutableArray.CreateBuilder<MemberDraft>();
        foreach (var type in (string[])["openai", "anthropic", "gemini"])
        {
            var channel = $"{name}-{type}";
            await home.Channels.UpsertAsync(new ChannelDraft
            {
                Name = channel,
                Type = type,
                BaseUrl = upstream.ToString(),
                AllowPrivateNetwork = true,
                Credentials = [new CredentialDraft("a", "sk-upstream-secret")],
                Models = ["*"],
            });
            members.Add(new MemberDraft(channel));
        }

        var report = await home.Groups.UpsertAsync(new GroupDraft { Name = name, HasQuota = quota, Channels = members.ToImmutable() });
        return new GroupId(report.Id);
    }

    public static Task AddModelAsync(HubHome home, string id, Rates? rates = null, decimal? perRequest = null) =>
        home.Models.UpsertModelAsync(new ModelDraft
        {
            Id = id,
            Vendor = "test",
            Kind = ModelKind.Chat,
            ContextWindow = 200_000,
            MaxOutputTokens = 8_000,
            Prices = [new PriceRow { Version = "", From = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = rates ?? new Rates(), PerRequest = perRequest }],
        });

    /// <summary>Reads alone: what a killed server left is not tidied up by the look at it.</summary>
    public async Task<Books> ReadBooksAsync()
    {
        await using var connection = Open();
        await connection.OpenAsync();
        var charges = new Dictionary<string, long>(StringComparer.Ordinal);
        var entries = ImmutableArray.CreateBuilder<(string, long)>();
        await ReadAsync(connection, """SELECT "Id", "ChargeNano" FROM request_log ORDER BY "Seq" """, row =>
        {
            var bytes = row.GetFieldValue<byte[]>(0);
            var id = new RequestId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8))).ToString();
            charges[id] = row.GetInt64(1);
            if (row.GetInt64(1) != 0)
            {
                entries.Add((id, row.GetInt64(1)));
            }
        });
        var balances = new Dictionary<long, long>();
        await ReadAsync(
            connection, """SELECT "OwnerId", "BalanceNano" FROM accounts WHERE "Kind" = 'wallet'""", row => balances.Add(row.GetInt64(0), row.GetInt64(1)));
        return new Books(charges, entries.ToImmutable(), balances);
    }

    /// <summary>Of calls in the log, each tells for every group and channel that did not serve it why; those whose callers left before that may have nothing to tell.</summary>
    /// <param name="most">Looks at so many, evenly spread.</param>
    public async Task ShouldTellAllAsync(int most = int.MaxValue)
    {
        var ids = (await ReadBooksAsync()).Charges.Keys.ToArray();
        ids.ShouldNotBeEmpty();
        await WithAsync(async home =>
        {
            var step = Math.Max(1, ids.Length / most);
            for (var i = 0; i < ids.Length; i += step)
            {
                RequestId.TryParse(ids[i], out var id).ShouldBeTrue();
                var receipt = (await RequestLog.FindAsync(home.Database, id, CancellationToken.None)).ShouldNotBeNull();
                var told = Relay.DryRun.Of(receipt).ShouldNotBeNull($"{id} {receipt.Outcome} {receipt.ErrorCode}").Explanation;
                told.Groups.ShouldAllBe(static group => group.Reason.Length > 0 && group.Channels.All(static channel => channel.Reason.Length > 0));
                told.Groups.Count(static group => group.Chosen).ShouldBe(told.Group is null ? 0 : 1);
                told.Group.ShouldBe(receipt.Outcome is CallOutcome.Failed or CallOutcome.Refused ? null : receipt.Group);
            }
        });
    }

    /// <summary>Lets nobody else write into the SQLite file until disposed of.</summary>
    public async Task<IAsyncDisposable> LockDatabaseAsync()
    {
        var connection = new SqliteConnection(SqliteFile("ReadWrite"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private DbConnection Open() => Database is null ? new SqliteConnection(SqliteFile("ReadOnly")) : new NpgsqlConnection(Database);

    private string SqliteFile(string mode) =>
        string.Create(CultureInfo.InvariantCulture, $"Data Source={System.IO.Path.Combine(Path, "aiohub.db")};Mode={mode};Pooling=False;Default Timeout=30");

    private static async Task ReadAsync(DbConnection connection, string sql, Action<DbDataReader> take)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Fixed text.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            take(reader);
        }
    }
}
