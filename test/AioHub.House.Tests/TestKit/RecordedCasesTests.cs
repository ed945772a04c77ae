using AioHub.TestKit;

namespace AioHub.House.Tests.TestKit;

public sealed class RecordedCasesTests
{
    [Fact]
    public async Task Every_recorded_reply_arrives_byte_for_byte()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        RecordedCases.All.Count.ShouldBeGreaterThan(100);
        await using var upstream = await FakeUpstream.StartAsync();
        using var client = new HttpClient { BaseAddress = upstream.BaseAddress };
        foreach (var recorded in RecordedCases.All)
        {
            upstream.Enqueue(Reply.RecordedCase(recorded));
            using var content = new ByteArrayContent(recorded.Request);
            using var response = await client.PostAsync("x", content);
            ((int)response.StatusCode).ShouldBe(recorded.Status, recorded.ToString());
            (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(recorded.Reply).ShouldBeTrue(recorded.ToString());
            response.Content.Headers.ContentType.ShouldNotBeNull(recorded.ToString());
        }

        upstream.Requests.Select(request => request.Body).ShouldBe(RecordedCases.All.Select(recorded => recorded.Request));
    }

    [Fact]
    public void A_case_is_found_by_its_name()
    {
        Assert.SkipUnless(Shared.Available, Shared.SkipReason);
        var first = RecordedCases.Of("openai-chat").First();
        RecordedCases.Find(first.ToString()).ShouldBeSameAs(first);
        first.Meta.RootElement.GetProperty("format").GetString().ShouldBe("openai-chat");
    }
}
