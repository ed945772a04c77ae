using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Ledger;

/// <summary>A redemption code; its text is only here as a keyed hash. What it is worth never changes.</summary>
internal sealed class RedemptionCodeRow
{
    public long Id { get; set; }
    public required string Batch { get; set; }
    public required byte[] Hash { get; set; }
    public required string LastFour { get; set; }
    public long AmountNano { get; set; }
    public string? Tag { get; set; }
    public required string Reason { get; set; }
    public DateTime CreatedAt { get; set; }
    public required string CreatedBy { get; set; }
    public DateTime? ExpiresAt { get; set; }
    public DateTime? RevokedAt { get; set; }
    public string? RevokedBy { get; set; }
    public DateTime? RedeemedAt { get; set; }
    public long? UserId { get; set; }
    public long? EntryId { get; set; }
    /// <summary>See <see cref="EntrySeal.Of(RedemptionCodeRow)"/>.</summary>
    public required byte[] Seal { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<RedemptionCodeRow>
    {
        public void Configure(EntityTypeBuilder<RedemptionCodeRow> builder)
        {
            builder.ToTable("redemption_codes");
            builder.Property(static row => row.Batch).HasMaxLength(26);
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.Property(static row => row.LastFour).HasMaxLength(4);
            builder.Property(static row => row.Tag).HasMaxLength(CodeBook.MaxTagLength);
            builder.Property(static row => row.Reason).HasMaxLength(500);
            builder.Property(static row => row.CreatedBy).HasMaxLength(200);
            builder.Property(static row => row.RevokedBy).HasMaxLength(200);
            builder.Property(static row => row.Seal).HasMaxLength(EntrySeal.Length);
            builder.HasIndex(static row => row.Hash).IsUnique();
            builder.HasIndex(static row => row.Batch);
        }
    }
}

/// <summary>Reads and writes codes; <see cref="MovementStore"/> pays them out.</summary>
internal static class CodeStore
{
    /// <summary>Adds a batch.</summary>
    /// <returns>False = a batch of this name was there already; nothing was added.</returns>
    public static async Task<bool> AddAsync(HubDatabase database, IReadOnlyCollection<RedemptionCodeRow> codes, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        // The ledger's lock: of two who bring the same batch at once the later one sees the other's.
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var first = codes.First();
        if (await context.Set<RedemptionCodeRow>().AnyAsync(code => code.Batch == first.Batch, cancellation))
        {
            return false;
        }

        context.AddRange(codes);
        await context.SaveChangesAsync(cancellation);
        await ChangeLogStore.AddAsync(
            context, first.CreatedAt,
            new ChangeReport($"codes {first.Batch}", 0, Created: true, [$"count: {codes.Count}", $"usd: {new NanoUsd(first.AmountNano)}", $"reason: {first.Reason}"]), cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Newest first, with the redeemer's e-mail.</summary>
    public static async Task<List<(RedemptionCodeRow Code, string? Email)>> ListAsync(
        HubDatabase database, string? batch, string? tag, long? before, int limit, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        var below = before ?? long.MaxValue;
        var rows = await (
            from code in context.Set<RedemptionCodeRow>().AsNoTracking()
            where code.Id < below && (batch == null || code.Batch == batch) && (tag == null || code.Tag == tag)
            orderby code.Id descending
            select new { code, Email = context.Set<UserRow>().Where(user => user.Id == code.UserId).Select(static user => user.Email).FirstOrDefault() })
            .Take(limit).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.code, (string?)row.Email));
    }

    /// <summary>Ends codes that nobody redeemed yet.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<int> RevokeAsync(HubDatabase database, long? id, string? batch, string? tag, string actor, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        // The ledger's lock: between looking and writing nobody redeems one of them.
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var revoked = await context.Set<RedemptionCodeRow>()
            .Where(code => code.RedeemedAt == null && code.RevokedAt == null)
            .Where(code => (id == null || code.Id == id) && (batch == null || code.Batch == batch) && (tag == null || code.Tag == tag))
            .ExecuteUpdateAsync(set => set.SetProperty(static code => code.RevokedAt, now).SetProperty(static code => code.RevokedBy, actor), cancellation);
        if (revoked > 0)
        {
            var what = id is { } one ? $"code {one}" : batch is not null ? $"codes {batch}" : $"codes tagged {tag}";
            await ChangeLogStore.AddAsync(context, now, new ChangeReport(what, id ?? 0, Created: false, [$"revoked: {revoked}"]) { Action = "revoked" }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return revoked;
    }

    public static async Task<RedemptionCodeRow?> FindAsync(HubDatabase database, byte[] hash, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Set<RedemptionCodeRow>().AsNoTracking().SingleOrDefaultAsync(code => code.Hash == hash, cancellation);
    }

    public static async Task<RedemptionCodeRow?> FindAsync(HubDatabase database, long id, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        return await context.Set<RedemptionCodeRow>().AsNoTracking().SingleOrDefaultAsync(code => code.Id == id, cancellation);
    }
}
