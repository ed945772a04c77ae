using System.Globalization;
using System.Net;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Replay;

/// <summary>
/// Real interactions with providers, played through a hub: the caller's bytes reach the upstream but for the splices, the upstream's bytes reach the
/// caller, and the receipt says what the recording says.
/// </summary>
public sealed class ReplayTests(SharedHub shared)
{
    /// <summary>Recordings of status 200 whose stream reports a failure after content.</summary>
    private static readonly string[] Failing = ["025-openrouter-stream-error-0", "059-tool-use-failed-error-streaming-with-text-0", "119-tool-use-failed-error-streaming-0"];

    /// <summary>All its tokens went into reasoning that is not shown: an answer without content is free.</summary>
    private const string Silent = "121-chat-streaming-detailed-usage-0";

    private readonly HubUnderTest _hub = shared.Hub;

    [Theory]
    [InlineData("openai-chat", Dialect.OpenAiChat)]
    [InlineData("openai-responses", Dialect.OpenAiResponses)]
    [InlineData("anthropic", Dialect.AnthropicMessages)]
    [InlineData("gemini", Dialect.Gemini)]
    public async Task Recordings_pass_unchanged_and_are_metered(string format, Dialect dialect)
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var cases = RecordedCases.Of(format).ToList();
        cases.ShouldNotBeEmpty();
        var models = cases.ToDictionary(static one => one, ModelOf);
        var ids = models.Values.Distinct(StringComparer.Ordinal).ToList();
        await _hub.DefineAsync([.. ids.Where(id => _hub.Home.Catalog.Current.Find(id)?.PriceAt(TimeProvider.System.GetUtcNow().UtcDateTime) is null)]);
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(
            new Offer { Usd = 10_000, ModelMap = MapOf(ids) }, upstream);
        var spent = 0L;
        var calls = 0;
        foreach (var recorded in cases)
        {
            foreach (var piece in new[] { 0, 1000, 7 })
            {
                if (piece == 7 && recorded.Reply.Length > 5000)
                {
                    continue;
                }

                try
                {
                    spent += await PlayAsync(recorded, models[recorded], dialect, piece, customer, upstream);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"{recorded} in pieces of {piece}: {failure.Message}", failure);
                }

                calls++;
            }
        }

        upstream.Faults.ShouldBeEmpty();
        customer.Spent.Value.ShouldBe(spent);
        await customer.ShouldHoldNothingAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{format}: {cases.Count} recordings in {calls} calls, {spent} nano-USD charged"));
    }

    private async Task<long> PlayAsync(RecordedCase recorded, string model, Dialect dialect, int piece, Customer customer, FakeUpstream upstream)
    {
        var whole = Reply.RecordedCase(recorded);
        upstream.Script(piece == 0 ? whole : InPieces(recorded, piece));
        var body = dialect == Dialect.Gemini || Bytes.Member(recorded.Request, "model") is not null
            ? recorded.Request
            : Bytes.WithMember(recorded.Request, $"\"model\":\"{model}\"");
        var before = upstream.Requests.Count;
        var answer = await customer.PostAsync(PathOf(recorded, model, dialect), body);

        // Outwards: the caller's bytes, with the upstream's model and, for chat, the wish for usage.
        upstream.Requests.Count.ShouldBe(before + 1);
        var sent = upstream.Requests[^1];
        var receipt = await customer.ReceiptAsync(answer);
        receipt.RequestedModel.ShouldBe(model);
        receipt.UpstreamModel.ShouldStartWith("mapped/");
        sent.Target.ShouldBe(PathOf(recorded, receipt.UpstreamModel, dialect));
        var asked = dialect == Dialect.OpenAiChat && Bytes.Member(body, "stream_options") is null;
        if (dialect != Dialect.Gemini)
        {
            Bytes.Member(sent.Body, "model")!.Value.Text.ShouldBe(receipt.UpstreamModel);
        }

        var undone = Bytes.WithModelOf(sent.Body, body);
        (asked ? Bytes.WithoutStreamOptions(undone) : undone).ShouldBe(body);

        // Backwards: the recording's bytes.
        var expected = asked ? Bytes.WithoutUsageChunks(recorded.Reply) : recorded.Reply;
        if (Failing.Contains(recorded.Name, StringComparer.Ordinal))
        {
            if (answer.Status != 200)
            {
                // The failure came in one piece with the first content: none of it was shown.
                receipt.Outcome.ShouldBe(CallOutcome.Failed);
                return receipt.Charge.Total.Value;
            }

            receipt.Outcome.ShouldBe(CallOutcome.Partial);
            receipt.Stop.ShouldBe(StopReason.Error);
            answer.Text.ShouldContain("\"error\"");
            answer.Text.ShouldNotContain("[DONE]");
            expected.AsSpan().StartsWith(answer.Body).ShouldBeTrue();
            return receipt.Charge.Total.Value;
        }

        answer.Status.ShouldBe(200);
        answer.Broken.ShouldBeFalse();
        answer.Body.ShouldBe(expected);
        answer.Header("content-type").ShouldBe(recorded.ReplyHeaders.FirstOrDefault(static header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value ?? "text/event-stream");
        receipt.Outcome.ShouldBe(CallOutcome.Completed);
        var (usage, stop) = SecondReading.Of(dialect, SecondReading.Objects(recorded.Reply));
        receipt.Stop.ShouldBe(stop);
        if (recorded.Name == Silent)
        {
            receipt.Usage.IsZero.ShouldBeTrue();
        }
        else if (usage.Source == UsageSource.Reported)
        {
            (receipt.Usage with { Clamped = false }).ShouldBe(usage);
        }
        else
        {
            receipt.Usage.Source.ShouldBeOneOf(UsageSource.Counted, UsageSource.Estimated);
            receipt.Usage.Output.ShouldBeGreaterThan(0);
        }

        return receipt.Charge.Total.Value;
    }

    /// <summary>By the names that the recordings use and by the catalogue's own.</summary>
    private Dictionary<string, string> MapOf(List<string> ids)
    {
        var map = ids.ToDictionary(static id => id, static id => "mapped/" + id, StringComparer.Ordinal);
        foreach (var id in ids.Select(id => _hub.Home.Catalog.Current.Find(id)?.Id).OfType<string>())
        {
            map.TryAdd(id, "mapped/" + id);
        }

        return map;
    }

    private static Reply InPieces(RecordedCase recorded, int size)
    {
        var type = recorded.ReplyHeaders.FirstOrDefault(static header => header.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value ?? "text/event-stream";
        return Reply.Status(recorded.Status).Header("content-type", type).Chunked().SendInPieces(recorded.Reply, size);
    }

    private static string ModelOf(RecordedCase recorded)
    {
        var at = recorded.Url.IndexOf("/models/", StringComparison.Ordinal);
        return at >= 0
            ? WebUtility.UrlDecode(recorded.Url[(at + "/models/".Length)..].Split(':')[0])
            : JsonSerializer.Deserialize<JsonElement>(recorded.Request).GetProperty("model").GetString()!;
    }

    private static string PathOf(RecordedCase recorded, string model, Dialect dialect) => dialect switch
    {
        Dialect.OpenAiChat => "/v1/chat/completions",
        Dialect.OpenAiResponses => "/v1/responses",
        Dialect.AnthropicMessages => recorded.Url.Contains("?beta=true", StringComparison.Ordinal) ? "/v1/messages?beta=true" : "/v1/messages",
        _ => $"/v1beta/models/{model}:streamGenerateContent?alt=sse",
    };
}
