using AioHub.Relay.Tests.Running;
using System.Net.Http.Headers;
using System.Text;

namespace AioHub.Relay.Tests.Hub;

public sealed class RouteExplainTests
{
    [Fact]
    public async Task Deep_bodies_and_broken_text_are_answered()
    {
        await using var hub = await SmallHub.StartAsync([]);
        var deep = new string('[', 120) + new string(']', 120);

        var (nested, _, _) = await hub.PostAsync("/api/route/explain", $$$"""{"path":"/v1/chat/completions","body":{"model":"{{{SmallHub.Model}}}","messages":[],"x":{{{deep}}}}}""");
        ((int)nested.StatusCode).ShouldBe(200);

        using var request = hub.Request("/api/route/explain", "");
        request.Content = new ByteArrayContent([.. "{\"model\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var broken = await hub.Client.SendAsync(request);
        ((int)broken.StatusCode).ShouldBe(400, Encoding.UTF8.GetString(await broken.Content.ReadAsByteArrayAsync()));
    }
}
