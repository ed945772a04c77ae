using System.Globalization;
using System.Text;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <param name="output">Where it goes.</param>
/// <param name="showCost">For operators: two more columns, what the day's calls cost.</param>
/// <summary>
/// A statement as CSV (RFC 4180): one table, whose amounts add up to its last line. Text that a spreadsheet would take for a formula gets an
/// apostrophe in front: model names and reasons are other people's words.
/// </summary>
public sealed class StatementCsv(TextWriter output, bool showCost = false) : IStatementWriter
{
    private const string End = "\r\n";

    /// <summary>What makes a cell a formula, in spreadsheets of the West and the East.</summary>
    private static readonly System.Buffers.SearchValues<char> Starters = System.Buffers.SearchValues.Create("=+-@\t\r\n|%＝＋－＠");

    private static readonly System.Buffers.SearchValues<char> Quoted = System.Buffers.SearchValues.Create(",;\"\r\n");

    public async Task BeginAsync(StatementHead head, CancellationToken cancellation)
    {
        await output.WriteAsync("date,kind,model,group,calls,input_tokens,cache_read_tokens,output_tokens,amount_nano_usd,amount_usd,request_id,reason,actor" + (showCost ? ",cost_nano_usd,cost_usd" : "") + End);
        await WriteAsync(head.Month, "opening_balance", head.Opening, reason: head.Email, cancellation: cancellation);
    }

    public Task EntryAsync(Entry entry, CancellationToken cancellation) => WriteAsync(
        DateOnly.FromDateTime(entry.At), LedgerNames.Of(entry.Kind), entry.Amount, request: entry.Request, reason: entry.Reason, actor: entry.Actor, cancellation: cancellation);

    public Task DayAsync(StatementDay day, CancellationToken cancellation) => WriteAsync(day.Day, "calls", -day.Charge, day, cancellation: cancellation);

    public async Task EndAsync(StatementSums sums, CancellationToken cancellation)
    {
        await WriteAsync(null, "closing_balance", sums.Closing, cancellation: cancellation);
        await output.FlushAsync(cancellation);
    }

    /// <summary>One cell as it stands in the file.</summary>
    internal static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        // Blanks in front do not stop a spreadsheet from seeing the formula.
        var first = text.AsSpan().TrimStart(' ');
        var safe = first.Length > 0 && Starters.Contains(first[0]) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) || safe[0] == ' ' || safe[^1] == ' ' ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private async Task WriteAsync(
        DateOnly? date, string kind, NanoUsd amount, StatementDay? day = null, string? request = null, string? reason = null, string? actor = null, CancellationToken cancellation = default)
    {
        var line = new StringBuilder(128);
        line.Append(date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Append(',').Append(kind).Append(',').Append(Cell(day?.Model)).Append(',').Append(Cell(day?.Group)).Append(',');
        line.Append(CultureInfo.InvariantCulture, $"{day?.Calls},{day?.Input},{day?.CacheRead},{day?.Output},{amount.Value},{amount.ToUsdString()},");
        line.Append(Cell(request)).Append(',').Append(Cell(reason)).Append(',').Append(Cell(actor));
        if (showCost)
        {
            line.Append(CultureInfo.InvariantCulture, $",{day?.Cost.Value},{day?.Cost.ToUsdString()}");
        }

        line.Append(End);
        await output.WriteAsync(line, cancellation);
    }
}
