using System.Diagnostics;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>SIGTERM: what runs may end, nothing new begins, nothing is lost.</summary>
[Collection(ServingCollection.Name)]
public sealed class DrainTests(ITestOutputHelper output)
{
    private static readonly Dialect[] Dialects = [Dialect.OpenAiChat, Dialect.AnthropicMessages, Dialect.OpenAiResponses, Dialect.Gemini];

    [Fact]
    public async Task Running_streams_end_and_are_charged_while_new_calls_are_turned_away()
    {
        await using var model = await ScriptedModel.StartAsync();
        using var folder = await HubFolder.CreateAsync();
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "drain", model.Address);
            await HubFolder.AddModelAsync(home, "drain-model", new Rates { Input = 1, Output = 1 });
            (secret, user) = await HubFolder.AddUserAsync(home, "drain", 1, ["drain"]);
        });
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);

        // Each has content in hand and waits for more.
        var running = Enumerable.Range(0, 12).Select(number =>
        {
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var call = new Call(Dialects[number % Dialects.Length], Stream: true, "drain-model", "gate in=5 out=10", 100);
            return (Begun: begun.Task, Result: caller.SendAsync(call, () => begun.TrySetResult()));
        }).ToArray();
        await Task.WhenAll(running.Select(static pair => Task.WhenAny(pair.Begun, pair.Result))).WaitAsync(TimeSpan.FromSeconds(30));
        // The message's first event comes before its content: every upstream must have been asked by now.
        model.CallsWith("gate").ShouldBe(12);

        hub.Terminate();
        await UntilTurnedAwayAsync(hub);
        hub.HasExited.ShouldBeFalse("calls still run");
        running.ShouldAllBe(static pair => !pair.Result.IsCompleted);

        var watch = Stopwatch.StartNew();
        model.Gate.SetResult();
        var results = await Task.WhenAll(running.Select(static pair => pair.Result)).WaitAsync(TimeSpan.FromSeconds(30));
        results.ShouldAllBe(static result => result.SawEnd && result.Clean);
        (await hub.WaitForExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, hub.Errors);
        output.WriteLine($"ended {watch.Elapsed.TotalSeconds:0.00} s after the last call could");

        // Before any other start: what a drained hub leaves is whole.
        var books = await folder.ReadBooksAsync();
        results.ShouldAllBe(result => books.Charges[result.RequestId!] == 15_000);
        books.Balances[user.Value].ShouldBe(NanoUsd.PerUsd - (12 * 15_000));
        Directory.GetFiles(Path.Combine(folder.Path, "journal"), "*.log").ShouldBeEmpty("all of the journal is in the database");

        await using var second = folder.Serve();
        await second.WaitUntilReadyAsync();
        using var again = new Caller(second.Address, secret);
        (await again.BalanceAsync()).ShouldBe(NanoUsd.PerUsd - (12 * 15_000));
        (await second.StopAsync()).ShouldBe(0, second.Errors);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Calls_that_wait_for_a_place_are_turned_away_and_cost_nothing()
    {
        await using var model = await ScriptedModel.StartAsync();
        using var folder = await HubFolder.CreateAsync();
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "drain", model.Address);
            await home.Groups.UpsertAsync(new GroupDraft { Name = "drain", Limits = new Limits { Concurrency = 1, Queue = 10, QueueWait = TimeSpan.FromMinutes(5) } });
            await HubFolder.AddModelAsync(home, "drain-model", new Rates { Input = 1, Output = 1 });
            (secret, user) = await HubFolder.AddUserAsync(home, "drain", 1, ["drain"]);
        });
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = caller.SendAsync(new Call(Dialect.OpenAiChat, Stream: true, "drain-model", "gate in=5 out=10", 100), () => begun.TrySetResult());
        await Task.WhenAny(begun.Task, running).WaitAsync(TimeSpan.FromSeconds(30));
        var waiting = Dialects.Select(dialect => caller.SendAsync(new Call(dialect, Stream: true, "drain-model", "late in=1 out=1", 10))).ToArray();

        // Those that come only after the stop are turned away too, one way or the other; those that wait are by now.
        await Task.Delay(500);
        hub.Terminate();
        var refused = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30));
        refused.ShouldAllBe(static result => result.Status == 0 || (result.Status == 503 && result.Code == "shutting_down"));
        refused.ShouldContain(static result => result.Status == 503);
        running.IsCompleted.ShouldBeFalse();
        model.Gate.SetResult();
        (await running.WaitAsync(TimeSpan.FromSeconds(30))).SawEnd.ShouldBeTrue();
        (await hub.WaitForExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, hub.Errors);
        model.CallsWith("late").ShouldBe(0);
        (await folder.ReadBooksAsync()).Balances[user.Value].ShouldBe(NanoUsd.PerUsd - 15_000);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_idle_hub_ends_at_once_even_with_open_connections()
    {
        using var folder = await HubFolder.CreateAsync();
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var http = new HttpClient { BaseAddress = hub.Address };
        (await http.GetAsync(new Uri("healthz", UriKind.Relative))).EnsureSuccessStatusCode();
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
    }

    /// <summary>A new connection is refused, or told that the hub shuts down.</summary>
    private static async Task UntilTurnedAwayAsync(HubProcess hub)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            // A wrong key: whoever is still let in costs nothing.
            using var caller = new Caller(hub.Address, "sk-nobody");
            var result = await caller.SendAsync(new Call(Dialect.OpenAiChat, Stream: false, "drain-model", "late in=1 out=1", 10));
            if (result is { Status: 0 } or { Status: 503, Code: "shutting_down" })
            {
                return;
            }

            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), $"new calls are still answered: {result}");
            await Task.Delay(20);
        }
    }
}
