using System.Diagnostics;
using System.Text;
using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>
/// What it costs to bring a receipt into the database, in processor time, checkpoints included. Not a test; run it alone, in Release:
/// <c>AIOHUB_SPEED=300000 dotnet run -c Release --project test/AioHub.Core.Tests -- --explicit only --filter-class '*ReceiptSpeed*' --output Detailed</c>.
/// </summary>
public sealed class ReceiptSpeedOnSqlite() : ReceiptSpeed(DatabaseEngine.Sqlite);

public sealed class ReceiptSpeedOnPostgres() : ReceiptSpeed(DatabaseEngine.Postgres);

public abstract class ReceiptSpeed(DatabaseEngine engine) : OnLedger(engine)
{
    private const int Batch = 1_000;
    private const int Chunk = 100;

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(10_000)]
    public async Task Microseconds_a_receipt(int keys)
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("AIOHUB_SPEED") ?? "300000", System.Globalization.CultureInfo.InvariantCulture) / Batch;
        await using var store = new ReceiptStore(Database, "bench", TimeProvider.System);
        var random = new Random(7);
        var template = Receipt(12_500);
        var batch = new List<PendingReceipt>(Batch);
        var payloads = new List<byte[]>(Batch);
        var (cpu, kernel, best, chunk) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.MaxValue, TimeSpan.Zero);
        var wall = new Stopwatch();
        var allocated = 0L;
        for (var round = -20; round < rounds; round++)
        {
            Fill(batch, payloads, template, keys, random);
            var (before, bytes) = (Environment.CpuUsage, GC.GetTotalAllocatedBytes());
            if (round >= 0)
            {
                wall.Start();
            }

            await store.ApplyAsync(batch, 0x0123456789abcdef, new JournalMark(1, 64L * (round + 21)), Cancellation);
            if (round >= 0)
            {
                wall.Stop();
                var after = Environment.CpuUsage;
                cpu += after.TotalTime - before.TotalTime;
                chunk += after.TotalTime - before.TotalTime;
                kernel += after.PrivilegedTime - before.PrivilegedTime;
                if (round % Chunk == Chunk - 1)
                {
                    (best, chunk) = (chunk < best ? chunk : best, TimeSpan.Zero);
                }

                allocated += GC.GetTotalAllocatedBytes() - bytes;
            }
        }

        var count = rounds * (double)Batch;
        var text = new StringBuilder().Append(Database.Engine).Append(", ").Append(keys).Append(" keys: ").Append((cpu.TotalMicroseconds / count).ToString("0.00")).Append(" µs CPU (")
            .Append((kernel.TotalMicroseconds / count).ToString("0.00")).Append(" in the kernel; the best 100,000: ")
            .Append((best.TotalMicroseconds / (Chunk * (double)Batch)).ToString("0.00")).Append("), ")
            .Append((wall.Elapsed.TotalMicroseconds / count).ToString("0.00")).Append(" µs wall, ").Append((allocated / count).ToString("0")).Append(" B a receipt; payload ")
            .Append(batch[0].Payload.Length).Append(" B").ToString();
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.Error.WriteLine(text);
    }

    private static void Fill(List<PendingReceipt> batch, List<byte[]> payloads, Receipt template, int keys, Random random)
    {
        batch.Clear();
        for (var i = 0; i < Batch; i++)
        {
            var key = keys == 1 ? 1 : random.Next(keys) + 1;
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            var receipt = template with
            {
                Id = RequestId.New(TimeProvider.System),
                StartedAt = now,
                Key = new ApiKeyId(key),
                KeyName = "key-" + key,
                User = new UserId(key),
                Group = "openai",
                Channel = "openai",
                RequestedModel = "gpt-5-mini",
                ServedModel = "gpt-5-mini",
                UpstreamModel = "gpt-5-mini-2026-01-01",
                Charge = new Charge([new LineItem("input", 250, 0.25m), new LineItem("output", 34, 2m)], 1m, new NanoUsd(12_500 + i), "builtin-2026-11"),
                Attempts = [new AttemptRecord("openai", "openai", "default", "ok", 200, 12.5, null)],
                UserAgent = "OpenAI/Python 1.99.0",
                TotalMilliseconds = 40.123 + i,
                FirstByteMilliseconds = 12.5,
            };
            // Written once a slot: what is measured is the store, not the journal.
            if (payloads.Count == i)
            {
                payloads.Add(ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray());
            }

            batch.Add(new PendingReceipt(receipt, payloads[i]));
        }
    }
}
