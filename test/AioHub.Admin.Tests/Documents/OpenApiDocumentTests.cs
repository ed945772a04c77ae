using System.Text.Json.Nodes;
using AioHub.Admin.Tests.Running;
using AioHub.TestKit;

namespace AioHub.Admin.Tests.Documents;

/// <summary><c>docs/api/openapi.json</c> is what the hub serves; <c>UPDATE_DOCS=1</c> writes it anew.</summary>
public sealed class OpenApiDocumentTests
{
    [Fact]
    public async Task The_committed_document_is_what_is_served()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var anybody = hub.Open();
        var served = (await anybody.GetAsync("/api/openapi.json")).Json;
        served["servers"] = null;
        served.AsObject().Remove("servers");
        var text = served.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        var path = Repository.PathOf("docs/api/openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, ManagedHub.Cancellation);
        }

        File.Exists(path).ShouldBeTrue();
        (await File.ReadAllTextAsync(path, ManagedHub.Cancellation)).ShouldBe(text, "docs/api/openapi.json is out of date: run this test with UPDATE_DOCS=1");
    }

    [Fact]
    public async Task Every_operation_says_what_it_is_who_may_and_how_it_refuses()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var anybody = hub.Open();
        var document = (await anybody.GetAsync("/api/openapi.json")).Json;
        ((string?)document["openapi"])!.ShouldStartWith("3.1");
        var operations = document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(one => (Path: path.Key, Method: one.Key, Operation: one.Value!.AsObject()))).ToList();
        operations.Count.ShouldBeGreaterThan(35);
        operations.Select(static one => (string?)one.Operation["operationId"]).ShouldBeUnique();
        foreach (var (path, method, operation) in operations)
        {
            ((string?)operation["summary"]).ShouldNotBeNullOrEmpty($"{method} {path}");
            var responses = operation["responses"]!.AsObject();
            responses.Any(static one => one.Key[0] is '2' or '3').ShouldBeTrue($"{method} {path}");
            if (operation["security"] is not null)
            {
                responses.ContainsKey("401").ShouldBeTrue($"{method} {path}");
                responses.ContainsKey("403").ShouldBeTrue($"{method} {path}");
            }
        }

        // A PATCH takes members away by null.
        var change = document["components"]!["schemas"]!["KeyChangeRequest"]!["properties"]!["expires_at"]!;
        change.ToJsonString().ShouldContain("null");
    }

    [Fact]
    public async Task The_page_brings_its_own_script()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var anybody = hub.Open();
        var page = await anybody.GetAsync("/api/docs");
        page.Message.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Message.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
        page.Body.ShouldNotContain("http://");
        page.Body.ShouldNotContain("https://");
        var script = await anybody.GetAsync("/api/docs/assets/scalar.js");
        ((int)script.Status, script.Message.Content.Headers.ContentType!.MediaType).ShouldBe((200, "text/javascript"));
    }
}
