using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Relay.Tests.Replay;

/// <summary>
/// Real interactions with providers, asked for in every other caller's dialect: the upstream of the recording answers as it did, and the caller gets its text, its tool calls, its reason
/// to stop and its usage in their own dialect.
/// </summary>
public sealed class TranslatedReplayTests(SharedHub shared)
{
    private static readonly Dictionary<string, Dialect> Formats = new(StringComparer.Ordinal)
    {
        ["openai-chat"] = Dialect.OpenAiChat,
        ["openai-responses"] = Dialect.OpenAiResponses,
        ["anthropic"] = Dialect.AnthropicMessages,
        ["gemini"] = Dialect.Gemini,
    };

    /// <summary>What does not come over, with its reason. Every other difference is a fault.</summary>
    private static readonly Dictionary<string, string> Explained = new(StringComparer.Ordinal)
    {
        ["anthropic/069-anthropic-url-prompt-2"] = "its picture stands at an address that a test cannot reach",
        ["anthropic/001-pause-turn-web-search-streaming-vcr-0"] = "Gemini has no word for a turn that pauses",
        ["openai-chat/019-chattests-chatwithaudioasync-1"] = "the answer is sound, which only Chat carries; others get its words, or a loss",
        ["openai-chat/075-chatwithbasicaudiooutputasync-0"] = "the answer is sound, which only Chat carries; others get its words, or a loss",
        ["openai-chat/117-chatwithbasicaudiooutput-0"] = "the answer is sound, which only Chat carries; others get its words, or a loss",
        ["openai-chat/121-chat-streaming-detailed-usage-0"] = "an answer without content is free, and its caller is told the size of its prompt all the same",
        ["openai-responses/049-canstreambackgroundresponsesasync-0"] = "refused by name: answers in the background live with one upstream",
        ["openai-responses/125-canstreambackgroundresponses-0"] = "refused by name: answers in the background live with one upstream",
        ["openai-responses/071-openai-conversation-id-streaming-provider-details-1"] = "refused by name: a conversation lives with one upstream",
    };

    private readonly HubUnderTest _hub = shared.Hub;

    public static TheoryData<string, Dialect> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, Dialect>();
            foreach (var (format, upstream) in Formats)
            {
                foreach (var client in Formats.Values.Where(client => client != upstream))
                    pairs.Add(format, client);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Recordings_come_over(string format, Dialect client)
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var upstreamDialect = Formats[format];
        var cases = RecordedCases.Of(format).Where(static one => one.Status == 200).ToList();
        var ids = cases.Select(ModelOf).Distinct(StringComparer.Ordinal).ToList();
        await _hub.DefineAsync([.. ids.Where(id => _hub.Home.Catalog.Current.Find(id)?.PriceAt(TimeProvider.System.GetUtcNow().UtcDateTime) is null)]);
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(new Offer { Usd = 10_000, Dialects = [upstreamDialect] }, upstream);
        var told = new StringBuilder();
        var over = 0;
        foreach (var recorded in cases)
        {
            var complaint = await PlayAsync(recorded, upstreamDialect, client, customer, upstream);
            if (complaint is null)
                over++;
            else if (!Explained.ContainsKey(recorded.ToString()))
                told.AppendLine(CultureInfo.InvariantCulture, $"{recorded}: {complaint}");
        }

        upstream.Faults.ShouldBeEmpty();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{format} to {client}: {over} of {cases.Count}"));
        told.ToString().ShouldBe("");
        await customer.ShouldHoldNothingAsync();
    }

    /// <summary>Null when all came over.</summary>
    private static async Task<string?> PlayAsync(RecordedCase recorded, Dialect upstreamDialect, Dialect client, Customer customer, FakeUpstream upstream)
    {
        var model = ModelOf(recorded);
        var isStream = recorded.ReplyKind == ReplyKind.Sse;
        if (!DialectRooms.Client(upstreamDialect).TryReadRequest(recorded.Request, new RequestHead(model, isStream, null), out var conversation, out var fault))
            return $"not read: {fault.Message}";

        var body = new ArrayBufferWriter<byte>();
        var terms = new UpstreamTerms
        {
            Model = model, Stream = isStream, MaxOutputTokens = 16_000, Losses = new LossLog(), Names = new ToolNames(DialectRooms.Upstream(client).ToolNameRule, conversation),
        };
        if (!DialectRooms.Upstream(client).TryWriteRequest(body, conversation, terms, out _))
            return null; // What the caller's own dialect cannot ask for, nobody asks for in it.

        upstream.Script(TestKit.Reply.RecordedCase(recorded));
        var before = upstream.Requests.Count;
        var answer = await customer.PostAsync(PathOf(model, client, isStream), body.WrittenSpan.ToArray());
        if (upstream.Requests.Count == before)
            return answer.Status is >= 400 and < 500 ? $"refused {answer.Status}: {answer.Text}" : $"{answer.Status} without an attempt: {answer.Text}";

        var expected = Read(upstreamDialect, recorded.Reply, isStream, out var failure);
        if (failure is not null || expected is null)
            return answer.Text.Contains("\"error\"", StringComparison.Ordinal) ? null : $"the upstream's failure was lost: {answer.Text}";

        if (answer.Status != 200)
            return $"{answer.Status}: {answer.Text}";

        var receipt = await customer.ReceiptAsync(answer);
        var got = Read(client, answer.Body, isStream, out failure);
        if (got is null || failure is not null)
            return $"what came is no answer: {failure?.Message} {answer.Text}";

        // An upstream that gives no reason to stop is given one.
        var isEnded = expected.Answers is [{ Stop: not StopReason.None }, ..];
        if (Essence(got, isEnded) is var one && Essence(expected, isEnded) is var two && !string.Equals(one, two, StringComparison.Ordinal))
            return $"\n  expected {two}\n  came     {one}";

        return UsageOf(client, answer.Body, isStream) is var usage && (usage.Output != receipt.Usage.Output || usage.TotalInput != receipt.Usage.TotalInput)
            ? $"usage {usage.TotalInput}/{usage.Output} is not the receipt's {receipt.Usage.TotalInput}/{receipt.Usage.Output}" : null;
    }

    private static string Essence(Reply reply, bool withEnd)
    {
        var text = new StringBuilder();
        foreach (var block in reply.Answers.Take(1).SelectMany(answer => answer.Blocks))
        {
            switch (block)
            {
                case TextBlock said:
                    text.Append(said.Text);
                    break;
                case ToolCallBlock { Kind: not ToolKind.Server } call:
                    text.Append(CultureInfo.InvariantCulture, $"\n[{call.Name} {Normal(call.Input)}]\n");
                    break;
            }
        }

        return withEnd && reply.Answers is [{ Stop: var stop }, ..] ? $"{text}\n{(stop is StopReason.EndTurn or StopReason.StopSequence or StopReason.Pause ? "ended" : stop)}" : text.ToString();
    }

    private static string Normal(ToolInput input) => input.TryObject(out var value) ? JsonSerializer.Serialize(JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(value.Span)) : input.Text.ToString();

    private static Reply? Read(Dialect dialect, byte[] body, bool isStream, out UpstreamError? failure)
    {
        failure = null;
        using var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
        if (!isStream)
        {
            var isReply = tap.OnReply(body);
            failure = tap.Error;
            return isReply && DialectRooms.Upstream(dialect).TryReadReply(body, out var reply) ? reply : null;
        }

        var fold = new ReplyFold();
        var reader = DialectRooms.Upstream(dialect).CreateStreamReader(fold);
        using var splitter = new SseTap();
        for (var at = 0; splitter.TryRead(body.AsSpan(at), out var consumed, out var happening); at += consumed)
        {
            tap.OnEvent(happening.Type, happening.Data);
            reader.OnEvent(happening.Type, happening.Data);
        }

        reader.OnEnd();
        failure = tap.Error ?? (tap.Ended || tap.Stop != StopReason.None ? null : new UpstreamError(null, null, "it has no end"));
        return fold.ToReply();
    }

    private static Usage UsageOf(Dialect dialect, byte[] body, bool isStream)
    {
        using var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
        if (!isStream)
        {
            tap.OnReply(body);
            return tap.Usage;
        }

        using var splitter = new SseTap();
        for (var at = 0; splitter.TryRead(body.AsSpan(at), out var consumed, out var happening); at += consumed)
            tap.OnEvent(happening.Type, happening.Data);

        return tap.Usage;
    }

    private static string ModelOf(RecordedCase recorded)
    {
        var at = recorded.Url.IndexOf("/models/", StringComparison.Ordinal);
        return at >= 0
            ? WebUtility.UrlDecode(recorded.Url[(at + "/models/".Length)..].Split(':')[0])
            : JsonSerializer.Deserialize<JsonElement>(recorded.Request).GetProperty("model").GetString()!;
    }

    private static string PathOf(string model, Dialect dialect, bool isStream) => dialect switch
    {
        Dialect.OpenAiChat => "/v1/chat/completions",
        Dialect.OpenAiResponses => "/v1/responses",
        Dialect.AnthropicMessages => "/v1/messages",
        _ => $"/v1beta/models/{Uri.EscapeDataString(model)}:{(isStream ? "streamGenerateContent?alt=sse" : "generateContent")}",
    };
}
