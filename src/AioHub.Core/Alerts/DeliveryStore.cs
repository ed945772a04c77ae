using System.Collections.Immutable;
using System.Security.Cryptography;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Alerts;

/// <summary>One telling, written in the transaction that opens or closes its alert: what is not sent yet is never forgotten.</summary>
internal sealed class DeliveryRow
{
    public const int MaxAnswer = 2_000;

    public long Id { get; set; }
    public long AlertId { get; set; }
    /// <summary>Null = to <see cref="UserId"/> by e-mail.</summary>
    public long? TargetId { get; set; }
    public long? UserId { get; set; }
    public required string Event { get; set; }
    public required string Message { get; set; }
    public DeliveryState State { get; set; }
    public int Attempts { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime NextAt { get; set; }
    public DateTime? DoneAt { get; set; }
    public int? Status { get; set; }
    public string? Answer { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<DeliveryRow>
    {
        public void Configure(EntityTypeBuilder<DeliveryRow> builder)
        {
            builder.ToTable("alert_deliveries");
            builder.Property(static row => row.Event).HasMaxLength(16);
            builder.Property(static row => row.Message).HasMaxLength(64);
            builder.Property(static row => row.Answer).HasMaxLength(MaxAnswer);
            builder.HasOne<AlertRow>().WithMany().HasForeignKey(static row => row.AlertId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<AlertTargetRow>().WithMany().HasForeignKey(static row => row.TargetId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => new { row.State, row.NextAt });
        }
    }
}

/// <summary>A delivery that is due, with all that carrying it needs.</summary>
internal sealed record DueDelivery(long Id, int Attempts, AlertParcel Parcel, string? SealedSecret, string? SealedFormerSecret, long? Target);

/// <summary>The outbox: opens and closes alerts together with their tellings, gives out what is due to one server each.</summary>
internal static class DeliveryStore
{
    public const string Opened = "opened";
    public const string Closed = "closed";

    /// <summary>All of it is one transaction: an alert without its tellings cannot be.</summary>
    /// <returns>False: it was open already.</returns>
    public static async Task<bool> OpenAsync(HubDatabase database, Alert alert, int window, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        if (await AlertStore.AddAsync(context, alert, window, cancellation) is not { } id)
        {
            return false;
        }

        await PutAsync(context, alert with { Id = id }, Opened, alert.At, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <returns>The alert that is over now; null = none was open, or another server closed it.</returns>
    public static async Task<Alert?> CloseAsync(HubDatabase database, AlertOwner owner, long id, string kind, string mark, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        if (await AlertStore.EndAsync(context, owner, id, kind, mark, now, cancellation) is not { } alert)
        {
            return null;
        }

        await PutAsync(context, alert, Closed, now, cancellation);
        await transaction.CommitAsync(cancellation);
        return alert;
    }

    /// <summary>Whether anything waits, due or not: a look that costs a server next to nothing.</summary>
    public static async Task<bool> AnyWaitingAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await reader.ReadAsync("""SELECT "Id" FROM alert_deliveries WHERE "State" = 0 LIMIT 1""", static row => row.GetInt64(0), cancellation)).Count > 0;
    }

    /// <summary>Takes what is due: each row is this server's alone until <paramref name="lease"/> is over, when another try may begin.</summary>
    public static async Task<List<DueDelivery>> TakeDueAsync(HubDatabase database, DateTime now, TimeSpan lease, int most, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var due = await (
            from row in context.Set<DeliveryRow>().AsNoTracking()
            where row.State == DeliveryState.Waiting && row.NextAt <= now
            orderby row.NextAt
            join alert in context.Set<AlertRow>() on row.AlertId equals alert.Id
            from target in context.Set<AlertTargetRow>().Where(target => target.Id == row.TargetId).DefaultIfEmpty()
            from user in context.Set<UserRow>().Where(user => user.Id == row.UserId).DefaultIfEmpty()
            from own in context.Set<SignInRow>().Where(own => own.UserId == row.UserId).DefaultIfEmpty()
            select new { row, alert, target, Email = user == null ? null : user.Email, Locale = own == null ? null : own.Locale }).Take(most).ToListAsync(cancellation);
        var taken = new List<DueDelivery>();
        foreach (var one in due)
        {
            var (id, seen, until) = (one.row.Id, one.row.Attempts, now + lease);
            if (await context.Set<DeliveryRow>().Where(row => row.Id == id && row.State == DeliveryState.Waiting && row.Attempts == seen && row.NextAt <= now)
                .ExecuteUpdateAsync(set => set.SetProperty(static row => row.Attempts, seen + 1).SetProperty(static row => row.NextAt, until), cancellation) == 0)
            {
                // Another server was faster.
                continue;
            }

            var parcel = new AlertParcel(
                one.row.Message, one.row.Event, one.row.CreatedAt, one.target?.Type ?? TargetType.Email, one.target?.Address ?? one.Email ?? "", one.target?.Locale ?? one.Locale ?? "en",
                one.target?.AllowPrivateNetwork ?? false, [], AlertStore.Of(one.alert));
            taken.Add(new DueDelivery(id, seen + 1, parcel, one.target?.SealedSecret, one.target?.FormerSecretUntil > now ? one.target.SealedFormerSecret : null, one.target?.Id));
        }

        return taken;
    }

    /// <summary>Notes how a try ended, unless another try has begun since.</summary>
    /// <param name="next">When to try again; null = it is done or given up.</param>
    public static async Task NoteAsync(HubDatabase database, DueDelivery delivery, CourierAnswer answer, DateTime now, DateTime? next, CancellationToken cancellation)
    {
        var state = answer.Delivered ? DeliveryState.Delivered : next is null ? DeliveryState.Failed : DeliveryState.Waiting;
        var text = answer.Text.Replace("\0", "", StringComparison.Ordinal);
        text = text.Length <= DeliveryRow.MaxAnswer ? text : text[..DeliveryRow.MaxAnswer];
        DateTime? done = next is null ? now : null;
        var at = next ?? now;
        await using var context = database.CreateContext();
        await context.Set<DeliveryRow>().Where(row => row.Id == delivery.Id && row.Attempts == delivery.Attempts && row.State == DeliveryState.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.State, state).SetProperty(static row => row.NextAt, at).SetProperty(static row => row.DoneAt, done)
                .SetProperty(static row => row.Status, answer.Status).SetProperty(static row => row.Answer, text), cancellation);
    }

    /// <summary>One page, newest first.</summary>
    public static async Task<ImmutableArray<Delivery>> ListAsync(
        HubDatabase database, DeliveryState? state, long? target, long? alert, long? id, long? before, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var rows = await (
            from row in context.Set<DeliveryRow>().AsNoTracking()
            where row.TargetId != null && (state == null || row.State == state) && (target == null || row.TargetId == target) && (alert == null || row.AlertId == alert)
                && (id == null || row.Id == id) && (before == null || row.Id < before)
            orderby row.Id descending
            join told in context.Set<AlertRow>() on row.AlertId equals told.Id
            join to in context.Set<AlertTargetRow>() on row.TargetId equals to.Id
            select new { row, told.Kind, to.Name }).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(static one => new Delivery(
            one.row.Id, one.row.AlertId, one.row.TargetId, one.Name, one.Kind, one.row.Event, one.row.Message, one.row.State, one.row.Attempts, one.row.CreatedAt,
            one.row.State == DeliveryState.Waiting ? one.row.NextAt : null, one.row.DoneAt, one.row.Status, one.row.Answer))];
    }

    /// <summary>A delivery that was given up begins again, with all its tries.</summary>
    /// <returns>False: there is none that was given up.</returns>
    public static async Task<bool> RetryAsync(HubContext context, long id, DateTime now, CancellationToken cancellation) =>
        await context.Set<DeliveryRow>().Where(row => row.Id == id && row.State == DeliveryState.Failed)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.State, DeliveryState.Waiting).SetProperty(static row => row.Attempts, 0)
                .SetProperty(static row => row.NextAt, now).SetProperty(static row => row.DoneAt, (DateTime?)null), cancellation) > 0;

    /// <summary>What was done before that moment is forgotten.</summary>
    public static async Task SweepAsync(HubDatabase database, DateTime before, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await context.Set<DeliveryRow>().Where(row => row.State != DeliveryState.Waiting && row.CreatedAt < before).ExecuteDeleteAsync(cancellation);
    }

    private static async Task PutAsync(HubContext context, Alert alert, string told, DateTime now, CancellationToken cancellation)
    {
        if (alert.User is { Value: var user })
        {
            if (await context.Set<AlertWishRow>().AnyAsync(row => row.UserId == user && row.ByEmail, cancellation))
            {
                Add(null, user);
            }
        }
        else
        {
            foreach (var target in await context.Set<AlertTargetRow>().AsNoTracking().Where(static row => row.Enabled).ToListAsync(cancellation))
            {
                if (JsonText.ToList(target.Kinds) is var kinds && (kinds.IsEmpty || kinds.Contains(alert.Kind, StringComparer.Ordinal)))
                {
                    Add(target.Id, null);
                }
            }
        }

        await context.SaveChangesAsync(cancellation);

        void Add(long? target, long? whose) => context.Add(new DeliveryRow
        {
            AlertId = alert.Id, TargetId = target, UserId = whose, Event = told, Message = NewMessage(), CreatedAt = now, NextAt = now,
        });
    }

    internal static string NewMessage() => $"msg_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
}
