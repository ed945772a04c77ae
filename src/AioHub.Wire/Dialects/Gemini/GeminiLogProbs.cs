using System.Buffers;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Json;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Google's <c>logprobsResult</c> and OpenAI's array of tokens.</summary>
internal static class GeminiLogProbs
{
    /// <summary>Writes OpenAI's array; nothing when there are no tokens.</summary>
    public static void Read(JsonView result, ArrayBufferWriter<byte> output)
    {
        var tops = new List<(int Start, int Length)>();
        var text = result.Exists ? result.Raw : default;
        foreach (var top in result[Names.TopCandidates].Items)
        {
            var list = top[Names.Candidates];
            tops.Add(list.IsArray ? (list.Start - result.Start, list.Length) : default);
        }

        if (!JsonView.TryOver(text, out _))
            return;

        var index = 0;
        using var json = JsonOut.Over(output);
        foreach (var token in result[Names.ChosenCandidates].Items)
        {
            if (index == 0)
                json.WriteStartArray();

            json.WriteStartObject();
            WriteToken(json, token);
            json.WriteStartArray("top_logprobs"u8);
            if (index < tops.Count && tops[index].Length > 0 && JsonView.TryOver(text.Slice(tops[index].Start, tops[index].Length), out var others))
            {
                foreach (var other in others.Items)
                {
                    json.WriteStartObject();
                    WriteToken(json, other);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
            index++;
        }

        if (index > 0)
            json.WriteEndArray();
    }

    /// <summary>Writes <c>logprobsResult</c> as a member of the open candidate.</summary>
    /// <param name="array">OpenAI's array.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> array)
    {
        if (!JsonView.TryOver(array, out var tokens) || !tokens.IsArray)
            return;

        json.WriteStartObject(Names.LogprobsResult);
        json.WriteStartArray(Names.TopCandidates);
        foreach (var token in tokens.Items)
        {
            json.WriteStartObject();
            json.WriteStartArray(Names.Candidates);
            foreach (var other in token["top_logprobs"u8].Items)
                WriteChosen(json, other);

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray(Names.ChosenCandidates);
        foreach (var token in tokens.Items)
            WriteChosen(json, token);

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, JsonView token)
    {
        json.WritePropertyName("token"u8);
        json.WriteRawValue(token[Names.Token] is { IsText: true } text ? text.Raw : "\"\""u8, skipInputValidation: true);
        json.WritePropertyName("logprob"u8);
        json.WriteRawValue(token[Names.LogProbability] is { Kind: JsonKind.Number } number ? number.Raw : "0"u8, skipInputValidation: true);
        json.WriteNull("bytes"u8);
    }

    private static void WriteChosen(Utf8JsonWriter json, JsonView token)
    {
        json.WriteStartObject();
        json.WritePropertyName(Names.Token);
        json.WriteRawValue(token["token"u8] is { IsText: true } text ? text.Raw : "\"\""u8, skipInputValidation: true);
        json.WritePropertyName(Names.LogProbability);
        json.WriteRawValue(token["logprob"u8] is { Kind: JsonKind.Number } number ? number.Raw : "0"u8, skipInputValidation: true);
        json.WriteEndObject();
    }
}
