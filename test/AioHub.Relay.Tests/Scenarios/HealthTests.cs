using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>What a call may, and may not, do to the health of a credential that others use too.</summary>
public sealed class HealthTests
{
    private const string StatefulBody = $$"""{"model":"{{SmallHub.Model}}","input":"hi","previous_response_id":"resp_made_up"}""";

    [Fact]
    public async Task After_a_429_the_next_call_does_not_ask_that_credential()
    {
        await using var busy = await FakeUpstream.StartAsync(_ => Reply.Json(429, """{"error":{"message":"slow down","type":"rate_limit_error"}}""").Header("retry-after", "60"));
        await using var good = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([busy, good]);
        for (var i = 0; i < 3; i++)
        {
            (await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody)).Body.ShouldBe(SmallHub.ChatReply);
        }

        busy.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_500_does_not_move_the_next_call()
    {
        var calls = 0;
        await using var first = await FakeUpstream.StartAsync(_ => Interlocked.Increment(ref calls) == 1 ? Reply.Json(500, "{}") : Reply.Json(200, SmallHub.ChatReply));
        await using var second = await FakeUpstream.StartAsync(_ => Reply.Json(200, SmallHub.ChatReply));
        await using var hub = await SmallHub.StartAsync([first, second]);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        (first.Requests.Count, second.Requests.Count).ShouldBe((2, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_who_leaves_before_content_heals_nothing_and_blames_nobody(bool stream)
    {
        await using var hanging = await FakeUpstream.StartAsync(_ => stream ? Reply.Sse(SmallHub.ChatOpening).Hang() : Reply.Status(200).Header("Content-Type", "application/json").Chunked().Send("{").Hang());
        await using var hub = await SmallHub.StartAsync([hanging]);
        var health = (LocalHealth)hub.Services.GetRequiredService<IHealth>();
        var credential = hub.Home.Routing.Current.Channels.Single(static channel => channel.Name == "channel-0").Credentials[0].Id;
        health.Report(credential, SmallHub.Model, AttemptFailure.Timeout, null);
        health.Report(credential, SmallHub.Model, AttemptFailure.Timeout, null);

        using var leaving = new CancellationTokenSource();
        var call = hub.Client.SendAsync(hub.Request("/v1/chat/completions", stream ? SmallHub.ChatStreamBody : SmallHub.ChatBody), leaving.Token);
        for (var i = 0; i < 500 && hanging.Requests.Count == 0; i++)
        {
            await Task.Delay(10);
        }

        await Task.Delay(100);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        await Task.Delay(200);

        health.Snapshot().ShouldHaveSingleItem().Failures.ShouldBe(2, "two failures in a row stand as they were");
    }

    [Theory]
    [InlineData(404, "Response with id 'resp_made_up' not found.", "invalid_request_error", "/v1/responses", StatefulBody)]
    [InlineData(404, "File not found: file_made_up", "not_found_error", "/v1/chat/completions", SmallHub.ChatBody)]
    [InlineData(403, "CachedContent not found (or permission denied)", "PERMISSION_DENIED", "/v1/chat/completions", SmallHub.ChatBody)]
    public async Task A_name_that_a_caller_made_up_rests_no_credential(int status, string message, string type, string path, string body)
    {
        var refusal = $$"""{"error":{"message":"{{message}}","type":"{{type}}"} }""";
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(status, refusal));
        await using var other = await FakeUpstream.StartAsync(_ => Reply.Json(status, refusal));
        await using var hub = await SmallHub.StartAsync([upstream, other]);
        for (var i = 0; i < 4; i++)
        {
            ((int)(await hub.PostAsync(path, body)).Head.StatusCode).ShouldBe(status);
        }

        Health(hub).Snapshot().ShouldBeEmpty();
        upstream.Requests.Count.ShouldBe(4);

        // A stored response that the hub does not know may live with the other; what a chat names is the caller's affair.
        other.Requests.Count.ShouldBe(body == StatefulBody ? 4 : 0);
    }

    [Theory]
    [InlineData("The model `small-model` does not exist", "/v1/chat/completions", SmallHub.ChatBody)]
    [InlineData("models/small-model is not found for API version v1beta", "/v1/responses", StatefulBody)]
    public async Task A_model_that_the_upstream_does_not_know_rests_there_alone(string message, string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync(_ => Reply.Json(404, $$"""{"error":{"message":"{{message}}","type":"invalid_request_error"} }"""));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.PostAsync(path, body);
        Health(hub).Snapshot().ShouldHaveSingleItem().Scope.ShouldBe(HealthScope.Model);
    }

    [Fact]
    public async Task A_firewalls_page_and_a_refused_address_are_nobodys_illness()
    {
        await using var wall = await FakeUpstream.StartAsync(_ => Reply.Status(403).Header("Content-Type", "text/html").Send("<html><title>Attention Required</title>"));
        await using var hub = await SmallHub.StartAsync([wall]);
        for (var i = 0; i < 4; i++)
        {
            (await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody)).Head.StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        }

        await hub.Home.Channels.UpsertAsync(new ChannelDraft { Name = "channel-0", AllowPrivateNetwork = false });
        await hub.RefreshAsync();
        var (head, body, _) = await hub.PostAsync("/v1/chat/completions", SmallHub.ChatBody);
        head.Headers.GetValues("x-aiohub-error").ShouldBe(["upstream_address_refused"]);
        body.ShouldNotContain("private");
        (await hub.ReceiptAsync(head)).Attempts[0].Detail.ShouldNotBeNull().ShouldContain("allow_private_network");
        Health(hub).Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_that_fails_behind_its_first_content_counts_and_a_whole_one_heals()
    {
        var calls = 0;
        await using var upstream = await FakeUpstream.StartAsync(_ => ++calls < 3 ? Reply.Sse(SmallHub.ChatOpening, SmallHub.ChatContent) : Reply.Sse(SmallHub.ChatStream));
        await using var hub = await SmallHub.StartAsync([upstream]);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        Health(hub).Snapshot().ShouldHaveSingleItem().Failures.ShouldBe(2);
        await hub.PostAsync("/v1/chat/completions", SmallHub.ChatStreamBody);
        Health(hub).Snapshot().ShouldBeEmpty();
    }

    private static LocalHealth Health(SmallHub hub) => (LocalHealth)hub.Services.GetRequiredService<IHealth>();
}
