using System.Text;

namespace AioHub.Bench.Micro;

/// <summary>Bodies and streams in the shapes that vendors send, made here.</summary>
internal static class Material
{
    /// <summary>Events in <see cref="ChatStream"/> and <see cref="MessagesStream"/>: what a benchmark divides by.</summary>
    public const int Events = 1000;

    private const string Words = "The quick brown fox jumps over the lazy dog while \\\"quoted\\\" text, numbers like 42 and a line\\nbreak pass by. ";

    /// <summary>A Chat body as coding tools send it: many turns, escapes, tools behind the messages.</summary>
    public static byte[] ChatBody(int bytes)
    {
        var text = new StringBuilder("""{"model":"gpt-5","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"system","content":"You are helpful."}""");
        for (int turn = 0; text.Length < bytes - 400; turn++)
        {
            text.Append(turn % 2 == 0 ? ",{\"role\":\"user\",\"content\":\"" : ",{\"role\":\"assistant\",\"content\":\"");
            for (int i = 0; i < 8 && text.Length < bytes - 400; i++) text.Append(Words);
            text.Append("\"}");
        }
        text.Append("""],"tools":[{"type":"function","function":{"name":"read_file","parameters":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}}],"max_tokens":256}""");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] ChatStream()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Events - 2; i++)
            text.Append("""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"gpt-5","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}""").Append("\n\n");
        text.Append("""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"gpt-5","choices":[],"usage":{"prompt_tokens":250,"completion_tokens":998,"total_tokens":1248,"prompt_tokens_details":{"cached_tokens":100}}}""").Append("\n\n");
        return Encoding.UTF8.GetBytes(text.Append("data: [DONE]\n\n").ToString());
    }

    public static byte[] MessagesStream()
    {
        var text = new StringBuilder();
        Append("message_start", """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-7","content":[],"stop_reason":null,"usage":{"input_tokens":150,"cache_read_input_tokens":100,"cache_creation_input_tokens":0,"output_tokens":1}}}""");
        Append("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");
        for (int i = 0; i < Events - 5; i++) Append("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" token"}}""");
        Append("content_block_stop", """{"type":"content_block_stop","index":0}""");
        Append("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":995}}""");
        Append("message_stop", """{"type":"message_stop"}""");
        return Encoding.UTF8.GetBytes(text.ToString());

        void Append(string type, string data) => text.Append("event: ").Append(type).Append("\ndata: ").Append(data).Append("\n\n");
    }
}
