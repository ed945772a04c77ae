using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>
/// An upstream without a network: takes the request that would have gone to a vendor and answers as the vendor of that
/// path would. The same request always gets the same answer; only the clock differs.
/// </summary>
internal sealed class SandboxHandler(TimeProvider time) : HttpMessageHandler
{
    private const string WebPage = "<!DOCTYPE html>\n<html><head><title>Sandbox</title></head><body><h1>This is not the API you are looking for.</h1></body></html>\n";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var door = SandboxDoor.Find(request);
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var seed = SandboxAnswer.SeedOf(door, body);
        var reply = await AnswerAsync(request, door, body, seed, cancellationToken);
        reply.RequestMessage = request;
        reply.Headers.TryAddWithoutValidation(door.Dialect == Dialect.AnthropicMessages ? "request-id" : "x-request-id", RequestId(seed));
        return reply;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage message, SandboxDoor door, byte[] body, string seed, CancellationToken cancellationToken)
    {
        HttpResponseMessage Refuse(SandboxRefusal refusal, int? retryAfter = null) => Failure(door, refusal, retryAfter, seed);

        if (door.Endpoint == SandboxEndpoint.Unknown)
            return Refuse(new(404, $"The sandbox has no {message.Method} {message.RequestUri?.AbsolutePath}.", "unknown_url"));
        var method = door.Endpoint == SandboxEndpoint.Models ? HttpMethod.Get : HttpMethod.Post;
        if (message.Method != method)
            return Refuse(new(405, $"{message.RequestUri?.AbsolutePath} takes {method}, not {message.Method}.", "method_not_allowed"));
        if (door.Endpoint == SandboxEndpoint.Models)
            return Whole(door, SandboxModels.List(door.Dialect), SandboxScript.None);

        if (door.Endpoint == SandboxEndpoint.ImageEdits && message.Content?.Headers.ContentType?.MediaType == "multipart/form-data")
        {
            var (form, complaint) = await SandboxForm.ReadAsync(body, message.Content.Headers.ContentType.ToString(), cancellationToken);
            if (form is null)
                return Refuse(new(400, complaint!));
            // What follows reads JSON; a form cannot be told from it except by the pictures it lacks.
            body = form;
        }
        else if (door.Endpoint == SandboxEndpoint.ImageEdits && SandboxReading.Read(door, body, out _) is { } edit && !SandboxForm.HasPicture(edit.Root))
        {
            return Refuse(new(400, "Missing required parameter: 'image'."));
        }

        if (SandboxReading.Read(door, body, out var refusal) is not { } request)
            return Refuse(refusal!);
        var script = request.Script;
        if (script.Delay > TimeSpan.Zero)
            await Task.Delay(script.Delay, time, cancellationToken);
        if (script.Html)
            return Page(script);
        if (script.ErrorInStream ? !Streams(request) : script.Status is not null)
            return Refuse(SandboxFailures.Told(script), script.RetryAfter);
        var reply = Reply(SandboxAnswer.To(request, seed, time.GetUtcNow()), Refuse);
        if (script.RetryAfter is { } seconds && reply.Headers.RetryAfter is null)
            reply.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        return reply;
    }

    private static bool Streams(SandboxRequest request) => request.Stream && request.Door.Endpoint is SandboxEndpoint.Chat or SandboxEndpoint.Completions
        or SandboxEndpoint.Responses or SandboxEndpoint.Messages or SandboxEndpoint.GeminiStream or SandboxEndpoint.ImageGenerations or SandboxEndpoint.ImageEdits;

    private HttpResponseMessage Reply(SandboxAnswer answer, Func<SandboxRefusal, int?, HttpResponseMessage> refuse)
    {
        var door = answer.Request.Door;
        var script = answer.Request.Script;
        if (Streams(answer.Request))
        {
            var frames = door.Endpoint switch
            {
                SandboxEndpoint.Chat => SandboxChat.Stream(answer),
                SandboxEndpoint.Completions => SandboxCompletions.Stream(answer),
                SandboxEndpoint.Responses => SandboxResponses.Stream(answer),
                SandboxEndpoint.Messages => SandboxMessages.Stream(answer),
                SandboxEndpoint.GeminiStream => SandboxGemini.Stream(answer, array: !door.Sse),
                _ => SandboxMedia.ImageStream(answer),
            };
            return Streamed(door, script.ErrorInStream ? SandboxFailures.Broken(answer, frames) : frames, script);
        }

        string? complaint = null;
        var whole = door.Endpoint switch
        {
            SandboxEndpoint.Chat => SandboxChat.Reply(answer),
            SandboxEndpoint.Completions => SandboxCompletions.Reply(answer),
            SandboxEndpoint.Responses => SandboxResponses.Reply(answer),
            SandboxEndpoint.Compact => SandboxResponses.Compacted(answer),
            SandboxEndpoint.InputTokens => new() { ["object"] = "response.input_tokens", ["input_tokens"] = answer.Request.InputTokens },
            SandboxEndpoint.Messages => SandboxMessages.Reply(answer),
            SandboxEndpoint.CountTokens => new() { ["input_tokens"] = answer.Request.InputTokens },
            SandboxEndpoint.GeminiGenerate => SandboxGemini.Reply(answer),
            SandboxEndpoint.GeminiCount => new()
            {
                ["totalTokens"] = answer.Request.InputTokens,
                ["promptTokensDetails"] = SandboxGemini.Modality("TEXT", answer.Request.InputTokens),
            },
            SandboxEndpoint.GeminiEmbed or SandboxEndpoint.GeminiBatchEmbed => SandboxMedia.GeminiEmbeddings(answer, out complaint),
            SandboxEndpoint.Embeddings => SandboxMedia.Embeddings(answer, out complaint),
            SandboxEndpoint.Moderations => SandboxMedia.Moderations(answer),
            _ => SandboxMedia.Images(answer),
        };
        return whole is null ? refuse(new(400, complaint!), null) : Whole(door, whole, script);
    }

    private HttpResponseMessage Streamed(SandboxDoor door, IEnumerable<byte[]> frames, SandboxScript script)
    {
        var type = door.Dialect != Dialect.Gemini ? "text/event-stream; charset=utf-8" : door.Sse ? "text/event-stream" : "application/json; charset=UTF-8";
        return Ok(new StreamContent(new SandboxStream(script.Empty ? [] : frames, script, time)), type);
    }

    private HttpResponseMessage Whole(SandboxDoor door, JsonObject body, SandboxScript script)
    {
        var bytes = script.Empty ? [] : SandboxFrames.Json(body);
        HttpContent content;
        if (script.CutAfter is null)
        {
            content = new ByteArrayContent(bytes);
        }
        else
        {
            // A whole body has no events: half of it arrives, however many were asked for.
            content = new StreamContent(new SandboxStream([bytes[..(bytes.Length / 2)]], script with { CutAfter = 1 }, time));
            if (!script.CutCleanly)
                content.Headers.ContentLength = bytes.Length;
        }

        return Ok(content, door.Dialect == Dialect.Gemini ? "application/json; charset=UTF-8" : "application/json");
    }

    private static HttpResponseMessage Page(SandboxScript script)
    {
        var reply = Ok(new ByteArrayContent(Encoding.UTF8.GetBytes(WebPage)), "text/html; charset=utf-8");
        reply.StatusCode = (HttpStatusCode)(script.Status ?? 200);
        return reply;
    }

    private static HttpResponseMessage Failure(SandboxDoor door, SandboxRefusal refusal, int? retryAfter, string seed)
    {
        var body = SandboxFailures.Body(door.Dialect, refusal, retryAfter, RequestId(seed));
        var reply = Ok(new ByteArrayContent(SandboxFrames.Json(body)), "application/json");
        reply.StatusCode = (HttpStatusCode)refusal.Status;
        if (retryAfter is { } seconds)
            reply.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        return reply;
    }

    private static HttpResponseMessage Ok(HttpContent content, string type)
    {
        content.Headers.TryAddWithoutValidation("content-type", type);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    private static string RequestId(string seed) => "req_" + seed[..24];
}
