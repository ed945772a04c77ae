using System.Diagnostics;
using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>
/// A disk that takes no more: nobody gets an answer's end that cannot be recorded, nobody pays for one, and the hub is well again when the disk is. The full
/// disk is the limit on the size of files (RLIMIT_FSIZE), lowered and raised while the hub runs; its signal is ignored, so that writes fail as on a full disk.
/// </summary>
[Collection(ServingCollection.Name)]
public sealed class JournalTroubleTests
{
    private const long Price = 15_000;
    private static readonly Dialect[] Dialects = [Dialect.OpenAiChat, Dialect.AnthropicMessages, Dialect.OpenAiResponses, Dialect.Gemini];

    [Fact]
    public async Task A_full_disk_stops_answers_and_charges_but_not_the_hub()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "Skipped: needs prlimit (util-linux).");
        await using var model = await ScriptedModel.StartAsync();
        using var folder = await HubFolder.CreateAsync();
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            await HubFolder.AddGroupAsync(home, "disk", model.Address);
            await HubFolder.AddModelAsync(home, "disk-model", new Rates { Input = 1, Output = 1 });
            (secret, user) = await HubFolder.AddUserAsync(home, "disk", 1, ["disk"]);
        });
        await using var hub = folder.Serve(shell: "trap '' XFSZ");
        await hub.WaitUntilReadyAsync();
        using var caller = new Caller(hub.Address, secret);
        await ShouldServeAsync(caller);

        await LimitFilesAsync(hub, "1");
        var served = 6 + await FillTheJournalAsync(caller);
        for (var round = 0; round < 3; round++)
        {
            foreach (var dialect in (Dialect[])[Dialect.OpenAiChat, Dialect.AnthropicMessages])
            {
                var whole = await caller.SendAsync(new Call(dialect, Stream: false, "disk-model", "in=5 out=10", 50));
                whole.Status.ShouldBe(503, whole.ToString());
                whole.Code.ShouldBe("journal_unavailable");
                whole.CodeInBody(dialect).ShouldBe("journal_unavailable");
            }

            foreach (var dialect in Dialects)
            {
                var stream = await caller.SendAsync(new Call(dialect, Stream: true, "disk-model", "in=5 out=10 chunks=3 pace=20", 50));
                stream.SawEnd.ShouldBeFalse(stream.ToString());
                stream.Clean.ShouldBeFalse($"a stream that is not recorded must not end cleanly: {stream}");
                stream.Body.ShouldContain("Hello", customMessage: "its beginning was brought");
            }
        }

        using var http = new HttpClient { BaseAddress = hub.Address };
        (await http.GetAsync(new Uri("readyz", UriKind.Relative))).EnsureSuccessStatusCode();
        var token = await caller.TokenAsync();
        token.GetProperty("balance_nano_usd").GetInt64().ShouldBe(NanoUsd.PerUsd - (served * Price), "nothing was charged while nothing could be recorded");
        token.GetProperty("held_nano_usd").GetInt64().ShouldBe(0);

        await LimitFilesAsync(hub, "unlimited");
        await ShouldServeAsync(caller);
        (await caller.BalanceAsync()).ShouldBe(NanoUsd.PerUsd - ((served + 6) * Price));
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);

        await using var second = folder.Serve();
        await second.WaitUntilReadyAsync();
        (await second.StopAsync()).ShouldBe(0, second.Errors);
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
        var books = await folder.ReadBooksAsync();
        books.Balances[user.Value].ShouldBe(NanoUsd.PerUsd - ((served + 6) * Price));
        books.Entries.Length.ShouldBe(served + 6);
    }

    /// <summary>What the journal has room for on the disk already is still served and charged; then nothing is.</summary>
    /// <returns>How many calls there was room for.</returns>
    private static async Task<int> FillTheJournalAsync(Caller caller)
    {
        var served = 0;
        for (var round = 0; round < 400; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => caller.SendAsync(new Call(Dialect.OpenAiChat, Stream: false, "disk-model", "in=5 out=10", 50))));
            served += results.Count(static result => result.Status == 200);
            results.ShouldAllBe(static result => result.Status == 200 || result.Status == 503);
            if (results.Any(static result => result.Status == 503))
            {
                return served;
            }
        }

        throw new InvalidOperationException("The journal took more than its segments hold.");
    }

    /// <summary>Six calls, each of the same price.</summary>
    private static async Task ShouldServeAsync(Caller caller)
    {
        foreach (var dialect in Dialects)
        {
            var stream = await caller.SendAsync(new Call(dialect, Stream: true, "disk-model", "in=5 out=10", 50));
            stream.SawEnd.ShouldBeTrue(stream.ToString());
        }

        foreach (var dialect in (Dialect[])[Dialect.OpenAiChat, Dialect.AnthropicMessages])
        {
            (await caller.SendAsync(new Call(dialect, Stream: false, "disk-model", "in=5 out=10", 50))).SawEnd.ShouldBeTrue();
        }
    }

    private static async Task LimitFilesAsync(HubProcess hub, string bytes)
    {
        using var prlimit = Process.Start("/usr/bin/prlimit", ["--pid", hub.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={bytes}:unlimited"]);
        await prlimit.WaitForExitAsync();
        prlimit.ExitCode.ShouldBe(0);
    }
}
