using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Reports;

/// <summary>Writes calls of the log as files, a line each, as they are read. Buckets of tokens do not overlap.</summary>
public static class CallExport
{
    private const string End = "\r\n";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>CSV (RFC 4180) with a head line. Text that a spreadsheet would take for a formula gets an apostrophe in front.</summary>
    /// <param name="scope">With channels and cost where it shows them, with users where it is everybody's.</param>
    /// <returns>How many calls.</returns>
    public static async Task<long> WriteCsvAsync(IAsyncEnumerable<CallLine> calls, TextWriter output, ReportScope scope, CancellationToken cancellation = default)
    {
        await output.WriteAsync("request_id,at,key_id,key,group,requested_model,served_model,dialect,operation,stream,status,outcome,error_code,input_tokens,cache_read_tokens,cache_write_tokens,"
            + "output_tokens,charge_nano_usd,charge_usd,total_ms,first_byte_ms" + (scope.User is null ? ",user" : "") + (scope.SeesChannels ? ",channel,cost_nano_usd,cost_usd" : "") + End);
        var count = 0L;
        var text = new StringBuilder(256);
        await foreach (var call in calls.WithCancellation(cancellation))
        {
            text.Clear();
            text.Append(CultureInfo.InvariantCulture, $"{call.Id},{Moment(call.At)},{call.Key.Value},{StatementCsv.Cell(call.KeyName)},{StatementCsv.Cell(call.Group)},");
            text.Append(CultureInfo.InvariantCulture, $"{StatementCsv.Cell(call.RequestedModel)},{StatementCsv.Cell(call.ServedModel)},{DialectNames.Of(call.Dialect)},{Snake(call.Operation)},");
            text.Append(CultureInfo.InvariantCulture, $"{(call.Stream ? "true" : "false")},{call.Status},{Snake(call.Outcome)},{StatementCsv.Cell(call.ErrorCode)},{call.Uncached},{call.CacheRead},");
            text.Append(CultureInfo.InvariantCulture, $"{call.CacheWrite},{call.Output},{call.Charge.Value},{call.Charge.ToUsdString()},{call.TotalMilliseconds:0.###},{call.FirstByteMilliseconds:0.###}");
            if (scope.User is null)
            {
                text.Append(CultureInfo.InvariantCulture, $",{StatementCsv.Cell(call.Email)}");
            }

            if (scope.SeesChannels)
            {
                text.Append(CultureInfo.InvariantCulture, $",{StatementCsv.Cell(call.Channel)},{call.Cost?.Value},{call.Cost?.ToUsdString()}");
            }

            await output.WriteAsync(text.Append(End), cancellation);
            count++;
        }

        await output.FlushAsync(cancellation);
        return count;
    }

    /// <summary>A JSON object a line, each with the members that the list of calls has.</summary>
    /// <returns>How many calls.</returns>
    public static async Task<long> WriteJsonLinesAsync(IAsyncEnumerable<CallLine> calls, TextWriter output, ReportScope scope, CancellationToken cancellation = default)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        await using var writer = new Utf8JsonWriter(buffer, Options);
        var count = 0L;
        await foreach (var call in calls.WithCancellation(cancellation))
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            Write(writer, call, scope);
            await writer.FlushAsync(cancellation);
            await output.WriteAsync(Encoding.UTF8.GetString(buffer.WrittenSpan).AsMemory(), cancellation);
            await output.WriteAsync("\n".AsMemory(), cancellation);
            count++;
        }

        await output.FlushAsync(cancellation);
        return count;
    }

    /// <summary>One call as the management API and exports write it.</summary>
    public static void Write(Utf8JsonWriter writer, CallLine call, ReportScope scope)
    {
        writer.WriteStartObject();
        writer.WriteString("request_id", call.Id.ToString());
        writer.WriteString("at", Moment(call.At));
        writer.WriteNumber("key_id", call.Key.Value);
        writer.WriteString("key", call.KeyName);
        if (scope.User is null)
        {
            writer.WriteNumber("user_id", call.User.Value);
            writer.WriteString("user", call.Email);
        }

        writer.WriteString("group", call.Group);
        if (scope.SeesChannels)
        {
            writer.WriteString("channel", call.Channel);
        }

        writer.WriteString("requested_model", call.RequestedModel);
        writer.WriteString("served_model", call.ServedModel);
        writer.WriteString("dialect", DialectNames.Of(call.Dialect));
        writer.WriteString("operation", Snake(call.Operation));
        writer.WriteBoolean("stream", call.Stream);
        writer.WriteNumber("status", call.Status);
        writer.WriteString("outcome", Snake(call.Outcome));
        writer.WriteString("error_code", call.ErrorCode);
        writer.WriteNumber("input_tokens", call.Uncached);
        writer.WriteNumber("cache_read_tokens", call.CacheRead);
        writer.WriteNumber("cache_write_tokens", call.CacheWrite);
        writer.WriteNumber("output_tokens", call.Output);
        writer.WriteNumber("charge_usd", call.Charge.ToUsd());
        if (call.Cost is { } cost)
        {
            writer.WriteNumber("cost_usd", cost.ToUsd());
        }

        writer.WriteNumber("total_ms", Math.Round(call.TotalMilliseconds, 3));
        if (call.FirstByteMilliseconds is { } first)
        {
            writer.WriteNumber("first_byte_ms", Math.Round(first, 3));
        }

        writer.WriteEndObject();
    }

    private static string Moment(DateTime at) => at.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture);

    private static string Snake<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
