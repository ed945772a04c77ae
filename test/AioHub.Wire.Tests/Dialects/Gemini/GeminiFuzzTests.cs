using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Vocabulary;
using Beside = AioHub.TestKit.Shared;

namespace AioHub.Wire.Tests.Dialects.Gemini;

/// <summary>Changed bytes of real calls: nothing throws, and what comes out is JSON.</summary>
public sealed class GeminiFuzzTests
{
    private const int MostBytes = 6_000;

    private static readonly string[] Splinters =
    [
        "{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e400", "99999999999999999999", "\"\\ud800\"", "\\", "true", "{}", "[]", "\"x\"", "7", "\"parts\"", "\"role\":\"model\",", "\"thought\":true,", "\"text\":\"\",",
        "\"thoughtSignature\":\"c2ln\",", "{\"functionCall\":{}},", "{\"functionResponse\":[]},", "\"index\":3,", "\"finishReason\":\"STOP\",",
    ];

    private static readonly string[] Requests =
    [
        """{"system_instruction":{"parts":[{"text":"S"}]},"contents":[{"role":"user","parts":[{"inline_data":{"mime_type":"image/png","data":"AAAA"}},{"fileData":{"fileUri":"https://e.com/a","mimeType":"video/mp4"},"videoMetadata":{}}]},{"role":"model","parts":[{"text":"x","thought":true},{"functionCall":{"name":"f","args":{"a":[1]}},"thoughtSignature":"c2ln"},{"executableCode":{}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"ok"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]}}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}}]},{"googleSearch":{}}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"generationConfig":{"maxOutputTokens":64,"topP":0.5,"stopSequences":["END"],"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"},"responseModalities":["TEXT"]},"serviceTier":"flex","labels":{}}""",
        """{"contents":"Hi"}""",
    ];

    private static readonly string[] Replies =
    [
        """{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":"Hi","thoughtSignature":"c2ln"},{"functionCall":{"name":"f","args":{"a":[1]},"id":"x"}},{"inlineData":{"mimeType":"image/png","data":"AA"}},{"executableCode":{"code":"1"}}],"role":"model"},"finishReason":"STOP","index":0,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}],"groundingSupports":[{"segment":{"startIndex":1,"endIndex":2},"groundingChunkIndices":[0]}]},"logprobsResult":{"topCandidates":[{"candidates":[{"token":"H","logProbability":-1}]}],"chosenCandidates":[{"token":"H","logProbability":-1}]}}],"usageMetadata":{"promptTokenCount":9},"modelVersion":"m","responseId":"r"}""",
        """{"promptFeedback":{"blockReason":"SAFETY"},"candidates":[{"citationMetadata":{"citationSources":[{"uri":"u","startIndex":1}]}}]}""",
    ];

    [Fact]
    public void Requests_read_and_written()
    {
        var random = new Random(7);
        foreach (var seed in Seeds(Requests, RecordedCases.Of("gemini").Where(one => one.RequestIsJson).Select(one => one.Request)))
        {
            for (var i = 0; i < 30; i++)
                TryRequest(Mutated(seed, random));
        }
    }

    [Fact]
    public void Replies_and_streams_read_and_written()
    {
        var random = new Random(11);
        foreach (var seed in Seeds(Replies, RecordedCases.Of("gemini").Where(one => one.ReplyKind == ReplyKind.Sse).SelectMany(one => Dialects.Feed.Objects(one.Reply, streamed: true).Take(2)).Select(chunk => Encoding.UTF8.GetBytes(chunk.GetRawText()))))
        {
            for (var i = 0; i < 20; i++)
                TryReply(Mutated(seed, random), Mutated(seed, random));
        }
    }

    private static IEnumerable<string> Seeds(string[] own, IEnumerable<byte[]> recorded)
    {
        if (!Beside.Available)
            Console.WriteLine(Beside.SkipReason);

        return own.Concat(Beside.Available ? recorded.Where(bytes => bytes.Length < MostBytes).Select(Encoding.UTF8.GetString) : []);
    }

    private static byte[] Mutated(string seed, Random random)
    {
        var text = seed;
        for (var edits = random.Next(0, 4); edits > 0; edits--)
        {
            // Half of the changes keep it valid: a whole value goes for another.
            if (random.Next(2) == 0 && Swapped(text, random) is { } swapped)
            {
                text = swapped;
                continue;
            }

            var at = random.Next(text.Length + 1);
            text = string.Concat(text.AsSpan(0, at), Splinters[random.Next(Splinters.Length)], text.AsSpan(Math.Min(text.Length, at + random.Next(12))));
        }

        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Some value of the tree replaced by another kind of value.</summary>
    private static string? Swapped(string text, Random random)
    {
        try
        {
            var root = JsonNode.Parse(text);
            var node = root;
            for (var depth = random.Next(1, 9); depth > 0 && node is not null; depth--)
            {
                var value = random.Next(8) switch
                {
                    0 => null,
                    1 => JsonValue.Create(-7),
                    2 => JsonValue.Create("word"),
                    3 => (JsonNode)new JsonArray(1, "a", new JsonObject()),
                    4 => new JsonObject { ["text"] = "t", ["name"] = "n" },
                    5 => JsonValue.Create(true),
                    6 => JsonValue.Create(1e300),
                    _ => JsonValue.Create(""),
                };
                if (node is JsonObject { Count: > 0 } members)
                {
                    var key = members.ElementAt(random.Next(members.Count)).Key;
                    if (depth == 1)
                        members[key] = value;

                    node = members[key];
                }
                else if (node is JsonArray { Count: > 0 } items)
                {
                    var index = random.Next(items.Count);
                    if (depth == 1)
                        items[index] = value;

                    node = items[index];
                }
                else
                {
                    break;
                }
            }

            return root?.ToJsonString();
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static void TryRequest(byte[] body)
    {
        if (!GeminiTalk.Room.TryReadRequest(body, new RequestHead("m", Stream: true, new GeminiTalk.OpenSeal()), out var conversation, out var fault))
        {
            fault.Code.ShouldNotBeNullOrEmpty();
            fault.Message.Length.ShouldBeGreaterThan(10);
            return;
        }

        conversation.Turns.SelectMany(turn => turn.Blocks).Where(block => block is OpaqueBlock && block.Origin is null).ShouldBeEmpty();

        foreach (var (said, model) in new[] { (conversation, "gemini-3.8-flash"), (conversation with { Dialect = Dialect.OpenAiChat }, "gemini-2.5-flash") })
        {
            if (!GeminiTalk.TryWrite(said, new LossLog(), model, "gemini", null, out var node, out fault))
                fault.Code.ShouldNotBeNullOrEmpty();
            else
                node.ShouldNotBeNull();
        }
    }

    private static void TryReply(params byte[][] chunks)
    {
        var fold = new ReplyFold();
        var output = new ArrayBufferWriter<byte>();
        var writer = GeminiTalk.Room.CreateStreamWriter(output, GeminiTalk.Terms(seal: new GeminiTalk.OpenSeal()));
        foreach (var sink in new IStreamSink[] { fold, writer })
        {
            var reader = GeminiTalk.Room.CreateStreamReader(sink);
            foreach (var chunk in chunks)
                reader.OnEvent(default, chunk);

            reader.OnEnd();
        }

        writer.End(default);
        foreach (var line in Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries))
            JsonNode.Parse(line[6..]).ShouldNotBeNull();

        GeminiTalk.WriteReply(fold.ToReply()).ShouldNotBeNull();
        foreach (var chunk in chunks)
            GeminiTalk.Room.TryReadReply(chunk, out _);
    }
}
