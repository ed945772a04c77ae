using AioHub.Core.Routing;
using AioHub.Core.Ledger;
using AioHub.Core.Identity;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>
/// The promise of the journal: <c>kill -9</c> at any moment, and whoever saw an answer's end has paid for it, once. Calls that were cut off may have been
/// charged (their end was on its way), but never twice. <c>CRASH_ROUNDS</c> sets how many rounds of 500 calls are run.
/// </summary>
[Collection(ServingCollection.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int CallsARound = 500;
    private const int AtOnce = 40;
    private const int KillsARound = 3;
    private const string Model = "crash-model";
    private const long InputNano = 3_000;
    private const long OutputNano = 15_000;
    private const decimal StartUsd = 10_000m;

    private static readonly (Dialect Dialect, bool Stream)[] Mix =
    [
        (Dialect.OpenAiChat, true), (Dialect.OpenAiResponses, true), (Dialect.AnthropicMessages, true), (Dialect.Gemini, true), (Dialect.OpenAiChat, true),
        (Dialect.AnthropicMessages, true), (Dialect.OpenAiChat, false), (Dialect.AnthropicMessages, false),
    ];

    [Fact]
    public Task Kills_lose_and_double_no_charge() => RunAsync(postgres: false, Rounds(2));

    [Fact]
    public Task Kills_lose_and_double_no_charge_on_PostgreSQL() => RunAsync(postgres: true, Rounds(1));

    /// <summary>While another process has the database locked, calls are served; killed then, the hub owes nothing and is owed nothing.</summary>
    [Fact]
    public async Task A_locked_database_stops_no_call_and_a_kill_meanwhile_loses_none()
    {
        await using var model = await ScriptedModel.StartAsync();
        using var folder = await HubFolder.CreateAsync();
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "crash", model.Address);
            await HubFolder.AddModelAsync(home, Model, new Rates { Input = InputNano / 1000m, Output = OutputNano / 1000m });
            (secret, user) = await HubFolder.AddUserAsync(home, "crash", StartUsd, ["crash"]);
        });
        var tally = new Tally();
        await using (var hub = folder.Serve())
        {
            await hub.WaitUntilReadyAsync();
            using var caller = new Caller(hub.Address, secret);
            await using (await folder.LockDatabaseAsync())
            {
                await Task.WhenAll(Enumerable.Range(1, 40).Select(async number =>
                {
                    var call = CallOf(number);
                    tally.Add(call, await caller.SendAsync(call));
                })).WaitAsync(TimeSpan.FromSeconds(30));
                await hub.KillAsync();
            }
        }

        tally.Ended.Count.ShouldBe(40);
        (await folder.ReadBooksAsync()).Charges.ShouldBeEmpty("nothing can have been written while the database was locked");
        await using var second = folder.Serve();
        await second.WaitUntilReadyAsync();
        using var again = new Caller(second.Address, secret);
        await SettleAsync(folder, second, again);
        await CheckAsync(folder, tally, user);
    }

    private static int Rounds(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("CRASH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) && rounds > 0 ? rounds : usual;

    private async Task RunAsync(bool postgres, int rounds)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"seed {seed}, {rounds} rounds of {CallsARound} calls, {AtOnce} at once, about {KillsARound} kills each, {(postgres ? "PostgreSQL" : "SQLite")}");
        await using var model = await ScriptedModel.StartAsync();
        using var folder = await HubFolder.CreateAsync(postgres);
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            // All kinds of limits on money are in play, none of them so low that it stops a call.
            var plenty = new Limits { PerDay = NanoUsd.FromUsd(StartUsd), PerWeek = NanoUsd.FromUsd(StartUsd), Total = NanoUsd.FromUsd(StartUsd) };
            var group = await HubFolder.AddGroupAsync(home, "crash", model.Address, quota: true);
            await home.Ledger.TopUpAsync(AccountRef.Quota(group), NanoUsd.FromUsd(StartUsd), "for a test", "test");
            await home.Groups.UpsertAsync(new GroupDraft { Name = "crash", Limits = plenty });
            foreach (var channel in (await home.Channels.ListAsync()).Where(static one => one.Channel.Name.StartsWith("crash-", StringComparison.Ordinal)))
            {
                await home.Channels.UpsertAsync(new ChannelDraft { Name = channel.Channel.Name, HasQuota = true, Limits = plenty });
                await home.Ledger.TopUpAsync(AccountRef.Budget(channel.Channel.Id), NanoUsd.FromUsd(StartUsd), "for a test", "test");
            }

            await HubFolder.AddModelAsync(home, Model, new Rates { Input = InputNano / 1000m, Output = OutputNano / 1000m });
            (secret, user) = await HubFolder.AddUserAsync(home, "crash", StartUsd, ["crash"]);
            await home.Identity.UpdateUserAsync(new UserDraft { Email = "crash@example.com", Limits = plenty });
        });

        var tally = new Tally();
        var port = HubProcess.FreePort();
        using var caller = new Caller(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), secret);
        for (var round = 1; round <= rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            var (ended, cut, kills, hub) = await LoadAsync(folder, port, caller, random, tally);
            await using (hub)
            {
                await SettleAsync(folder, hub, caller);
            }

            await CheckAsync(folder, tally, user);
            output.WriteLine($"round {round}: {ended} saw the end, {cut} cut off, {kills} kills; {watch.Elapsed.TotalSeconds:0.0} s");
        }

        tally.CutOff.ShouldBeGreaterThan(0, "no kill hit a running call: the test showed nothing");
        output.WriteLine(
            $"in all: {tally.Ended.Count} saw the end, each charged once; {tally.CutOff} cut off, {tally.CutButCharged} of them charged, none twice; {tally.Kills} kills, "
            + $"which found {tally.InJournalAlone} charges in the journal alone; {tally.Rejected} journal stretches put aside");
    }

    /// <summary>500 calls, <see cref="AtOnce"/> at a time, while the process is killed and started again.</summary>
    private static async Task<(int Ended, int Cut, int Kills, HubProcess Last)> LoadAsync(HubFolder folder, int port, Caller caller, Random random, Tally tally)
    {
        var kills = Enumerable.Range(0, KillsARound).Select(_ => random.Next(CallsARound / 20, CallsARound * 19 / 20)).Order().ToArray();
        var hub = folder.Serve(port);
        await hub.WaitUntilReadyAsync();
        int begun = 0, done = 0, ended = 0, cut = 0, killed = 0;
        var jitter = new ConcurrentQueue<int>(Enumerable.Range(0, KillsARound * 2).Select(_ => random.Next(0, 25)));
        var waits = new ConcurrentQueue<int>(Enumerable.Range(0, KillsARound).Select(_ => random.Next(0, 3) == 0 ? random.Next(0, 400) : -1));
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var workers = Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref begun)) <= CallsARound;)
            {
                var call = CallOf(number);
                var result = await caller.SendAsync(call);
                while (IsRefusedConnection(result) && !over.IsCancellationRequested)
                {
                    // Between a kill and the next start nobody listens: that is no call yet.
                    await Task.Delay(30);
                    result = await caller.SendAsync(call);
                }

                tally.Add(call, result);
                Interlocked.Increment(ref result.SawEnd ? ref ended : ref cut);
                Interlocked.Increment(ref done);
            }
        }).ToArray();

        foreach (var moment in kills)
        {
            while (Volatile.Read(ref done) < moment && !over.IsCancellationRequested)
            {
                await Task.Delay(1);
            }

            await KillAsync(hub);
            hub = folder.Serve(port);
            if (waits.TryDequeue(out var wait) && wait >= 0)
            {
                // Also while it starts: a replay that is cut off is replayed.
                await Task.Delay(wait);
                await KillAsync(hub);
                hub = folder.Serve(port);
            }

            await hub.WaitUntilReadyAsync();
        }

        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(3));
        over.IsCancellationRequested.ShouldBeFalse("the load did not end in time");

        // Once more at the very end, when the last charges may be in the journal alone.
        await KillAsync(hub);
        hub = folder.Serve(port);
        await hub.WaitUntilReadyAsync();
        return (ended, cut, killed, hub);

        async Task KillAsync(HubProcess victim)
        {
            await Task.Delay(jitter.TryDequeue(out var pause) ? pause : 0);
            await victim.KillAsync();
            await victim.DisposeAsync();
            var books = await folder.ReadBooksAsync();
            tally.InJournalAlone += tally.Ended.Keys.Count(id => !books.Charges.ContainsKey(id));
            killed++;
            tally.Kills++;
        }
    }

    /// <summary>No hold is open after a restart; then the hub is stopped as an operator would.</summary>
    private static async Task SettleAsync(HubFolder folder, HubProcess hub, Caller caller)
    {
        (await caller.TokenAsync()).GetProperty("held_nano_usd").GetInt64().ShouldBe(0);
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
        Directory.GetFiles(Path.Combine(folder.Path, "journal"), "*.log").ShouldBeEmpty("all of the journal is in the database");
        var verify = await folder.RunAsync("verify-ledger", "--json");
        verify.Exit.ShouldBe(0, verify.Output + verify.Errors);
        using var report = JsonDocument.Parse(verify.Output);
        report.RootElement.GetProperty("ok").GetBoolean().ShouldBeTrue(verify.Output);
        report.RootElement.GetProperty("open_holds").GetInt32().ShouldBe(0);
        report.RootElement.GetProperty("journal_pending").GetInt32().ShouldBe(0);
    }

    private static async Task CheckAsync(HubFolder folder, Tally tally, UserId user)
    {
        var books = await folder.ReadBooksAsync();
        tally.Rejected = (await folder.AuditAsync()).JournalRejected;
        var entries = books.Entries.ToLookup(static entry => entry.Request, static entry => entry.Nano, StringComparer.Ordinal);
        foreach (var (id, nano) in tally.Ended)
        {
            books.Charges.ShouldContainKey(id, $"a caller saw the end of {id}, and the log does not know it");
            books.Charges[id].ShouldBe(nano);
            entries[id].ShouldBe([nano], $"the wallet's charges for {id}");
        }

        foreach (var group in entries)
        {
            group.Count().ShouldBe(1, $"{group.Key} was charged more than once");
            books.Charges.ShouldContainKeyAndValue(group.Key, group.Single());
        }

        books.Charges.Where(static row => row.Value != 0).ShouldAllBe(row => entries.Contains(row.Key));
        books.Charges.Count.ShouldBeLessThanOrEqualTo(tally.Sent);
        books.Balances[user.Value].ShouldBe(NanoUsd.FromUsd(StartUsd).Value - books.Charges.Values.Sum());
        // What a kill left of the journal tells of figures too.
        await folder.ShouldTellAllAsync(most: 200);
        tally.CutButCharged = tally.Cut.Count(id => books.Charges.GetValueOrDefault(id) != 0);
    }

    private static Call CallOf(int number)
    {
        var (dialect, stream) = Mix[number % Mix.Length];
        return new Call(dialect, stream, Model, string.Create(CultureInfo.InvariantCulture, $"in={10 + (number % 90)} out={20 + (number % 170)} chunks={2 + (number % 4)} pace={1 + (number % 11)}"), 400);
    }

    private static long PriceOf(Call call)
    {
        var parts = call.Text.Split(' ', '=');
        return (long.Parse(parts[1], CultureInfo.InvariantCulture) * InputNano) + (long.Parse(parts[3], CultureInfo.InvariantCulture) * OutputNano);
    }

    private static bool IsRefusedConnection(CallResult result) =>
        result is { Status: 0, Broken: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } };

    /// <summary>What callers saw, over all rounds.</summary>
    private sealed class Tally
    {
        private int _sent;
        private int _cut;

        /// <summary>Request id and exact price in nano-USD.</summary>
        public ConcurrentDictionary<string, long> Ended { get; } = new(StringComparer.Ordinal);

        /// <summary>Calls that were cut off after their headers.</summary>
        public ConcurrentBag<string> Cut { get; } = [];

        public int Sent => Volatile.Read(ref _sent);

        public int CutOff => Volatile.Read(ref _cut);

        public int CutButCharged { get; set; }

        public int Kills { get; set; }

        /// <summary>Charges that a killed process had not brought into the database yet, though their callers had seen the end.</summary>
        public int InJournalAlone { get; set; }

        public int Rejected { get; set; }

        public void Add(Call call, CallResult result)
        {
            Interlocked.Increment(ref _sent);
            if (result.SawEnd)
            {
                Ended.TryAdd(result.RequestId!, PriceOf(call)).ShouldBeTrue("request ids are unique");
                return;
            }

            result.Refused.ShouldBeFalse($"{call}: {result}");
            Interlocked.Increment(ref _cut);
            if (result.RequestId is { } id)
            {
                Cut.Add(id);
            }
        }
    }
}
