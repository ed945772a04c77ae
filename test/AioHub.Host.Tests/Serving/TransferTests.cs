using System.Diagnostics;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>The command line takes money out of a wallet whose calls run in another process.</summary>
[Collection(ServingCollection.Name)]
public sealed class TransferTests
{
    private const string From = "giver@example.com";
    private const string To = "taker@example.com";
    private const string Answer =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":1000,"total_tokens":1000}}""";

    private static readonly Call Large = new(Dialect.OpenAiChat, Stream: false, "transfer-model", "hello", 5_000);
    private static readonly Call Exact = Large with { MaxTokens = 1_000 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_running_call_has_set_aside_cannot_be_moved(bool postgres)
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Answer).WaitBeforeHead(release.Task));
        using var folder = await HubFolder.CreateAsync(postgres);
        var secret = await FillAsync(folder, upstream, usd: 0.1m);
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);
        // Five cents are held.
        var call = caller.SendAsync(Large);
        await UntilAsync(async () => (await caller.TokenAsync()).GetProperty("held_nano_usd").GetInt64() >= NanoUsd.PerUsd / 20);

        var refused = await TransferAsync(folder, "0.06");
        (refused.Exit, refused.Errors.Contains("running calls have set", StringComparison.Ordinal)).ShouldBe((1, true), refused.Errors);
        var moved = await TransferAsync(folder, "0.04");
        moved.Exit.ShouldBe(0, moved.Errors);
        release.SetResult();
        (await call).Status.ShouldBe(200);
        await UntilAsync(async () => await caller.BalanceAsync() == NanoUsd.PerUsd / 20);
        (await TransferAsync(folder, "0.05")).Exit.ShouldBe(0);
        (await caller.SendAsync(Exact)).Code.ShouldBe("insufficient_balance");
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
        (await TransferAsync(folder, "0.01")).Errors.ShouldContain("less than");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_and_transfers_that_race_leave_no_debt(bool postgres)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Answer).WaitBeforeHead(TimeSpan.FromMilliseconds(100)));
        using var folder = await HubFolder.CreateAsync(postgres);
        var secret = await FillAsync(folder, upstream, usd: 3);
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);
        var served = 0;
        var callers = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (await caller.SendAsync(Exact) is { Status: 200 })
            {
                Interlocked.Increment(ref served);
            }
        }).ToArray();
        long moved = 0;
        await folder.WithAsync(async home =>
        {
            var users = (await home.Identity.ListUsersAsync()).ToDictionary(static user => user.Email, static user => user.Id);
            try
            {
                while (true)
                {
                    await home.Ledger.TransferAsync(users[From], users[To], NanoUsd.FromUsd(0.3m), new EntryNote("race", "test"));
                    moved++;
                }
            }
            catch (AdminException)
            {
                // Not enough is left.
            }
        });
        await Task.WhenAll(callers);
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
        (served > 0, moved > 0).ShouldBe((true, true));
        var left = 0L;
        await folder.WithAsync(async home =>
        {
            var user = (await home.Identity.ListUsersAsync()).Single(static user => user.Email == From);
            left = (await home.Ledger.BalanceAsync(AccountRef.Wallet(user.Id))).Value;
        });
        left.ShouldBe((3 * NanoUsd.PerUsd) - (served * NanoUsd.PerUsd / 100) - (moved * 3 * NanoUsd.PerUsd / 10));
        left.ShouldBeGreaterThanOrEqualTo(0);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_kill_the_journal_is_written_first()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(200, Answer));
        using var folder = await HubFolder.CreateAsync();
        var secret = await FillAsync(folder, upstream, usd: 0.01m);
        await using (var hub = folder.Serve())
        {
            await hub.WaitUntilReadyAsync();
            using var caller = new Caller(hub.Address, secret);
            await using (await folder.LockDatabaseAsync())
            {
                (await caller.SendAsync(Exact)).Status.ShouldBe(200);
                await hub.KillAsync();
            }
        }

        var refused = await TransferAsync(folder, "0.01");
        refused.Exit.ShouldBe(1);
        (refused.Errors.Contains("start the server once", StringComparison.Ordinal) || refused.Errors.Contains("did not say", StringComparison.Ordinal)).ShouldBeTrue(refused.Errors);
        await using (var again = folder.Serve())
        {
            await again.WaitUntilReadyAsync();
            (await again.StopAsync()).ShouldBe(0, again.Errors);
        }

        (await TransferAsync(folder, "0.01")).Errors.ShouldContain("less than");
    }

    private static Task<VerbResult> TransferAsync(HubFolder folder, string usd) =>
        folder.RunAsync("transfer", "--from", From, "--to", To, "--usd", usd, "--reason", "test");

    private static async Task<string> FillAsync(HubFolder folder, FakeUpstream upstream, decimal usd)
    {
        var secret = "";
        await folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "open", upstream.BaseAddress);
            // Only output costs: a call of a thousand tokens is charged a cent.
            await HubFolder.AddModelAsync(home, "transfer-model", new Core.Catalog.Rates { Input = 0, Output = 10 });
            (secret, _) = await HubFolder.AddUserAsync(home, "giver", usd, ["open"]);
            await HubFolder.AddUserAsync(home, "taker", 0.000001m, ["open"]);
        });
        return secret;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(20);
        }
    }
}
