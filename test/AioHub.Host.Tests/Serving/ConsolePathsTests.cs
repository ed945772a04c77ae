using System.Net;
using System.Text.Json;

namespace AioHub.Host.Tests.Serving;

/// <summary>No page of the console stands where the relay or the API answers: the hub's own paths win, so such a page could not be loaded.</summary>
[Collection(ServingCollection.Name)]
public sealed class ConsolePathsTests
{
    [Fact]
    public async Task Every_page_of_the_console_is_served_and_every_other_path_as_before()
    {
        using var folder = await HubFolder.CreateAsync();
        await using var hub = folder.Serve();
        await hub.WaitUntilReadyAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = hub.Address };
        if (await AskAsync(client, "/", "text/html") is { Status: HttpStatusCode.NotFound } missing)
        {
            missing.Body.ShouldContain("console was not built");
            Assert.Skip("Skipped: the console was not built, for want of npm.");
        }

        foreach (var path in Pages())
        {
            var page = await AskAsync(client, path.Replace(":id", "1", StringComparison.Ordinal).Replace(":part", "profile", StringComparison.Ordinal), "text/html,*/*;q=0.8");
            page.Status.ShouldBe(HttpStatusCode.OK, path);
            page.Body.ShouldContain("style-nonce", customMessage: path);
        }

        (await AskAsync(client, "/v1/models", "text/html")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(client, "/models", "text/html")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(client, "/healthz", "text/html")).Body.ShouldBe("ok");
        (await AskAsync(client, "/nowhere", "application/json")).Body.ShouldContain("unknown_path");
        (await hub.StopAsync()).ShouldBe(0, hub.Errors);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var reply = await client.SendAsync(request);
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    private static string[] Pages()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioHub.slnx")))
        {
            folder = folder.Parent;
        }

        var pages = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder.ShouldNotBeNull().FullName, "console", "src", "pages.json")))!;
        pages.Length.ShouldBeGreaterThan(5);
        return pages;
    }
}
