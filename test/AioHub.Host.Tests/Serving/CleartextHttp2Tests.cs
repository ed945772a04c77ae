using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AioHub.Host.Home;
using AioHub.Host.Serving;

namespace AioHub.Host.Tests.Serving;

/// <summary>A port of its own for HTTP/2 in cleartext with prior knowledge, on which everything is served.</summary>
[Collection(ServingCollection.Name)]
public sealed class CleartextHttp2Tests
{
    [Fact]
    public async Task Both_ports_serve_and_each_speaks_its_own()
    {
        var port = HubProcess.FreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        using var folder = await HubFolder.CreateAsync();
        var secret = "";
        await folder.WithAsync(async home => secret = (await HubFolder.AddUserAsync(home, "sdk", 10, ["auto"])).Secret);
        await using var hub = folder.Serve(environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["AIOHUB_H2C_URLS"] = address });
        await hub.WaitUntilReadyAsync();
        using var client = new HttpClient();
        foreach (var (root, version) in ((Uri, Version)[])[(new Uri(address), HttpVersion.Version20), (hub.Address, HttpVersion.Version11)])
        {
            foreach (var path in (string[])["model/sandbox%2Fecho/converse", "model/sandbox%2Fecho/converse-stream"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(root, path))
                {
                    Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("""{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}""", Encoding.UTF8, "application/json"),
                };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                using var reply = await client.SendAsync(request);
                var text = await reply.Content.ReadAsStringAsync();
                reply.StatusCode.ShouldBe(HttpStatusCode.OK, text);
                reply.Version.ShouldBe(version);
                text.ShouldContain("Hello");
            }
        }

        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("https://127.0.0.1:9000")]
    [InlineData("http://0.0.0.0:8080")]
    public void An_address_that_cannot_be_is_refused(string url) =>
        Should.Throw<System.ComponentModel.DataAnnotations.ValidationException>(() => CleartextHttp2.Check(new HubSettings { H2cUrls = url })).Message.ShouldContain("h2c-urls");
}
