using System.Collections.Immutable;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Reports;

/// <summary>A log of drawn calls: of all kinds, over three days, some with attempts in vain.</summary>
public abstract class OnLog(DatabaseEngine engine) : OnLedger(engine)
{
    protected static readonly DateTime Begin = new(2026, 11, 19, 22, 30, 0, DateTimeKind.Utc);
    private static readonly string[] Codes = ["invalid_field", "rate_limited", "upstream_error", "timeout"];

    internal Rollups Rollups => new(Database, Time);

    internal UsageReports Reports => new(Database);

    internal CallLog Log => new(Database, TimeProvider.System);

    /// <summary>Calls in the order in which they are recorded, which is not quite that of their beginnings.</summary>
    internal static List<Receipt> Draw(int count, int seed, double hours = 72)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => DrawOne(random, Begin.AddHours((hours * i / count) - (random.Next(10) == 0 ? random.NextDouble() * 3 : 0))))];
    }

    internal async Task WriteAsync(IEnumerable<Receipt> receipts, string node = "node", FreshCalls? fresh = null)
    {
        await using var store = new ReceiptStore(Database, node, Time, fresh);
        foreach (var some in receipts.Chunk(1_000))
        {
            await store.ApplyAsync([.. some.Select(Pending)], 1, null, Cancellation);
        }
    }

    internal static PendingReceipt Pending(Receipt receipt)
    {
        var frame = ReceiptBytes.Write(receipt, out var length);
        return new PendingReceipt(receipt, frame.Slice(JournalFormat.FrameHeader, length).ToArray());
    }

    /// <summary>What is stored of each block.</summary>
    protected async Task<List<string>> MarksAsync()
    {
        await using var reader = await HubReader.OpenAsync(Database, consistent: false, Cancellation);
        return await reader.ReadAsync(
            """SELECT "Block", "Calls", "FirstAt", "LastAt", "Marks" FROM log_blocks ORDER BY "Block" """,
            static row => $"{row.GetInt64(0)} {row.GetInt32(1)} {row.GetInt64(2)} {row.GetInt64(3)} {Convert.ToHexString(row.GetFieldValue<byte[]>(4))}", Cancellation);
    }

    /// <summary>What is stored of all calls, as it would be were they read from the log at once.</summary>
    protected async Task<List<string>> MarksAnewAsync()
    {
        await ExecuteAsync("DELETE FROM usage_sums");
        await ExecuteAsync("DELETE FROM log_blocks");
        await ExecuteAsync("DELETE FROM rollup_marks");
        await Rollups.CatchUpAsync(Cancellation);
        return await MarksAsync();
    }

    private static Receipt DrawOne(Random random, DateTime at)
    {
        var user = random.Next(1, 4);
        var key = (user * 10) + random.Next(2);
        var outcome = random.Next(12) switch { 0 => CallOutcome.Failed, 1 => CallOutcome.Refused, 2 => CallOutcome.Partial, 3 => CallOutcome.Cancelled, _ => CallOutcome.Completed };
        var served = outcome is not (CallOutcome.Failed or CallOutcome.Refused);
        var (group, model) = (random.Next(3), random.Next(4));
        var attempts = ImmutableArray.CreateBuilder<AttemptRecord>();
        var isInVain = outcome != CallOutcome.Refused && random.Next(5) == 0;
        if (isInVain)
        {
            attempts.Add(new AttemptRecord($"group-{random.Next(3)}", $"channel-{random.Next(3)}", "a", "upstream_error", 500, 12, null)
            {
                Usage = new Usage { Input = 5, Source = UsageSource.Reported },
                OperatorCost = random.Next(2) == 0 ? new NanoUsd(random.Next(1, 99)) : null,
            });
        }

        if (outcome != CallOutcome.Refused)
        {
            attempts.Add(new AttemptRecord($"group-{group}", $"channel-{group}", "a", served ? "ok" : "bad_request", served ? 200 : 400, 20, null));
        }

        var nano = served ? random.Next(1, 5_000) : 0;
        var usage = served
            ? new Usage { Input = random.Next(1_000), CacheRead = random.Next(300), CacheWrite5m = random.Next(40), CacheWrite1h = random.Next(9), Output = random.Next(400), Source = UsageSource.Reported }
            : default;
        return new Receipt
        {
            Id = RequestId.New(new DateTimeOffset(at)),
            StartedAt = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond)),
            Key = new ApiKeyId(key),
            KeyName = $"key-{key}",
            User = new UserId(user),
            Dialect = (Dialect)random.Next(4),
            Operation = Operation.Generate,
            Stream = random.Next(2) == 0,
            HttpStatus = outcome switch { CallOutcome.Failed => random.Next(2) == 0 ? 502 : 400, CallOutcome.Refused => random.Next(2) == 0 ? 429 : 503, _ => 200 },
            Outcome = outcome,
            ErrorCode = served && outcome == CallOutcome.Completed ? null : Codes[random.Next(Codes.Length)],
            Group = outcome == CallOutcome.Refused ? null : $"group-{group}",
            GroupId = outcome == CallOutcome.Refused ? null : new GroupId(group + 1),
            Channel = outcome == CallOutcome.Refused ? null : $"channel-{group}",
            ChannelId = outcome == CallOutcome.Refused ? null : new ChannelId(group + 1),
            RequestedModel = $"model-{model}",
            ServedModel = outcome == CallOutcome.Refused ? "" : $"model-{model}-served",
            UpstreamModel = "secret-name",
            Usage = usage,
            Charge = new Charge([], 1m, new NanoUsd(nano), "v1"),
            ServedCost = new NanoUsd(nano / 2),
            Attempts = attempts.ToImmutable(),
            TotalMilliseconds = 20 + random.Next(5_000),
            FirstByteMilliseconds = served ? 10 + random.Next(900) : null,
        };
    }
}
