using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <param name="output">Where it goes.</param>
/// <param name="showCost">For operators: with cost and margin.</param>
/// <summary>A statement as one JSON object, written line by line: <c>opening</c>, <c>entries</c>, <c>calls</c>, sums and <c>closing</c>.</summary>
public sealed class StatementJson(TextWriter output, bool showCost = false) : IStatementWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private bool _first = true;
    private bool _inCalls;
    private NanoUsd _cost;

    public async Task BeginAsync(StatementHead head, CancellationToken cancellation)
    {
        var text = Render(writer =>
        {
            writer.WriteString("user", head.Email);
            writer.WriteString("month", head.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture));
            Money(writer, "opening", head.Opening);
        });
        await output.WriteAsync($"{text[..^1]},\n\"entries\":[".AsMemory(), cancellation);
    }

    public Task EntryAsync(Entry entry, CancellationToken cancellation) => ItemAsync(Render(writer =>
    {
        writer.WriteNumber("id", entry.Id);
        writer.WriteString("at", entry.At.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture));
        writer.WriteString("kind", LedgerNames.Of(entry.Kind));
        Money(writer, "amount", entry.Amount);
        writer.WriteString("request_id", entry.Request);
        writer.WriteString("reason", entry.Reason);
        writer.WriteString("actor", entry.Actor);
    }), cancellation);

    public async Task DayAsync(StatementDay day, CancellationToken cancellation)
    {
        await ToCallsAsync(cancellation);
        await ItemAsync(Render(writer =>
        {
            writer.WriteString("day", day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            writer.WriteString("model", day.Model);
            writer.WriteString("group", day.Group);
            writer.WriteNumber("calls", day.Calls);
            writer.WriteNumber("input_tokens", day.Input);
            writer.WriteNumber("cache_read_tokens", day.CacheRead);
            writer.WriteNumber("output_tokens", day.Output);
            Money(writer, "charge", day.Charge);
            if (showCost)
            {
                Money(writer, "cost", day.Cost);
                Money(writer, "margin", day.Charge - day.Cost);
                _cost += day.Cost;
            }
        }), cancellation);
    }

    public async Task EndAsync(StatementSums sums, CancellationToken cancellation)
    {
        await ToCallsAsync(cancellation);
        var text = Render(writer =>
        {
            writer.WriteNumber("total_calls", sums.Calls);
            Money(writer, "total_entries", sums.Entries);
            Money(writer, "total_charges", sums.Charges);
            if (showCost)
            {
                Money(writer, "total_cost", _cost);
                Money(writer, "total_margin", sums.Charges - _cost);
            }

            Money(writer, "closing", sums.Closing);
        });
        await output.WriteAsync($"],\n{text[1..]}\n".AsMemory(), cancellation);
        await output.FlushAsync(cancellation);
    }

    private async Task ToCallsAsync(CancellationToken cancellation)
    {
        if (!_inCalls)
        {
            (_inCalls, _first) = (true, true);
            await output.WriteAsync("],\n\"calls\":[".AsMemory(), cancellation);
        }
    }

    private async Task ItemAsync(string text, CancellationToken cancellation)
    {
        await output.WriteAsync($"{(_first ? "" : ",")}\n{text}".AsMemory(), cancellation);
        _first = false;
    }

    private string Render(Action<Utf8JsonWriter> members)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    private static void Money(Utf8JsonWriter writer, string name, NanoUsd amount)
    {
        writer.WriteNumber(name + "_nano_usd", amount.Value);
        writer.WriteString(name + "_usd", amount.ToUsdString());
    }
}
