using AioHub.Relay.Counting;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AioHub.Relay.Carriers.Sandbox;

namespace AioHub.Relay.Tests.Carriers.Sandbox;

public sealed class SandboxMediaTests
{
    [Fact]
    public async Task Images_are_pictures()
    {
        var reply = await SandboxCaller.JsonAsync("/v1/images/generations", """{"model":"sandbox/image","prompt":"a cat","n":2}""");
        reply.GetProperty("data").GetArrayLength().ShouldBe(2);
        foreach (var item in reply.GetProperty("data").EnumerateArray())
            ShouldBePng(item.GetProperty("b64_json").GetBytesFromBase64());
        reply.GetProperty("usage").GetProperty("input_tokens").GetInt32().ShouldBe(TextTokens.Count("a cat"));
        var (_, stream) = await SandboxCaller.TextAsync("/v1/images/generations", """{"model":"sandbox/image","prompt":"a cat","stream":true}""");
        SandboxCaller.Events(stream).Single().Name.ShouldBe("image_generation.completed");
    }

    [Fact]
    public async Task Edits_take_a_form()
    {
        using var form = new MultipartFormDataContent { { new StringContent("sandbox/image"), "model" }, { new StringContent("more cat"), "prompt" }, { new StringContent("2"), "n" } };
        (await EditAsync(form)).Status.ShouldBe(400);
        using var whole = new MultipartFormDataContent { { new StringContent("sandbox/image"), "model" }, { new StringContent("more cat"), "prompt" }, { new StringContent("2"), "n" } };
        whole.Add(new ByteArrayContent(SandboxPng.Draw("aabbcc")), "image", "cat.png");
        var (status, text) = await EditAsync(whole);
        status.ShouldBe(200, text);
        JsonElement.Parse(text).GetProperty("data").GetArrayLength().ShouldBe(2);
        using var told = new MultipartFormDataContent { { new StringContent("m"), "model" }, { new StringContent("x [sandbox status=500]"), "prompt" }, { new ByteArrayContent([1]), "image[]", "a" } };
        (await EditAsync(told)).Status.ShouldBe(500);
        (await SandboxCaller.TextAsync("/v1/images/edits", """{"model":"m","prompt":"x"}""")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"sandbox/image","messages":[{"role":"user","content":"cat"}]}""")]
    [InlineData("/v1/messages", """{"model":"sandbox/image","max_tokens":4000,"messages":[{"role":"user","content":"cat"}]}""")]
    public async Task In_a_conversation_a_picture_is_a_data_address(string path, string body)
    {
        var (_, text) = await SandboxCaller.TextAsync(path, body);
        var start = text.IndexOf("data:image/png;base64,", StringComparison.Ordinal) + 22;
        ShouldBePng(Convert.FromBase64String(text[start..text.IndexOf(')', start)]));
    }

    [Fact]
    public async Task In_gemini_a_picture_is_inline_data()
    {
        var reply = await SandboxCaller.JsonAsync("/v1beta/models/sandbox/image:generateContent", """{"contents":[{"parts":[{"text":"cat"}]}]}""");
        ShouldBePng(reply.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts")[0].GetProperty("inlineData").GetProperty("data").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("\"one\"", 1)]
    [InlineData("[\"one\",\"two\"]", 2)]
    [InlineData("[1,2,3]", 1)]
    [InlineData("[[1,2],[3]]", 2)]
    public async Task Embeddings_are_unit_vectors(string input, int count)
    {
        var floats = await SandboxCaller.JsonAsync("/v1/embeddings", $$"""{"model":"m","input":{{input}},"dimensions":16}""");
        floats.GetProperty("data").GetArrayLength().ShouldBe(count);
        var numbers = floats.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(item => item.GetSingle()).ToArray();
        numbers.Length.ShouldBe(16);
        numbers.Sum(number => number * number).ShouldBe(1f, 1e-4);
        var packed = await SandboxCaller.JsonAsync("/v1/embeddings", $$"""{"model":"m","input":{{input}},"dimensions":16,"encoding_format":"base64"}""");
        var bytes = packed.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Enumerable.Range(0, 16).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4))).ShouldBe(numbers);
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model":"m","input":[]}""")]
    [InlineData("/v1/embeddings", """{"model":"m","input":"x","dimensions":100000}""")]
    [InlineData("/v1beta/models/m:batchEmbedContents", """{"requests":[]}""")]
    public async Task Embeddings_are_bounded(string path, string body) => (await SandboxCaller.TextAsync(path, body)).Status.ShouldBe(400);

    [Fact]
    public async Task Gemini_embeds_one_or_many()
    {
        var one = await SandboxCaller.JsonAsync("/v1beta/models/m:embedContent", """{"content":{"parts":[{"text":"x"}]},"outputDimensionality":8}""");
        var many = await SandboxCaller.JsonAsync("/v1beta/models/m:batchEmbedContents", """{"requests":[{"content":{"parts":[{"text":"y"}]},"outputDimensionality":8},{"content":{"parts":[{"text":"x"}]},"outputDimensionality":8}]}""");
        many.GetProperty("embeddings").GetArrayLength().ShouldBe(2);
        many.GetProperty("embeddings")[1].GetRawText().ShouldBe(one.GetProperty("embedding").GetRawText());
    }

    [Fact]
    public async Task Moderations_flag_nothing_but_obey()
    {
        var reply = await SandboxCaller.JsonAsync("/v1/moderations", """{"input":["a","b"]}""");
        reply.GetProperty("results").GetArrayLength().ShouldBe(2);
        reply.GetProperty("results")[0].GetProperty("flagged").GetBoolean().ShouldBeFalse();
        (await SandboxCaller.TextAsync("/v1/moderations", """{"input":"a [sandbox status=418]"}""")).Status.ShouldBe(418);
    }

    [Fact]
    public async Task Completions_answer_whole_and_streamed()
    {
        var whole = await SandboxCaller.JsonAsync("/v1/completions", """{"model":"m","prompt":"once upon a time there was","stop":" there"}""");
        whole.GetProperty("choices")[0].GetProperty("text").GetString().ShouldBe("once upon a time");
        var (_, stream) = await SandboxCaller.TextAsync("/v1/completions", """{"model":"m","prompt":"once upon a time","stream":true,"stream_options":{"include_usage":true}}""");
        var events = SandboxCaller.Events(stream);
        events[^1].Data.ShouldBe("[DONE]");
        JsonElement.Parse(events[^2].Data).GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(4);
    }

    [Theory]
    [InlineData("/v1/models", null, "data", "id")]
    [InlineData("/v1/models", "anthropic-version", "data", "display_name")]
    [InlineData("/v1/models", "x-goog-api-key", "models", "name")]
    [InlineData("/v1beta/models", null, "models", "name")]
    public async Task Models_are_listed_in_the_callers_shape(string path, string? header, string list, string member)
    {
        using var invoker = SandboxCaller.Invoker();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://sandbox" + path);
        if (header is not null)
            request.Headers.Add(header, "x");
        using var reply = await invoker.SendAsync(request, default);
        var ids = JsonElement.Parse(await reply.Content.ReadAsStringAsync()).GetProperty(list).EnumerateArray().Select(item => item.GetProperty(member).GetString()!);
        ids.Select(id => id.Replace("models/", "", StringComparison.Ordinal)).ShouldBe(["sandbox/echo", "sandbox/tool", "sandbox/think", "sandbox/image"]);
    }

    private static async Task<(int Status, string Body)> EditAsync(HttpContent form)
    {
        using var invoker = SandboxCaller.Invoker();
        using var reply = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Post, "http://sandbox/v1/images/edits") { Content = form }, default);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    // Walks the chunks, checks every checksum with a table-driven CRC and unpacks the rows.
    private static void ShouldBePng(byte[] png)
    {
        png[..8].ShouldBe([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]);
        var names = new List<string>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var name = Encoding.ASCII.GetString(png, at + 4, 4);
            names.Add(name);
            BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)).ShouldBe(Crc(png.AsSpan(at + 4, 4 + length)));
            if (name == "IDAT")
            {
                using var rows = new ZLibStream(new MemoryStream(png, at + 8, length), CompressionMode.Decompress);
                using var plain = new MemoryStream();
                rows.CopyTo(plain);
                plain.Length.ShouldBe(8 * 25);
            }

            at += 12 + length;
        }

        names.ShouldBe(["IHDR", "IDAT", "IEND"]);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var table = Enumerable.Range(0, 256).Select(value =>
        {
            var entry = (uint)value;
            for (var bit = 0; bit < 8; bit++)
                entry = (entry & 1) == 0 ? entry >> 1 : 0xEDB88320 ^ (entry >> 1);
            return entry;
        }).ToArray();
        var crc = uint.MaxValue;
        foreach (var octet in data)
            crc = table[(crc ^ octet) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }
}
