using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Relay.Probes;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Replay;

/// <summary>
/// All recordings of the endpoints beside conversations, played through a hub: bytes pass unchanged both ways, and each costs what its table row says. The figures of the
/// rows were read off the recorded replies by eye and multiplied with the prices below by hand.
/// </summary>
public sealed partial class EndpointReplayTests
{
    /// <summary>Per million tokens; so 1 input token costs 2,000 nano-USD, and so on.</summary>
    private static readonly PriceRow Tokens = Row() with { Rates = new Rates { Input = 2, Output = 10, InputAudio = 20, OutputAudio = 30, InputImage = 5, OutputImage = 40 } };
    private static readonly PriceRow Seconds = Row() with { PerSecond = 0.0001m };
    private static readonly PriceRow Characters = Row() with { PerCharacter = 0.00001m };
    private static readonly PriceRow Searches = Row() with { Per1K = new Dictionary<string, decimal> { ["search_unit"] = 2 }.ToFrozenDictionary() };
    private static readonly PriceRow Images = Row() with { PerImage = [new ImagePrice("256x256", null, 0.016m), new ImagePrice("1024x1024", "low", 0.005m), new ImagePrice("1024x1024", "high", 0.04m)] };

    /// <summary>What each recording costs, in nano-USD. Null = no figures were reported: what is counted is told by the receipt and looked at there.</summary>
    private static readonly Dictionary<string, (PriceRow Price, long? Nano)> Table = new(StringComparer.Ordinal)
    {
        ["openai-embeddings/001"] = (Tokens, 7 * 2_000),
        ["openai-embeddings/005"] = (Tokens, 3 * 2_000),
        ["openai-embeddings/007"] = (Tokens, 3 * 2_000),
        ["openai-embeddings/009"] = (Tokens, 7 * 2_000),
        ["openai-embeddings/013"] = (Tokens, 3 * 2_000),
        ["openai-embeddings/015"] = (Tokens, 3 * 2_000), // the total alone is told
        ["openai-embeddings/017"] = (Tokens, 7 * 2_000),
        ["openai-embeddings/019"] = (Tokens, 7 * 2_000),
        ["openai-embeddings/023"] = (Tokens, 3 * 2_000),
        ["openai-images/001"] = (Tokens, (22 * 2_000) + (3_168 * 40_000)),
        ["openai-images/003"] = (Tokens, (22 * 2_000) + (12_480 * 40_000)),
        ["openai-images/007"] = (Images, 40_000_000), // nothing says its size: the dearest
        ["openai-images/013"] = (Images, 5_000_000), // 1024x1024, low: as asked, the reply says nothing
        ["openai-images/015"] = (Images, 16_000_000),
        ["openai-images/017"] = (Images, 16_000_000),
        ["openai-audio/001"] = (Tokens, (3 * 2_000) + (375 * 20_000) + (11 * 10_000)), // audio stands beside the prompt's count
        ["openai-audio/003"] = (Tokens, (10 * 2_000) + (82 * 30_000)),
        ["openai-audio/005"] = (Tokens, (5 * 2_000) + (375 * 20_000) + (11 * 10_000)),
        ["openai-audio/009"] = (Tokens, (5 * 2_000) + (375 * 20_000) + (20 * 10_000)),
        ["openai-audio/011"] = (Characters, 64 * 10_000),
        ["openai-audio/013"] = (Seconds, 2_000 * 100),
        ["openai-audio/017"] = (Seconds, 3_700 * 100), // 177,600 bytes of sound at 48,000 a second
        ["openai-audio/019"] = (Characters, 64 * 10_000),
        ["openai-audio/021"] = (Tokens, (17 * 20_000) + (10 * 10_000)),
        ["openai-audio/023"] = (Tokens, (17 * 20_000) + (10 * 10_000)),
        ["openai-audio/025"] = (Seconds, 2_000 * 100),
        ["openai-audio/027"] = (Tokens, (17 * 20_000) + (10 * 10_000)),
        ["openai-audio/029"] = (Seconds, 2_000 * 100),
        ["openai-completions/001"] = (Tokens, (31 * 2_000) + (25 * 10_000)),
        ["openai-completions/003"] = (Tokens, null),
        ["openai-completions/005"] = (Tokens, null),
        ["openai-completions/009"] = (Tokens, null),
        ["openai-completions/011"] = (Tokens, null),
        ["openai-completions/013"] = (Tokens, null),
        ["openai-completions/015"] = (Tokens, null),
        ["openai-completions/017"] = (Tokens, null),
        ["openai-completions/019"] = (Tokens, null),
        ["openai-moderations/001"] = (Tokens, 0),
        ["openai-moderations/003"] = (Tokens, 0),
        ["openai-moderations/005"] = (Tokens, 0),
        ["rerank/001"] = (Tokens, 17 * 2_000),
        ["rerank/003"] = (Searches, 2_000_000),
        ["rerank/005"] = (Searches, 2_000_000),
        ["gemini-other/001"] = (Tokens, (3 * 2_000) + (258 * 5_000)),
        ["gemini-other/005"] = (Tokens, 1 * 2_000),
        ["gemini-other/011"] = (Tokens, 8 * 2_000),
        ["gemini-other/013"] = (Tokens, 4 * 2_000),
        ["gemini-other/015"] = (Tokens, 7 * 2_000),
        ["gemini-other/003"] = (Tokens, 0),
        ["gemini-other/007"] = (Tokens, 0),
        ["gemini-other/009"] = (Tokens, 0),
        ["anthropic-other/001"] = (Tokens, 0),
        ["anthropic-other/003"] = (Tokens, 0),
        ["anthropic-other/005"] = (Tokens, 0),
        ["anthropic-other/007"] = (Tokens, 0),
        ["openai-responses-other/001"] = (Tokens, (156 * 2_000) + (190 * 10_000)),
        ["openai-responses-other/003"] = (Tokens, (117 * 2_000) + (193 * 10_000)),
        ["openai-responses-other/009"] = (Tokens, (117 * 2_000) + (186 * 10_000)),
        ["openai-responses-other/011"] = (Tokens, (141 * 2_000) + (183 * 10_000)),
        ["openai-responses-other/013"] = (Tokens, (124 * 2_000) + (268 * 10_000)),
    };

    /// <summary>What cannot be served as it was recorded, with the status that the caller gets and why. Nothing is charged for any of them.</summary>
    private static readonly Dictionary<string, (int Status, string Why)> Refused = new(StringComparer.Ordinal)
    {
        ["openai-embeddings/003"] = (400, "the vendor refuses the model; its words in a body of its own shape, so the hub says it in OpenAI's"),
        ["openai-embeddings/011"] = (404, "the vendor does not know the model"),
        ["openai-embeddings/021"] = (400, "the vendor refuses the dimensions"),
        ["openai-embeddings/025"] = (404, "the vendor does not know the model"),
        ["openai-images/005"] = (401, "the vendor refuses the hub's credential, which is none of the caller's business"),
        ["openai-images/009"] = (400, "the vendor cannot read the picture"),
        ["openai-images/011"] = (401, "the vendor refuses the hub's credential"),
        ["openai-audio/007"] = (400, "the vendor refuses the language"),
        ["openai-audio/015"] = (400, "the vendor refuses the language"),
        ["openai-completions/007"] = (502, "Writer's own stream of {\"value\"} objects, without an end: no completion of OpenAI's"),
    };

    [Fact]
    public async Task Recordings_pass_unchanged_and_cost_what_the_table_says()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var cases = RecordedCases.Of("openai-embeddings", "openai-images", "openai-audio", "openai-completions", "openai-moderations", "rerank", "gemini-other", "anthropic-other", "openai-responses-other")
            // The others read what was made before: StoredReplayTests.
            .Where(static one => one.Request.Length > 0).ToList();
        cases.Select(Key).ShouldBe(Table.Keys.Concat(Refused.Keys), ignoreOrder: true);
        await using var hub = await HubUnderTest.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        var openAi = await hub.CustomerAsync(new Offer("openai-compatible") { Usd = 1_000 }, upstream);
        var gemini = await hub.CustomerAsync(new Offer("gemini") { Usd = 1_000 }, upstream);
        var vendor = await hub.CustomerAsync(new Offer("openai") { Usd = 1_000 }, upstream);
        var anthropic = await hub.CustomerAsync(new Offer("anthropic") { Usd = 1_000 }, upstream);
        var spent = 0L;
        var wrong = new List<string>();
        foreach (var recorded in cases)
        {
            await DefineAsync(hub, ModelOf(recorded), Table.TryGetValue(Key(recorded), out var row) ? row.Price : Tokens);
            foreach (var piece in new[] { 0, 1_000 })
            {
                try
                {
                    var customer = recorded.Format switch { "gemini-other" => gemini, "anthropic-other" => anthropic, "openai-responses-other" => vendor, _ => openAi };
                    spent += await PlayAsync(recorded, piece, customer, upstream, hub);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    wrong.Add($"{recorded} in pieces of {piece}: {failure.Message}");
                }
            }
        }

        wrong.ShouldBeEmpty(string.Join("\n", wrong));
        upstream.Faults.ShouldBeEmpty();
        (openAi.Spent.Value + gemini.Spent.Value + vendor.Spent.Value).ShouldBe(spent);
        anthropic.Spent.Value.ShouldBe(0);
        await openAi.ShouldHoldNothingAsync();
        await gemini.ShouldHoldNothingAsync();
        await anthropic.ShouldHoldNothingAsync();
        await vendor.ShouldHoldNothingAsync();
    }

    [Fact]
    public async Task Lists_of_models_are_read_whole()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        await using var hub = await HubUnderTest.StartAsync();
        using var bench = hub.Home.OpenBench();
        foreach (var recorded in RecordedCases.Of("models"))
        {
            await using var upstream = await FakeUpstream.StartAsync(_ => Reply.RecordedCase(recorded));
            var customer = await hub.CustomerAsync(new Offer("openai-compatible"), upstream);
            var channel = hub.Home.Routing.Current.Channels.Single(channel => channel.Name == customer.Name + "-0");
            var listed = await UpstreamModels.AskAsync(bench, channel, channel.Credentials[0], TestContext.Current.CancellationToken);
            listed.Ok.ShouldBeTrue(listed.Message);
            listed.Models.ShouldBe(JsonDocument.Parse(recorded.Reply).RootElement.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()!));
        }
    }

    private static async Task<long> PlayAsync(RecordedCase recorded, int piece, Customer customer, FakeUpstream upstream, HubUnderTest hub)
    {
        var key = Key(recorded);
        upstream.Script(piece == 0 ? Reply.RecordedCase(recorded) : InPieces(recorded, piece));
        var before = upstream.Requests.Count;
        using var content = new ByteArrayContent(recorded.Request);
        content.Headers.TryAddWithoutValidation("Content-Type", recorded.RequestHeaders.First(static header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value);
        using var request = customer.Request(PathOf(recorded), content);
        var answer = await Answer.ReadAsync(hub.Client, request);
        var receipt = await customer.ReceiptAsync(answer);
        if (Refused.TryGetValue(key, out var refused))
        {
            answer.Status.ShouldBe(refused.Status, answer.Text);
            receipt.Charge.Total.Value.ShouldBe(0);
            answer.Json.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
            answer.Text.ShouldNotContain("fake_key");
            return 0;
        }

        // Outwards: the caller's bytes; a completion's stream is asked for its usage.
        upstream.Requests.Count.ShouldBe(before + 1);
        var sent = upstream.Requests[^1];
        sent.Target.ShouldBe(PathOf(recorded));
        var asked = recorded.Format == "openai-completions" && Bytes.Member(recorded.Request, "stream_options") is null;
        (asked ? Bytes.WithoutStreamOptions(sent.Body) : sent.Body).ShouldBe(recorded.Request);

        // Backwards: the recording's.
        answer.Status.ShouldBe(200, answer.Text);
        answer.Broken.ShouldBeFalse();
        answer.Body.ShouldBe(recorded.Reply);
        receipt.Outcome.ShouldBe(CallOutcome.Completed);
        var (_, nano) = Table[key];
        if (nano is { } expected)
        {
            receipt.Charge.Total.Value.ShouldBe(expected, receipt.Usage.ToString());
        }
        else
        {
            receipt.Usage.Source.ShouldBeOneOf(UsageSource.Counted, UsageSource.Estimated);
            var words = Regex.Count(Encoding.UTF8.GetString(recorded.Reply), "\"text\":\"[^\"]+", RegexOptions.None, TimeSpan.FromSeconds(5));
            receipt.Usage.Output.ShouldBeInRange(words * 7 / 10, words * 14 / 10, "a chunk of these models is a token");
            receipt.Charge.Total.Value.ShouldBe((receipt.Usage.Input * 2_000) + (receipt.Usage.Output * 10_000));
        }

        return receipt.Charge.Total.Value;
    }

    private static Reply InPieces(RecordedCase recorded, int size) =>
        Reply.Status(recorded.Status).Header("content-type", recorded.ReplyHeaders.First(static header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value)
            .Chunked().SendInPieces(recorded.Reply, size);

    private static PriceRow Row() => new() { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc) };

    /// <summary>Format and number.</summary>
    private static string Key(RecordedCase recorded) => $"{recorded.Format}/{recorded.Name[..3]}";

    private static string PathOf(RecordedCase recorded)
    {
        var at = recorded.Url.IndexOf("/models/", StringComparison.Ordinal);
        if (at >= 0)
            return "/v1beta" + recorded.Url[at..];

        if (recorded.Format is "anthropic-other" or "openai-responses-other")
            return new Uri(recorded.Url).PathAndQuery;

        return "/v1/" + EndpointName().Match(recorded.Url).Value;
    }

    private static string ModelOf(RecordedCase recorded)
    {
        var at = recorded.Url.IndexOf("/models/", StringComparison.Ordinal);
        if (at >= 0)
            return WebUtility.UrlDecode(recorded.Url[(at + "/models/".Length)..].Split(':')[0]);

        return recorded.RequestIsJson ? Bytes.Member(recorded.Request, "model")!.Value.Text! : FormModel().Match(Encoding.Latin1.GetString(recorded.Request)).Groups["model"].Value;
    }

    private static async Task DefineAsync(HubUnderTest hub, string id, PriceRow price)
    {
        await hub.Home.Models.UpsertModelAsync(new ModelDraft
        {
            Id = id, Vendor = "test", DisplayName = id, Kind = ModelKind.Chat, ContextWindow = 200_000, MaxOutputTokens = 32_000, Capabilities = HubUnderTest.Everything, Prices = [price],
        });
        await hub.RefreshAsync();
    }

    [GeneratedRegex("(embeddings|images/generations|images/edits|audio/speech|audio/transcriptions|completions|moderations|rerank)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EndpointName();

    [GeneratedRegex("name=\"?model\"?\r\n\r\n(?<model>[^\r]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormModel();
}
