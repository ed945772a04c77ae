using System.Diagnostics;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>Two processes on one hub's data: a second server is turned away, and what the command line changes reaches the running one.</summary>
[Collection(ServingCollection.Name)]
public sealed class TwoProcessesTests(ITestOutputHelper output)
{
    /// <summary>Two seconds are promised; a crowded test machine gets more.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_running_server_notices_what_another_process_changed(bool postgres)
    {
        using var folder = await HubFolder.CreateAsync(postgres);
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home => (secret, user) = await HubFolder.AddUserAsync(home, "first", 1, ["auto"]));
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);
        (await caller.BalanceAsync()).ShouldBe(NanoUsd.PerUsd);

        await folder.WithAsync(async home =>
        {
            await home.Ledger.TopUpAsync(AccountRef.Wallet(user), new NanoUsd(500), "while it runs", "test");
            await UntilAsync("top-up", async () => await caller.BalanceAsync() == NanoUsd.PerUsd + 500);

            var key = await home.Identity.CreateKeyAsync(new KeyDraft { Name = "second", User = "first@example.com", Groups = ["auto"] });
            using var second = new Caller(hub.Address, key.Secret!);
            // An unknown model is refused only after the key was found.
            var free = new Call(Dialect.OpenAiChat, Stream: false, "no-such-model", "hello", 10);
            await UntilAsync("new key", async () => await second.SendAsync(free) is { Status: 404, Code: "model_not_found" });

            await home.Identity.RevokeKeyAsync(key.Id);
            await UntilAsync("revocation", async () => await second.SendAsync(free) is { Status: 401, Code: "invalid_api_key" });
            (await caller.SendAsync(free)).Status.ShouldBe(404, "the other key is still known");
        });

        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_turned_away_with_one_line()
    {
        using var folder = await HubFolder.CreateAsync();
        await using var first = folder.Serve();
        await first.WaitUntilReadyAsync();

        await using var second = folder.Serve();
        (await second.WaitForExitAsync()).ShouldNotBe(0);
        second.FailureLines.ShouldHaveSingleItem().ShouldContain("is in use by another running server");
        second.Output.ShouldBeEmpty();

        using var http = new HttpClient { BaseAddress = first.Address };
        (await http.GetStringAsync(new Uri("readyz", UriKind.Relative))).ShouldBe("ready");
        (await first.StopAsync()).ShouldBe(0, first.Errors);
    }

    [Fact]
    public async Task A_second_server_on_the_same_address_is_turned_away_with_one_line()
    {
        using var folder = await HubFolder.CreateAsync();
        using var other = await HubFolder.CreateAsync();
        await using var first = folder.Serve();
        await first.WaitUntilReadyAsync();

        await using var second = other.Serve(first.Port);
        (await second.WaitForExitAsync()).ShouldNotBe(0);
        second.FailureLines.ShouldHaveSingleItem().ShouldContain("is in use");
        (await first.StopAsync()).ShouldBe(0, first.Errors);
    }

    private async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            watch.Elapsed.ShouldBeLessThan(Bound, $"not noticed: {what}");
            await Task.Delay(20);
        }

        output.WriteLine($"{what}: noticed after {watch.Elapsed.TotalSeconds:0.00} s");
    }
}
