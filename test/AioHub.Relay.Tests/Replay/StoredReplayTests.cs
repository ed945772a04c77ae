using System.Text;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Pins;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Replay;

/// <summary>
/// The recordings that read what an upstream keeps. Their answers were made first, so each test makes one through the hub under the recording's own id, at the second of two
/// channels, and then plays the recording: it reaches the upstream that keeps the answer and no other, its bytes pass, and it costs nothing.
/// </summary>
public sealed class StoredReplayTests
{
    private const string Elsewhere = """{"error":{"message":"away","type":"server_error","param":null,"code":null}}""";

    /// <summary>The recording of the reading, and that of the making. Null: written here, since none is kept.</summary>
    private static readonly Dictionary<string, string?> Makings = new(StringComparer.Ordinal)
    {
        ["005-responsestests-candeleteresponse-3"] = null,
        ["007-background-mode-streaming-starting-after-vcr-1"] = null,
        ["015-canstreambackgroundresponsesasync-2"] = "openai-responses/049-canstreambackgroundresponsesasync-0",
    };

    public static TheoryData<string> Readings => [.. Makings.Keys];

    [Fact]
    public void No_recording_without_a_body_is_left_out()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        RecordedCases.Of("openai-responses-other").Where(static one => one.Request.Length == 0).Select(static one => one.Name).ShouldBe(Makings.Keys, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task What_an_upstream_keeps_is_read_there_as_it_was_recorded(string name)
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var reading = RecordedCases.Find("openai-responses-other/" + name);
        var making = Makings[name] is { } made ? RecordedCases.Find(made) : null;
        var id = reading.Target["/v1/responses/".Length..].Split('?')[0];
        await using var hub = await HubUnderTest.StartAsync();
        await using var other = await FakeUpstream.StartAsync();
        await using var keeper = await FakeUpstream.StartAsync();
        var customer = await hub.CustomerAsync(new Offer("openai"), other, keeper);

        // Made at the second channel, since the first one is away for that moment.
        var request = making?.Request ?? Encoding.UTF8.GetBytes(
            """{"model":"gpt-4o","input":"hi","background":true,"store":false,"stream":true}""".Replace(",\"stream\":true", reading.ReplyKind == ReplyKind.Sse ? ",\"stream\":true" : "", StringComparison.Ordinal));
        await hub.DefineAsync(JsonSerializer.Deserialize<JsonElement>(request).GetProperty("model").GetString()!);
        other.Script(Reply.Json(500, Elsewhere));
        keeper.Script(making is not null ? Reply.RecordedCase(making)
            : reading.ReplyKind == ReplyKind.Sse ? Reply.RecordedCase(reading)
            : Reply.Json(200, $$$"""{"id":"{{{id}}}","object":"response","status":"completed","background":true,"model":"gpt-4o","output":[{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[]}]}],"store":false,"usage":{"input_tokens":8,"output_tokens":2,"total_tokens":10}}"""));
        var answer = await customer.PostAsync("/v1/responses", request);
        answer.Status.ShouldBe(200, answer.Text);
        var receipt = await customer.ReceiptAsync(answer);
        receipt.Charge.Total.Value.ShouldBeGreaterThan(0);
        var spent = customer.Spent;
        spent.ShouldBe(receipt.Charge.Total);
        if (reading.Status == 404)
        {
            // As it was recorded: deleted, then asked for again. What a caller made is still looked up; the upstream says what is true.
            keeper.Script(Reply.Json(200, $$"""{"id":"{{id}}","object":"response","deleted":true}"""));
            using var deletion = customer.Request("/v1/responses/" + id, new ByteArrayContent([]), HttpMethod.Delete);
            (await Answer.ReadAsync(hub.Client, deletion)).Status.ShouldBe(200);
            keeper.Requests[^1].Method.ShouldBe("DELETE");
        }

        var (before, asked) = (other.Requests.Count, keeper.Requests.Count);

        // Read there, whole and in pieces: what would have answered elsewhere is not asked.
        other.Script(Reply.Json(200, """{"id":"resp_elsewhere"}"""));
        foreach (var piece in (int[])[0, 700])
        {
            keeper.Script(piece == 0 ? Reply.RecordedCase(reading)
                : Reply.Status(reading.Status).Header("content-type", reading.ReplyHeaders.First(static header => header.Key == "content-type").Value).Chunked().SendInPieces(reading.Reply, piece));
            var read = await customer.GetAsync(reading.Target);
            read.Status.ShouldBe(reading.Status, read.Text);
            read.Broken.ShouldBeFalse();
            read.Body.ShouldBe(reading.Reply);
            var sent = keeper.Requests[^1];
            (sent.Method, sent.Target, sent.Body.Length).ShouldBe(("GET", reading.Target, 0));
            sent.Header("authorization").ShouldBe("Bearer " + customer.UpstreamSecret(1));
            var told = await customer.ReceiptAsync(read);
            (told.Charge.Total.Value, told.Usage.IsZero).ShouldBe((0, true));
            told.Outcome.ShouldBe(reading.Status == 200 ? CallOutcome.Completed : CallOutcome.Failed);
            told.Affinity.ShouldBe(new Affinity(new UpstreamObject(ObjectKind.Response, id), Known: true));
        }

        (other.Requests.Count, keeper.Requests.Count).ShouldBe((before, asked + 2));
        await customer.ShouldHoldNothingAsync();
        customer.Spent.ShouldBe(spent);

        // Nobody else's: the recorded path is the hub's own 404 for another caller.
        var stranger = await hub.CustomerAsync(new Offer("openai"), keeper);
        (await stranger.GetAsync(reading.Target)).Error.ShouldBe("object_not_found");
        keeper.Requests.Count.ShouldBe(asked + 2);
        other.Faults.ShouldBeEmpty();
        keeper.Faults.ShouldBeEmpty();
    }
}
