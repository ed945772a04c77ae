using System.Data.Common;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Routing.Health;

/// <summary>What a server holds against a credential, as of its last write; see <see cref="HealthState"/>.</summary>
internal sealed class HealthStateRow
{
    public required string NodeId { get; set; }
    public long CredentialId { get; set; }
    public required string Scope { get; set; }
    public required string Subject { get; set; }
    public required string Phase { get; set; }
    public required string Failure { get; set; }
    public int Failures { get; set; }
    public int Rests { get; set; }
    public DateTime Since { get; set; }
    public DateTime Last { get; set; }
    public DateTime? Until { get; set; }
    public string? Reason { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<HealthStateRow>
    {
        public void Configure(EntityTypeBuilder<HealthStateRow> builder)
        {
            builder.ToTable("health_states");
            builder.HasKey(static row => new { row.NodeId, row.CredentialId, row.Scope, row.Subject });
            builder.Property(static row => row.NodeId).HasMaxLength(32);
            builder.Property(static row => row.Scope).HasMaxLength(16);
            builder.Property(static row => row.Subject).HasMaxLength(200);
            builder.Property(static row => row.Phase).HasMaxLength(16);
            builder.Property(static row => row.Failure).HasMaxLength(32);
            builder.Property(static row => row.Reason).HasMaxLength(200);
        }
    }
}

/// <summary>One change of a state; see <see cref="HealthEvent"/>. Names are those of then.</summary>
internal sealed class HealthEventRow
{
    public long Id { get; set; }
    public DateTime At { get; set; }
    public required string NodeId { get; set; }
    public long CredentialId { get; set; }
    public required string Channel { get; set; }
    public required string Credential { get; set; }
    public required string Scope { get; set; }
    public required string Subject { get; set; }
    public required string From { get; set; }
    public required string To { get; set; }
    public required string Failure { get; set; }
    public required string Reason { get; set; }
    public DateTime? Until { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<HealthEventRow>
    {
        public void Configure(EntityTypeBuilder<HealthEventRow> builder)
        {
            builder.ToTable("health_events");
            builder.Property(static row => row.NodeId).HasMaxLength(32);
            builder.Property(static row => row.Channel).HasMaxLength(200);
            builder.Property(static row => row.Credential).HasMaxLength(200);
            builder.Property(static row => row.Scope).HasMaxLength(16);
            builder.Property(static row => row.Subject).HasMaxLength(200);
            builder.Property(static row => row.From).HasMaxLength(16);
            builder.Property(static row => row.To).HasMaxLength(16);
            builder.Property(static row => row.Failure).HasMaxLength(32);
            builder.Property(static row => row.Reason).HasMaxLength(200);
            builder.HasIndex(static row => row.At);
        }
    }
}

/// <summary>An operator's wish that servers forget what they hold against a credential.</summary>
internal sealed class HealthResetRow
{
    public long Id { get; set; }
    public DateTime At { get; set; }
    public long CredentialId { get; set; }
    public required string Actor { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<HealthResetRow>
    {
        public void Configure(EntityTypeBuilder<HealthResetRow> builder)
        {
            builder.ToTable("health_resets");
            builder.Property(static row => row.Actor).HasMaxLength(200);
        }
    }
}

/// <summary>Writes and reads health in plain SQL: a server does it each second.</summary>
internal static class HealthStore
{
    public const int MostStates = 1_000;
    private const int MostEvents = 100_000;
    private const int MostText = 200;
    private static readonly TimeSpan EventsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan ResetsKept = TimeSpan.FromDays(1);

    /// <summary>All states, or those of one server; a rest that is over meanwhile reads as half-open.</summary>
    public static async Task<List<(string Node, HealthState State)>> StatesAsync(HubDatabase database, DateTime now, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """
            SELECT "NodeId", "CredentialId", "Scope", "Subject", "Phase", "Failure", "Failures", "Rests", "Since", "Last", "Until", "Reason"
            FROM health_states ORDER BY "CredentialId", "Scope", "Subject", "NodeId"
            """,
            row => (row.GetString(0), State(row, now)), cancellation);
    }

    /// <summary>The newest first.</summary>
    /// <param name="channel">Of one channel; null = of all.</param>
    public static async Task<List<HealthEntry>> EventsAsync(HubDatabase database, string? channel, int limit, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """
            SELECT "At", "CredentialId", "Scope", "Subject", "From", "To", "Failure", "Reason", "Until", "Channel", "Credential", "NodeId"
            FROM health_events WHERE $1 = '' OR "Channel" = $1 ORDER BY "Id" DESC LIMIT $2
            """,
            static row => new HealthEntry(
                new HealthEvent(
                    row.Moment(0)!.Value, new CredentialId(row.GetInt64(1)), row.Name<HealthScope>(2), row.GetString(3), row.Name<HealthPhase>(4), row.Name<HealthPhase>(5),
                    row.Name<AttemptFailure>(6), row.GetString(7), row.Moment(8)),
                row.GetString(9), row.GetString(10), row.GetString(11)),
            cancellation, channel ?? "", limit);
    }

    /// <summary>Resets that were asked for after one of them.</summary>
    public static async Task<List<(long Id, CredentialId Credential)>> ResetsAsync(HubDatabase database, long after, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """SELECT "Id", "CredentialId" FROM health_resets WHERE "Id" > $1 ORDER BY "Id" """,
            static row => (row.GetInt64(0), new CredentialId(row.GetInt64(1))), cancellation, after);
    }

    /// <summary>Notes changes, and what one server holds against credentials in the place of what it held before.</summary>
    public static async Task WriteAsync(
        HubDatabase database, string node, IReadOnlyList<HealthEntry> events, IEnumerable<HealthState> states, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var (change, channel, credential, _) in events)
        {
            await connection.ExecuteAsync(transaction,
                """
                INSERT INTO health_events ("At", "NodeId", "CredentialId", "Channel", "Credential", "Scope", "Subject", "From", "To", "Failure", "Reason", "Until")
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                """,
                cancellation, change.At, node, change.Credential.Value, Cut(channel), Cut(credential), change.Scope.ToString(), Cut(change.Subject), change.From.ToString(), change.To.ToString(),
                change.Failure.ToString(), Cut(change.Reason), Null(change.Until));
        }

        await connection.ExecuteAsync(transaction, """DELETE FROM health_states WHERE "NodeId" = $1""", cancellation, node);
        foreach (var state in states.Take(MostStates))
        {
            await connection.ExecuteAsync(transaction,
                """
                INSERT INTO health_states ("NodeId", "CredentialId", "Scope", "Subject", "Phase", "Failure", "Failures", "Rests", "Since", "Last", "Until", "Reason")
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
                """,
                cancellation, node, state.Credential.Value, state.Scope.ToString(), Cut(state.Subject), state.Phase.ToString(), state.Failure.ToString(), state.Failures, state.Rests,
                state.Since, state.Last, Null(state.Until), state.Reason is { } reason ? Cut(reason) : DBNull.Value);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Drops what is old: events after 30 days or beyond 100,000, resets after a day, states that say nothing any more.</summary>
    public static async Task PruneAsync(HubDatabase database, DateTime now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(null, """DELETE FROM health_events WHERE "At" < $1""", cancellation, now - EventsKept);
        await connection.ExecuteAsync(null, $"""DELETE FROM health_events WHERE "Id" <= (SELECT COALESCE(MAX("Id"), 0) FROM health_events) - {MostEvents}""", cancellation);
        await connection.ExecuteAsync(null, """DELETE FROM health_resets WHERE "At" < $1""", cancellation, now - ResetsKept);
        await connection.ExecuteAsync(null, """DELETE FROM health_states WHERE "Last" < $1 AND ("Until" IS NULL OR "Until" < $1)""", cancellation, now - HealthCell.ForgottenAfter);
    }

    private static HealthState State(DbDataReader row, DateTime now)
    {
        var phase = row.Name<HealthPhase>(4);
        var until = row.Moment(10);
        return new HealthState(
            new CredentialId(row.GetInt64(1)), row.Name<HealthScope>(2), row.GetString(3), phase is HealthPhase.Resting or HealthPhase.Probing && until <= now ? HealthPhase.HalfOpen : phase,
            row.Name<AttemptFailure>(5), row.GetInt32(6), row.GetInt32(7), row.Moment(8)!.Value, row.Moment(9)!.Value, until, row.Text(11));
    }

    private static object Null(DateTime? moment) => moment is { } value ? value : DBNull.Value;

    /// <summary>As long as the columns are.</summary>
    public static string Cut(string text) => text.Length <= MostText ? text : text[..MostText];
}
