using System.Text.RegularExpressions;
using AioHub.Host.Serving;
using AioHub.TestKit;
using Microsoft.AspNetCore.Http;

namespace AioHub.Host.Tests.Serving;

/// <summary>What the console's door gives to browsers, and what it leaves alone.</summary>
public sealed partial class ConsoleDoorTests : IDisposable
{
    private const string Browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    private readonly TempFolder _folder = new();
    private readonly ConsoleDoor _door;

    public ConsoleDoorTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "assets"));
        File.WriteAllText(Path.Combine(_folder.Path, "index.html"), $"<meta name=\"style-nonce\" content=\"{ConsolePage.Mark}\">");
        File.WriteAllText(Path.Combine(_folder.Path, "scheme.js"), "scheme");
        File.WriteAllText(Path.Combine(_folder.Path, "assets", "app-1.js"), "plain");
        File.WriteAllText(Path.Combine(_folder.Path, "assets", "app-1.js.br"), "brotli");
        File.WriteAllText(Path.Combine(_folder.Path, "assets", "app-1.js.gz"), "gzip");
        _door = new ConsoleDoor(ConsoleFiles.Find(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/keys/new")]
    [InlineData("/settings/security")]
    [InlineData("/no/such/page")]
    public async Task Pages_are_one_page_under_a_policy_with_a_nonce_of_its_own(string path)
    {
        var first = await AskAsync(path, Browser);
        var second = await AskAsync(path, Browser);

        first.Status.ShouldBe(200);
        first.Headers.ContentType.ToString().ShouldBe("text/html; charset=utf-8");
        first.Headers.CacheControl.ToString().ShouldBe("no-store");
        var policy = first.Headers.ContentSecurityPolicy.ToString();
        var nonce = Nonce().Match(policy).Groups["nonce"].Value;
        Convert.FromBase64String(nonce).Length.ShouldBe(16);
        first.Body.ShouldBe($"<meta name=\"style-nonce\" content=\"{nonce}\">");
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        policy.ShouldNotContain("script-src", customMessage: "scripts come from files of the hub's own alone");
        first.Headers.XContentTypeOptions.ToString().ShouldBe("nosniff");
        second.Body.ShouldNotBe(first.Body);
    }

    [Theory]
    [InlineData("/api/nothing", Browser)]
    [InlineData("/v1/nothing", Browser)]
    [InlineData("/assets/gone-2.js", Browser)]
    [InlineData("/keys", "application/json")]
    [InlineData("/keys", "*/*")]
    [InlineData("/keys", null)]
    public async Task What_is_not_a_page_keeps_its_error(string path, string? accept)
    {
        var reply = await AskAsync(path, accept);
        reply.Status.ShouldBe(404);
        reply.Body.ShouldContain("unknown_path");
    }

    [Fact]
    public async Task Posts_are_never_answered_with_a_page() => (await AskAsync("/keys", Browser, method: "POST")).Status.ShouldBe(404);

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br", "brotli")]
    [InlineData("gzip", "gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip", "gzip")]
    [InlineData("br;q=0.0", "", "plain")]
    [InlineData("br;q=0.05", "br", "brotli")]
    [InlineData("brotli", "", "plain")]
    [InlineData(null, "", "plain")]
    public async Task Files_go_out_in_the_smallest_form_that_is_read(string? accepted, string encoding, string body)
    {
        var reply = await AskAsync("/assets/app-1.js", "*/*", accepted);
        reply.Status.ShouldBe(200);
        reply.Body.ShouldBe(body);
        reply.Headers.ContentEncoding.ToString().ShouldBe(encoding);
        reply.Headers.Vary.ToString().ShouldBe("Accept-Encoding");
        reply.Headers.ContentType.ToString().ShouldStartWith("text/javascript");
        reply.Headers.XContentTypeOptions.ToString().ShouldBe("nosniff");
    }

    [Fact]
    public async Task Files_named_by_their_content_are_kept_for_ever_and_others_asked_for_again()
    {
        (await AskAsync("/assets/app-1.js", "*/*")).Headers.CacheControl.ToString().ShouldBe("public, max-age=31536000, immutable");
        var other = await AskAsync("/scheme.js", "*/*");
        other.Headers.CacheControl.ToString().ShouldBe("no-cache");
        var again = await AskAsync("/scheme.js", "*/*", tag: other.Headers.ETag.ToString());
        again.Status.ShouldBe(304);
        again.Body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/../secret.js")]
    [InlineData("/assets/../../secret.js")]
    [InlineData("/assets/%2e%2e/%2e%2e/secret.js")]
    [InlineData("/assets/app-1.js.br")]
    [InlineData("/index.html")]
    public async Task Only_what_was_built_is_ever_read(string path)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "..", "secret.js"), "secret", TestContext.Current.CancellationToken);
        var reply = await AskAsync(path, "*/*");
        reply.Status.ShouldBe(404);
        reply.Body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Without_a_built_console_the_hub_says_how_to_build_it()
    {
        using var empty = new TempFolder();
        var door = new ConsoleDoor(ConsoleFiles.Find(Path.Combine(empty.Path, "wwwroot")));
        foreach (var path in (string[])["/", "/console"])
        {
            var reply = await AskAsync(path, Browser, door: door);
            reply.Status.ShouldBe(404);
            reply.Body.ShouldContain("dotnet build src/AioHub.Host");
        }

        (await AskAsync("/keys", Browser, door: door)).Body.ShouldContain("unknown_path");
    }

    [Fact]
    public async Task The_old_name_of_the_console_leads_there()
    {
        var reply = await AskAsync("/console", Browser);
        reply.Status.ShouldBe(302);
        reply.Headers.Location.ToString().ShouldBe("/");
    }

    [Fact]
    public void A_page_without_a_place_for_the_nonce_is_refused() =>
        Should.Throw<InvalidDataException>(static () => new ConsolePage("<html></html>")).Message.ShouldContain(ConsolePage.Mark);

    private async Task<(int Status, IHeaderDictionary Headers, string Body)> AskAsync(
        string path, string? accept, string? encodings = null, string method = "GET", string? tag = null, ConsoleDoor? door = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Request.Path = path;
        http.Request.Headers.Accept = accept;
        http.Request.Headers.AcceptEncoding = encodings;
        http.Request.Headers.IfNoneMatch = tag;
        using var body = new MemoryStream();
        http.Response.Body = body;
        await (door ?? _door).AnswerAsync(http);
        return (http.Response.StatusCode, http.Response.Headers, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    [GeneratedRegex("'nonce-(?<nonce>[A-Za-z0-9+/=]+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Nonce();
}
