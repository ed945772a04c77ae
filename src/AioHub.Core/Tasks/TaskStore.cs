using System.Data.Common;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Tasks;

/// <summary>One task. Moments are microseconds since 1970.</summary>
internal sealed class TaskRow
{
    /// <summary>The call that made it.</summary>
    public required string RequestId { get; set; }
    public TaskShape Shape { get; set; }
    public required string Name { get; set; }
    public long UserId { get; set; }
    public long KeyId { get; set; }
    public long GroupId { get; set; }
    public long ChannelId { get; set; }
    public long CredentialId { get; set; }
    public required string Model { get; set; }
    public long HeldNano { get; set; }
    public TaskState State { get; set; }
    public long CreatedAt { get; set; }
    public long DeadlineAt { get; set; }
    /// <summary>When it is asked for next. Whoever asks moves it on first, which keeps others away for that long.</summary>
    public long NextAt { get; set; }
    public int Asked { get; set; }
    /// <summary>0 = it is under way.</summary>
    public long EndedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<TaskRow>
    {
        public void Configure(EntityTypeBuilder<TaskRow> builder)
        {
            builder.ToTable("tasks");
            builder.HasKey(static row => row.RequestId);
            builder.Property(static row => row.RequestId).HasMaxLength(Primitives.RequestId.TextLength);
            builder.Property(static row => row.Name).HasMaxLength(200);
            builder.Property(static row => row.Model).HasMaxLength(Wire.Vocabulary.ModelName.MaxLength);
            builder.HasIndex(static row => new { row.State, row.NextAt });
            builder.HasIndex(static row => new { row.UserId, row.CreatedAt });
        }
    }
}

/// <summary>Writes and reads tasks. A row comes with the receipt of the call that made it, and ends with the receipt that charges it, each in one transaction.</summary>
internal static class TaskStore
{
    private const string Insert = """
        INSERT INTO tasks ("RequestId", "Shape", "Name", "UserId", "KeyId", "GroupId", "ChannelId", "CredentialId", "Model", "HeldNano", "State", "CreatedAt", "DeadlineAt", "NextAt", "Asked", "EndedAt")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, 0, 0) ON CONFLICT ("RequestId") DO NOTHING
        """;

    private const string End = """UPDATE tasks SET "State" = $2, "EndedAt" = $3 WHERE "RequestId" = $1 AND "State" = 0""";
    private const string Names =
        """ "RequestId", "Shape", "Name", "UserId", "KeyId", "GroupId", "ChannelId", "CredentialId", "Model", "HeldNano", "CreatedAt", "DeadlineAt", "NextAt", "Asked" """;
    private const string SelectOpen = $"""SELECT {Names} FROM tasks WHERE "State" = 0""";
    private const string Find = $"""SELECT {Names} FROM tasks WHERE "State" = 0 AND "UserId" = $1 AND "Name" = $2""";
    private const string Take = """UPDATE tasks SET "NextAt" = $3, "Asked" = "Asked" + 1 WHERE "RequestId" = $1 AND "State" = 0 AND "NextAt" = $2""";
    private const string Put = """UPDATE tasks SET "NextAt" = $2 WHERE "RequestId" = $1 AND "State" = 0""";
    private const string Page = $"""
        SELECT {Names}, "State", "EndedAt" FROM tasks WHERE "UserId" = $1 AND "Shape" = $2 ORDER BY "CreatedAt" DESC, "RequestId" DESC LIMIT $3 OFFSET $4
        """;

    /// <summary>By the index: a task is not asked for once it ended, so when that was due lies before its end, or little behind it.</summary>
    private const string Sweep = """
        DELETE FROM tasks WHERE "RequestId" IN (SELECT "RequestId" FROM tasks WHERE "State" = $1 AND "NextAt" < $2 AND "EndedAt" < $2 ORDER BY "NextAt" LIMIT $3) AND "State" = $1
        """;

    private const int RowsAtOnce = 1_000;
    private const int MostTurns = 100;

    /// <summary>How long the hub waits before it asks for the first time: most callers ask by themselves.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);

    /// <summary>Applies what receipts tell, inside their transaction, each receipt once.</summary>
    public static async Task ApplyAsync(DbConnection connection, DbTransaction? transaction, IEnumerable<TaskChange> changes, CancellationToken cancellation)
    {
        foreach (var (note, user, key, group, channel, credential, model, at) in changes)
        {
            if (note.State == TaskState.Open)
            {
                await connection.ExecuteAsync(
                    transaction, Insert, cancellation, note.Call.ToString(), (int)note.Shape, note.Name, user.Value, key.Value, group.Value, channel.Value, credential.Value, model, note.Held.Value,
                    Micro(at), Micro(note.DeadlineAt), Micro(at + FirstPause));
            }
            else
            {
                await connection.ExecuteAsync(transaction, End, cancellation, note.Call.ToString(), (int)note.State, Micro(at));
            }
        }
    }

    /// <summary>All that are under way.</summary>
    public static async Task<List<OpenTask>> OpenAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(SelectOpen, Of, cancellation);
    }

    /// <summary>A user's own that is under way, by its upstream's name; null = there is none.</summary>
    public static async Task<OpenTask?> FindAsync(HubDatabase database, UserId user, string name, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await reader.ReadAsync(Find, Of, cancellation, user.Value, name)).FirstOrDefault();
    }

    /// <summary>Whether it has ended; false also while its row is on the way.</summary>
    public static async Task<bool> HasEndedAsync(HubDatabase database, RequestId call, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await reader.ReadAsync("""SELECT "State" FROM tasks WHERE "RequestId" = $1""", static row => row.GetInt32(0), cancellation, call.ToString())) is [not 0];
    }

    /// <summary>A user's own, newest first, with how each stands.</summary>
    public static async Task<List<(OpenTask Task, TaskState State, DateTime? EndedAt)>> ListAsync(
        HubDatabase database, UserId user, TaskShape shape, int take, int skip, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            Page, static row => (Of(row), (TaskState)row.GetInt32(14), row.GetInt64(15) is > 0 and var ended ? Moment(ended) : (DateTime?)null), cancellation, user.Value, (int)shape, take, skip);
    }

    /// <summary>Takes the right to ask for a task now; nobody else does until <paramref name="until"/>. False: somebody took it before.</summary>
    public static async Task<bool> TakeAsync(HubDatabase database, OpenTask task, DateTime until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        return await connection.ExecuteAsync(null, Take, cancellation, task.Call.ToString(), Micro(task.NextAt), Micro(until)) == 1;
    }

    /// <summary>When it is asked for next.</summary>
    public static async Task PutAsync(HubDatabase database, RequestId call, DateTime next, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        await connection.ExecuteAsync(null, Put, cancellation, call.ToString(), Micro(next));
    }

    /// <summary>Takes out what ended before a moment, a little at a time: other writers of the database wait meanwhile. What is under way stays, however old it is.</summary>
    /// <returns>How many went.</returns>
    public static async Task<int> SweepAsync(HubDatabase database, DateTime before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        var gone = 0;
        foreach (var state in Enum.GetValues<TaskState>().Where(static state => state != TaskState.Open))
        {
            for (var turn = 0; turn < MostTurns; turn++)
            {
                var some = await connection.ExecuteAsync(null, Sweep, cancellation, (int)state, Micro(before), RowsAtOnce);
                gone += some;
                if (some < RowsAtOnce)
                {
                    break;
                }
            }
        }

        return gone;
    }

    private static OpenTask Of(DbDataReader row) => new(
        Primitives.RequestId.TryParse(row.GetString(0), out var call) ? call : default, (TaskShape)row.GetInt32(1), row.GetString(2), new UserId(row.GetInt64(3)), new ApiKeyId(row.GetInt64(4)),
        new GroupId(row.GetInt64(5)), new ChannelId(row.GetInt64(6)), new CredentialId(row.GetInt64(7)))
    {
        Model = row.GetString(8), Held = new NanoUsd(row.GetInt64(9)), CreatedAt = Moment(row.GetInt64(10)), DeadlineAt = Moment(row.GetInt64(11)), NextAt = Moment(row.GetInt64(12)),
        Asked = row.GetInt32(13),
    };

    private static long Micro(DateTime moment) => (moment - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTime Moment(long micro) => DateTime.UnixEpoch.AddTicks(micro * TimeSpan.TicksPerMicrosecond);
}
