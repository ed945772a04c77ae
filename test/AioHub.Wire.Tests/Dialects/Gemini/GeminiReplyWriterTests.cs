using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.Gemini;
using AioHub.Wire.Tests.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Tests.Dialects.Gemini.GeminiTalk;

namespace AioHub.Wire.Tests.Dialects.Gemini;

/// <summary>Replies and streams as callers get them.</summary>
public sealed class GeminiReplyWriterTests
{
    private static readonly Sealed Foreign = new(Dialect.AnthropicMessages, JsonText.Of("sig"));

    private static Reply Of(params Block[] blocks) => Ended(StopReason.EndTurn, blocks);

    private static Reply Ended(StopReason stop, params Block[] blocks) => new() { Answers = [new Answer(blocks, stop)] };

    private static ToolCallBlock Call(string id, string args = "{}") => new(id, "f", ToolInput.FromText(JsonText.Of(args)));

    private static void Same(JsonNode? written, string expected) => Sorted(written).ShouldBe(Sorted(JsonNode.Parse(expected)));

    /// <summary>The stream's chunks; every one stands as the Gemini CLI reads it.</summary>
    private static List<JsonNode> Chunks(byte[] stream)
    {
        var text = Encoding.UTF8.GetString(stream);
        text.ShouldEndWith("\r\n\r\n");
        var chunks = new List<JsonNode>();
        foreach (var line in text[..^4].Split("\r\n\r\n"))
        {
            line.ShouldStartWith("data: {");
            line.ShouldNotContain('\n');
            line.ShouldNotContain('\r');
            chunks.Add(JsonNode.Parse(line[6..])!);
        }

        return chunks;
    }

    private static string Parts(IEnumerable<JsonNode> chunks) =>
        string.Join(' ', chunks.SelectMany(chunk => chunk["candidates"]!.AsArray()).SelectMany(candidate => candidate!["content"]?["parts"]?.AsArray() ?? []).Select(part => part!.ToJsonString()));

    [Fact]
    public void A_reply()
    {
        var usage = new Usage { Input = 10, CacheRead = 5, CacheWrite5m = 2, Output = 7, Reasoning = 3, Source = UsageSource.Reported };
        Same(
            WriteReply(Of(new ThinkingBlock(JsonText.Of("Hm")), Text("Hi"), Text("")), usage: usage),
            """
            {"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":17,"candidatesTokenCount":4,"totalTokenCount":24,"cachedContentTokenCount":5,"thoughtsTokenCount":3,"promptTokensDetails":[{"modality":"TEXT","tokenCount":17}],
              "cacheTokensDetails":[{"modality":"TEXT","tokenCount":5}]},"modelVersion":"public-model","responseId":"req_1"}
            """);
    }

    [Fact]
    public void An_answer_of_nothing() => Same(WriteReply(Of()), """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"public-model","responseId":"req_1"}""");

    [Theory]
    [InlineData(StopReason.EndTurn, "STOP")]
    [InlineData(StopReason.ToolUse, "STOP")]
    [InlineData(StopReason.StopSequence, "STOP")]
    [InlineData(StopReason.MaxTokens, "MAX_TOKENS")]
    [InlineData(StopReason.ContextOverflow, "MAX_TOKENS")]
    [InlineData(StopReason.Refusal, "SAFETY")]
    [InlineData(StopReason.ContentFilter, "SAFETY")]
    [InlineData(StopReason.Pause, "OTHER")]
    [InlineData(StopReason.None, "OTHER")]
    public void Reasons(StopReason stop, string reason)
    {
        WriteReply(Ended(stop, Text("Hi")))["candidates"]![0]!["finishReason"]!.GetValue<string>().ShouldBe(reason);
        Chunks(WriteStream(Ended(stop, Text("Hi"))))[^1]["candidates"]![0]!["finishReason"]!.GetValue<string>().ShouldBe(reason);
    }

    [Fact]
    public void Thoughts_are_shown_to_those_who_asked_for_them()
    {
        var reply = Of(new ThinkingBlock(JsonText.Of("Hm")) { Sealed = new Sealed(Dialect.Gemini, JsonText.Of("b3du")) }, Text("Hi"));
        var hidden = Terms(Asking(show: false));
        Same(WriteReply(reply, hidden)["candidates"]![0]!["content"]!["parts"], """[{"text":"","thoughtSignature":"b3du"},{"text":"Hi"}]""");
        Parts(Chunks(WriteStream(reply, hidden))).ShouldBe("""{"text":"","thoughtSignature":"b3du"} {"text":"Hi"} {"text":""}""");
        Same(WriteReply(reply)["candidates"]![0]!["content"]!["parts"], """[{"text":"Hm","thought":true,"thoughtSignature":"b3du"},{"text":"Hi"}]""");
        Parts(Chunks(WriteStream(reply))).ShouldBe("""{"text":"Hm","thought":true} {"text":"","thought":true,"thoughtSignature":"b3du"} {"text":"Hi"} {"text":""}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reasoning_of_another_vendor_comes_back_with_the_call(bool streamed)
    {
        var seal = new OpenSeal();
        var losses = new LossLog();
        var reply = Ended(
            StopReason.ToolUse,
            new ThinkingBlock(JsonText.Of("one")) { Sealed = Foreign }, Text("I call."), new ThinkingBlock(JsonText.Of("two")) { Sealed = Foreign with { Hides = true } }, Call("c1", """{"a":1}"""), Call("c2"));
        var terms = Terms(seal: seal, losses: losses);
        var parts = streamed
            ? Chunks(WriteStream(reply, terms)).SelectMany(chunk => chunk["candidates"]![0]!["content"]!["parts"]!.AsArray()).ToList()
            : [.. WriteReply(reply, terms)["candidates"]![0]!["content"]!["parts"]!.AsArray()];
        losses.Losses.ShouldBeEmpty();
        parts.Single(part => part!["functionCall"]?["id"]?.GetValue<string>() == "c1")!["thoughtSignature"]!.GetValue<string>().ShouldNotContain('.');
        parts.Single(part => part!["functionCall"]?["id"]?.GetValue<string>() == "c2")!["thoughtSignature"].ShouldBeNull();

        // What the Gemini CLI keeps of it: no thoughts.
        var kept = new JsonArray([.. parts.Where(part => part!["thought"] is null).Select(part => part!.DeepClone())]);
        var back = Read($$$"""{"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":{{{kept.ToJsonString()}}}}]}""", seal);
        back.Turns[1].Blocks.Select(Show).Where(line => line != "text ").ShouldBe(
            ["thinking one sealed(anthropic,sig)", "text I call.", "thinking two sealed(anthropic,sig,hides)", "call c1 f {\"a\":1}", "call c2 f {}"]);
    }

    [Fact]
    public void An_envelope_holds_the_reasoning_that_it_seals_and_no_other()
    {
        var seal = new OpenSeal();
        var reply = Ended(StopReason.ToolUse, new ThinkingBlock(JsonText.Of("bare")), Text("So."), new ThinkingBlock(JsonText.Of("sealed")) { Sealed = Foreign }, Call("c1"));
        var parts = new JsonArray([.. Chunks(WriteStream(reply, Terms(Asking(show: false), seal))).SelectMany(chunk => chunk["candidates"]![0]!["content"]!["parts"]!.AsArray()).Select(part => part!.DeepClone())]);
        Read($$$"""{"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":{{{parts.ToJsonString()}}}}]}""", seal).Turns[1].Blocks.Select(Show)
            .ShouldBe(["thinking sealed sealed(anthropic,sig)", "text So.", "call c1 f {}", "text "]);
    }

    [Fact]
    public void Without_a_call_it_stands_at_the_end()
    {
        var seal = new OpenSeal();
        var reply = Of(new ThinkingBlock(JsonText.Of("one")) { Sealed = Foreign }, Text("Hi"));
        foreach (var parts in new[] { Parts(Chunks(WriteStream(reply, Terms(Asking(show: false), seal)))), Parts([WriteReply(reply, Terms(Asking(show: false), seal))]) })
            parts.ShouldStartWith("""{"text":"Hi"} {"text":"","thoughtSignature":""");

        var losses = new LossLog();
        Parts([WriteReply(reply, Terms(Asking(show: false), losses: losses))]).ShouldBe("""{"text":"Hi"}""");
        WriteStream(reply, Terms(losses: losses));
        losses.Losses.Single().Path.ShouldBe("reply.thinking");
    }

    [Fact]
    public void Nothing_is_written_before_content()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Room.CreateStreamWriter(output, Terms(seal: new OpenSeal()));
        writer.On(new StreamEvent(StreamEventKind.Begin) { Id = "\"x\""u8 });
        writer.On(new StreamEvent(StreamEventKind.ThinkingSealed) { Sealed = Foreign });
        writer.On(new StreamEvent(StreamEventKind.ToolCall) { Id = "\"c\""u8, Name = "\"f\""u8 });
        writer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"{\\\"a\\\":\""u8 });
        output.WrittenCount.ShouldBe(0);
        writer.On(new StreamEvent(StreamEventKind.ToolInput) { Text = "\"\\n1}\""u8 });
        writer.On(new StreamEvent(StreamEventKind.BlockEnd));
        var chunk = Chunks(output.WrittenSpan.ToArray()).Single();
        chunk["candidates"]![0]!["content"]!["parts"]![0]!["functionCall"]!.ToJsonString().ShouldBe("""{"id":"c","name":"f","args":{"a":1}}""");
        (chunk["modelVersion"]!.GetValue<string>(), chunk["responseId"]!.GetValue<string>(), chunk["usageMetadata"]).ShouldBe(("public-model", "req_1", null));
    }

    [Fact]
    public void Arguments_that_are_no_object()
    {
        var losses = new LossLog();
        foreach (var written in new[] { Parts([WriteReply(Of(Call("c", "\"x\"")), Terms(losses: losses))]), Parts(Chunks(WriteStream(Of(Call("c", "\"x\"")), Terms(losses: losses))).Take(1)) })
            written.ShouldBe("""{"functionCall":{"id":"c","name":"f","args":{"input":"\u0022x\u0022"}}}""");

        losses.Losses.Count.ShouldBe(1);
        Parts(Chunks(WriteStream(Of(Call("c", " ")))).Take(1)).ShouldBe("""{"functionCall":{"id":"c","name":"f","args":{}}}""");
    }

    [Fact]
    public void What_Gemini_has_no_place_for_is_told()
    {
        var reply = Of(
            new ToolCallBlock("s", "web_search", default) { Kind = ToolKind.Server }, new ToolResultBlock("s", []) { Kind = ToolKind.Server }, new OpaqueBlock("odd") { Origin = new Origin(Dialect.OpenAiChat, "{}"u8.ToArray()) },
            Text("Hi") with { Citations = [new Citation(JsonText.Of("https://e.com"), JsonText.Of("E")) { Start = 1, End = 2 }, new Citation(JsonText.Of("https://e.com"), JsonText.Of("E"))] },
            new TextBlock(JsonText.Of("No.")) { IsRefusal = true });
        var losses = new LossLog();
        var whole = WriteReply(reply, Terms(losses: losses));
        Same(whole["candidates"]![0]!["groundingMetadata"], """{"groundingChunks":[{"web":{"uri":"https://e.com","title":"E"}}],"groundingSupports":[]}""");
        losses.Losses.Select(loss => loss.Path).ShouldBe(["reply.server_tool", "reply.odd", "citations"]);
        var streamed = new LossLog();
        var chunks = Chunks(WriteStream(reply, Terms(losses: streamed)));
        Parts(chunks).ShouldBe("""{"text":"Hi"} {"text":"No."} {"text":""}""");
        Sorted(chunks[^1]["candidates"]![0]!["groundingMetadata"]).ShouldBe(Sorted(whole["candidates"]![0]!["groundingMetadata"]));
        streamed.Losses.Select(loss => loss.Path).ShouldBe(["reply.server_tool", "reply.odd", "citations"]);
    }

    [Fact]
    public void Pictures_log_probabilities_and_several_answers()
    {
        var logs = Encoding.UTF8.GetBytes("""[{"token":"Hi","logprob":-0.1,"bytes":[72],"top_logprobs":[{"token":"Ho","logprob":-2}]}]""");
        var reply = new Reply
        {
            Answers = [new Answer([new ImageBlock(new MediaSource { Data = JsonText.Of("AA==") }, "image/png")], StopReason.EndTurn), new Answer([Text("Hi")], StopReason.MaxTokens) { LogProbs = logs }],
        };
        var whole = WriteReply(reply);
        Same(whole["candidates"]![0]!["content"]!["parts"], """[{"inlineData":{"mimeType":"image/png","data":"AA=="}}]""");
        Same(whole["candidates"]![1]!["logprobsResult"], """{"topCandidates":[{"candidates":[{"token":"Ho","logProbability":-2}]}],"chosenCandidates":[{"token":"Hi","logProbability":-0.1}]}""");
        var chunks = Chunks(WriteStream(reply));
        chunks[^1]["candidates"]!.AsArray().Select(one => $"{one!["index"]} {one["finishReason"]}").ShouldBe(["0 STOP", "1 MAX_TOKENS"]);
        var fold = new ReplyFold();
        GeminiTalk.Feed(WriteStream(reply), Room.CreateStreamReader(fold));
        Lines(fold.ToReply()).Select(line => line.Replace(",\"bytes\":null", "", StringComparison.Ordinal)).ShouldBe(
            ["image image/png data AA==", "stop EndTurn", "text Hi", """stop MaxTokens [{"token":"Hi","logprob":-0.1,"top_logprobs":[{"token":"Ho","logprob":-2}]}]"""]);
    }

    [Fact]
    public void What_Google_said_over_several_lines_is_one_line()
    {
        var origin = new Origin(Dialect.Gemini, Encoding.UTF8.GetBytes("{\r\n \"executableCode\": {\n  \"code\": \"a\\nb\"\n }\n}"));
        Parts(Chunks(WriteStream(Of(new OpaqueBlock("executableCode") { Origin = origin })))).ShouldBe("""{"executableCode":{"code":"a\nb"}} {"text":""}""");
    }

    /// <summary>What the hub writes of usage, its own tap reads back; what was written into a cache is plain input here.</summary>
    [Fact]
    public void Usage_is_read_back_as_it_was()
    {
        Usage[] usages =
        [
            new() { Input = 10, Output = 5, Source = UsageSource.Reported },
            new() { Input = 10, CacheRead = 20, Output = 50, Reasoning = 30, Source = UsageSource.Reported },
            new() { Input = 1, InputAudio = 2, InputImage = 3, InputVideo = 4, CacheReadAudio = 5, CacheReadImage = 6, CacheRead = 7, Output = 8, OutputAudio = 9, OutputImage = 10, Reasoning = 1, Source = UsageSource.Reported },
            new() { Output = 3, Reasoning = 3, Source = UsageSource.Reported },
        ];
        foreach (var usage in usages)
        {
            var tap = Room.CreateTap(Operation.Generate);
            Dialects.Feed.Reply(tap, WriteReply(Of(Text("Hi")), usage: usage).ToJsonString()).ShouldBeTrue();
            tap.Usage.ShouldBe(usage);
            tap = Room.CreateTap(Operation.Generate);
            Dialects.Feed.Stream(tap, WriteStream(Of(Text("Hi")), usage: usage));
            (tap.Usage, tap.Ended, tap.HasContent).ShouldBe((usage, true, true));
        }

        WriteReply(Of(Text("Hi")), usage: default)["usageMetadata"].ShouldBeNull();
    }

    [Fact]
    public void A_piece_of_text_costs_no_memory()
    {
        var told = new Counting();
        var reader = Room.CreateStreamReader(told);
        var data = """{"candidates":[{"content":{"parts":[{"text":"Hello \"you\""}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9},"modelVersion":"m","responseId":"r"}"""u8.ToArray();
        Allocations.Of(() => reader.OnEvent(default, data)).ShouldBe(0);
        told.Count.ShouldBeGreaterThan(50);

        var output = new ArrayBufferWriter<byte>(1 << 20);
        var writer = Room.CreateStreamWriter(output, Terms());
        Allocations.Of(() =>
        {
            output.ResetWrittenCount();
            writer.On(new StreamEvent(StreamEventKind.Text) { Text = "\"Hello\""u8 });
            writer.On(new StreamEvent(StreamEventKind.Thinking) { Text = "\"Hm\""u8 });
        }).ShouldBe(0);
    }

    private sealed class Counting : IStreamSink
    {
        public int Count { get; private set; }

        public void On(in StreamEvent happening) => Count++;
    }
}
