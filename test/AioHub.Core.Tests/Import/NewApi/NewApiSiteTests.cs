using System.Net;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Import.NewApi;

public sealed class NewApiSiteTests
{
    [Fact]
    public async Task PagesAreReadToTheirEndAndMissingKeysAreTold()
    {
        using var site = new Answers
        {
            ["/api/channel/?p=1&page_size=100"] = """{"success":true,"data":{"items":[{"id":1,"type":14,"name":"a","key":"","models":"claude-x","group":"default","status":1,"channel_info":{"is_multi_key":true},"priority":null}],"total":2}}""",
            ["/api/channel/?p=2&page_size=100"] = """{"success":true,"data":{"items":[{"id":2,"type":1,"name":"b","key":"","models":"gpt-x","status":1}]}}""",
            ["/api/user/?p=1&page_size=100"] = """{"success":true,"data":{"items":[{"id":1,"username":"root","email":"root@example.com","role":100,"status":1,"quota":500000,"DeletedAt":null}]}}""",
            ["/api/token/?p=1&page_size=100"] = """{"success":true,"data":{"items":[{"id":5,"user_id":1,"key":"abcd**********wxyz","status":1,"name":"t","expired_time":-1,"unlimited_quota":true}]}}""",
            ["/api/token/5/key"] = """{"success":true,"data":{"key":"abcdefghijklmnopqrstuvwxyz012345"}}""",
            ["/api/option/"] = """{"success":true,"data":[{"key":"GroupRatio","value":"{\"default\":1}"}]}""",
        };

        var content = await ReadAsync(site);

        content.Channels.Select(static one => one.Id).ShouldBe([1L, 2L]);
        content.Channels[0].ChannelInfo.ShouldBe("""{"is_multi_key":true}""");
        content.Tokens.Single().Key.ShouldBe("abcdefghijklmnopqrstuvwxyz012345");
        content.Options["GroupRatio"].ShouldBe("""{"default":1}""");
        site.Seen.ShouldAllBe(static one => one.Authorization == "pat" && one.User == "1");

        var plan = NewApiPlanner.Plan(content, new ImportState { Now = new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc) });
        plan.Channels.ShouldAllBe(static one => one.Enabled == false);
        plan.Notes.Where(static note => note.Reason.Contains("does not give channels' keys out", StringComparison.Ordinal)).Select(static note => note.What).ShouldBe(["channel 1 'a'", "channel 2 'b'"]);
        plan.Notes.ShouldContain(static note => note.What == "tokens of other users");
    }

    [Fact]
    public async Task OlderVersionsCountFromNoughtAndAnswerWithTheList()
    {
        using var site = new Answers
        {
            ["/api/channel/?p=1&page_size=100"] = """{"success":true,"data":[{"id":11,"type":1}]}""",
            ["/api/channel/?p=0&page_size=100"] = """{"success":true,"data":[{"id":12,"type":1}]}""",
            ["/api/option/"] = """{"success":true,"data":[]}""",
        };
        (await ReadAsync(site)).Channels.Select(static one => one.Id).ShouldBe([11L, 12L]);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "{}", "refuses the token (401)")]
    [InlineData(HttpStatusCode.Redirect, "", "answered 302")]
    [InlineData(HttpStatusCode.OK, "<html>", "answers no JSON")]
    [InlineData(HttpStatusCode.OK, "[]", "otherwise than a new-api")]
    [InlineData(HttpStatusCode.OK, """{"success":false,"message":"no permission"}""", "refuses: no permission")]
    [InlineData(HttpStatusCode.OK, """{"success":true,"data":7}""", "answers without a list")]
    public async Task WhatItAnswersOtherwiseIsNamed(HttpStatusCode status, string body, string why)
    {
        using var site = new Answers { Status = status, ["/api/channel/?p=1&page_size=100"] = body };
        var refused = await Should.ThrowAsync<AdminException>(() => ReadAsync(site));
        refused.Message.ShouldContain("/api/channel/");
        refused.Message.ShouldContain(why);
    }

    private static async Task<NewApiContent> ReadAsync(Answers site)
    {
        using var http = new HttpMessageInvoker(site, disposeHandler: false);
        return await new NewApiSite(http, new Uri("http://127.0.0.1:3000/"), "pat", 1).ReadAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A site of prepared answers; what is not prepared is an empty page.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        private readonly Dictionary<string, string> _bodies = new(StringComparer.Ordinal);

        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        public List<(string Authorization, string User)> Seen { get; } = [];

        public string this[string path]
        {
            set => _bodies[path] = value;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add((request.Headers.GetValues("Authorization").Single(), request.Headers.GetValues("New-Api-User").Single()));
            var body = _bodies.GetValueOrDefault(request.RequestUri!.PathAndQuery) ?? """{"success":true,"data":{"items":[],"total":0}}""";
            return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent(body) });
        }
    }
}
