using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Speaks everything that is not a conversation: images, embeddings, moderations, counts, the list of models.</summary>
internal static class SandboxMedia
{
    /// <summary>Output tokens of one picture, as OpenAI counts a square one of low quality.</summary>
    public const int ImageTokens = 272;

    private const int MostDimensions = 4096;
    private const int MostInputs = 2048;

    public static readonly IReadOnlyList<string> Models = ["sandbox/echo", "sandbox/tool", "sandbox/think", "sandbox/image"];

    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "sexual", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm/intent",
        "self-harm/instructions", "self-harm", "sexual/minors", "violence", "violence/graphic",
    ];

    /// <summary>The reply of images/generations and images/edits.</summary>
    public static JsonObject Images(SandboxAnswer answer)
    {
        var count = Math.Min(answer.Request.Choices, 10);
        var asUrl = answer.Request.Root.Text("response_format") == "url";
        var data = new JsonArray();
        for (var index = 0; index < count; index++)
        {
            var image = Image(answer, index);
            data.Add(asUrl ? new JsonObject { ["url"] = $"data:image/png;base64,{image}" } : new JsonObject { ["b64_json"] = image });
        }

        var reply = new JsonObject { ["created"] = answer.Created, ["data"] = data };
        AddImageFacts(reply, answer, count);
        return reply;
    }

    /// <summary>A streamed picture: only the finished ones, no previews.</summary>
    public static IEnumerable<byte[]> ImageStream(SandboxAnswer answer)
    {
        var kind = answer.Request.Door.Endpoint == SandboxEndpoint.ImageEdits ? "image_edit" : "image_generation";
        for (var index = 0; index < Math.Min(answer.Request.Choices, 10); index++)
        {
            var done = new JsonObject { ["type"] = $"{kind}.completed", ["b64_json"] = Image(answer, index), ["created_at"] = answer.Created };
            AddImageFacts(done, answer, 1);
            yield return SandboxFrames.Named(done);
        }
    }

    /// <summary>The reply of embeddings; null with a complaint when it cannot be given.</summary>
    public static JsonObject? Embeddings(SandboxAnswer answer, out string? complaint)
    {
        var root = answer.Request.Root;
        var input = root.Get("input");
        var single = input is not { ValueKind: JsonValueKind.Array } array || (array.GetArrayLength() > 0 && array[0].ValueKind == JsonValueKind.Number);
        var inputs = single ? [input!.Value] : input.Items().Take(MostInputs + 1).ToList();
        var dimensions = root.Number("dimensions") ?? 1536;
        complaint = Complaint(inputs.Count, dimensions);
        if (complaint is not null)
            return null;
        var base64 = root.Text("encoding_format") == "base64";
        var data = new JsonArray();
        foreach (var one in inputs)
        {
            var vector = Vector(one.GetRawText(), dimensions);
            data.Add(new JsonObject { ["object"] = "embedding", ["index"] = data.Count, ["embedding"] = base64 ? Convert.ToBase64String(Bytes(vector)) : Numbers(vector) });
        }

        var reply = new JsonObject { ["object"] = "list", ["data"] = data, ["model"] = answer.Request.Model };
        if (answer.ShowsUsage)
            reply["usage"] = new JsonObject { ["prompt_tokens"] = answer.Request.InputTokens, ["total_tokens"] = answer.Request.InputTokens };
        return reply;
    }

    /// <summary>The reply of embedContent and batchEmbedContents; null with a complaint when it cannot be given.</summary>
    public static JsonObject? GeminiEmbeddings(SandboxAnswer answer, out string? complaint)
    {
        var root = answer.Request.Root;
        var batch = answer.Request.Door.Endpoint == SandboxEndpoint.GeminiBatchEmbed;
        List<JsonElement> inputs = batch ? [.. root.Get("requests").Items().Take(MostInputs + 1)] : [root];
        complaint = inputs.Select(input => Complaint(inputs.Count, Dimensions(input))).FirstOrDefault(problem => problem is not null)
            ?? (inputs.Count == 0 ? Complaint(0, 1) : null);
        if (complaint is not null)
            return null;
        var embeddings = new JsonArray();
        foreach (var input in inputs)
            embeddings.Add(new JsonObject { ["values"] = Numbers(Vector(SandboxText.Of(input.Get("content")), Dimensions(input))) });
        var reply = new JsonObject();
        reply[batch ? "embeddings" : "embedding"] = batch ? embeddings : embeddings[0]!.DeepClone();
        if (answer.ShowsUsage)
        {
            var count = answer.Request.InputTokens;
            reply["usageMetadata"] = new JsonObject { ["promptTokenCount"] = count, ["totalTokenCount"] = count, ["promptTokenDetails"] = SandboxGemini.Modality("TEXT", count) };
        }

        return reply;
    }

    /// <summary>Nothing is ever flagged.</summary>
    public static JsonObject Moderations(SandboxAnswer answer)
    {
        var input = answer.Request.Root.Get("input");
        var texts = input is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list.GetArrayLength() : 1;
        var results = new JsonArray();
        for (var index = 0; index < Math.Min(texts, MostInputs); index++)
        {
            var flags = new JsonObject();
            var scores = new JsonObject();
            foreach (var category in Categories)
            {
                flags[category] = false;
                scores[category] = 0.0;
            }

            results.Add(new JsonObject { ["flagged"] = false, ["categories"] = flags, ["category_scores"] = scores });
        }

        return new() { ["id"] = answer.Id("modr-"), ["model"] = answer.Request.Model, ["results"] = results };
    }

    private static void AddImageFacts(JsonObject reply, SandboxAnswer answer, int count)
    {
        var root = answer.Request.Root;
        reply["background"] = "opaque";
        reply["output_format"] = "png";
        reply["quality"] = root.Text("quality") ?? "low";
        reply["size"] = root.Text("size") ?? "1024x1024";
        if (!answer.ShowsUsage)
            return;
        var input = answer.Request.InputTokens;
        reply["usage"] = new JsonObject
        {
            ["input_tokens"] = input,
            ["input_tokens_details"] = new JsonObject { ["image_tokens"] = 0, ["text_tokens"] = input },
            ["output_tokens"] = ImageTokens * count,
            ["output_tokens_details"] = new JsonObject { ["image_tokens"] = ImageTokens * count, ["text_tokens"] = 0 },
            ["total_tokens"] = input + (ImageTokens * count),
        };
    }

    private static string Image(SandboxAnswer answer, int index) => Convert.ToBase64String(SandboxPng.Draw(answer.Seed[(index * 6)..]));

    private static int Dimensions(JsonElement input) =>
        input.Number("outputDimensionality", "output_dimensionality") ?? input.Get("embedContentConfig")?.Number("outputDimensionality") ?? 3072;

    private static string? Complaint(int inputs, int dimensions)
    {
        if (inputs is 0 or > MostInputs)
            return $"The sandbox embeds 1 to {MostInputs} texts a call.";
        if (dimensions is < 1 or > MostDimensions)
            return $"The sandbox has 1 to {MostDimensions} dimensions, not {dimensions}.";
        return (long)inputs * dimensions > MostInputs * 1536L ? "The sandbox was asked for more numbers than it gives in one call." : null;
    }

    // A unit vector drawn from the text's digest: the same text always lies in the same place.
    private static float[] Vector(string text, int dimensions)
    {
        var state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) | 1;
        var vector = new float[dimensions];
        var square = 0d;
        for (var i = 0; i < dimensions; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = (float)(((state >> 11) / (double)(1UL << 52)) - 1);
            square += vector[i] * vector[i];
        }

        var length = (float)Math.Max(Math.Sqrt(square), 1e-9);
        for (var i = 0; i < dimensions; i++)
            vector[i] /= length;
        return vector;
    }

    private static byte[] Bytes(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return bytes;
    }

    private static JsonArray Numbers(float[] vector)
    {
        var numbers = new JsonArray();
        foreach (var number in vector)
            numbers.Add(JsonValue.Create(number));
        return numbers;
    }
}
