using AioHub.Wire.Dialects.OpenAiChat;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using BenchmarkDotNet.Attributes;

namespace AioHub.Bench.Micro;

/// <summary>What every request pays: one look at its body, and the splices that make it the upstream's.</summary>
public class Bodies
{
    private static readonly JsonPeek s_peek = new("model", "stream", "stream_options", "max_tokens");
    private static readonly byte[] s_model = "\"gpt-5-upstream\""u8.ToArray();
    private readonly JsonMember[] _found = new JsonMember[4];
    private byte[] _body = [];

    [Params(1, 100, 1024)]
    public int Kilobytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _body = Material.ChatBody(Kilobytes * 1024);
        if (s_peek.Scan(_body, _found, out _) != PeekFault.None || !_found[0].Exists || !_found[3].Exists) throw new InvalidOperationException("the body is not what it should be");
        if (!OpenAiChatDialect.Instance.TryPeek(_body, Operation.Generate, out var peek, out _) || peek.Model != "gpt-5") throw new InvalidOperationException("the peek does not see the model");
    }

    [Benchmark(Description = "JsonPeek.Scan")]
    public PeekFault Scan() => s_peek.Scan(_body, _found, out _);

    [Benchmark(Description = "Chat TryPeek")]
    public bool ChatPeek() => OpenAiChatDialect.Instance.TryPeek(_body, Operation.Generate, out _, out _);

    [Benchmark(Description = "JsonSplice: replace the model")]
    public long Splice() => new SplicedBytes(_body, [JsonSplice.Replace(_found[0], s_model)]).Length;

    [Benchmark(Description = "Utf8JsonReader over everything (for comparison)")]
    public int Reader()
    {
        var reader = new System.Text.Json.Utf8JsonReader(_body);
        int tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }
}
