using System.Text;
using System.Text.Json.Nodes;
using AioHub.TestKit;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiResponses;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiResponses;

/// <summary>The laws of the lane over this room's golden inputs.</summary>
public sealed class OpenAiResponsesGoldensTests
{
    public static TheoryData<string> Requests => Names("requests", ".json");
    public static TheoryData<string> Replies => Names("replies", ".json");
    public static TheoryData<string> Streams => Names("streams", ".sse");

    private static string Folder(string kind) => Repository.PathOf($"test/AioHub.Wire.Tests/Goldens/{DialectNames.Of(Dialect.OpenAiResponses)}/{kind}");

    private static TheoryData<string> Names(string kind, string ending) =>
        [.. Directory.EnumerateFiles(Folder(kind), "*" + ending).Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];

    internal static byte[] Read(string kind, string name, string ending) => File.ReadAllBytes(Path.Combine(Folder(kind), name + ending));

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_read_and_written_is_the_same(string name)
    {
        var body = Read("requests", name, ".json");
        var asked = JsonNode.Parse(body)!;
        var (written, losses) = Responses.Write(Responses.Read(Encoding.UTF8.GetString(body)), asked["model"]!.GetValue<string>());
        Responses.Plain(written)!.ToJsonString().ShouldBe(Responses.Plain(asked)!.ToJsonString());
        losses.ShouldBeEmpty();
    }

    /// <summary>As if it came from another dialect: no origin and no pocket is left to replay.</summary>
    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_without_origins_is_still_one_that_can_be_read(string name)
    {
        var conversation = Responses.Read(Encoding.UTF8.GetString(Read("requests", name, ".json")));
        foreach (var channel in new[] { "openai", "codex", "xai" })
        {
            var (written, _) = Responses.Write(conversation with { Dialect = Dialect.AnthropicMessages }, "gpt-5.5", channel);
            var again = Responses.Read(written.ToJsonString());
            again.Tools.Count.ShouldBeLessThanOrEqualTo(conversation.Tools.Count);
            again.Model.ShouldBe("asked");
        }
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_its_stream_folded(string name) =>
        Responses.Say(Responses.Fold(Read("streams", name, ".sse"))).ShouldBe(Responses.Say(Responses.ReadReply(JsonNode.Parse(Read("replies", name, ".json"))!.ToJsonString())));

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_cut_anywhere_tells_the_same(string name)
    {
        var stream = Read("streams", name, ".sse");
        var whole = Responses.Events(stream);
        for (var cut = 1; cut < 64; cut++)
            Responses.Events(stream, cut).ShouldBe(whole);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Strict_clients_take_what_is_written_of_a_stream(string name)
    {
        var reply = Responses.Fold(Read("streams", name, ".sse"));
        if (reply.Answers.Count == 0)
            return;

        var last = StrictClient.Take(Responses.WriteStream(reply));
        Responses.Same(JsonNode.Parse(last.GetRawText()), Responses.WriteReply(reply)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("text", "text False The Weser flows through Bremen. []\nstop EndTurn ")]
    [InlineData("unknown-events", "text False The Weser flows through Bremen. []\nstop EndTurn ")]
    [InlineData("without-event-lines", "text False Let me look that up. []\ncall call_1 Function  weather {\"city\":\"Oslo\"} \nstop ToolUse ")]
    [InlineData("only-finished-items", "text False Let me look that up. []\ncall call_1 Function  weather {\"city\":\"Oslo\"} \nstop ToolUse ")]
    [InlineData("only-the-last-response", "thinking 221 is 13 times 17.\n\nSo it is no prime. OpenAiResponses gAAAAABsealed\ntext False No: 13 × 17 = 221. []\nstop EndTurn ")]
    [InlineData("grouped-call", "call call_1 Function crm find {\"id\":7} \nstop ToolUse ")]
    [InlineData("refusal", "text True That I cannot do. []\nstop Refusal ")]
    [InlineData("max-tokens", "text False Once upon a time there was []\nstop MaxTokens ")]
    [InlineData("content-filter", "text False This text was []\nstop ContentFilter ")]
    [InlineData("error-inside", "text False The Weser flows throu []\nstop None ")]
    public void A_stream_says(string name, string said) => Responses.Say(Responses.Fold(Read("streams", name, ".sse"))).ShouldStartWith(said);
}
