using AioHub.Core.Catalog;
using AioHub.Core.Metering;
using AioHub.Core.Tasks;
using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Tasks;

/// <summary>
/// Videos of three vendors. The invariant: a task that its upstream took is charged exactly once when it succeeded, whoever sees its end and however often; never when it failed, was called off
/// or got lost; and from its beginning to its end the most that it may cost is set aside.
/// </summary>
public sealed class TaskTests
{
    public static TheoryData<string> Vendors => ["openai", "doubao", "xai"];

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task It_is_held_until_its_end_and_charged_once(string vendor)
    {
        await using var hub = await VideoHub.StartAsync(vendor);
        var id = await hub.BeginAsync();
        hub.Upstream.Server.Requests[0].BodyText.ShouldBe(hub.Body, "the caller's own bytes");
        hub.Upstream.Server.Requests[0].Header("authorization").ShouldBe("Bearer " + SmallHub.UpstreamSecret(0));
        hub.Held.ShouldBeGreaterThanOrEqualTo(VideoHub.CostOf(vendor));
        var held = hub.Held;

        hub.Upstream.State = "running";
        (await hub.SendAsync("GET", hub.Upstream.OnePath(id))).Status.ShouldBe(200);
        (await hub.BalanceAsync()).ShouldBe(100);
        hub.Held.ShouldBe(held);

        hub.Upstream.State = "done";
        (await hub.SendAsync("GET", hub.Upstream.OnePath(id))).Status.ShouldBe(200);
        hub.Held.ShouldBe(0);
        (await hub.BalanceAsync()).ShouldBe(100 - VideoHub.CostOf(vendor));
        (await hub.SendAsync("GET", hub.Upstream.OnePath(id))).Status.ShouldBe(200);
        await hub.RoundAsync(TimeSpan.FromHours(1));
        (await hub.BalanceAsync()).ShouldBe(100 - VideoHub.CostOf(vendor));
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Its_record_says_what_it_is()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        var (_, _, head) = await hub.SendAsync("POST", hub.Upstream.CreatePath, hub.Body);
        var begun = await hub.Hub.ReceiptAsync(head);
        (begun.Operation, begun.Charge.Total.Value, begun.Task!.State, begun.Task.Name).ShouldBe((Operation.CreateTask, 0, TaskState.Open, "video_1"));
        hub.Upstream.State = "done";
        await hub.WrittenAsync();
        await hub.RoundAsync(TimeSpan.FromMinutes(1));
        var ended = await hub.Hub.ReceiptAsync(TaskNote.EndOf(begun.Id).ToString());
        (ended.Operation, ended.Outcome, ended.Task!.State).ShouldBe((Operation.FinishTask, CallOutcome.Completed, TaskState.Succeeded));
        ended.Charge.Lines.ShouldHaveSingleItem().Quantity.ShouldBe(8000);
        ended.StartedAt.ShouldBe(begun.StartedAt, TimeSpan.FromMilliseconds(1));
        ended.Charge.PriceVersion.ShouldBe(begun.Task.PriceVersion);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    [InlineData("azure")]
    public async Task Who_never_asks_pays_too(string vendor)
    {
        await using var hub = await VideoHub.StartAsync(vendor);
        await hub.BeginAsync();
        await hub.WrittenAsync();
        await hub.RoundAsync(TimeSpan.Zero);
        hub.Upstream.Calls.Count.ShouldBe(1, "it is not due yet");
        await hub.RoundAsync(TimeSpan.FromSeconds(20));
        hub.Upstream.Calls.Count.ShouldBe(2);
        hub.Held.ShouldBeGreaterThan(0);
        hub.Upstream.State = "done";
        await hub.RoundAsync(TimeSpan.FromHours(1));
        hub.Held.ShouldBe(0);
        (await hub.BalanceAsync()).ShouldBe(100 - VideoHub.CostOf(vendor));
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Whoever_races_it_is_charged_once()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hub.BeginAsync()));
        await hub.WrittenAsync();
        hub.Upstream.State = "done";
        await Task.WhenAll(
            Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, 4).Select(_ => hub.SendAsync("GET", hub.Upstream.OnePath(id))))),
            Task.WhenAll(Enumerable.Range(0, 4).Select(i => hub.RoundAsync(TimeSpan.FromMinutes(1 + i)))));
        await hub.RoundAsync(TimeSpan.FromHours(1));
        hub.Held.ShouldBe(0);
        (await hub.BalanceAsync()).ShouldBe(100 - (8 * 0.8m));
        hub.Hub.Holds.View(hub.Hub.Key).Balance.ToUsd().ShouldBe(100 - (8 * 0.8m), "memory says the same");
        await hub.ShouldAddUpAsync();
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_failed_one_costs_nothing(string vendor)
    {
        await using var hub = await VideoHub.StartAsync(vendor);
        var id = await hub.BeginAsync();
        await hub.WrittenAsync();
        hub.Upstream.State = "failed";
        (await hub.SendAsync("GET", hub.Upstream.OnePath(id))).Status.ShouldBe(200);
        hub.Held.ShouldBe(0);
        (await hub.BalanceAsync()).ShouldBe(100);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task One_that_never_ends_is_let_go_at_its_deadline()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        await hub.BeginAsync();
        await hub.WrittenAsync();
        hub.Upstream.Server.Enqueue(Reply.Json(500, "{}"));
        await hub.RoundAsync(TimeSpan.FromHours(40));
        hub.Held.ShouldBeGreaterThan(0);
        await hub.RoundAsync(TimeSpan.FromHours(49));
        hub.Held.ShouldBe(0);
        (await hub.BalanceAsync()).ShouldBe(100);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Only_its_owner_sees_it()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        var id = await hub.BeginAsync();
        foreach (var (method, path) in new[] { ("GET", "/v1/videos/" + id), ("DELETE", "/v1/videos/" + id), ("GET", $"/v1/videos/{id}/content"), ("POST", $"/v1/videos/{id}/remix"), ("GET", "/v1/videos/video_77") })
        {
            var (status, body, _) = await hub.SendAsync(method, path, method == "POST" ? """{"prompt":"x"}""" : null, VideoHub.OtherSecret);
            (status, body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((404, "object_not_found"));
        }

        hub.Upstream.Calls.Count.ShouldBe(1);
        await hub.WrittenAsync();
        (await hub.SendAsync("GET", "/v1/videos", secret: VideoHub.OtherSecret)).Body.GetProperty("data").GetArrayLength().ShouldBe(0);
        var own = (await hub.SendAsync("GET", "/v1/videos")).Body.GetProperty("data").EnumerateArray().ShouldHaveSingleItem();
        (own.GetProperty("id").GetString(), own.GetProperty("status").GetString()).ShouldBe((id, "in_progress"));
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        await using var hub = await VideoHub.StartAsync("doubao");
        for (var i = 0; i < 3; i++)
        {
            await hub.BeginAsync();
        }

        await hub.WrittenAsync();
        var first = (await hub.SendAsync("GET", hub.Upstream.CreatePath + "?page_size=2")).Body;
        first.GetProperty("items").EnumerateArray().Select(static one => one.GetProperty("id").GetString()).ShouldBe(["cgt-3", "cgt-2"]);
        (await hub.SendAsync("GET", hub.Upstream.CreatePath + "?page_size=2&page_num=2")).Body.GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("cgt-1");
    }

    [Fact]
    public async Task Calling_off_what_waits_is_free_and_what_works_is_not_called_off()
    {
        await using var hub = await VideoHub.StartAsync("doubao");
        var (waiting, working) = (await hub.BeginAsync(), await hub.BeginAsync());
        await hub.WrittenAsync();
        (await hub.SendAsync("DELETE", hub.Upstream.OnePath(waiting))).Status.ShouldBe(200);
        hub.Upstream.State = "running";
        var refused = await hub.SendAsync("DELETE", hub.Upstream.OnePath(working));
        (refused.Status, refused.Body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((409, "task_running"));
        hub.Upstream.State = "done";
        (await hub.SendAsync("DELETE", hub.Upstream.OnePath(working))).Status.ShouldBe(200, "its end was seen first");
        (await hub.BalanceAsync()).ShouldBe(99.8m);
        hub.Held.ShouldBe(0);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task Its_bytes_and_its_remix_come_from_where_it_lives()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        var id = await hub.BeginAsync();
        await hub.WrittenAsync();
        hub.Upstream.State = "done";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}/content?variant=video");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + SmallHub.Secret);
        using var film = await hub.Hub.Client.SendAsync(request);
        film.Content.Headers.ContentType!.MediaType.ShouldBe("video/mp4");
        (await film.Content.ReadAsByteArrayAsync()).ShouldBe(VideoUpstream.Film.ToArray());
        hub.Upstream.Calls[^1].ShouldBe($"GET /v1/videos/{id}/content?variant=video");
        (await hub.SendAsync("POST", $"/v1/videos/{id}/remix", """{"prompt":"at night"}""")).Body.GetProperty("id").GetString().ShouldBe("video_2");
        hub.Upstream.Calls[^1].ShouldBe($"POST /v1/videos/{id}/remix");
        hub.Held.ShouldBeGreaterThanOrEqualTo(1.2m, "as long as a video may be");
        await hub.WrittenAsync();
        await hub.RoundAsync(TimeSpan.FromMinutes(1));
        (await hub.BalanceAsync()).ShouldBe(100 - 1.6m);
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_form_begins_one_as_json_does()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        using var form = new MultipartFormDataContent
        {
            { new StringContent(SmallHub.Model), "model" }, { new StringContent("a cat"), "prompt" }, { new StringContent("12"), "seconds" },
            { new ByteArrayContent([1, 2, 3]), "input_reference", "cat.png" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = form };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + SmallHub.Secret);
        (await hub.Hub.Client.SendAsync(request)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        hub.Held.ShouldBe(1.2m);
        hub.Upstream.Server.Requests[0].Header("content-type").ShouldStartWith("multipart/form-data");
    }

    [Fact]
    public async Task A_price_by_size_and_length_holds_and_charges_a_video()
    {
        await using var hub = await VideoHub.StartAsync("openai", VideoHub.Price(videos: [new ImagePrice("1280x720", "8", 2.4m), new ImagePrice("1280x720", "4", 1.2m), new ImagePrice("1792x1024", "8", 4m)]));
        var id = await hub.BeginAsync();
        hub.Held.ShouldBe(4m);
        await hub.WrittenAsync();
        hub.Upstream.State = "done";
        await hub.SendAsync("GET", hub.Upstream.OnePath(id));
        (await hub.BalanceAsync()).ShouldBe(97.6m);
    }

    [Theory]
    [InlineData("openai", "/v1/videos/generations", 400, "task_unsupported")]
    [InlineData("openai", "/api/v3/contents/generations/tasks", 400, "task_unsupported")]
    [InlineData("xai", "/v1/videos", 400, "task_unsupported")]
    public async Task Another_vendors_grammar_is_refused_in_words(string vendor, string path, int status, string code)
    {
        await using var hub = await VideoHub.StartAsync(vendor);
        var refused = await hub.SendAsync("POST", path, hub.Body);
        (refused.Status, refused.Body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((status, code));
        hub.Upstream.Calls.ShouldBeEmpty();
        await hub.ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_price_for_text_is_none_for_a_video()
    {
        await using var hub = await VideoHub.StartAsync("openai", new PriceRow { Version = "", From = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = new Rates { Input = 2, Output = 10 } });
        var refused = await hub.SendAsync("POST", "/v1/videos", hub.Body);
        (refused.Status, refused.Body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((403, "model_price_missing"));
        hub.Upstream.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_cannot_pay_for_the_longest_begins_none()
    {
        await using var hub = await VideoHub.StartAsync("openai", usd: 1);
        await hub.BeginAsync();
        var refused = await hub.SendAsync("POST", "/v1/videos", hub.Body);
        (refused.Status, refused.Body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((402, "insufficient_balance"));
        hub.Upstream.Made.ShouldBe(1);
    }

    [Fact]
    public async Task What_the_upstream_refuses_holds_nothing()
    {
        await using var hub = await VideoHub.StartAsync("openai");
        hub.Upstream.Server.Enqueue(Reply.Json(400, """{"error":{"message":"Invalid seconds","type":"invalid_request_error","param":"seconds","code":"invalid_value"}}"""));
        (await hub.SendAsync("POST", "/v1/videos", hub.Body)).Status.ShouldBe(400);
        hub.Held.ShouldBe(0);
        await hub.ShouldAddUpAsync();
    }
}
