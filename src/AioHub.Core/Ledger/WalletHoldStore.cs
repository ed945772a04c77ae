using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>Money of a wallet that a command asks the running servers to set aside, because it is about to take it. The row is open while it stands there.</summary>
internal sealed class WalletHoldRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public long AmountNano { get; set; }
    /// <summary>From then on any server may remove it: who asked has died.</summary>
    public DateTime ExpiresAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<WalletHoldRow>
    {
        public void Configure(EntityTypeBuilder<WalletHoldRow> builder) => builder.ToTable("wallet_holds");
    }
}

/// <summary>What one server says to a <see cref="WalletHoldRow"/>.</summary>
internal sealed class WalletHoldAnswerRow
{
    public long HoldId { get; set; }
    public required string NodeId { get; set; }
    /// <summary>It has set the money aside until the hold's row is gone.</summary>
    public bool Granted { get; set; }
    /// <summary>What the wallet holds there, charges included that are on their way to the database.</summary>
    public long BalanceNano { get; set; }
    /// <summary>What calls have set aside of it there.</summary>
    public long HeldNano { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<WalletHoldAnswerRow>
    {
        public void Configure(EntityTypeBuilder<WalletHoldAnswerRow> builder)
        {
            builder.ToTable("wallet_hold_answers");
            builder.HasKey(static row => new { row.HoldId, row.NodeId });
            builder.Property(static row => row.NodeId).HasMaxLength(32);
            builder.HasOne<WalletHoldRow>().WithMany().HasForeignKey(static row => row.HoldId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>Reads and writes what commands ask of servers, and what these answer.</summary>
internal static class WalletHoldStore
{
    public static async Task<long> AskAsync(HubDatabase database, UserId user, NanoUsd amount, DateTime expires, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var row = new WalletHoldRow { UserId = user.Value, AmountNano = amount.Value, ExpiresAt = expires };
        context.Add(row);
        await context.SaveChangesAsync(cancellation);
        return row.Id;
    }

    /// <summary>All that is asked now. One look, and no write unless somebody died.</summary>
    public static async Task<List<WalletHoldRow>> OpenAsync(HubDatabase database, DateTime now, CancellationToken cancellation)
    {
        List<WalletHoldRow> rows;
        await using (var reader = await HubReader.OpenAsync(database, consistent: false, cancellation))
        {
            rows = await reader.ReadAsync(
                """SELECT "Id", "UserId", "AmountNano", "ExpiresAt" FROM wallet_holds ORDER BY "Id" """,
                static row => new WalletHoldRow { Id = row.GetInt64(0), UserId = row.GetInt64(1), AmountNano = row.GetInt64(2), ExpiresAt = row.Moment(3)!.Value },
                cancellation);
        }

        if (rows.Exists(row => row.ExpiresAt < now))
        {
            await using var context = database.CreateContext();
            await context.Set<WalletHoldRow>().Where(row => row.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        }

        return rows;
    }

    /// <returns>False: nobody asks any more.</returns>
    public static async Task<bool> AnswerAsync(HubDatabase database, long hold, string node, bool granted, NanoUsd balance, NanoUsd held, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO wallet_hold_answers ("HoldId", "NodeId", "Granted", "BalanceNano", "HeldNano")
            SELECT "Id", {node}, {granted}, {balance.Value}, {held.Value} FROM wallet_holds WHERE "Id" = {hold}
            ON CONFLICT ("HoldId", "NodeId") DO UPDATE SET "Granted" = excluded."Granted", "BalanceNano" = excluded."BalanceNano", "HeldNano" = excluded."HeldNano"
            """, cancellation) > 0;
    }

    /// <summary>What servers that live say.</summary>
    /// <returns>Who was asked in vain so far, and what was answered.</returns>
    public static async Task<(List<string> Silent, List<WalletHoldAnswerRow> Answers)> AnswersAsync(HubContext context, long? hold, List<string> live, CancellationToken cancellation)
    {
        var answers = hold is null ? [] : await context.Set<WalletHoldAnswerRow>().AsNoTracking().Where(row => row.HoldId == hold).ToListAsync(cancellation);
        answers.RemoveAll(answer => !live.Contains(answer.NodeId));
        return ([.. live.Where(node => !answers.Exists(answer => answer.NodeId == node))], answers);
    }

    /// <summary>Ends a hold.</summary>
    /// <returns>False: it had ended before.</returns>
    public static async Task<bool> EndAsync(HubContext context, long hold, CancellationToken cancellation) =>
        await context.Set<WalletHoldRow>().Where(row => row.Id == hold).ExecuteDeleteAsync(cancellation) > 0;
}
