using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>What calls name and replies tell of the things that upstreams keep.</summary>
public sealed class UpstreamObjectTests
{
    private static readonly DateTime Now = new(2026, 11, 23, 5, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("""{"model":"m","previous_response_id":"resp_1"}""", ObjectKind.Response, "resp_1")]
    [InlineData("""{"model":"m","previous_response_id":"resp\u005f1"}""", ObjectKind.Response, "resp_1")]
    [InlineData("""{"model":"m","conversation":"conv_1"}""", ObjectKind.Conversation, "conv_1")]
    [InlineData("""{"model":"m","conversation":{"a":1,"id":"conv_1"}}""", ObjectKind.Conversation, "conv_1")]
    [InlineData("""{"model":"m","previous_response_id":null,"conversation":""}""", null, null)]
    [InlineData("""{"model":"m","previous_response_id":"with blanks"}""", null, null)]
    [InlineData("""{"model":"m","conversation":[1]}""", null, null)]
    public void Responses_name_what_came_before(string body, ObjectKind? kind, string? name) => ShouldName(Dialect.OpenAiResponses, body, kind, name);

    [Theory]
    [InlineData("""{"cachedContent":"cachedContents/a1"}""", ObjectKind.CachedContent, "cachedContents/a1")]
    [InlineData("""{"cached_content":"cachedContents/a1"}""", ObjectKind.CachedContent, "cachedContents/a1")]
    [InlineData("""{"contents":[]}""", null, null)]
    public void Gemini_names_a_cache(string body, ObjectKind? kind, string? name) => ShouldName(Dialect.Gemini, body, kind, name);

    [Theory]
    [InlineData(Dialect.OpenAiResponses, """{"model":"m","input":[{"content":[{"type":"input_file","file_id":"file-1"},{"type":"input_file","file_id":"file-2"}]}]}""", "file-1")]
    [InlineData(Dialect.OpenAiResponses, """{"model":"m","input":[{"content":[{"type":"input_file","file_id":""},{"file_id":7},{"file_id":"file\u002d2"}]}]}""", "file-2")]
    [InlineData(Dialect.OpenAiResponses, """{"model":"m","input":[{"content":[{"type":"input_file","file_id":"file\"1"}]}]}""", null)]
    [InlineData(Dialect.OpenAiResponses, """{"model":"m","input":"file_id","metadata":{"file_id":"file-1"}}""", null)]
    [InlineData(Dialect.OpenAiChat, """{"model":"m","messages":[{"content":[{"type":"file","file":{"file_id":"file-1"}}]}]}""", "file-1")]
    [InlineData(Dialect.AnthropicMessages, """{"model":"m","messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"file-1"}}]}]}""", "file-1")]
    [InlineData(Dialect.Gemini, """{"contents":[{"parts":[{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/a"}}]}]}""", "https://generativelanguage.googleapis.com/v1beta/files/a")]
    [InlineData(Dialect.Gemini, """{"contents":[{"parts":[{"fileData":{"fileUri":"https://example.com/files/a"}}]}]}""", null)]
    public void The_first_uploaded_file_is_named(Dialect dialect, string body, string? name) => ShouldName(dialect, body, name is null ? null : ObjectKind.File, name);

    [Theory]
    [InlineData("""{"id":"resp_1","status":"completed","output":[]}""", "resp_1")]
    [InlineData("""{"id":"resp_1","status":"incomplete","output":[],"store":true}""", "resp_1")]
    [InlineData("""{"id":"resp_1","status":"completed","output":[],"store":false}""", null)]
    [InlineData("""{"id":"resp_1","status":"completed","output":[],"store":false,"background":false}""", null)]
    [InlineData("""{"id":"resp_1","status":"completed","output":[],"store":false,"background":true}""", "resp_1")]
    [InlineData("""{"id":"resp_1","status":"queued","output":[]}""", null)]
    [InlineData("""{"id":"resp_1","status":"in_progress","output":[],"store":true,"background":true}""", null)]
    [InlineData("""{"id":"resp\u00001","status":"completed","output":[]}""", null)]
    public void A_stored_response_is_told(string reply, string? name)
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiResponses).CreateTap(Operation.Generate);
        tap.OnReply(Encoding.UTF8.GetBytes(reply)).ShouldBeTrue();
        tap.Made?.Object.Name.ShouldBe(name);
        (tap.Made is null).ShouldBe(name is null);
    }

    [Fact]
    public void A_streamed_response_is_told_by_its_own_id_not_by_its_events()
    {
        using var tap = DialectRooms.Upstream(Dialect.OpenAiResponses).CreateTap(Operation.Generate);
        Feed.Event(tap, """{"type":"response.created","id":"evt_1","response":{"id":"resp_1"}}""");
        tap.Made.ShouldBeNull();
        Feed.Event(tap, """{"type":"response.completed","response":{"id":"resp_1","output":[{"id":"msg_1","type":"message"}]},"id":"evt_2"}""");
        tap.Made!.Object.ShouldBe(new UpstreamObject(ObjectKind.Response, "resp_1"));
    }

    [Fact]
    public void A_cache_is_told_with_its_end_and_its_tokens()
    {
        using var tap = DialectRooms.Upstream(Dialect.Gemini).CreateTap(Operation.CreateCache);
        tap.OnReply("""{"name":"cachedContents/a","createTime":"2026-11-23T05:00:00.5Z","expireTime":"2026-11-23T06:00:00Z","usageMetadata":{"totalTokenCount":4096}}"""u8).ShouldBeTrue();
        tap.Made.ShouldBe(new MadeObject(new UpstreamObject(ObjectKind.CachedContent, "cachedContents/a"), Now.AddMilliseconds(500), Now.AddHours(1), 4096));
        (tap.Usage.Input, tap.Usage.Source).ShouldBe((4096, UsageSource.Reported));
        foreach (var broken in (string[])["", "[]", "{", """{"error":{"code":400,"message":"no"}}""", "{}", """{"name":7}""", "<html>"])
        {
            using var other = DialectRooms.Upstream(Dialect.Gemini).CreateTap(Operation.CreateCache);
            other.OnReply(Encoding.UTF8.GetBytes(broken)).ShouldBeFalse(broken);
        }
    }

    [Theory]
    [InlineData("""{"ttl":"3600s"}""", 3600.0)]
    [InlineData("""{"ttl":"1.5s"}""", 1.5)]
    [InlineData("""{"expireTime":"2026-11-23T05:10:00Z"}""", 600.0)]
    [InlineData("""{"expire_time":"2026-11-23T07:00:00+01:00"}""", 3600.0)]
    [InlineData("""{"ttl":"60s","expireTime":"2026-11-23T05:10:00Z"}""", 600.0)]
    [InlineData("""{"ttl":"1e300s"}""", 3660 * 86400.0)]
    [InlineData("""{"ttl":"NaNs"}""", null)]
    [InlineData("""{"ttl":5}""", null)]
    [InlineData("""{"ttl":"soon"}""", null)]
    [InlineData("{}", null)]
    [InlineData("", null)]
    public void The_end_that_is_asked_for_is_read(string body, double? seconds) =>
        ((CacheLifetime.EndIn(Encoding.UTF8.GetBytes(body), Now) - Now)?.TotalSeconds).ShouldBe(seconds);

    [Fact]
    public void A_cache_names_its_model_in_its_body()
    {
        DialectRooms.Client(Dialect.Gemini).TryPeek("""{"model":"models/gemini-x","contents":[]}"""u8, Operation.CreateCache, out var peek, out _).ShouldBeTrue();
        peek.Model.ShouldBe("gemini-x");
        DialectRooms.Client(Dialect.Gemini).TryPeek("""{"contents":[]}"""u8, Operation.CreateCache, out _, out var fault).ShouldBeFalse();
        fault.Code.ShouldBe("missing_field");
    }

    private static void ShouldName(Dialect dialect, string body, ObjectKind? kind, string? name)
    {
        DialectRooms.Client(dialect).TryPeek(Encoding.UTF8.GetBytes(body), Operation.Generate, out var peek, out var fault).ShouldBeTrue(fault.Message);
        peek.Object.ShouldBe(kind is { } known ? new UpstreamObject(known, name!) : null);
        if (peek.Object is not null)
            peek.Needs.HasFlag(Needs.Stateful).ShouldBeTrue();
    }
}
