using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.Shared;

namespace AioHub.Wire.Tests.Dialects.Shared;

public sealed class VendorErrorsTests
{
    private static UpstreamError Read(string body, int status = 400) => VendorErrors.Read(status, Encoding.UTF8.GetBytes(body));

    [Theory]
    [InlineData("""{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"model_not_found"}}""", "invalid_request_error", "model_not_found", "no", null)]
    [InlineData("""{"error":{"message":"no","type":"x","code":null}}""", "x", null, "no", null)]
    [InlineData("""{"error":{"message":"no","code":429}}""", null, null, "no", 429)]
    [InlineData("""{"error":{"message":"no","code":"503"}}""", null, null, "no", 503)]
    [InlineData("""{"error":{"message":"no","code":1302}}""", null, "1302", "no", null)]
    [InlineData("""{"error":{"message":"no","code":"tool_use_failed","status_code":400}}""", null, "tool_use_failed", "no", 400)]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}""", "overloaded_error", null, "Overloaded", null)]
    [InlineData("""{"error":{"code":404,"message":"no","status":"NOT_FOUND"}}""", "NOT_FOUND", null, "no", 404)]
    [InlineData("""[{"error":{"code":404,"message":"no","status":"NOT_FOUND"}}]""", "NOT_FOUND", null, "no", 404)]
    [InlineData("""{"error":"no"}""", null, null, "no", null)]
    [InlineData("""{"error":"invalid_request","message":"no"}""", "invalid_request", null, "no", null)]
    [InlineData("""{"error":"invalid_grant","error_description":"no"}""", "invalid_grant", null, "no", null)]
    [InlineData("""{"message":"no"}""", null, null, "no", null)]
    [InlineData("""{"__type":"ThrottlingException","message":"no"}""", "ThrottlingException", null, "no", null)]
    [InlineData("""{"Message":"no"}""", null, null, "no", null)]
    [InlineData("""{"detail":"no"}""", null, null, "no", null)]
    [InlineData("""{"detail":[{"loc":["body","model"],"msg":"field required","type":"missing"}]}""", null, null, "field required", null)]
    [InlineData("""{"code":20012,"message":"no","data":null}""", null, "20012", "no", null)]
    [InlineData("""{"code":500,"msg":"404 NOT_FOUND","success":false}""", null, null, "404 NOT_FOUND", 500)]
    [InlineData("""{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}""", null, "1008", "insufficient balance", null)]
    [InlineData("""{"errors":[{"message":"no","code":7}]}""", null, "7", "no", null)]
    [InlineData("""{"response":{"error":{"code":"server_error","message":"no"}}}""", null, "server_error", "no", null)]
    [InlineData("""{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"slow down","provider_name":"X"}}}""", null, null, "Provider returned error: slow down", 429)]
    [InlineData("""{"title":"Bad Request","status":400}""", null, null, "Bad Request", 400)]
    [InlineData("\"just words\"", null, null, "just words", null)]
    [InlineData("upstream connect error", null, null, "upstream connect error", null)]
    public void Reads_any_vendors_body(string body, string? type, string? code, string message, int? status) =>
        Read(body).ShouldBe(new UpstreamError(type, code, message, null, status));

    [Theory]
    [InlineData("", "The upstream answered with status 502.")]
    [InlineData("  \r\n ", "The upstream answered with status 502.")]
    [InlineData("<html><head><title>502 Bad Gateway</title></head></html>", "The upstream answered with status 502. It sent an HTML page: 502 Bad Gateway.")]
    [InlineData("<!DOCTYPE html><html>", "The upstream answered with status 502. It sent an HTML page.")]
    public void Falls_back_to_the_status(string body, string message) => Read(body, 502).Message.ShouldBe(message);

    [Theory]
    [InlineData("""{"error":{"message":"Rate limit reached. Please try again in 1.5s. Visit x."}}""", 1.5)]
    [InlineData("""{"error":{"message":"Please try again in 20ms."}}""", 0.02)]
    [InlineData("""{"error":{"message":"try again in 6m0s"}}""", 360d)]
    [InlineData("""{"error":{"message":"Please retry in 32.123456789s."}}""", 32.123456789)]
    [InlineData("""{"error":{"message":"no","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"14s"}]}}""", 14d)]
    [InlineData("""{"error":{"type":"usage_limit_reached","message":"no","resets_in_seconds":3600}}""", 3600d)]
    [InlineData("""{"error":{"message":"no"},"retry_after":12}""", 12d)]
    [InlineData("try again in 3 seconds", 3d)]
    [InlineData("""{"error":{"message":"try again later"}}""", null)]
    [InlineData("""{"error":{"message":"try again in a while"}}""", null)]
    public void Finds_when_to_come_back(string body, double? seconds)
    {
        var wait = Read(body, 429).RetryAfter;
        (wait is null).ShouldBe(seconds is null);
        if (seconds is { } expected)
            wait!.Value.TotalSeconds.ShouldBe(expected, 0.001);
    }

    [Fact]
    public void Googles_reason_is_the_code() =>
        Read("""{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}""")
            .ShouldBe(new UpstreamError("INVALID_ARGUMENT", "API_KEY_INVALID", "no", null, 400));

    [Fact]
    public void Long_messages_are_cut()
    {
        Read($$"""{"message":"{{new string('x', 5000)}}"}""").Message.Length.ShouldBe(VendorErrors.MaxMessage);
        Read(new string('y', 300_000)).Message.Length.ShouldBe(VendorErrors.MaxMessage);
        Read(string.Concat(Enumerable.Repeat("😀", 3000))).Message.ShouldEndWith("😀…");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x80 })]
    [InlineData(new byte[] { 0x7B, 0x22, 0x6D, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF })]
    public void Survives_what_is_no_text(byte[] body) => VendorErrors.Read(500, body).Message.ShouldNotBeNullOrEmpty();

    [Fact]
    public void Half_a_surrogate_pair_is_no_message() => Read("""{"error":{"message":"\ud800","type":"x"}}""").Message.ShouldNotBeNullOrEmpty();

    [Fact]
    public void A_reply_of_another_kind_is_no_error() => VendorErrors.Find("""{"object":"list","data":[]}"""u8).ShouldBeNull();
}
