using System.Runtime.InteropServices;
using System.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>Embeddings between OpenAI's and Google's shape, without a hub around them.</summary>
public sealed class EmbeddingsTests
{
    private const string OfOpenAi = """{"model":"m","input":["a \"quoted\" é","b"],"dimensions":3,"encoding_format":"base64"}""";
    private const string OfGoogle = """{"requests":[{"model":"models/m","content":{"parts":[{"text":"a \"quoted\" é"}]},"outputDimensionality":3},{"model":"models/m","content":{"parts":[{"text":"b"}]},"outputDimensionality":3}]}""";
    private const string AnswerOfOpenAi = """{"object":"list","data":[{"object":"embedding","index":1,"embedding":[0,1.0,-0e5]},{"object":"embedding","index":0,"embedding":"AAAAPwAAgL8AAAAA"}]}""";
    private const string AnswerOfGoogle = """{ "embeddings" : [ { "values" : [ 0.5 , -1 , 0 ] } , { "values":[0,1.0,-0e5]} ] }""";

    [Fact]
    public void A_question_becomes_the_others_and_comes_back()
    {
        Written(Dialect.Gemini, Asked(Dialect.OpenAiChat, OfOpenAi)).ShouldBe(OfGoogle);
        var back = Asked(Dialect.Gemini, OfGoogle);
        (back.IsSingle, back.AsBase64, back.Dimensions).ShouldBe((false, false, 3));
        Written(Dialect.OpenAiChat, back).ShouldBe("""{"model":"m","input":["a \"quoted\" é","b"],"dimensions":3}""");
        Asked(Dialect.Gemini, """{"content":{"parts":[{"text":"a"}]}}""").IsSingle.ShouldBeTrue();
    }

    [Fact]
    public void Rows_keep_their_order_and_their_digits()
    {
        var openAi = Read(Dialect.OpenAiChat, AnswerOfOpenAi);
        var google = Read(Dialect.Gemini, AnswerOfGoogle);
        var plain = new EmbeddingQuestion([JsonText.Of("a"), JsonText.Of("b")]);
        Said(Dialect.Gemini, plain, openAi).ShouldBe("""{"embeddings":[{"values":[0.5,-1,0]},{"values":[0,1.0,-0e5]}],"usageMetadata":{"promptTokenCount":5}}""");
        Said(Dialect.OpenAiChat, plain, google).ShouldBe(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1,0]},{"object":"embedding","index":1,"embedding":[0,1.0,-0e5]}],"model":"n\"","usage":{"prompt_tokens":5,"total_tokens":5}}""");

        // Shortened rows get length one; one that has it already is left as it is.
        Said(Dialect.OpenAiChat, plain with { Dimensions = 3 }, google).ShouldContain("""[0.4472136,-0.8944272,0]},{"object":"embedding","index":1,"embedding":[0,1.0,-0e5]}""");
        var base64 = Said(Dialect.OpenAiChat, plain with { AsBase64 = true }, google).Split('"').First(static text => text.StartsWith("AAAAP", StringComparison.Ordinal));
        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(base64)).ToArray().ShouldBe([0.5f, -1, 0]);
    }

    [Theory]
    [InlineData(Dialect.OpenAiChat, """{"data":[]}""")]
    [InlineData(Dialect.OpenAiChat, """{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData(Dialect.OpenAiChat, """{"data":[{"index":0,"embedding":"AAA="}]}""")]
    [InlineData(Dialect.OpenAiChat, """{"data":[{"index":0,"embedding":[[1]]}]}""")]
    [InlineData(Dialect.OpenAiChat, """{"data":[{"index":0}]}""")]
    [InlineData(Dialect.Gemini, """{"embeddings":[{"values":"AAAAPw=="}]}""")]
    [InlineData(Dialect.Gemini, """{"embeddings":[{"values":[null]}]}""")]
    [InlineData(Dialect.Gemini, """{"embeddings":[{"values":[ ]}]}""")]
    [InlineData(Dialect.Gemini, """{"embedding":{"values":[1]}}""")]
    public void What_is_no_row_is_no_answer(Dialect dialect, string reply) =>
        DialectRooms.Upstream(dialect).TryReadEmbeddingReply(Encoding.UTF8.GetBytes(reply), out _).ShouldBeFalse();

    /// <summary>Bytes changed, cut and doubled anywhere: nothing throws, and what is read can be written.</summary>
    [Fact]
    public void No_bytes_throw()
    {
        var random = new Random(46);
        var read = 0;
        foreach (var dialect in (Dialect[])[Dialect.OpenAiChat, Dialect.Gemini])
        {
            foreach (var text in (string[])[OfOpenAi, OfGoogle, AnswerOfOpenAi, AnswerOfGoogle])
            {
                for (var i = 0; i < 2_000; i++)
                {
                    var bytes = Encoding.UTF8.GetBytes(text);
                    bytes[random.Next(bytes.Length)] = (byte)" \"[]{},:0a-e\\\u007f"[random.Next(14)];
                    bytes = i % 3 == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
                    if (DialectRooms.Client(dialect).TryReadEmbeddings(bytes, new LossLog(), out var question, out var fault))
                    {
                        read++;
                        JsonView.TryOver(Encoding.UTF8.GetBytes(Written(dialect, question)), out _).ShouldBeTrue();
                    }
                    else
                    {
                        fault.Message.ShouldNotBeNullOrEmpty();
                    }

                    if (DialectRooms.Upstream(dialect).TryReadEmbeddingReply(bytes, out var answer))
                    {
                        read++;
                        var said = Said(dialect, new EmbeddingQuestion([JsonText.Of("a")]) { AsBase64 = i % 2 == 0, Dimensions = i % 5 == 0 ? 3 : null }, answer);
                        JsonView.TryOver(Encoding.UTF8.GetBytes(said), out _).ShouldBeTrue(said);
                    }
                }
            }
        }

        read.ShouldBeGreaterThan(500);
    }

    private static EmbeddingQuestion Asked(Dialect dialect, string body)
    {
        DialectRooms.Client(dialect).TryReadEmbeddings(Encoding.UTF8.GetBytes(body), new LossLog(), out var question, out var fault).ShouldBeTrue(fault.Message);
        return question!;
    }

    private static string Written(Dialect dialect, EmbeddingQuestion question)
    {
        using var output = new PooledBytes();
        DialectRooms.Upstream(dialect).WriteEmbeddingRequest(output, question, "m");
        return Encoding.UTF8.GetString(output.Span);
    }

    private static EmbeddingAnswer Read(Dialect dialect, string reply)
    {
        DialectRooms.Upstream(dialect).TryReadEmbeddingReply(Encoding.UTF8.GetBytes(reply), out var answer).ShouldBeTrue();
        return answer!;
    }

    private static string Said(Dialect dialect, EmbeddingQuestion question, EmbeddingAnswer answer)
    {
        using var output = new PooledBytes();
        DialectRooms.Client(dialect).WriteEmbeddings(output, question, answer, 5, "n\"");
        return Encoding.UTF8.GetString(output.Span);
    }
}
