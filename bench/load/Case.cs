namespace AioHub.Bench.Load;

/// <summary>One thing that is measured: a name, and the load that gives its figures.</summary>
internal sealed record Case(string Name, string Title, Func<Contestant, Plan, Task<Figures>> Run, byte[] Probe, int ProbeChunks = 0)
{
    /// <summary>Chunks of <see cref="WarmRequest"/>.</summary>
    public const int WarmChunks = 400;

    /// <summary>The same kind of stream in a hurry: many chunks in a short time, so that the compiler has seen them before anything is measured.</summary>
    public byte[]? WarmRequest { get; init; }

    public const string SmallModel = "bench-json";
    public const string SlowModel = "bench-json-1500ms";

    // "xm" models are served by the channel that speaks Messages.
    private const string Pace = "stream-20x20ms", WarmPace = "stream-400x1ms";
    private const int Chunks = 20;
    private const double StreamSeconds = 0.45;
    private const int Concurrent = 100;

    /// <summary>Of forms and pictures; the stub's replies with pictures have as much.</summary>
    private const int LargeBytes = 20 * 1024 * 1024;

    public static string HeldModel(Doses d) => $"bench-stream-{d.HeldChunks}x1000ms";

    /// <summary>The cases that run on long-running, warm contestants, in rounds.</summary>
    public static IReadOnlyList<Case> Warm(Plan plan)
    {
        var d = plan.Doses;
        byte[] small = Requests.Chat(plan.Key, SmallModel, 1024);
        byte[] kb100 = Requests.Chat(plan.Key, SmallModel, 100 * 1024);
        byte[] mb1 = Requests.Chat(plan.Key, SmallModel, 1024 * 1024);
        return
        [
            new("small", "1 KB, 32 connections, saturation", (c, _) => Loads.Saturate(c, small, 32, d.Small), small),
            new("rate", "1 KB, 400 requests a second", (c, _) => Task.Run(() => Loads.FixedRate(c, small, 400, d.Rate)), small),
            Streaming("stream", "100 streams", pace => Requests.Chat(plan.Key, "bench-" + pace, 1024, stream: true), d),
            new("100k", "100 KB prompts, 16 connections", (c, _) => Loads.Saturate(c, kb100, 16, d.Large), kb100),
            new("1m", "1 MB prompts, 8 connections", (c, _) => Loads.Saturate(c, mb1, 8, d.Large), mb1),
            Streaming("messages", "100 streams, Messages throughout", pace => Requests.Messages(plan.Key, "bench-xm-" + pace, 1024), d),
            Streaming("messages-to-chat", "100 streams, Messages caller, Chat upstream", pace => Requests.Messages(plan.Key, "bench-" + pace, 1024), d),
            Streaming("chat-to-messages", "100 streams, Chat caller, Messages upstream", pace => Requests.Chat(plan.Key, "bench-xm-" + pace, 1024, stream: true), d),
        ];
    }

    /// <summary>5,000 streams, one chunk a second, on a contestant that was just started.</summary>
    public static Case Held(Plan plan)
    {
        var d = plan.Doses;
        byte[] request = Requests.Chat(plan.Key, HeldModel(d), 1024, stream: true);
        return new("held", $"{d.HeldStreams} streams held", (c, _) => Loads.Hold(c, request, d.HeldStreams, d.HeldChunks, d.HeldRamp), request, d.HeldChunks);
    }

    /// <summary>32 waiting calls with 1 MB prompts, on a contestant that was just started.</summary>
    public static Case Peak(Plan plan)
    {
        byte[] request = Requests.Chat(plan.Key, SlowModel, 1024 * 1024);
        return new("peak", "32 waiting calls with 1 MB prompts", (c, _) => Loads.LargeAtOnce(c, request, 32), request);
    }

    /// <summary>8 waiting calls with forms of 20 MB, on a contestant that was just started.</summary>
    public static Case Forms(Plan plan)
    {
        byte[] request = Requests.Form(plan.Key, SlowModel, LargeBytes);
        return new("forms", "8 waiting calls with forms of 20 MB", (c, _) => Loads.LargeAtOnce(c, request, 8), request);
    }

    /// <summary>8 waiting edits with pictures of 20 MB in a form, on a contestant that was just started.</summary>
    public static Case Edits(Plan plan)
    {
        byte[] request = Requests.Edit(plan.Key, SlowModel, LargeBytes);
        return new("edits", "8 waiting edits with forms of 20 MB", (c, _) => Loads.LargeAtOnce(c, request, 8), request);
    }

    /// <summary>8 waiting calls with 20 MB of a picture in their JSON, on a contestant that was just started.</summary>
    public static Case Pictures(Plan plan)
    {
        byte[] request = Requests.Picture(plan.Key, SlowModel, LargeBytes);
        return new("pictures", "8 waiting calls with 20 MB of a picture in JSON", (c, _) => Loads.LargeAtOnce(c, request, 8), request);
    }

    /// <summary>8 calls at once, each answered by a picture of 20 MB in JSON, on a contestant that was just started.</summary>
    public static Case Generated(Plan plan)
    {
        byte[] request = Requests.Generation(plan.Key, SlowModel);
        return new("generated", "8 replies with pictures of 20 MB", (c, _) => Loads.LargeAtOnce(c, request, 8, replyBytes: LargeBytes), request);
    }

    private static Case Streaming(string name, string title, Func<string, byte[]> request, Doses d)
    {
        byte[] paced = request(Pace);
        return new(name, title, (c, _) => Loads.Streams(c, paced, Concurrent, d.StreamCalls, Chunks, StreamSeconds), paced, Chunks) { WarmRequest = request(WarmPace) };
    }
}
