using System.Collections.Concurrent;

namespace AioHub.TestKit;

/// <summary>An upstream that makes videos in the grammar of one of three vendors: OpenAI, Ark (doubao) or xAI. Tasks stand where the test puts them.</summary>
public sealed class VideoUpstream(string vendor, FakeUpstream server)
{
    /// <summary>What a video's bytes are.</summary>
    public static ReadOnlyMemory<byte> Film { get; } = new byte[] {0, 0, 0, 24, 102, 116, 121, 112 };

    private readonly ConcurrentDictionary<string, string> _states = new();
    private int _made;

    /// <summary>What answers.</summary>
    public FakeUpstream Server { get; } = server;

    /// <summary>How all tasks stand: <c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public string State { get; set; } = "queued";

    /// <summary>Tasks that were begun.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>Method and target of what came.</summary>
    public IReadOnlyList<string> Calls => [.. Server.Requests.Select(static request => request.Method + " " + request.Target)];

    /// <summary>Where a task is begun, at the hub as at the vendor.</summary>
    public string CreatePath => vendor switch { "doubao" => "/api/v3/contents/generations/tasks", "xai" => "/v1/videos/generations", _ => "/v1/videos" };

    /// <summary>Where a task is asked for.</summary>
    public string OnePath(string id) => vendor == "doubao" ? CreatePath + "/" + id : "/v1/videos/" + id;

    /// <param name="vendor">A channel type: openai, azure, doubao or xai.</param>
    public static async Task<VideoUpstream> StartAsync(string vendor)
    {
        var upstream = new VideoUpstream(vendor, await FakeUpstream.StartAsync());
        upstream.Server.Script(upstream.Answer);
        return upstream;
    }

    private Reply Answer(CapturedRequest request)
    {
        var path = request.Target.Split('?')[0];
        if (vendor == "azure")
        {
            // The same grammar, below a resource's own root and with its own header.
            if (!path.StartsWith("/openai/v1/", StringComparison.Ordinal) || request.Header("api-key") is null)
            {
                return Reply.Json(404, """{"error":{"code":"404","message":"Resource not found"}}""");
            }

            path = path["/openai".Length..];
        }

        if (request.Method == "POST" && (path == CreatePath || path.EndsWith("/remix", StringComparison.Ordinal)))
        {
            var id = (vendor switch { "doubao" => "cgt-", "xai" => "req-", _ => "video_" }) + Interlocked.Increment(ref _made);
            _states[id] = "";
            return vendor switch
            {
                "doubao" => Reply.Json(200, $$"""{"id":"{{id}}"}"""),
                "xai" => Reply.Json(200, $$"""{"request_id":"{{id}}"}"""),
                _ => Reply.Json(200, $$"""{"id":"{{id}}","object":"video","model":"sora-2","status":"queued","progress":0,"created_at":1,"seconds":"8","size":"1280x720"}"""),
            };
        }

        var name = path.Replace("/content", "", StringComparison.Ordinal).Split('/')[^1];
        if (!_states.ContainsKey(name))
        {
            return Reply.Json(404, """{"error":{"message":"no such task","type":"invalid_request_error"}}""");
        }

        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            return Reply.Status(200).Header("Content-Type", "video/mp4").Send(Film);
        }

        if (request.Method == "DELETE")
        {
            _states.TryRemove(name, out _);
            return Reply.Json(200, "{}");
        }

        return Reply.Json(200, vendor switch { "doubao" => Ark(name), "xai" => Xai(), _ => OpenAi(name) });
    }

    private string OpenAi(string id) => State switch
    {
        "done" => $$"""{"id":"{{id}}","object":"video","model":"sora-2","status":"completed","progress":100,"seconds":"8","size":"1280x720"}""",
        "failed" => $$"""{"id":"{{id}}","object":"video","status":"failed","error":{"code":"moderation_blocked","message":"no"},"seconds":"8"}""",
        _ => $$"""{"id":"{{id}}","object":"video","status":"{{(State == "running" ? "in_progress" : "queued")}}","seconds":"8"}""",
    };

    private string Ark(string id) => State switch
    {
        "done" => $$$"""{"id":"{{{id}}}","model":"doubao-seedance-1-0-pro-250528","status":"succeeded","content":{"video_url":"https://x.invalid/v.mp4"},"usage":{"completion_tokens":100000,"total_tokens":100000},"resolution":"720p","duration":5,"framespersecond":24,"service_tier":"default"}""",
        "failed" => $$$"""{"id":"{{{id}}}","status":"failed","error":{"code":"OutputVideoSensitiveContentDetected","message":"no"}}""",
        _ => $$"""{"id":"{{id}}","status":"{{State}}"}""",
    };

    private string Xai() => State switch
    {
        "done" => """{"status":"done","model":"grok-imagine-video","video":{"url":"https://x.invalid/v.mp4","duration":6,"respect_moderation":true}}""",
        "failed" => """{"status":"failed","error":{"code":"internal_error","message":"no"}}""",
        _ => """{"status":"pending","progress":10}""",
    };
}
