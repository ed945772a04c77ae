using System.Text;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Keep-alives, callers that leave, the usage chunk that only the hub asked for.</summary>
public sealed class DeliveryTests(SharedHub shared, BeatingHub beating)
{
    private readonly HubUnderTest _hub = shared.Hub;
    private readonly HubUnderTest _beating = beating.Hub;

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_waiting_caller_gets_keep_alives_and_never_inside_an_event(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var beat = KeepAlive(dialect);
        var pause = TimeSpan.FromMilliseconds(300);
        await using var upstream = await FakeUpstream.StartAsync(_ =>
        {
            var reply = Reply.Sse().WaitBeforeHead(pause).Wait(pause).Send(sample.Beginning).Wait(pause);
            foreach (var one in sample.Events[sample.Content..])
            {
                // Each event in two halves with a long pause between them.
                reply.Send(one[..(one.Length / 2)]).Wait(pause).Send(one[(one.Length / 2)..]);
            }

            return reply;
        });
        var customer = await _beating.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Text.ShouldStartWith(beat);
        answer.Text.ShouldContain(beat + beat + sample.Events[0]);
        answer.Text.ShouldContain(sample.Beginning + beat);
        foreach (var one in sample.Events)
        {
            answer.Text.ShouldContain(one);
        }

        answer.Text.Replace(beat, "", StringComparison.Ordinal).ShouldBe(sample.Stream.Replace(beat, "", StringComparison.Ordinal));
        (await customer.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe(Sample.Nano);
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task After_keep_alives_another_channel_can_still_answer(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var beat = KeepAlive(dialect);
        var pause = TimeSpan.FromMilliseconds(200);
        await using var first = await FakeUpstream.StartAsync(_ => Reply.Json(500, "{}").WaitBeforeHead(pause));
        await using var second = await FakeUpstream.StartAsync(_ => Reply.Json(200, sample.Reply).WaitBeforeHead(pause));
        await using var third = await FakeUpstream.StartAsync(_ => sample.StreamReply().WaitBeforeHead(pause));
        var customer = await _beating.CustomerAsync(new Offer(), first, second, third);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Status.ShouldBe(200);
        answer.Text.Replace(beat, "", StringComparison.Ordinal).ShouldBe(sample.Stream.Replace(beat, "", StringComparison.Ordinal));
        answer.Broken.ShouldBeFalse();
        (await customer.ReceiptAsync(answer)).Channel.ShouldBe(customer.Name + "-2");
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task After_keep_alives_a_failure_is_told_inside_the_stream(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(500, "{}").WaitBeforeHead(TimeSpan.FromMilliseconds(300)));
        var customer = await _beating.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, sample.StreamBody);
        answer.Status.ShouldBe(200);
        answer.Text.ShouldContain("\"upstream_error\"");
        answer.Broken.ShouldBe(dialect == Dialect.Gemini);
        await customer.ShouldHavePaidNothingAsync();
    }

    [Fact]
    public async Task A_Gemini_array_that_never_began_is_an_array_all_the_same()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(500, "{}").WaitBeforeHead(TimeSpan.FromMilliseconds(300)));
        var customer = await _beating.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync("/v1beta/models/test-model:streamGenerateContent", Sample.Of(Dialect.Gemini).Body, ("User-Agent", "GeminiCLI/0.40.0"));
        answer.Text.ShouldStartWith("\n");
        Answer.CodeIn(Dialect.Gemini, answer.Json[0]).ShouldBe("upstream_error");
        answer.Json.GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task A_caller_who_leaves_stops_the_upstream_and_pays_for_what_was_produced(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(sample.Beginning).Hang());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        string id;
        using (var response = await customer.OpenAsync(sample.StreamPath, sample.StreamBody))
        {
            id = response.Headers.GetValues("x-aiohub-request-id").Single();
            var stream = await response.Content.ReadAsStreamAsync();
            var seen = new byte[Encoding.UTF8.GetByteCount(sample.Beginning)];
            await stream.ReadExactlyAsync(seen);
            Encoding.UTF8.GetString(seen).ShouldBe(sample.Beginning);
        }

        await upstream.ClientGone.WaitAsync(TimeSpan.FromSeconds(20));
        var receipt = await customer.ReceiptAsync(id);
        receipt.Outcome.ShouldBe(CallOutcome.Cancelled);
        receipt.Charge.Total.Value.ShouldBeInRange(1, 4 * Sample.Nano);
        await customer.ShouldHoldNothingAsync();
        customer.Spent.ShouldBe(receipt.Charge.Total);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_caller_who_leaves_before_content_pays_nothing_and_leaves_a_record(bool stream, bool afterHeaders)
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(_ => afterHeaders ? Reply.Json(200, sample.Reply[..40]).Length(10_000).Hang() : Reply.HangAtOnce());
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        using var leaving = new CancellationTokenSource();
        var call = customer.OpenAsync(sample.Path, stream ? sample.StreamBody : sample.Body, leaving.Token);
        await upstream.WaitForRequestAsync();
        await Task.Delay(100);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        await upstream.ClientGone.WaitAsync(TimeSpan.FromSeconds(20));
        await customer.ShouldHavePaidNothingAsync();

        // The caller never saw the id: its receipt is found in the database.
        for (var i = 0; i < 500; i++)
        {
            if (StatusesInDatabase(customer) is [var status])
            {
                status.ShouldBe(499);
                return;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("The cancelled call left no record.");
    }

    [Theory]
    [InlineData("""{"model":"test-model","stream":true,"messages":[]}""", true)]
    [InlineData("""{"model":"test-model","stream":true,"stream_options":{"include_usage":false},"messages":[]}""", true)]
    [InlineData("""{"model":"test-model","stream":true,"stream_options":{},"messages":[]}""", true)]
    [InlineData("""{"model":"test-model","stream":true,"stream_options":null,"messages":[]}""", true)]
    [InlineData("""{"model":"test-model","stream":true,"stream_options":{"include_usage":true},"messages":[]}""", false)]
    public async Task The_usage_chunk_is_hidden_exactly_when_only_the_hub_asked(string body, bool hidden)
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync();
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        foreach (var size in new[] { 1, 7, 100_000 })
        {
            upstream.Script(_ => Reply.Sse().SendInPieces(Encoding.UTF8.GetBytes(sample.Stream), size));
            var answer = await customer.PostAsync(sample.StreamPath, body);
            upstream.Requests[^1].Json().GetProperty("stream_options").GetProperty("include_usage").GetBoolean().ShouldBeTrue();
            answer.Text.ShouldBe(hidden ? string.Concat(sample.Events.Where(static one => !one.Contains("\"usage\"", StringComparison.Ordinal))) : sample.Stream);
            (await customer.ReceiptAsync(answer)).Charge.Total.Value.ShouldBe(Sample.Nano);
        }
    }

    [Fact]
    public async Task A_hidden_usage_chunk_takes_nothing_else_with_it()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        var events = new[] { sample.Events[0], sample.Events[4], sample.Events[1], sample.Events[3], sample.Events[4], sample.Events[5] };
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse().SendInPieces(Encoding.UTF8.GetBytes(string.Concat(events)), 10));
        var customer = await _hub.CustomerAsync(new Offer(), upstream);
        var answer = await customer.PostAsync(sample.StreamPath, """{"model":"test-model","stream":true,"messages":[]}""");
        answer.Text.ShouldBe(sample.Events[0] + sample.Events[1] + sample.Events[3] + sample.Events[5]);
    }

    [Fact]
    public async Task A_passthrough_group_asks_for_nothing_and_hides_nothing()
    {
        var sample = Sample.Of(Dialect.OpenAiChat);
        await using var upstream = await FakeUpstream.StartAsync(_ => sample.StreamReply());
        var customer = await _hub.CustomerAsync(new Offer { Mode = GroupMode.Passthrough }, upstream);
        const string Body = """{ "model" : "test-model", "stream":true,  "messages":[]}""";
        var answer = await customer.PostAsync(sample.StreamPath, Body);
        upstream.Requests[0].BodyText.ShouldBe(Body);
        answer.Text.ShouldBe(sample.Stream);
    }

    private static string KeepAlive(Dialect dialect) => dialect switch
    {
        Dialect.AnthropicMessages => "event: ping\ndata: {\"type\": \"ping\"}\n\n",
        Dialect.Gemini => "\r\n",
        _ => ": keep-alive\n\n",
    };

    private List<long> StatusesInDatabase(Customer customer)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_hub.Home.Settings.DataFolder, "aiohub.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"HttpStatus\" FROM request_log WHERE \"KeyId\" = $key";
        command.Parameters.AddWithValue("$key", customer.Key.Id.Value);
        using var reader = command.ExecuteReader();
        var rows = new List<long>();
        while (reader.Read())
        {
            rows.Add(reader.GetInt64(0));
        }

        return rows;
    }
}
