using AioHub.Wire.Dialects;
using AioHub.Wire.Framing;
using AioHub.Wire.Vocabulary;
using BenchmarkDotNet.Attributes;

namespace AioHub.Bench.Micro;

/// <summary>What every event of a stream pays: time and allocations are per event.</summary>
public class Streams
{
    private readonly byte[] _chat = Material.ChatStream(), _messages = Material.MessagesStream();

    /// <summary>How the bytes are cut: one event at a time would be about 230; 4096 is a busy upstream; 100 cuts nearly every event.</summary>
    [Params(100, 4096)]
    public int ChunkBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        if (Read(_chat, null) != Material.Events || Read(_messages, null) != Material.Events) throw new InvalidOperationException("the tap miscounts");
        foreach (var (stream, dialect, output) in new[] { (_chat, Dialect.OpenAiChat, 998L), (_messages, Dialect.AnthropicMessages, 995L) })
        {
            var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
            Read(stream, tap);
            if (!tap.Ended || tap.Usage.Output != output) throw new InvalidOperationException("the tap misses the usage");
        }
    }

    [Benchmark(Description = "SseTap", OperationsPerInvoke = Material.Events)]
    public int Sse() => Read(_chat, null);

    [Benchmark(Description = "SseTap + Chat tap", OperationsPerInvoke = Material.Events)]
    public int Chat() => Read(_chat, DialectRooms.Upstream(Dialect.OpenAiChat).CreateTap(Operation.Generate));

    [Benchmark(Description = "SseTap + Messages tap", OperationsPerInvoke = Material.Events)]
    public int Messages() => Read(_messages, DialectRooms.Upstream(Dialect.AnthropicMessages).CreateTap(Operation.Generate));

    private int Read(ReadOnlySpan<byte> stream, ReplyTap? tap)
    {
        using var sse = new SseTap();
        int events = 0;
        while (stream.Length > 0)
        {
            var chunk = stream[..Math.Min(ChunkBytes, stream.Length)];
            stream = stream[chunk.Length..];
            while (sse.TryRead(chunk, out int consumed, out var e))
            {
                events++;
                tap?.OnEvent(e.Type, e.Data);
                chunk = chunk[consumed..];
            }
        }
        return events;
    }
}
