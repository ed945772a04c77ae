using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;
using BenchmarkDotNet.Attributes;

namespace AioHub.Bench.Micro;

/// <summary>Reading the usage of a reply that is no stream; <see cref="Streams"/> shows that of streams, for each event.</summary>
public class Replies
{
    private readonly byte[] _chat = Encoding.UTF8.GetBytes(
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + new string('a', 700)
        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":250,\"completion_tokens\":160,\"total_tokens\":410,\"prompt_tokens_details\":{\"cached_tokens\":100}}}");

    private readonly byte[] _messages = Encoding.UTF8.GetBytes(
        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-opus-4-7\",\"content\":[{\"type\":\"text\",\"text\":\""
        + new string('a', 700)
        + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":150,\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":0,\"output_tokens\":160}}");

    [GlobalSetup]
    public void Setup()
    {
        if (Chat() != 160 || Messages() != 160) throw new InvalidOperationException("the tap misses the usage");
    }

    [Benchmark(Description = "Chat tap over a 1 KB reply")]
    public long Chat() => Output(Dialect.OpenAiChat, _chat);

    [Benchmark(Description = "Messages tap over a 1 KB reply")]
    public long Messages() => Output(Dialect.AnthropicMessages, _messages);

    private static long Output(Dialect dialect, byte[] reply)
    {
        using var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
        tap.OnReply(reply);
        return tap.Usage.Output;
    }
}
