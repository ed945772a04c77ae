using System.Text.Json;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Vocabulary;
using Beside = AioHub.TestKit.Shared;
using Reply = AioHub.Wire.Conversations.Reply;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>The laws of the conversation lane over what real clients sent and real providers answered.</summary>
public sealed class OpenAiResponsesLawsTests
{
    /// <summary>What refers to something that only one upstream keeps.</summary>
    private static readonly string[] Kept = ["previous_response_id", "conversation", "background"];

    private static IEnumerable<(string Name, byte[] Body)> Requests()
    {
        foreach (var one in RecordedCases.Of("openai-responses").Where(one => one.RequestIsJson))
            yield return (one.Name, one.Request);

        var captures = Beside.PathOf("oracle/captures/codex");
        if (!Directory.Exists(captures))
            yield break;

        foreach (var file in Directory.EnumerateFiles(captures, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var capture = JsonDocument.Parse(File.ReadAllBytes(file));
            if (capture.RootElement.Str("url") is { } url && url.Contains("responses", StringComparison.Ordinal) && capture.RootElement.At("body") is { ValueKind: JsonValueKind.Object } body)
                yield return (Path.GetRelativePath(captures, file), System.Text.Encoding.UTF8.GetBytes(body.GetRawText()));
        }
    }

    private static IEnumerable<(string Name, byte[] Stream)> Streams() =>
        RecordedCases.Of("openai-responses").Where(one => one is { ReplyKind: ReplyKind.Sse, Status: 200 }).Select(one => (one.Name, one.Reply));

    [Fact]
    public void Read_and_written_again_a_request_is_the_same()
    {
        Assert.SkipUnless(Beside.Available, Beside.SkipReason);
        var count = 0;
        foreach (var (name, body) in Requests())
        {
            var asked = JsonNode.Parse(body)!.AsObject();
            var stream = asked["stream"]?.GetValue<bool>() == true;
            if (!OpenAiResponsesDialect.Instance.TryReadRequest(body, new RequestHead(asked["model"]!.GetValue<string>(), stream, null), out var conversation, out var fault))
            {
                Kept.ShouldContain(fault.Param);
                continue;
            }

            var (written, losses) = Responses.Write(conversation, asked["model"]!.GetValue<string>(), "openai", stream);
            Equal(name, Responses.Plain(asked)!.ToJsonString(), Responses.Plain(written)!.ToJsonString());
            losses.ShouldBeEmpty(name);
            count++;
        }

        count.ShouldBeGreaterThan(70);
    }

    [Fact]
    public void A_stream_folded_is_the_last_response_read_whole()
    {
        Assert.SkipUnless(Beside.Available, Beside.SkipReason);
        foreach (var (name, stream) in Streams())
        {
            var last = Responses.Parse(stream).Select(e => e.At("response")).LastOrDefault(response => response?.Str("status") is "completed" or "incomplete");
            if (last is not { } response || !response.Each("output").Any())
                continue;

            // OpenAI seals the same reasoning anew for the last event, and its log probabilities there are rounded.
            Equal(name, Unsealed(Responses.ReadReply(response.GetRawText())), Unsealed(Responses.Fold(stream)));
        }
    }

    [Fact]
    public void A_stream_cut_anywhere_tells_the_same()
    {
        Assert.SkipUnless(Beside.Available, Beside.SkipReason);
        foreach (var (name, stream) in Streams())
        {
            var whole = Responses.Events(stream);
            whole.Count.ShouldBeGreaterThan(2, name);
            foreach (var cut in new[] { 1, 7, 4096 })
                Responses.Events(stream, stream.Length > 200_000 ? Math.Max(cut, 97) : cut).ShouldBe(whole, name);
        }
    }

    [Fact]
    public void A_reply_written_and_read_again_is_the_same_and_strict_clients_take_its_stream()
    {
        Assert.SkipUnless(Beside.Available, Beside.SkipReason);
        foreach (var (name, stream) in Streams())
        {
            var reply = Responses.Fold(stream);
            if (reply.Answers.Count == 0)
                continue;

            var whole = Responses.WriteReply(reply);
            var again = Responses.ReadReply(whole.ToJsonString());
            Equal(name, Comparable(reply), Comparable(again));

            var written = Responses.WriteStream(reply);
            var last = StrictClient.Take(written);
            Responses.Same(JsonNode.Parse(last.GetRawText()), whole).ShouldBeTrue(name);
            Equal(name, Comparable(reply), Comparable(Responses.Fold(written)));
        }
    }

    [Fact]
    public void The_reader_stops_where_the_tap_does()
    {
        Assert.SkipUnless(Beside.Available, Beside.SkipReason);
        foreach (var (name, stream) in Streams())
        {
            using var tap = OpenAiResponsesDialect.Instance.CreateTap(Operation.Generate);
            Feed.Stream(tap, stream);
            var reply = Responses.Fold(stream);
            // A search for the caller's tools is a call; the tap counts it as none.
            if (stream.AsSpan().IndexOf("tool_search_call"u8) >= 0)
                continue;

            if (tap.Error is null && reply.Answers.Count > 0 && !reply.Answers[0].Blocks.Any(block => block is TextBlock { IsRefusal: true }))
                reply.Answers[0].Stop.ShouldBe(tap.Stop, name);
            if (reply.Model is not null)
                reply.Model.ShouldBe(tap.Model, name);
        }
    }

    private static void Equal(string name, string expected, string actual)
    {
        if (string.Equals(expected, actual, StringComparison.Ordinal))
            return;

        var at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail($"{name} differs at {at}: expected …{Around(expected, at)}… but was …{Around(actual, at)}…");
    }

    private static string Around(string text, int at) => text[Math.Max(at - 80, 0)..Math.Min(at + 160, text.Length)];

    private static string Unsealed(Reply reply) => Responses.Say(reply with
    {
        Answers = [.. reply.Answers.Select(answer => answer with { LogProbs = default, Blocks = [.. answer.Blocks.Select(block => block is ThinkingBlock { Sealed: { } token } thinking ? thinking with { Sealed = token with { Token = default } } : block)] })],
    });

    /// <summary>Ids of the vendor's own calls are made anew.</summary>
    private static string Comparable(Reply reply) => Responses.Say(reply with
    {
        Answers = [.. reply.Answers.Select(answer => answer with { Blocks = [.. answer.Blocks.Select(block => block is ToolCallBlock { Kind: ToolKind.Server } call ? call with { Id = "" } : block)] })],
    });
}
