using AioHub.Relay.Tests.Running;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Delivery;

public sealed class StreamEndingTests
{
    [Fact]
    public async Task A_bare_error_event_of_a_Responses_stream_ends_as_response_failed()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Sse(
            """
            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":3,"item_id":"i","output_index":0,"content_index":0,"delta":"Hello"}
            """)
            .Wait(TimeSpan.FromMilliseconds(200))
            .Send("event: error\ndata: {\"type\":\"error\",\"sequence_number\":4,\"code\":\"server_error\",\"message\":\"The model tripped.\",\"param\":null}\n\n"));
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (_, body, _) = await hub.PostAsync("/v1/responses", $$"""{"model":"{{SmallHub.Model}}","input":"hi","stream":true}""");

        body.ShouldContain("event: response.failed");
        body.ShouldContain("The model tripped.");
    }

    [Fact]
    public async Task A_Gemini_array_that_breaks_after_its_comma_is_still_an_array_with_the_error_last()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "application/json").Chunked()
            .Send("""[{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]}}]}""").Send("\n,\r\n").Close());
        await using var hub = await SmallHub.StartAsync([upstream]);

        var (_, body, _) = await hub.PostAsync($"/v1beta/models/{SmallHub.Model}:streamGenerateContent", """{"contents":[{"parts":[{"text":"hi"}]}]}""", ("User-Agent", "GeminiCLI/1"));

        using var json = JsonDocument.Parse(body);
        json.RootElement.GetArrayLength().ShouldBe(2);
        json.RootElement[1].GetProperty("error").GetProperty("code").GetInt32().ShouldBe(502);
    }

    [Fact]
    public async Task A_Gemini_array_that_only_kept_alive_opens_before_its_error()
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(500, """{"error":{"code":500,"message":"no","status":"INTERNAL"}}""").WaitBeforeHead(TimeSpan.FromMilliseconds(400)));
        await using var hub = await SmallHub.StartAsync([upstream], static relay => relay.KeepAliveInterval = TimeSpan.FromMilliseconds(50));

        var (_, body, _) = await hub.PostAsync($"/v1beta/models/{SmallHub.Model}:streamGenerateContent", """{"contents":[{"parts":[{"text":"hi"}]}]}""", ("User-Agent", "GeminiCLI/1"));

        using var json = JsonDocument.Parse(body);
        json.RootElement[0].GetProperty("error").GetProperty("code").GetInt32().ShouldBe(500);
    }

    [Fact]
    public async Task When_the_journal_refuses_a_stream_its_end_is_withheld_and_the_hold_given_back()
    {
        // All in one read: content and the hidden usage chunk are written, not flushed, when the end is settled.
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Status(200).Header("Content-Type", "text/event-stream").Chunked()
            .Send(string.Concat(SmallHub.ChatStream.Select(static one => one + "\n\n"))));
        await using var hub = await SmallHub.StartAsync([upstream]);
        ((IDisposable)hub.Services.GetRequiredService<IUsageJournal>()).Dispose();

        // The connection is cut before a byte of it left: no status, no half answer with another's status.
        await Should.ThrowAsync<HttpRequestException>(() => hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody));

        for (var i = 0; i < 500 && hub.Holds.OpenHolds > 0; i++)
        {
            await Task.Delay(10);
        }

        hub.Holds.OpenHolds.ShouldBe(0);
        hub.Holds.View(hub.Key).Spent.ShouldBe(NanoUsd.Zero);
    }
}
