using System.Text;
using AioHub.Wire.Dialects;
using AioHub.Wire.Dialects.OpenAiChat;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatMediaTapTests
{
    private static ReplyTap Tap(Operation operation) => OpenAiChatDialect.Instance.CreateTap(operation);

    [Fact]
    public void Embeddings()
    {
        var tap = Tap(Operation.Embed);
        Feed.Reply(tap, """{"data":[{"embedding":[0.1,0.2]}],"model":"e","usage":{"prompt_tokens":7,"total_tokens":7}}""").ShouldBeTrue();
        tap.Usage.ShouldBe(new Usage { Input = 7, Source = UsageSource.Reported });
        (tap.HasContent, tap.Ended, tap.Model).ShouldBe((true, true, "e"));
    }

    [Fact]
    public void A_total_alone_is_input()
    {
        var tap = Tap(Operation.Embed);
        Feed.Reply(tap, """{"data":[{}],"usage":{"total_tokens":3}}""").ShouldBeTrue();
        tap.Usage.Input.ShouldBe(3);
    }

    [Fact]
    public void Images_by_token()
    {
        var tap = Tap(Operation.GenerateImage);
        Feed.Reply(tap, """
            {"data":[{"b64_json":"x"},{"b64_json":"y"}],
             "usage":{"input_tokens":30,"input_tokens_details":{"text_tokens":20,"image_tokens":10},"output_tokens":400,"output_tokens_details":{"image_tokens":390,"text_tokens":10}}}
            """).ShouldBeTrue();
        tap.Usage.ShouldBe(new Usage { Input = 20, InputImage = 10, Output = 10, OutputImage = 390, Images = 2, Source = UsageSource.Reported });
    }

    [Fact]
    public void Images_output_is_images_when_nothing_else_is_said()
    {
        var tap = Tap(Operation.EditImage);
        Feed.Reply(tap, """{"data":[{"b64_json":"x"}],"usage":{"input_tokens":30,"output_tokens":400}}""").ShouldBeTrue();
        (tap.Usage.OutputImage, tap.Usage.Output).ShouldBe((400, 0));
    }

    [Fact]
    public void Images_without_figures_are_counted()
    {
        var tap = Tap(Operation.GenerateImage);
        Feed.Reply(tap, """{"data":[{"url":"https://x/y.png"}],"usage":{"cost_in_usd_ticks":1}}""").ShouldBeTrue();
        tap.Usage.ShouldBe(new Usage { Images = 1, Source = UsageSource.Reported });
    }

    [Fact]
    public void A_stream_of_images()
    {
        var tap = Tap(Operation.GenerateImage);
        Feed.Event(tap, """{"type":"image_generation.partial_image","b64_json":"AAAA","partial_image_index":0}""").ShouldBe(EventKind.Content);
        Feed.Event(tap, """{"type":"image_generation.completed","b64_json":"BBBB","usage":{"input_tokens":5,"output_tokens":9,"total_tokens":14}}""").ShouldBe(EventKind.End);
        tap.Usage.ShouldBe(new Usage { Input = 5, OutputImage = 9, Images = 1, Source = UsageSource.Reported });
        (tap.Ended, tap.HasContent).ShouldBe((true, true));
    }

    [Fact]
    public void A_stream_of_speech()
    {
        var tap = Tap(Operation.Speak);
        Feed.Event(tap, """{"type":"speech.audio.delta","audio":"AAAA"}""").ShouldBe(EventKind.Content);
        Feed.Event(tap, """{"type":"speech.audio.done","usage":{"input_tokens":10,"output_tokens":82,"total_tokens":92}}""").ShouldBe(EventKind.End);
        tap.Usage.ShouldBe(new Usage { Input = 10, OutputAudio = 82, Source = UsageSource.Reported });
    }

    [Fact]
    public void A_stream_of_a_transcript()
    {
        var tap = Tap(Operation.Transcribe);
        Feed.Event(tap, """{"type":"transcript.text.delta","delta":"Hello"}""").ShouldBe(EventKind.Content);
        Feed.Event(tap, """{"type":"transcript.text.done","text":"Hello","usage":{"input_tokens":17,"input_token_details":{"audio_tokens":17},"output_tokens":10}}""").ShouldBe(EventKind.End);
        tap.Usage.ShouldBe(new Usage { InputAudio = 17, Output = 10, Source = UsageSource.Reported });
        tap.OutputBytes.ShouldBe(5);
    }

    [Theory]
    [InlineData(Operation.Speak, "ID3\u0004 sound", true)]
    [InlineData(Operation.Speak, "<html>", false)]
    [InlineData(Operation.Speak, """{"audio_data":"UklG"}""", true)]
    [InlineData(Operation.Speak, """{"error":{"message":"no"}}""", false)]
    [InlineData(Operation.Speak, "", false)]
    [InlineData(Operation.Transcribe, "WEBVTT\n\n00:00 --> 00:01\nHello", true)]
    [InlineData(Operation.Transcribe, """{"text":"Hello"}""", true)]
    [InlineData(Operation.Transcribe, """{"detail":"no"}""", false)]
    [InlineData(Operation.TranslateSpeech, "Hello", true)]
    [InlineData(Operation.Moderate, """{"results":[{"flagged":false}]}""", true)]
    [InlineData(Operation.Moderate, """{"data":[]}""", false)]
    [InlineData(Operation.Rerank, """{"results":[{"index":0}],"meta":{"billed_units":{"search_units":1}}}""", true)]
    [InlineData(Operation.Embed, """{"detail":"no such model"}""", false)]
    [InlineData(Operation.GenerateImage, """{"data":[]}""", false)]
    public void Knows_the_shapes(Operation operation, string body, bool fits)
    {
        var tap = Tap(operation);
        tap.OnReply(Encoding.UTF8.GetBytes(body)).ShouldBe(fits);
        tap.HasContent.ShouldBe(fits);
    }

    [Fact]
    public void Rerank_by_tokens()
    {
        var tap = Tap(Operation.Rerank);
        Feed.Reply(tap, """{"results":[{"index":0}],"meta":{"tokens":{"input_tokens":44,"output_tokens":0}}}""").ShouldBeTrue();
        tap.Usage.Input.ShouldBe(44);
    }

    [Fact]
    public void An_error_in_the_stream()
    {
        var tap = Tap(Operation.GenerateImage);
        Feed.Event(tap, """{"type":"error","error":{"message":"no","code":"moderation_blocked"}}""").ShouldBe(EventKind.Error);
        (tap.Error!.Code, tap.Error.Message).ShouldBe(("moderation_blocked", "no"));
    }
}
