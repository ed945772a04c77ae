using System.Text;
using AioHub.Wire.Framing;
using CsCheck;

namespace AioHub.Wire.Tests.Framing;

public sealed class MultipartPeekTests
{
    private const string Boundary = "----WebKitFormBoundaryabc";
    private static readonly byte[] BoundaryBytes = Encoding.ASCII.GetBytes(Boundary);

    [Fact]
    public void Finds_fields_beside_a_file()
    {
        var body = Form(
            Part("name=\"model\"", "whisper-1"),
            Part("name=\"file\"; filename=\"a;b.wav\"\r\nContent-Type: audio/wav", "\r\n--not a boundary\r\n\0\u0001 --" + Boundary),
            Part("name=n", "2"),
            Part("name=\"empty\"", ""));
        Find(body, "model").ShouldBe("whisper-1");
        Find(body, "n").ShouldBe("2");
        Find(body, "empty").ShouldBe("");
        Find(body, "file").ShouldBeNull();
        Find(body, "size").ShouldBeNull();
        Find(body, "model", maxLength: 9).ShouldBe("whisper-1");
        Find(body, "model", maxLength: 8).ShouldBeNull();
    }

    [Theory]
    [InlineData("content-disposition: FORM-DATA; NAME=model")]
    [InlineData("Content-Disposition:form-data;name=\"model\"")]
    [InlineData("Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=\"model\"\r\nContent-Length: 1")]
    [InlineData("Content-Disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: 8bit")]
    [InlineData("Content-Disposition: form-data; name=\"model\";")]
    public void Reads_headers_as_clients_spell_them(string headers) =>
        Find($"--{Boundary}\r\n{headers}\r\n\r\nm\r\n--{Boundary}--\r\n", "model").ShouldBe("m");

    [Fact]
    public void Tells_a_field_that_stands_twice()
    {
        var body = Encoding.UTF8.GetBytes(Form(Part("name=\"model\"", "a"), Part("name=\"n\"", "1"), Part("name=model", "b")));
        MultipartPeek.TryFind(body, BoundaryBytes, "model", 100, out var value, out var twice).ShouldBeFalse();
        twice.ShouldBeTrue();
        value.ShouldBe(default);
        MultipartPeek.TryFind(body, BoundaryBytes, "n", 100, out _, out twice).ShouldBeTrue();
        twice.ShouldBeFalse();
        body = Encoding.UTF8.GetBytes(Form(Part("name=\"model\"", "a"), Part("name=model; filename=x", "b")));
        MultipartPeek.TryFind(body, BoundaryBytes, "model", 100, out _, out twice).ShouldBeFalse();
        twice.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("--" + Boundary)]
    [InlineData("--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\r\n")]
    [InlineData("preamble\r\n--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--" + Boundary)]
    [InlineData("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--" + Boundary + "--x")]
    [InlineData("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--" + Boundary + "x\r\n--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\n--" + Boundary + "\nContent-Disposition: form-data; name=\"n\"\n\n1\r\n--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\nContent-Disposition: form-data; name=\"model\"\n\nm\n--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"model\"\r\n--" + Boundary + "--\r\n\r\n\r\n--" + Boundary + "--")]
    [InlineData("--" + Boundary + "\r\n\r\nm\r\n--" + Boundary + "--")]
    public void Refuses_malformed_bodies(string body) => Find(body, "model").ShouldBeNull();

    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"model\"")]
    [InlineData("Content-Disposition: form-data; name=\"x\"; name=\"model\"")]
    [InlineData("Content-Disposition: form-data; name=\"model\"; name*=utf-8''x")]
    [InlineData("Content-Disposition: form-data;\r\n name=\"model\"")]
    [InlineData("Content-Disposition: form-data; name=\"mod\\el\"")]
    [InlineData("Content-Disposition: form-data; name=\"model")]
    [InlineData("Content-Disposition: form-data; name=\"model\"x")]
    [InlineData("Content-Disposition: form-data name=\"model\"")]
    [InlineData("Content-Disposition: attachment; name=\"model\"")]
    [InlineData("Content-Disposition : form-data; name=\"model\"")]
    [InlineData("Content-Disposition: form-data; name=\"model\"\nX: y")]
    [InlineData("Content-Disposition: form-data")]
    [InlineData("Content-Disposition")]
    [InlineData("Content-Type: text/plain")]
    [InlineData("Content-Disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: base64")]
    [InlineData("Content-Disposition: form-data; name=\"model\"; filename=\"m.txt\"")]
    [InlineData("Content-Disposition: form-data; name=\"model\"; filename*=utf-8''m.txt")]
    public void Refuses_headers_that_readers_read_differently(string headers) =>
        Find($"--{Boundary}\r\n{headers}\r\n\r\nm\r\n--{Boundary}--\r\n", "model").ShouldBeNull();

    [Theory]
    [InlineData("multipart/form-data; boundary=abc", "abc")]
    [InlineData("Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b(c)\"", "a b(c)")]
    [InlineData("multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxk;", "----WebKitFormBoundary7MA4YWxk")]
    [InlineData("multipart/form-data; boundary==_x/1:2?", "=_x/1:2?")]
    [InlineData("multipart/form-data; boundary=1234567890123456789012345678901234567890123456789012345678901234567890", "1234567890123456789012345678901234567890123456789012345678901234567890")]
    public void Reads_boundaries(string contentType, string expected)
    {
        MultipartPeek.TryGetBoundary(contentType, out var boundary).ShouldBeTrue();
        boundary.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=\"a")]
    [InlineData("multipart/form-data; boundary=\"a \"")]
    [InlineData("multipart/form-data; boundary=\"a\\b\"")]
    [InlineData("multipart/form-data; boundary=a; boundary=b")]
    [InlineData("multipart/form-data; boundary=a; x")]
    [InlineData("multipart/form-data; boundary=é")]
    [InlineData("multipart/form-data; boundary=a\r\nb")]
    [InlineData("multipart/form-data, boundary=a")]
    [InlineData("multipart/mixed; boundary=abc")]
    [InlineData("application/json; boundary=abc")]
    [InlineData("multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901")]
    public void Refuses_other_boundaries(string contentType)
    {
        MultipartPeek.TryGetBoundary(contentType, out var boundary).ShouldBeFalse();
        boundary.ShouldBe("");
    }

    [Fact]
    public async Task Finds_what_the_platform_writes()
    {
        using var form = new MultipartFormDataContent(Boundary)
        {
            { new ByteArrayContent([0, 13, 10, 45, 45, 255]), "file", "fü.wav" },
            { new StringContent("whisper-1"), "model" },
            { new StringContent("true"), "\"stream\"" },
        };
        var body = await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        MultipartPeek.TryGetBoundary(form.Headers.ContentType!.ToString(), out var boundary).ShouldBeTrue();
        MultipartPeek.TryFind(body, Encoding.ASCII.GetBytes(boundary), "model", 100, out var value).ShouldBeTrue();
        Encoding.UTF8.GetString(body[value]).ShouldBe("whisper-1");
        MultipartPeek.TryFind(body, Encoding.ASCII.GetBytes(boundary), "stream", 100, out value).ShouldBeTrue();
        Encoding.UTF8.GetString(body[value]).ShouldBe("true");
    }

    [Fact]
    public void Survives_any_bytes()
    {
        var pieces = Gen.OneOf(
            "--b", "--b", "--", "\r\n", "\r\n", "\r", "\n", "\r\n\r\n", "Content-Disposition: form-data", "; name=", "\"model\"", "model", "\"", "\\", ":", " ", "x", ";", "filename=");
        pieces.Array[0, 30].Sample(
            parts =>
            {
                var body = Encoding.ASCII.GetBytes(string.Concat(parts));
                if (MultipartPeek.TryFind(body, "b"u8, "model", 1000, out var value, out var twice))
                {
                    twice.ShouldBeFalse();
                    Encoding.ASCII.GetString(body[value]).ShouldNotContain("\n--b");
                }

                MultipartPeek.TryGetBoundary("multipart/form-data" + string.Concat(parts), out _);
            },
            iter: 20_000);
    }

    private static string Part(string disposition, string content) =>
        $"--{Boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n";

    private static string Form(params string[] parts) => string.Concat(parts) + $"--{Boundary}--\r\n";

    private static string? Find(string body, string field, int maxLength = 100)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return MultipartPeek.TryFind(bytes, BoundaryBytes, field, maxLength, out var value) ? Encoding.UTF8.GetString(bytes[value]) : null;
    }
}
