using System.Data.Common;
using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AioHub.Core.Metering;

/// <summary>Adds calls up in the database; of those few whose attempts cost something in vain the receipts are looked into, to find whose attempts these were.</summary>
internal static class UsageTotalsStore
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const string Range = "\"Id\" >= @from AND \"Id\" < @to";

    public static async Task<List<UsageTotal>> ReadAsync(HubDatabase database, UsageBy by, DateTime from, DateTime to, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var snapshot = await LedgerStore.BeginSnapshotAsync(context, cancellation);
        var totals = new Dictionary<string, UsageTotal>(StringComparer.Ordinal);
        await using (var command = Command(
            context, $"""
            SELECT name, COUNT(*), CAST(SUM("InputTokens") AS BIGINT), CAST(SUM("OutputTokens") AS BIGINT), CAST(SUM("ChargeNano") AS BIGINT), CAST(SUM("CostNano") AS BIGINT), CAST(SUM("LostNano") AS BIGINT)
            FROM (SELECT {NameOf(by)} AS name, "InputTokens", "OutputTokens", "ChargeNano", "CostNano", "LostNano" FROM request_log WHERE {Range}) AS calls GROUP BY name
            """, from, to))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var name = by == UsageBy.Day ? DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(reader.GetInt64(0))).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : reader.GetString(0);
                totals[name] = new UsageTotal(
                    name, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), new NanoUsd(reader.GetInt64(4)), new NanoUsd(reader.GetInt64(5)), new NanoUsd(reader.GetInt64(6)));
            }
        }

        if (by is UsageBy.Channel or UsageBy.Group)
        {
            await GiveAttemptsTheirsAsync(context, by, from, to, totals, cancellation);
        }

        return [.. totals.Values];
    }

    /// <summary>An attempt in vain costs at the channel that made it, which is not the one that served in the end.</summary>
    private static async Task GiveAttemptsTheirsAsync(
        HubContext context, UsageBy by, DateTime from, DateTime to, Dictionary<string, UsageTotal> totals, CancellationToken cancellation)
    {
        await using var command = Command(context, $"SELECT COALESCE({NameOf(by)}, ''), \"LostNano\", \"Detail\" FROM request_log WHERE {Range} AND \"LostNano\" <> 0", from, to);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (ReceiptFields.TryRead(reader.GetFieldValue<byte[]>(2)) is not { } receipt)
            {
                continue;
            }

            Move(reader.GetString(0), new NanoUsd(-reader.GetInt64(1)));
            foreach (var attempt in receipt.Attempts)
            {
                Move(by == UsageBy.Channel ? attempt.Channel : attempt.Group, attempt.OperatorCost ?? NanoUsd.Zero);
            }
        }

        void Move(string name, NanoUsd cost)
        {
            var total = totals.GetValueOrDefault(name) ?? new UsageTotal(name, 0, 0, 0, NanoUsd.Zero, NanoUsd.Zero, NanoUsd.Zero);
            totals[name] = total with { Cost = total.Cost + cost, Lost = total.Lost + cost };
        }
    }

    private static string NameOf(UsageBy by) => by switch
    {
        UsageBy.Channel => "COALESCE(\"ChannelName\", '')",
        UsageBy.Group => "COALESCE(\"GroupName\", '')",
        UsageBy.Model => "CASE WHEN \"ServedModel\" = '' THEN \"RequestedModel\" ELSE \"ServedModel\" END",
        UsageBy.User => "COALESCE((SELECT \"Email\" FROM users WHERE users.\"Id\" = request_log.\"UserId\"), '')",
        UsageBy.Day => $"\"StartedAt\" / {MicrosecondsPerDay}",
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, null),
    };

    private static DbCommand Command(HubContext context, string sql, DateTime from, DateTime to)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction!.GetDbTransaction();
#pragma warning disable CA2100 // Of constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        Bind("@from", from);
        Bind("@to", to);
        return command;

        void Bind(string name, DateTime moment)
        {
            // Ids begin with the moment: their index finds a stretch of time.
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, RequestLogRow.BytesOf(new RequestId((ulong)new DateTimeOffset(moment).ToUnixTimeMilliseconds() << 16, 0)));
            command.Parameters.Add(parameter);
        }
    }
}
