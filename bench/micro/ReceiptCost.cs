using System.Diagnostics;
using System.Globalization;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using AioHub.TestKit;

namespace AioHub.Bench.Micro;

/// <summary>
/// What it costs to bring a receipt into the database, in processor time, checkpoints included: <c>bench-micro receipts [COUNT]</c>. Not a micro-benchmark: a
/// receipt must be new each time, and what the engines put off until later is part of its price.
/// </summary>
internal static class ReceiptCost
{
    private const int Batch = 1_000;
    private const int Chunk = 100;

    /// <param name="count">How many receipts for each row; at least 1,000.</param>
    public static async Task RunAsync(int count)
    {
        Console.WriteLine("| engine | keys | µs CPU | of it kernel | best 100,000 | µs wall | B allocated | B payload | µs CPU to add up |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var keys in new[] { 1, 10_000 })
        {
            await MeasureAsync(null, keys, Math.Max(1, count / Batch));
            if (PostgresServer.Available) await MeasureAsync(await PostgresServer.CreateDatabaseAsync(), keys, Math.Max(1, count / Batch));
        }

        if (!PostgresServer.Available) Console.WriteLine(PostgresServer.SkipReason);
    }

    private static async Task MeasureAsync(string? postgres, int keys, int rounds)
    {
        using var folder = new TempFolder();
        await using var database = HubDatabase.Open(postgres, folder.Path);
        await database.MigrateAsync(CancellationToken.None);
        var fresh = new FreshCalls();
        await using var store = new ReceiptStore(database, "bench", TimeProvider.System, fresh);
        var rollups = new Rollups(database, TimeProvider.System, null, fresh);
        var random = new Random(7);
        var charge = Calls.Charge();
        var batch = new List<PendingReceipt>(Batch);
        var payloads = new List<byte[]>(Batch);
        var (cpu, kernel, best, chunk, adding) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.Zero);
        var wall = new Stopwatch();
        var allocated = 0L;
        for (var round = -20; round < rounds; round++)
        {
            Fill(batch, payloads, charge, keys, random);
            var (before, bytes) = (Environment.CpuUsage, GC.GetTotalAllocatedBytes());
            if (round >= 0) wall.Start();
            await store.ApplyAsync(batch, 0x0123456789abcdef, new JournalMark(1, 64L * (round + 21)), CancellationToken.None);
            if (round < 0) continue;
            wall.Stop();
            var after = Environment.CpuUsage;
            cpu += after.TotalTime - before.TotalTime;
            chunk += after.TotalTime - before.TotalTime;
            kernel += after.PrivilegedTime - before.PrivilegedTime;
            allocated += GC.GetTotalAllocatedBytes() - bytes;
            if (round % Chunk == Chunk - 1) (best, chunk) = (chunk < best ? chunk : best, TimeSpan.Zero);
            if (round % Chunk != Chunk - 1 && round != rounds - 1) continue;

            // As a server does every few seconds. Of a PostgreSQL server only what this process does for it is seen, here as above.
            var idle = Environment.CpuUsage.TotalTime;
            await rollups.CatchUpAsync();
            adding += Environment.CpuUsage.TotalTime - idle;
        }

        var all = rounds * (double)Batch;
        string[] cells =
        [
            database.Engine.ToString(), keys.ToString(CultureInfo.InvariantCulture), Told(cpu.TotalMicroseconds / all), Told(kernel.TotalMicroseconds / all),
            best == TimeSpan.MaxValue ? "–" : Told(best.TotalMicroseconds / (Chunk * (double)Batch)), Told(wall.Elapsed.TotalMicroseconds / all),
            (allocated / all).ToString("0", CultureInfo.InvariantCulture), batch[0].Payload.Length.ToString(CultureInfo.InvariantCulture),
            Told(adding.TotalMicroseconds / all),
        ];
        Console.WriteLine($"| {string.Join(" | ", cells)} |");

        static string Told(double microseconds) => microseconds.ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static void Fill(List<PendingReceipt> batch, List<byte[]> payloads, Charge charge, int keys, Random random)
    {
        batch.Clear();
        for (var i = 0; i < Batch; i++)
        {
            var receipt = Calls.Receipt(charge with { Total = new NanoUsd(12_500 + i) }, keys == 1 ? 1 : random.Next(keys) + 1, 40.123 + i);
            // Written once a slot: what is measured is the store, not the journal.
            if (payloads.Count == i) payloads.Add(ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray());
            batch.Add(new PendingReceipt(receipt, payloads[i]));
        }
    }
}
