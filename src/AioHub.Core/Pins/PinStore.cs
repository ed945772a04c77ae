using System.Data.Common;
using System.Globalization;
using System.Text;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Pins;

/// <summary>Where an object lives. Two users may have objects of one name, at different upstreams. Moments are microseconds since 1970.</summary>
internal sealed class PinRow
{
    public ObjectKind Kind { get; set; }
    public required string Name { get; set; }
    public long UserId { get; set; }
    public long KeyId { get; set; }
    public long GroupId { get; set; }
    public long ChannelId { get; set; }
    public long CredentialId { get; set; }
    public required string Model { get; set; }
    public long Tokens { get; set; }
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }
    public long ExpiresAt { get; set; }
    /// <summary>0 = it was not deleted.</summary>
    public long EndedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<PinRow>
    {
        public void Configure(EntityTypeBuilder<PinRow> builder)
        {
            builder.ToTable("pins");
            builder.HasKey(static row => new { row.Kind, row.Name, row.UserId });
            builder.Property(static row => row.Name).HasMaxLength(UpstreamObject.LongestName);
            builder.Property(static row => row.UserId).ValueGeneratedNever();
            builder.Property(static row => row.Model).HasMaxLength(ModelName.MaxLength);
            builder.HasIndex(static row => new { row.Kind, row.ExpiresAt });
        }
    }
}

/// <summary>One event with whose and where it is.</summary>
/// <param name="Request">The call that did it.</param>
internal readonly record struct PinChange(PinEvent Event, RequestId Request, UserId User, ApiKeyId Key, GroupId Group, ChannelId Channel, CredentialId Credential)
{
    public Pin Pin => Event.ToPin(User, Key, Group, Channel, Credential);
}

/// <summary>Writes and reads where objects live.</summary>
internal static class PinStore
{
    private const int Columns = 13;
    private const int RowsAtOnce = 50;
    private const string Names =
        """ "Kind", "Name", "UserId", "KeyId", "GroupId", "ChannelId", "CredentialId", "Model", "Tokens", "CreatedAt", "UpdatedAt", "ExpiresAt", "EndedAt" """;
    private const string Insert = $"INSERT INTO pins ({Names}) VALUES ";
    private const string Select = $"SELECT {Names} FROM pins";

    /// <summary>What is told late, by a replay, changes nothing that is newer. A deletion stays.</summary>
    private const string InsertConflict = """
         ON CONFLICT ("Kind", "Name", "UserId") DO UPDATE SET
            "KeyId" = excluded."KeyId", "GroupId" = excluded."GroupId", "ChannelId" = excluded."ChannelId", "CredentialId" = excluded."CredentialId",
            "Model" = excluded."Model", "Tokens" = excluded."Tokens", "CreatedAt" = excluded."CreatedAt", "UpdatedAt" = excluded."UpdatedAt", "ExpiresAt" = excluded."ExpiresAt"
        WHERE excluded."UpdatedAt" >= pins."UpdatedAt"
        """;

    private const string Change =
        """UPDATE pins SET "ExpiresAt" = $4, "UpdatedAt" = $5 WHERE "Kind" = $1 AND "Name" = $2 AND "UserId" = $3 AND "UpdatedAt" <= $5""";

    private const string End = """
        UPDATE pins SET "EndedAt" = CASE WHEN "EndedAt" = 0 OR "EndedAt" > $4 THEN $4 ELSE "EndedAt" END, "UpdatedAt" = CASE WHEN "UpdatedAt" < $4 THEN $4 ELSE "UpdatedAt" END
        WHERE "Kind" = $1 AND "Name" = $2 AND "UserId" = $3
        """;

    private const string State = """SELECT "ExpiresAt", "EndedAt" FROM pins WHERE "Kind" = $1 AND "Name" = $2 AND "UserId" = $3""";

    private const string Stretches = """
        SELECT "RequestId", "FromAt", "ToAt", "Nano", "DueNano", "DoneNano" FROM stored_stretches WHERE "Kind" = $1 AND "Name" = $2 AND "UserId" = $3 ORDER BY "FromAt", "RequestId"
        """;

    private const string PutStretch = """
        INSERT INTO stored_stretches ("RequestId", "Kind", "Name", "UserId", "FromAt", "ToAt", "Nano", "DueNano", "DoneNano") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT ("RequestId") DO UPDATE SET "FromAt" = excluded."FromAt", "ToAt" = excluded."ToAt", "Nano" = excluded."Nano", "DueNano" = excluded."DueNano"
        """;

    /// <summary>
    /// Applies what calls did, in their order, inside a transaction that has raised the ledger's counter: whoever gives storage money back waits for it. Each call once:
    /// the caller leaves out those that the log has already.
    /// </summary>
    public static async Task ApplyAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<PinChange> changes, CancellationToken cancellation)
    {
        var made = new Dictionary<(UpstreamObject, UserId), Pin>();
        foreach (var change in changes)
        {
            if (change.Event.Action == PinAction.Made)
            {
                // One statement takes a row once: the later one counts.
                made[(change.Event.Object, change.User)] = change.Pin;
            }
        }

        foreach (var some in made.Values.Chunk(RowsAtOnce))
        {
            await InsertAsync(connection, transaction, some, cancellation);
        }

        foreach (var change in changes)
        {
            if (change.Event.Action != PinAction.Made)
            {
                await MoveAsync(connection, transaction, change, cancellation);
            }

            if (change.Event.Object.Kind == ObjectKind.CachedContent)
            {
                await CutAsync(connection, transaction, change, cancellation);
            }
        }
    }

    /// <summary>The pin alone, at once: for what another server may be asked for next. Its money comes with the receipt.</summary>
    public static async Task KeepAsync(HubDatabase database, PinChange change, CancellationToken cancellation)
    {
        await using var connection = await database.OpenPlainConnectionAsync(cancellation);
        if (change.Event.Action == PinAction.Made)
        {
            await InsertAsync(connection, null, [change.Pin], cancellation);
        }
        else
        {
            await MoveAsync(connection, null, change, cancellation);
        }
    }

    /// <summary>All of one name, whosever they are.</summary>
    public static async Task<List<Pin>> FindAsync(HubDatabase database, UpstreamObject sought, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync($"""{Select} WHERE "Kind" = $1 AND "Name" = $2""", PinOf, cancellation, (int)sought.Kind, sought.Name);
    }

    /// <summary>One user's that are still there, newest first.</summary>
    public static async Task<List<Pin>> ListAsync(HubDatabase database, ObjectKind kind, UserId user, DateTime now, int skip, int take, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            $"""{Select} WHERE "Kind" = $1 AND "UserId" = $2 AND "ExpiresAt" > $3 AND "EndedAt" = 0 ORDER BY "CreatedAt" DESC, "Name" LIMIT $4 OFFSET $5""",
            PinOf, cancellation, (int)kind, user.Value, MicrosecondsOf(now), take, skip);
    }

    public static long MicrosecondsOf(DateTime moment) => (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTime MomentOf(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    private static async Task InsertAsync(DbConnection connection, DbTransaction? transaction, Pin[] pins, CancellationToken cancellation)
    {
        var sql = new StringBuilder(Insert);
        for (var i = 0; i < pins.Length; i++)
        {
            sql.Append(i == 0 ? "(" : ", (").AppendJoin(", ", Enumerable.Range((i * Columns) + 1, Columns).Select(static n => string.Create(CultureInfo.InvariantCulture, $"${n}"))).Append(')');
        }

        await using var command = connection.Statement(transaction, sql.Append(InsertConflict).ToString(), [.. pins.SelectMany(ValuesOf)]);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task MoveAsync(DbConnection connection, DbTransaction? transaction, PinChange change, CancellationToken cancellation)
    {
        var (kind, name, user, at) = ((int)change.Event.Object.Kind, change.Event.Object.Name, change.User.Value, MicrosecondsOf(change.Event.At));
        await using var command = change.Event.Action == PinAction.Changed
            ? connection.Statement(transaction, Change, kind, name, user, MicrosecondsOf(change.Event.ExpiresAt), at)
            : connection.Statement(transaction, End, kind, name, user, at);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Each moment of storage is paid by one call: what a new stretch shares with older ones is cut from it, and what lies behind the object's end is cut from
    /// all. What is cut is due to be given back.
    /// </summary>
    private static async Task CutAsync(DbConnection connection, DbTransaction? transaction, PinChange change, CancellationToken cancellation)
    {
        var (kind, name, user) = ((int)change.Event.Object.Kind, change.Event.Object.Name, change.User.Value);
        long? end = null;
        await using (var command = connection.Statement(transaction, State, kind, name, user))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (await reader.ReadAsync(cancellation))
            {
                // As the latest change left it, which may have overtaken this one.
                end = reader.GetInt64(1) is > 0 and var ended ? Math.Min(ended, reader.GetInt64(0)) : reader.GetInt64(0);
            }
        }

        var stretches = new List<StoredStretchRow>();
        await using (var command = connection.Statement(transaction, Stretches, kind, name, user))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                stretches.Add(new StoredStretchRow
                {
                    RequestId = reader.GetString(0), Name = name, FromAt = reader.GetInt64(1), ToAt = reader.GetInt64(2),
                    Nano = reader.GetInt64(3), DueNano = reader.GetInt64(4), DoneNano = reader.GetInt64(5),
                });
            }
        }

        var changed = new HashSet<StoredStretchRow>();
        if (change.Event.PaidTo > change.Event.PaidFrom)
        {
            var fresh = new StoredStretchRow
            {
                RequestId = change.Request.ToString(), Name = name, FromAt = MicrosecondsOf(change.Event.PaidFrom), ToAt = MicrosecondsOf(change.Event.PaidTo),
                Nano = change.Event.Paid.Value,
            };
            foreach (var stretch in stretches)
            {
                if (fresh.CutShared(stretch))
                {
                    changed.Add(stretch);
                }
            }

            stretches.Add(fresh);
            changed.Add(fresh);
        }

        foreach (var stretch in stretches)
        {
            if (end is { } to && stretch.CutAfter(to))
            {
                changed.Add(stretch);
            }
        }

        foreach (var stretch in changed)
        {
            await using var command = connection.Statement(transaction, PutStretch, stretch.RequestId, kind, name, user, stretch.FromAt, stretch.ToAt, stretch.Nano, stretch.DueNano, stretch.DoneNano);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static Pin PinOf(DbDataReader row) => new()
    {
        Object = new UpstreamObject((ObjectKind)row.GetInt32(0), row.GetString(1)), User = new UserId(row.GetInt64(2)), Key = new ApiKeyId(row.GetInt64(3)),
        Group = new GroupId(row.GetInt64(4)), Channel = new ChannelId(row.GetInt64(5)), Credential = new CredentialId(row.GetInt64(6)), Model = row.GetString(7),
        Tokens = row.GetInt64(8), CreatedAt = MomentOf(row.GetInt64(9)), UpdatedAt = MomentOf(row.GetInt64(10)), ExpiresAt = MomentOf(row.GetInt64(11)),
        EndedAt = row.GetInt64(12) is > 0 and var ended ? MomentOf(ended) : null,
    };

    private static object[] ValuesOf(Pin pin) =>
    [
        (int)pin.Object.Kind, pin.Object.Name, pin.User.Value, pin.Key.Value, pin.Group.Value, pin.Channel.Value, pin.Credential.Value, pin.Model, pin.Tokens,
        MicrosecondsOf(pin.CreatedAt), MicrosecondsOf(pin.UpdatedAt), MicrosecondsOf(pin.ExpiresAt), pin.EndedAt is { } ended ? MicrosecondsOf(ended) : 0L,
    ];
}
