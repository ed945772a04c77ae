using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>One hub with a purse for each test.</summary>
public sealed class RaceHub : IAsyncLifetime
{
    public const long FixedNano = 1_000_000;
    public const long TokenNano = 100_000;
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private HubFolder? _folder;
    private HubProcess? _hub;

    internal ScriptedModel Model { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Model = await ScriptedModel.StartAsync();
        _folder = await HubFolder.CreateAsync();
        await _folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "open", Model.Address);
            await HubFolder.AddModelAsync(home, "race-fixed", perRequest: 0.001m);
            // Only output costs: a hold for max_tokens=10 is exactly the charge of 10 tokens.
            await HubFolder.AddModelAsync(home, "race-tokens", new Rates { Input = 0, Output = 10 });
            foreach (var group in (string[])["quota-alone", "quota-first"])
            {
                var id = await HubFolder.AddGroupAsync(home, group, Model.Address, quota: true);
                await home.Ledger.TopUpAsync(AccountRef.Quota(id), new NanoUsd(50 * FixedNano), "for a test", "test");
            }

            var fifty = new NanoUsd(50 * FixedNano);
            await AddAsync(home, "wallet-fixed", 50 * FixedNano, ["open"]);
            await AddAsync(home, "wallet-tokens", 50 * TokenNano, ["open"]);
            await AddAsync(home, "wallet-wide", 50 * TokenNano, ["open"]);
            await AddAsync(home, "leavers", 1000 * TokenNano, ["open"]);
            await AddAsync(home, "key-total", 1000 * FixedNano, ["open"], new Limits { Total = fifty });
            await AddAsync(home, "key-day", 1000 * FixedNano, ["open"], new Limits { PerDay = fifty });
            await AddAsync(home, "user-week", 1000 * FixedNano, ["open"]);
            await home.Identity.UpdateUserAsync(new UserDraft { Email = "user-week@example.com", Limits = new Limits { PerWeek = fifty } });
            await HubFolder.AddGroupAsync(home, "group-day", Model.Address);
            await home.Groups.UpsertAsync(new GroupDraft { Name = "group-day", Limits = new Limits { PerDay = fifty } });
            await AddAsync(home, "group-day", 1000 * FixedNano, ["group-day"]);
            await HubFolder.AddGroupAsync(home, "channel-total", Model.Address);
            foreach (var type in (string[])["openai", "anthropic", "gemini"])
            {
                // Two of the four dialects share the OpenAI channel: as many callers as the others have together.
                await home.Channels.UpsertAsync(new ChannelDraft { Name = $"channel-total-{type}", Limits = new Limits { Total = new NanoUsd((type == "openai" ? 26 : 12) * FixedNano) } });
            }

            await AddAsync(home, "channel-total", 1000 * FixedNano, ["channel-total", "open"]);
            await AddAsync(home, "key-quota", 1000 * FixedNano, ["quota-alone"]);
            await AddAsync(home, "key-spill", 1000 * FixedNano, ["quota-first", "open"]);
        });
        _hub = _folder.Serve();
        await _hub.WaitUntilReadyAsync();
    }

    internal Caller CallerOf(string name) => new(_hub!.Address, _secrets[name]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_hub is not null)
            {
                (await _hub.StopAsync()).ShouldBe(0, _hub.Errors);
                var audit = await _folder!.AuditAsync();
                audit.Problems.ShouldBeEmpty();
                audit.OpenHolds.ShouldBe(0);
            }
        }
        finally
        {
            if (_hub is not null)
            {
                await _hub.DisposeAsync();
            }

            _folder?.Dispose();
            await Model.DisposeAsync();
        }
    }

    private async Task AddAsync(AioHub.Host.Home.HubHome home, string name, long nano, ImmutableArray<string> groups, Limits? limits = null) =>
        _secrets[name] = (await HubFolder.AddUserAsync(home, name, new NanoUsd(nano).ToUsd(), groups, limits)).Secret;
}

/// <summary>200 callers at once on a purse that can pay for 50: what was paid for is served, nothing else, and no purse is ever overdrawn.</summary>
[Collection(ServingCollection.Name)]
public sealed class RaceTests(RaceHub hub, ITestOutputHelper output) : IClassFixture<RaceHub>
{
    private const int Callers = 200;
    private static readonly Dialect[] Dialects = [Dialect.OpenAiChat, Dialect.AnthropicMessages, Dialect.OpenAiResponses, Dialect.Gemini];

    [Fact]
    public async Task A_wallet_of_50_requests_serves_50()
    {
        var race = await RunAsync("wallet-fixed", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 402, "insufficient_balance");
        race.Balance.ShouldBe(0);
        race.LowestBalance.ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_wallet_of_50_answers_by_tokens_serves_50()
    {
        var race = await RunAsync("wallet-tokens", "race-tokens", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 402, "insufficient_balance");
        race.Balance.ShouldBe(0);
        race.LowestBalance.ShouldBeGreaterThanOrEqualTo(0);
    }

    /// <summary>Each call holds five times what it costs. Callers wait for other calls' holds, so all is served that leaves a whole hold: 46 charges, then 4 are left.</summary>
    [Fact]
    public async Task Holds_larger_than_charges_make_callers_wait_and_refuse_none_too_early()
    {
        var race = await RunAsync("wallet-wide", "race-tokens", maxTokens: 50);
        race.ShouldHaveServed(46, refusedWith: 402, "insufficient_balance");
        race.Balance.ShouldBe(4 * RaceHub.TokenNano);
        race.LowestBalance.ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_key_budget_in_all_is_kept()
    {
        var race = await RunAsync("key-total", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 402, "key_budget_exhausted");
        race.Spent.ShouldBe(50 * RaceHub.FixedNano);
        race.MostSpent.ShouldBeLessThanOrEqualTo(50 * RaceHub.FixedNano);
    }

    [Fact]
    public async Task A_key_budget_a_day_is_kept()
    {
        var race = await RunAsync("key-day", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 402, "key_budget_exhausted");
        race.Spent.ShouldBe(50 * RaceHub.FixedNano);
    }

    [Fact]
    public async Task A_users_budget_is_kept()
    {
        var race = await RunAsync("user-week", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 402, "user_budget_exhausted");
        race.Spent.ShouldBe(50 * RaceHub.FixedNano);
    }

    [Fact]
    public async Task A_groups_budget_is_kept()
    {
        var race = await RunAsync("group-day", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 503, "group_quota_exhausted");
        race.Spent.ShouldBe(50 * RaceHub.FixedNano);
    }

    [Fact]
    public async Task Where_channels_budgets_end_the_next_group_serves()
    {
        var race = await RunAsync("channel-total", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(Callers, refusedWith: 429, "none");
        race.Results.CountBy(static pair => pair.Result.Group ?? "").ShouldBe([new("channel-total", 50), new("open", Callers - 50)], ignoreOrder: true);
        race.Spent.ShouldBe(Callers * RaceHub.FixedNano);
    }

    [Fact]
    public async Task A_group_quota_is_kept()
    {
        var race = await RunAsync("key-quota", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(50, refusedWith: 503, "group_quota_exhausted");
        race.Spent.ShouldBe(50 * RaceHub.FixedNano);
    }

    [Fact]
    public async Task Where_a_quota_ends_the_next_group_serves()
    {
        var race = await RunAsync("key-spill", "race-fixed", maxTokens: 10);
        race.ShouldHaveServed(Callers, refusedWith: 503, "none");
        race.Results.CountBy(static pair => pair.Result.Group ?? "").ShouldBe([new("quota-first", 50), new("open", Callers - 50)], ignoreOrder: true);
        race.Spent.ShouldBe(Callers * RaceHub.FixedNano);
    }

    /// <summary>Half of the callers leave at their first bytes, some of them while the end is on its way: each pays once or not, and no money stays set aside.</summary>
    [Fact]
    public async Task Callers_that_leave_pay_at_most_once_and_leave_no_hold()
    {
        using var caller = hub.CallerOf("leavers");
        var before = await caller.BalanceAsync();
        var calls = Enumerable.Range(0, Callers).Select(async number =>
        {
            using var leave = new CancellationTokenSource();
            var call = new Call(Dialects[number % Dialects.Length], Stream: true, "race-tokens", "leavers! in=5 out=10 chunks=3 pace=5", 10);
            return await caller.SendAsync(call, number % 8 < 4 ? () => leave.CancelAfter(number % 20) : null, leave.Token);
        });
        var results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        results.Where(static (_, number) => number % 8 >= 4).ShouldAllBe(static result => result.SawEnd);
        var ended = results.Count(static result => result.SawEnd);

        for (var tries = 0; (await caller.TokenAsync()).GetProperty("held_nano_usd").GetInt64() != 0; tries++)
        {
            tries.ShouldBeLessThan(500, "a hold outlived its call");
            await Task.Delay(20);
        }

        var paid = before - await caller.BalanceAsync();
        paid.ShouldBeInRange(ended * RaceHub.TokenNano, Callers * RaceHub.TokenNano);
        output.WriteLine($"{ended} saw the end, {Callers - ended} left, {paid / (double)RaceHub.TokenNano:0.##} answers were paid for");
    }

    private async Task<Race> RunAsync(string name, string model, int maxTokens)
    {
        using var caller = hub.CallerOf(name);
        using var over = new CancellationTokenSource();
        var lowest = long.MaxValue;
        var most = 0L;
        var polls = 0;
        var poll = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                var token = await caller.TokenAsync();
                lowest = Math.Min(lowest, token.GetProperty("balance_nano_usd").GetInt64());
                most = Math.Max(most, token.GetProperty("spent_nano_usd").GetInt64());
                polls++;
                await Task.Delay(2);
            }
        });
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, Callers).Select(async number =>
        {
            await start.Task;
            var call = new Call(Dialects[number % Dialects.Length], Stream: true, model, $"{name}! in=5 out=10 chunks=2 pace=3", maxTokens);
            return (call, await caller.SendAsync(call));
        }).ToArray();
        start.SetResult();
        var results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        await over.CancelAsync();
        await poll;
        var last = await caller.TokenAsync();
        last.GetProperty("held_nano_usd").GetInt64().ShouldBe(0);
        output.WriteLine($"{name}: {results.Count(static pair => pair.Item2.SawEnd)} served, {results.Count(static pair => pair.Item2.Refused)} refused, balance looked at {polls} times");
        return new Race(
            [.. results], last.GetProperty("balance_nano_usd").GetInt64(), Math.Min(lowest, last.GetProperty("balance_nano_usd").GetInt64()),
            last.GetProperty("spent_nano_usd").GetInt64(), most, hub.Model.CallsWith($"{name}!"));
    }

    private sealed record Race(ImmutableArray<(Call Call, CallResult Result)> Results, long Balance, long LowestBalance, long Spent, long MostSpent, int Upstream)
    {
        public void ShouldHaveServed(int served, int refusedWith, string code)
        {
            foreach (var (call, result) in Results.Where(static pair => !pair.Result.SawEnd))
            {
                result.Status.ShouldBe(refusedWith, result.ToString());
                result.Code.ShouldBe(code);
                result.CodeInBody(call.Dialect).ShouldBe(code, result.Body);
            }

            Results.Count(static pair => pair.Result.SawEnd).ShouldBe(served);
            Upstream.ShouldBe(served, "calls that the upstream saw");
        }
    }
}
