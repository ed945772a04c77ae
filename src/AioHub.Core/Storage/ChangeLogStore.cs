using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Storage;

/// <summary>One line of the audit log. Rows are added, in the transaction of the change that they tell of, and never altered.</summary>
internal sealed class ChangeLogRow
{
    public long Id { get; set; }
    public DateTime At { get; set; }
    /// <summary>The user who did it; null = nobody who is signed in.</summary>
    public long? ActorId { get; set; }
    public required string Actor { get; set; }
    public required string How { get; set; }
    public required string Action { get; set; }
    /// <summary>Kind and name: <c>group claude-kiro</c>.</summary>
    public required string Subject { get; set; }
    public long? SubjectId { get; set; }
    /// <summary>A JSON array of <c>{field, before, after}</c> and <c>{note}</c>.</summary>
    public string Changes { get; set; } = JsonText.EmptyList;
    public string? Address { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ChangeLogRow>
    {
        public void Configure(EntityTypeBuilder<ChangeLogRow> builder)
        {
            builder.ToTable("audit_log");
            builder.Property(static row => row.Actor).HasMaxLength(254);
            builder.Property(static row => row.How).HasMaxLength(16);
            builder.Property(static row => row.Action).HasMaxLength(32);
            builder.Property(static row => row.Subject).HasMaxLength(512);
            builder.Property(static row => row.Address).HasMaxLength(64);
            builder.HasIndex(static row => new { row.ActorId, row.Id });
            builder.HasIndex(static row => new { row.Subject, row.Id });
        }
    }
}

/// <summary>Writes the audit log and reads it, newest first.</summary>
internal static class ChangeLogStore
{
    private const int MaxSubject = 512;

    /// <summary>Adds a line; the transaction is the caller's. Nothing is written for a report of no change.</summary>
    public static Task AddAsync(HubContext context, DateTime at, ChangeReport report, CancellationToken cancellation) => report.Any
        ? AddAsync(context, at, report.Action, report.What, report.Id, Json(report), cancellation)
        : Task.CompletedTask;

    /// <param name="action">Such as <c>changed</c>.</param>
    /// <param name="subject">Kind and name.</param>
    /// <param name="id">The row's id; 0 = known by name alone.</param>
    /// <param name="changes">A JSON array.</param>
    public static async Task AddAsync(HubContext context, DateTime at, string action, string subject, long id, string changes, CancellationToken cancellation)
    {
        var actor = Acting.Current;
        var row = context.Add(new ChangeLogRow
        {
            At = at,
            ActorId = actor.User?.Value,
            Actor = actor.Name,
            How = actor.How,
            Action = action,
            Subject = subject.Length <= MaxSubject ? subject : subject[..MaxSubject],
            SubjectId = id == 0 ? null : id,
            Changes = changes,
            Address = actor.Address,
        });
        await context.SaveChangesAsync(cancellation);
        row.State = EntityState.Detached;
    }

    /// <summary>One page, newest first.</summary>
    public static async Task<List<ChangeLogRow>> ListAsync(HubDatabase database, ChangeFilter filter, long? before, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var rows = context.Set<ChangeLogRow>().AsNoTracking();
        rows = before is { } below ? rows.Where(row => row.Id < below) : rows;
        rows = filter.Actor is { } actor ? rows.Where(row => row.Actor == actor) : rows;
        rows = filter.ActorId is { } user ? rows.Where(row => row.ActorId == user.Value) : rows;
        rows = filter.Subject is { } subject ? rows.Where(row => row.Subject == subject) : rows;
        rows = filter.Action is { } action ? rows.Where(row => row.Action == action) : rows;
        rows = filter.From is { } from ? rows.Where(row => row.At >= from) : rows;
        rows = filter.To is { } to ? rows.Where(row => row.At < to) : rows;
        return await rows.OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation);
    }

    private static string Json(ChangeReport report)
    {
        var told = report.Notes.Select(static note => note.Line).ToImmutableHashSet(StringComparer.Ordinal);
        return JsonText.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var note in report.Notes)
            {
                writer.WriteStartObject();
                writer.WriteString("field", note.Field);
                writer.WriteString("before", note.Before);
                writer.WriteString("after", note.After);
                writer.WriteEndObject();
            }

            foreach (var line in report.Changes.Where(line => !told.Contains(line)))
            {
                writer.WriteStartObject();
                writer.WriteString("note", line);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    public static ChangeEntry Entry(ChangeLogRow row)
    {
        using var changes = JsonDocument.Parse(row.Changes);
        return new ChangeEntry(
            row.Id, row.At, row.Actor, row.ActorId is { } user ? new UserId(user) : null, row.How, row.Action, row.Subject, row.SubjectId,
            [.. changes.RootElement.EnumerateArray().Select(static one => new ChangedMember(Text(one, "field"), Text(one, "before"), Text(one, "after"), Text(one, "note")))],
            row.Address);

        static string? Text(JsonElement one, string name) => one.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
