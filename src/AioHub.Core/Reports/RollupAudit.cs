using System.Collections.Immutable;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>Proves that the sums which dashboards read are what the log says, up to the mark of <see cref="Rollups"/>. They move no money.</summary>
public static class RollupAudit
{
    private const string LogSql = """
        SELECT COUNT(*), COALESCE(CAST(SUM("InputTokens") AS BIGINT), 0), COALESCE(CAST(SUM("OutputTokens") AS BIGINT), 0), COALESCE(CAST(SUM("ChargeNano") AS BIGINT), 0),
            COALESCE(CAST(SUM("CostNano") AS BIGINT), 0), COALESCE(CAST(SUM("LostNano") AS BIGINT), 0)
        FROM request_log WHERE "Seq" <= $1
        """;

    private const string SumsSql = """
        SELECT COALESCE(CAST(SUM("Calls") AS BIGINT), 0), COALESCE(CAST(SUM("InputTokens") AS BIGINT), 0), COALESCE(CAST(SUM("OutputTokens") AS BIGINT), 0),
            COALESCE(CAST(SUM("ChargeNano") AS BIGINT), 0), COALESCE(CAST(SUM("CostNano") AS BIGINT), 0), COALESCE(CAST(SUM("LostNano") AS BIGINT), 0)
        FROM usage_sums WHERE "Facet" = $1
        """;

    private const string BlocksSql = """SELECT COALESCE(CAST(SUM("Calls") AS BIGINT), 0) FROM log_blocks""";
    private const string BlockedSql = """SELECT COUNT(*) FROM request_log WHERE "Seq" < $1""";

    /// <returns>What does not add up, for people; empty = all does.</returns>
    public static async Task<ImmutableArray<string>> VerifyAsync(HubDatabase database, CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var (mark, _) = await RollupStore.StateAsync(reader, cancellation);
        var log = await FiguresAsync(reader, LogSql, mark, cancellation);
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var facet in Enum.GetValues<UsageFacet>())
        {
            var sums = await FiguresAsync(reader, SumsSql, (int)facet, cancellation);
            if (sums != log)
            {
                problems.Add($"The sums of {facet} hold {Tell(sums)}, but the request log up to call {mark} holds {Tell(log)}. Dashboards are wrong by the difference; no charge is.");
            }
        }

        var blocks = (await reader.ReadAsync(BlocksSql, static row => row.GetInt64(0), cancellation))[0];
        var blocked = (await reader.ReadAsync(BlockedSql, static row => row.GetInt64(0), cancellation, LogBlock.StartOf(LogBlock.Of(mark))))[0];
        if (blocks != blocked)
        {
            problems.Add($"The blocks of the request log tell of {blocks} calls, but it holds {blocked} there. Searches may pass calls by.");
        }

        return problems.ToImmutable();
    }

    private static async Task<(long Calls, long Input, long Output, long Charge, long Cost, long Lost)> FiguresAsync(
        HubReader reader, string sql, object value, CancellationToken cancellation) => (await reader.ReadAsync(
        sql, static row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)), cancellation, value))[0];

    private static string Tell((long Calls, long Input, long Output, long Charge, long Cost, long Lost) sums) =>
        $"{sums.Calls} calls, {sums.Input} tokens of input and {sums.Output} of output, {sums.Charge} nano-USD charged, {sums.Cost} of cost, {sums.Lost} of it in vain";
}
