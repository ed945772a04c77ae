using System.Data.Common;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Reports;

/// <summary>
/// One search of the log, newest first, in steps of a few milliseconds, however slow the disk: first the rows that no block tells of yet, then the blocks, of which only those are opened
/// that may hold what is wanted. All of one moment.
/// </summary>
internal sealed class CallLogStore : IAsyncDisposable
{
    private const int BlocksAtOnce = 4;
    private const int FewestRows = 64;
    private const int MostRows = BlocksAtOnce * LogBlock.Size;
    private const int FewestTold = 16;
    private const int MostTold = 256;

    /// <summary>A step that took longer is followed by one half as large.</summary>
    private static readonly TimeSpan LongStep = TimeSpan.FromMilliseconds(10);

    /// <summary>Only a step that took less is followed by a larger one: where rows come from memory and the next from the disk, it takes a hundred times as long.</summary>
    private static readonly TimeSpan ShortStep = TimeSpan.FromMilliseconds(2);
    private const string FirstAtOrAboveSql = """SELECT "StartedAt" FROM request_log WHERE "Seq" >= $1 ORDER BY "Seq" LIMIT 1""";

    private readonly HubReader _reader;
    private readonly TimeProvider _time;
    private readonly LogBlockShelf _shelf;
    private readonly ReportScope _scope;
    private readonly CallFilter _filter;
    private readonly int _limit;
    private readonly long _from;
    private readonly List<ulong> _marks;
    private readonly List<ulong> _sizes;
    private readonly Queue<long> _candidates = new();
    private long _floor;
    private long? _told;
    private int _rows = LogBlock.Size;
    private int _chunk = FewestTold;
    private bool _allTold;
    private bool _isSparse;

    private CallLogStore(HubReader reader, TimeProvider time, LogBlockShelf shelf, ReportScope scope, CallFilter filter, LogStretch stretch, int limit)
    {
        (_time, _shelf, _from) = (time, shelf, stretch.From);
        (_reader, _scope, _filter, _limit, _marks, _sizes) = (reader, scope, filter, limit, filter.Marks(scope), filter.Sizes());
    }

    public List<CallLine> Found { get; } = [];

    /// <summary>The newest call's number.</summary>
    public long Head { get; private init; }

    /// <summary>What has not been searched lies below this number.</summary>
    public long Below { get; private set; }

    /// <summary>A step has been made.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The page is full, or nothing is left.</summary>
    public bool IsDone { get; private set; }

    public static async Task<CallLogStore> OpenAsync(
        HubDatabase database, TimeProvider time, LogBlockShelf shelf, ReportScope scope, CallFilter filter, LogStretch stretch, int limit, CancellationToken cancellation)
    {
        var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        try
        {
            var (mark, head) = await RollupStore.StateAsync(reader, cancellation);
            var below = Math.Min(stretch.Below, head + 1);
            return new CallLogStore(reader, time, shelf, scope, filter, stretch, limit)
            {
                Head = head,
                Below = below,
                IsDone = below <= stretch.From,
                // Of the rows from here on no block tells yet.
                _floor = LogBlock.StartOf(LogBlock.Of(mark)),
            };
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    public static async Task<CallLine?> FindAsync(HubDatabase database, ReportScope scope, RequestId id, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        List<object> values = [RequestLogRow.BytesOf(id)];
        var where = new CallFilter().Where(scope, values);
        var lines = await ReadAsync(reader, $"\"Id\" = $1{where}", "", scope, values, cancellation);
        return lines.Count == 0 ? null : lines[0].Line;
    }

    /// <summary>A step further down.</summary>
    public async Task GoOnAsync(CancellationToken cancellation)
    {
        HasBegun = true;
        if (_filter.Id is not null)
        {
            // Ids have an index: nothing is searched.
            await SearchAsync(0, cancellation);
            (IsDone, Below) = (true, 1);
            return;
        }

        if (Below > _floor || await NextRunAsync(cancellation))
        {
            await SearchAsync(Math.Max(_floor, Below - _rows), cancellation);
            if (!IsDone && Below <= _floor && _candidates.Count == 0)
            {
                PassToldBy();
            }
        }

        IsDone |= Below <= _from;
    }

    /// <summary>When the oldest call began that was looked at; null = none was.</summary>
    public async Task<DateTime?> ReachedAsync(CancellationToken cancellation)
    {
        var rows = await _reader.ReadAsync(FirstAtOrAboveSql, static row => RequestLogRow.MomentOf(row.GetInt64(0)), cancellation, Below);
        return rows.Count == 0 ? null : rows[0];
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    /// <summary>Goes to the next blocks that may hold what is wanted. False: those that have told of themselves do not, or there are no more, which ends the search.</summary>
    private async Task<bool> NextRunAsync(CancellationToken cancellation)
    {
        if (_candidates.Count == 0 && !await TellAsync(cancellation))
        {
            IsDone = true;
            return false;
        }

        if (!_candidates.TryDequeue(out var block))
        {
            PassToldBy();
            return false;
        }

        // Nothing above the first of them that may hold what is wanted.
        Below = Math.Min(Below, LogBlock.StartOf(block + 1));
        for (var more = 1; more < BlocksAtOnce && _candidates.TryPeek(out var next) && next == block - 1; more++)
        {
            block = _candidates.Dequeue();
        }

        _floor = LogBlock.StartOf(block);
        return true;
    }

    private void PassToldBy() => Below = _told is { } told ? Math.Min(Below, LogBlock.StartOf(told)) : Below;

    /// <summary>Reads what further blocks tell of themselves, and notes those that may hold what is wanted. False: there are no more.</summary>
    private async Task<bool> TellAsync(CancellationToken cancellation)
    {
        if (_allTold)
        {
            return false;
        }

        var above = Math.Min(_told ?? long.MaxValue, LogBlock.Of(Below - 1) + 1);
        if (_filter.From is not null || _filter.To is not null)
        {
            // The engine passes by what lies outside a stretch of time.
            return await TellFromDatabaseAsync(above, cancellation);
        }

        var lowest = Math.Max(LogBlock.Of(_from), above - _chunk);
        for (var block = above - 1; block >= lowest; block--)
        {
            if (!_shelf.TryGet(block, out var known))
            {
                return await TellFromDatabaseAsync(above, cancellation);
            }

            Judge(known);
        }

        _allTold = lowest == LogBlock.Of(_from);
        _chunk = Math.Min(MostTold, _chunk * 4);
        return above > lowest;
    }

    private async Task<bool> TellFromDatabaseAsync(long above, CancellationToken cancellation)
    {
        // A block without a call has no row: what is not there is passed by.
        _candidates.Clear();
        List<object> values = [above, LogBlock.Of(_from), (long)_chunk];
        var during = "";
        if (_filter.From is { } from)
        {
            values.Add(RequestLogRow.MicrosecondsOf(from));
            during += $" AND \"LastAt\" >= ${values.Count}";
        }

        if (_filter.To is { } to)
        {
            values.Add(RequestLogRow.MicrosecondsOf(to));
            during += $" AND \"FirstAt\" < ${values.Count}";
        }

        var since = _time.GetTimestamp();
        var told = await _reader.ReadAsync(
            $"SELECT \"Block\", \"Marks\" FROM log_blocks WHERE \"Block\" < $1 AND \"Block\" >= $2{during} ORDER BY \"Block\" DESC LIMIT $3",
            static row => new ToldBlock(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), cancellation, [.. values]);
        _allTold = told.Count < _chunk;
        // Their rows lie far apart.
        _chunk = _time.GetElapsedTime(since) > LongStep ? Math.Max(FewestTold, _chunk / 2) : Math.Min(MostTold, _chunk * 4);
        foreach (var block in told)
        {
            _shelf.Keep(block);
            Judge(block);
        }

        return told.Count > 0;
    }

    private void Judge(ToldBlock block)
    {
        _told = block.Number;
        if (_marks.TrueForAll(mark => LogMarks.MayHold(block.Marks, mark)) && _sizes.TrueForAll(size => LogMarks.MayHoldSize(block.Marks, size)))
        {
            _candidates.Enqueue(block.Number);
        }
    }

    /// <summary>
    /// Reads rows from a number up to <see cref="Below"/>: from the newest down while pages fill, which ends at the page's last row. Where little is found all rows are read in any case, and then
    /// from the oldest up: a disk reads ahead in that direction alone, which is some ten reads in place of a few hundred.
    /// </summary>
    private async Task SearchAsync(long from, CancellationToken cancellation)
    {
        var wanted = _limit - Found.Count;
        var isUpward = _isSparse;
        List<object> values = [Math.Max(from, _from), Below, isUpward ? long.MaxValue : (long)wanted];
        var where = _filter.Where(_scope, values);
        var since = _time.GetTimestamp();
        var lines = await ReadAsync(_reader, $"\"Seq\" >= $1 AND \"Seq\" < $2{where}", $" ORDER BY \"Seq\"{(isUpward ? "" : " DESC")} LIMIT $3", _scope, values, cancellation);
        Found.AddRange(lines.Take(wanted).Select(static one => one.Line));
        IsDone = Found.Count >= _limit;
        Below = IsDone ? lines[wanted - 1].Seq : from;
        _isSparse = lines.Count * 8 < wanted;
        var took = _time.GetElapsedTime(since);
        _rows = took > LongStep ? Math.Max(FewestRows, _rows / 2) : took < ShortStep ? Math.Min(MostRows, _rows * 2) : _rows;
    }

    private static Task<List<(long Seq, CallLine Line)>> ReadAsync(
        HubReader reader, string where, string order, ReportScope scope, List<object> values, CancellationToken cancellation) => reader.ReadAsync(
        $"""
        SELECT calls.*, api_keys."Name", users."Email"
        FROM (SELECT {RollupStore.CallColumns}, "Id" FROM request_log WHERE {where}{order}) AS calls
        LEFT JOIN api_keys ON api_keys."Id" = calls."KeyId" LEFT JOIN users ON users."Id" = calls."UserId" ORDER BY calls."Seq" DESC
        """,
        row => LineOf(row, scope), cancellation, [.. values]);

    private static (long Seq, CallLine Line) LineOf(DbDataReader row, ReportScope scope)
    {
        var call = RollupStore.CallOf(row);
        var line = new CallLine(RequestLogRow.IdOf(row.GetFieldValue<byte[]>(23)), call.At, new ApiKeyId(call.Key), row.Text(24), new UserId(call.User))
        {
            Email = scope.User is null ? row.Text(25) : null,
            Group = call.Group,
            Channel = scope.SeesChannels ? call.Channel : null,
            RequestedModel = call.RequestedModel,
            ServedModel = call.Model,
            Dialect = (Dialect)call.Dialect,
            Operation = (Operation)call.Operation,
            Stream = call.Stream,
            Status = call.Status,
            Outcome = call.Outcome,
            ErrorCode = call.Code,
            Input = call.Input,
            CacheRead = call.CacheRead,
            CacheWrite = ReceiptGlance.Of(call.Detail.Span).CacheWrite,
            Output = call.Output,
            Charge = new NanoUsd(call.Charge),
            Cost = scope.SeesChannels ? new NanoUsd(call.Cost) : null,
            TotalMilliseconds = call.Total,
            FirstByteMilliseconds = call.FirstByte,
        };
        return (call.Seq, line);
    }
}
