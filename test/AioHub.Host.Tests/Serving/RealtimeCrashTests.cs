using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Serving;

/// <summary>
/// <c>kill -9</c> while Realtime sessions speak: every answer whose <c>response.done</c> its caller saw is charged once, none is charged that its upstream did not finish, and no process finds money set aside by a dead one.
/// Answers are told apart by their price: the n-th of the test reports n tokens.
/// </summary>
[Collection(ServingCollection.Name)]
public sealed class RealtimeCrashTests
{
    private const int Rounds = 3;
    private const int AtOnce = 8;
    private const int AnswersARound = 3 * AtOnce;
    private const decimal StartUsd = 1_000;
    private const string Model = "realtime-crash";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kills_lose_and_double_no_answer_of_a_session(bool postgres)
    {
        var made = 0;
        var finished = new ConcurrentBag<int>();
        await using var voice = SocketUpstream.Start(async (socket, _) =>
        {
            await SocketUpstream.SendAsync(socket, """{"type":"session.created","session":{"type":"realtime"}}""");
            while (await SocketUpstream.ReadAsync(socket) is not null)
            {
                var number = Interlocked.Increment(ref made);
                await SocketUpstream.SendAsync(socket, $$$"""{"type":"response.created","response":{"id":"r{{{number}}}"}}""");
                for (var i = 0; i < 4; i++)
                {
                    await SocketUpstream.SendAsync(socket, """{"type":"response.output_audio.delta","delta":"AAAA"}""");
                    await Task.Delay(2);
                }

                // Noted before it is sent: what is charged must be among what may have arrived.
                finished.Add(number);
                await SocketUpstream.SendAsync(socket, $$$"""
                    {"type":"response.done","response":{"usage":{"input_tokens":7,"output_tokens":{{{number}}},"input_token_details":{"text_tokens":7},"output_token_details":{"text_tokens":{{{number}}} },"total_tokens":{{{number + 7}}} },"id":"r{{{number}}}","status":"completed","output":[{"id":"i","type":"message"}]}}
                    """);
            }
        });
        using var folder = await HubFolder.CreateAsync(postgres);
        var (secret, user) = ("", default(UserId));
        await folder.WithAsync(async home =>
        {
            await home.Channels.UpsertAsync(new ChannelDraft
            {
                Name = "voice", Type = "openai", BaseUrl = voice.Address.ToString(), AllowPrivateNetwork = true, Credentials = [new CredentialDraft("a", "sk-upstream-secret")], Models = ["*"],
            });
            await home.Groups.UpsertAsync(new GroupDraft { Name = "voice", Channels = [new MemberDraft("voice")] });
            await HubFolder.AddModelAsync(home, Model, new Rates { Input = 2, Output = 10, InputAudio = 20, OutputAudio = 40 });
            (secret, user) = await HubFolder.AddUserAsync(home, "voice", StartUsd, ["voice"]);
        });

        var seen = new ConcurrentBag<int>();
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            await using var hub = folder.Serve();
            await hub.WaitUntilReadyAsync();
            (await HeldAsync(hub, secret)).ShouldBe(0, "what a dead process set aside is free");
            var before = seen.Count;
            var callers = Enumerable.Range(0, AtOnce).Select(_ => TalkAsync(hub.Address, secret, seen)).ToArray();
            for (var i = 0; i < 2_000 && seen.Count < before + AnswersARound; i++)
            {
                await Task.Delay(10);
            }

            (await HeldAsync(hub, secret)).ShouldBeGreaterThan(0, "money stands in front of what comes next");
            await Task.Delay(random.Next(100));
            await hub.KillAsync();
            await Task.WhenAll(callers);
            seen.Count.ShouldBeGreaterThanOrEqualTo(before + AnswersARound);
        }

        await using (var last = folder.Serve())
        {
            await last.WaitUntilReadyAsync();
            (await HeldAsync(last, secret)).ShouldBe(0);
            (await last.StopAsync()).ShouldBe(0);
        }

        var books = await folder.ReadBooksAsync();
        var paid = books.Charges.Values.Where(static nano => nano != 0).ToArray();
        var shown = seen.ToArray();
        shown.ShouldBeUnique();
        paid.ShouldBeUnique("each answer has a price of its own");
        shown.Select(CostOf).Except(paid).ShouldBeEmpty("seen and not charged");
        paid.Except(finished.Select(CostOf)).ShouldBeEmpty("charged and never finished");
        books.Balances[user.Value].ShouldBe(NanoUsd.FromUsd(StartUsd).Value - paid.Sum());
        (await folder.AuditAsync()).Problems.ShouldBeEmpty();
        var verified = await folder.RunAsync("verify-ledger");
        verified.Exit.ShouldBe(0, verified.Output + verified.Errors);
    }

    /// <summary>In nano-USD, of the answer with this number.</summary>
    private static long CostOf(int number) => (7 * 2_000L) + (number * 10_000L);

    private static async Task<long> HeldAsync(HubProcess hub, string secret)
    {
        using var http = new HttpClient { BaseAddress = hub.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri("api/usage/token", UriKind.Relative)));
        return document.RootElement.GetProperty("held_nano_usd").GetInt64();
    }

    /// <summary>Asks for one answer after the other in one session, until the hub dies.</summary>
    private static async Task TalkAsync(Uri hub, string secret, ConcurrentBag<int> seen)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + secret);
        try
        {
            await socket.ConnectAsync(new UriBuilder(hub) { Scheme = "ws", Path = "/v1/realtime", Query = "model=" + Model }.Uri, CancellationToken.None);
            while (await SocketUpstream.ReadAsync(socket) is { } text)
            {
                using var said = JsonDocument.Parse(text);
                switch (said.RootElement.GetProperty("type").GetString())
                {
                    case "response.done":
                        seen.Add(said.RootElement.GetProperty("response").GetProperty("usage").GetProperty("output_tokens").GetInt32());
                        goto case "session.created";
                    case "session.created":
                        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"response.create"}"""), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                        break;
                    case "error":
                        throw new InvalidOperationException(text);
                }
            }
        }
        catch (WebSocketException)
        {
            // The hub was killed.
        }
    }
}
