using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>
/// A running server's sign of life, for whoever looks at the same database. It stands there before the server reads its balances, and goes when the server
/// has ended in good order: a row that grew old is of a server that ended without a word.
/// </summary>
internal sealed class NodeRow
{
    public required string NodeId { get; set; }
    public DateTime StartedAt { get; set; }
    public DateTime Heartbeat { get; set; }
    public int OpenHolds { get; set; }
    public int Pending { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<NodeRow>
    {
        public void Configure(EntityTypeBuilder<NodeRow> builder)
        {
            builder.ToTable("nodes");
            builder.HasKey(static row => row.NodeId);
            builder.Property(static row => row.NodeId).HasMaxLength(32);
        }
    }
}

/// <summary>Which servers run.</summary>
internal static class NodeStore
{
    /// <summary>A server that said nothing for so long is taken for dead; each says something once a second.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Enters a server: from now on nobody moves money out of a wallet without asking it. Under the ledger's lock, so that a transfer either is in the balances
    /// that the server reads next, or sees the server. What its former life promised is forgotten with that life's memory.
    /// </summary>
    public static async Task JoinAsync(HubDatabase database, string node, DateTime now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(transaction, ChargeStore.RaiseSql, cancellation);
        await connection.ExecuteAsync(transaction, """DELETE FROM wallet_hold_answers WHERE "NodeId" = $1""", cancellation, node);
        await connection.ExecuteAsync(transaction, """DELETE FROM nodes WHERE "NodeId" = $1""", cancellation, node);
        await connection.ExecuteAsync(transaction, """INSERT INTO nodes ("NodeId", "StartedAt", "Heartbeat", "OpenHolds", "Pending") VALUES ($1, $2, $3, 0, 0)""", cancellation, node, now, now);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The servers that live, and those that ended without a word.</summary>
    public static async Task<(List<string> Live, List<string> Dead)> ListAsync(HubContext context, DateTime now, CancellationToken cancellation)
    {
        var since = now - SignOfLife;
        var nodes = await context.Set<NodeRow>().AsNoTracking().Select(static row => new { row.NodeId, row.Heartbeat }).ToListAsync(cancellation);
        return ([.. nodes.Where(node => node.Heartbeat >= since).Select(static node => node.NodeId)], [.. nodes.Where(node => node.Heartbeat < since).Select(static node => node.NodeId)]);
    }
}
