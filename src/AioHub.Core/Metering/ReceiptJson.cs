using System.Text.Json;
using System.Text.Json.Serialization;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Metering;

/// <summary>How a receipt is written in the journal and in <c>request_log.Detail</c>. Members may be added; a name never changes its meaning.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters =
    [
        typeof(RequestIdJson), typeof(NanoUsdJson), typeof(ApiKeyIdJson), typeof(UserIdJson), typeof(GroupIdJson), typeof(UsageJson),
    ])]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext
{
    /// <summary>Null when the bytes are no receipt.</summary>
    public static Receipt? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.Receipt);
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }
}

internal sealed class RequestIdJson : JsonConverter<RequestId>
{
    public override RequestId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RequestId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a request id.");

    public override void Write(Utf8JsonWriter writer, RequestId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class NanoUsdJson : JsonConverter<NanoUsd>
{
    public override NanoUsd Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, NanoUsd value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

internal sealed class ApiKeyIdJson : JsonConverter<ApiKeyId>
{
    public override ApiKeyId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, ApiKeyId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

internal sealed class UserIdJson : JsonConverter<UserId>
{
    public override UserId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, UserId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

internal sealed class GroupIdJson : JsonConverter<GroupId>
{
    public override GroupId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, GroupId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

/// <summary>Only the buckets that are not zero: most calls have three.</summary>
internal sealed class UsageJson : JsonConverter<Usage>
{
    public override Usage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A usage is an object.");
        }

        var usage = default(Usage);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            usage = name switch
            {
                "input" => usage with { Input = reader.GetInt64() },
                "cache_read" => usage with { CacheRead = reader.GetInt64() },
                "cache_write_5m" => usage with { CacheWrite5m = reader.GetInt64() },
                "cache_write_1h" => usage with { CacheWrite1h = reader.GetInt64() },
                "cache_write_other" => usage with { CacheWriteOther = reader.GetInt64() },
                "output" => usage with { Output = reader.GetInt64() },
                "reasoning" => usage with { Reasoning = reader.GetInt64() },
                "input_audio" => usage with { InputAudio = reader.GetInt64() },
                "output_audio" => usage with { OutputAudio = reader.GetInt64() },
                "input_image" => usage with { InputImage = reader.GetInt64() },
                "output_image" => usage with { OutputImage = reader.GetInt64() },
                "input_video" => usage with { InputVideo = reader.GetInt64() },
                "cache_read_audio" => usage with { CacheReadAudio = reader.GetInt64() },
                "images" => usage with { Images = reader.GetInt32() },
                "web_search" => usage with { ToolCalls = usage.ToolCalls with { WebSearch = reader.GetInt32() } },
                "web_fetch" => usage with { ToolCalls = usage.ToolCalls with { WebFetch = reader.GetInt32() } },
                "file_search" => usage with { ToolCalls = usage.ToolCalls with { FileSearch = reader.GetInt32() } },
                "code_execution" => usage with { ToolCalls = usage.ToolCalls with { CodeExecution = reader.GetInt32() } },
                "other_tools" => usage with { ToolCalls = usage.ToolCalls with { Other = reader.GetInt32() } },
                "source" => usage with { Source = Enum.TryParse<UsageSource>(reader.GetString(), out var source) ? source : UsageSource.None },
                "clamped" => usage with { Clamped = reader.GetBoolean() },
                _ => Skip(ref reader, usage),
            };
        }

        return usage;

        static Usage Skip(ref Utf8JsonReader reader, Usage usage)
        {
            reader.Skip();
            return usage;
        }
    }

    public override void Write(Utf8JsonWriter writer, Usage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        Put(writer, "input"u8, value.Input);
        Put(writer, "cache_read"u8, value.CacheRead);
        Put(writer, "cache_write_5m"u8, value.CacheWrite5m);
        Put(writer, "cache_write_1h"u8, value.CacheWrite1h);
        Put(writer, "cache_write_other"u8, value.CacheWriteOther);
        Put(writer, "output"u8, value.Output);
        Put(writer, "reasoning"u8, value.Reasoning);
        Put(writer, "input_audio"u8, value.InputAudio);
        Put(writer, "output_audio"u8, value.OutputAudio);
        Put(writer, "input_image"u8, value.InputImage);
        Put(writer, "output_image"u8, value.OutputImage);
        Put(writer, "input_video"u8, value.InputVideo);
        Put(writer, "cache_read_audio"u8, value.CacheReadAudio);
        Put(writer, "images"u8, value.Images);
        Put(writer, "web_search"u8, value.ToolCalls.WebSearch);
        Put(writer, "web_fetch"u8, value.ToolCalls.WebFetch);
        Put(writer, "file_search"u8, value.ToolCalls.FileSearch);
        Put(writer, "code_execution"u8, value.ToolCalls.CodeExecution);
        Put(writer, "other_tools"u8, value.ToolCalls.Other);
        if (value.Source != UsageSource.None)
        {
            writer.WriteString("source"u8, value.Source.ToString());
        }

        if (value.Clamped)
        {
            writer.WriteBoolean("clamped"u8, true);
        }

        writer.WriteEndObject();
    }

    private static void Put(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            writer.WriteNumber(name, value);
        }
    }
}
