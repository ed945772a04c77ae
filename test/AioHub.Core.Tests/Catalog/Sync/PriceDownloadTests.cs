using System.Net;
using System.Text;
using AioHub.Core.Catalog.Sync;

namespace AioHub.Core.Tests.Catalog.Sync;

public sealed class PriceDownloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redirects_are_followed_a_few_times()
    {
        var bytes = await FetchAsync("http://a.example/1", static uri => uri.AbsolutePath switch
        {
            "/1" => Redirect("/2"),
            "/2" => Redirect("https://b.example/3"),
            _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($"{uri}") },
        });
        Encoding.UTF8.GetString(bytes.Span).ShouldBe("https://b.example/3");
        (await Should.ThrowAsync<IOException>(() => FetchAsync("http://a.example/", static _ => Redirect("/")))).Message.ShouldContain("redirects more than");
    }

    [Fact]
    public async Task Redirects_do_not_leave_the_web_or_its_encryption()
    {
        await Should.ThrowAsync<FormatException>(() => FetchAsync("https://a.example/", static _ => Redirect("http://a.example/")));
        await Should.ThrowAsync<FormatException>(() => FetchAsync("http://a.example/", static _ => Redirect("file:///etc/passwd")));
        await Should.ThrowAsync<FormatException>(() => FetchAsync("ftp://a.example/", static _ => Redirect("/")));
    }

    [Fact]
    public async Task A_reply_that_is_too_long_or_no_success_is_refused()
    {
        (await Should.ThrowAsync<IOException>(() => FetchAsync("http://a.example/", static _ => new HttpResponseMessage(HttpStatusCode.NotFound)))).Message.ShouldContain("404");
        (await Should.ThrowAsync<IOException>(() => FetchAsync("http://a.example/", static _ => new HttpResponseMessage { Content = new StreamContent(new Endless()) }))).Message.ShouldContain("32 MiB");
    }

    private static async Task<ReadOnlyMemory<byte>> FetchAsync(string address, Func<Uri, HttpResponseMessage> answer)
    {
        using var http = new HttpMessageInvoker(new Scripted(answer));
        return await new PriceDownload(http, TimeProvider.System).FetchAsync(new Uri(address), Cancellation);
    }

    private static HttpResponseMessage Redirect(string to) => new(HttpStatusCode.Found) { Headers = { Location = new Uri(to, UriKind.RelativeOrAbsolute) } };

    private sealed class Scripted(Func<Uri, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request.RequestUri!));
    }

    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
