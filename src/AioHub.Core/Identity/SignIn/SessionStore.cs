using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Identity.SignIn;

/// <summary>Somebody who is signed in, in one browser. To end a session is to delete its row.</summary>
internal sealed class SessionRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required byte[] Hash { get; set; }
    public SessionStage Stage { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime SeenAt { get; set; }
    public DateTime EndsAt { get; set; }
    public string? Address { get; set; }
    public string? Agent { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<SessionRow>
    {
        public void Configure(EntityTypeBuilder<SessionRow> builder)
        {
            builder.ToTable("sessions");
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.Property(static row => row.Stage).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Address).HasMaxLength(64);
            builder.Property(static row => row.Agent).HasMaxLength(256);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => row.Hash).IsUnique();
            builder.HasIndex(static row => row.EndsAt);
        }
    }
}

/// <summary>A link that lets somebody in once.</summary>
internal sealed class LinkRow
{
    public long Id { get; set; }
    public LinkPurpose Purpose { get; set; }
    /// <summary>Whom it lets in; null = somebody who is not a user yet.</summary>
    public long? UserId { get; set; }
    /// <summary>Of an invitation: the only address that may use it; null = any.</summary>
    public string? Email { get; set; }
    /// <summary>Of an invitation: what its user will be.</summary>
    public Role Role { get; set; }
    public required byte[] Hash { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime EndsAt { get; set; }
    public DateTime? UsedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<LinkRow>
    {
        public void Configure(EntityTypeBuilder<LinkRow> builder)
        {
            builder.ToTable("one_time_links");
            builder.Property(static row => row.Purpose).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Role).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Email).HasMaxLength(254);
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => row.Hash).IsUnique();
        }
    }
}

/// <summary>A personal access token of the management API.</summary>
internal sealed class AccessTokenRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required string Name { get; set; }
    public required byte[] Hash { get; set; }
    public required string LastFour { get; set; }
    public required string Scopes { get; set; }
    public DateTime CreatedAt { get; set; }
    /// <summary>Null = never.</summary>
    public DateTime? EndsAt { get; set; }
    public DateTime? LastUsedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<AccessTokenRow>
    {
        public void Configure(EntityTypeBuilder<AccessTokenRow> builder)
        {
            builder.ToTable("access_tokens");
            builder.Property(static row => row.Name).HasMaxLength(IdentityAdmin.MaxNameLength);
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.Property(static row => row.LastFour).HasMaxLength(4);
            builder.Property(static row => row.Scopes).HasMaxLength(256);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => row.Hash).IsUnique();
        }
    }
}

/// <summary>Reads and writes sessions, links and tokens.</summary>
internal static class SessionStore
{
    /// <summary>A session that has not ended, with its user.</summary>
    public static async Task<(SessionRow Session, UserRow User)?> FindAsync(HubContext context, byte[] hash, DateTime now, CancellationToken cancellation)
    {
        var found = await (
            from session in context.Set<SessionRow>().AsNoTracking()
            join user in context.Set<UserRow>().AsNoTracking() on session.UserId equals user.Id
            where session.Hash == hash && session.EndsAt > now && user.Enabled
            select new { session, user }).SingleOrDefaultAsync(cancellation);
        return found is null ? null : (found.session, found.user);
    }

    public static Task SeenAsync(HubContext context, long id, DateTime now, DateTime ends, CancellationToken cancellation) =>
        context.Set<SessionRow>().Where(row => row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.SeenAt, now).SetProperty(static row => row.EndsAt, ends), cancellation);

    /// <summary>From now on the session is signed in.</summary>
    public static Task PromoteAsync(HubContext context, long id, DateTime ends, CancellationToken cancellation) =>
        context.Set<SessionRow>().Where(row => row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.Stage, SessionStage.Full).SetProperty(static row => row.EndsAt, ends), cancellation);

    public static Task<List<SessionRow>> OfAsync(HubContext context, long user, DateTime now, CancellationToken cancellation) =>
        context.Set<SessionRow>().AsNoTracking().Where(row => row.UserId == user && row.EndsAt > now).OrderByDescending(static row => row.Id).ToListAsync(cancellation);

    /// <summary>Ends sessions of a user: one, or all but one.</summary>
    public static Task<int> EndAsync(HubContext context, long user, long? only, long? but, CancellationToken cancellation) =>
        context.Set<SessionRow>().Where(row => row.UserId == user && (only == null || row.Id == only) && (but == null || row.Id != but)).ExecuteDeleteAsync(cancellation);

    public static Task<int> SweepAsync(HubContext context, DateTime now, CancellationToken cancellation) =>
        context.Set<SessionRow>().Where(row => row.EndsAt <= now).ExecuteDeleteAsync(cancellation);

    /// <summary>A link that is good: not used, not ended.</summary>
    public static Task<LinkRow?> FindLinkAsync(HubContext context, byte[] hash, DateTime now, CancellationToken cancellation) =>
        context.Set<LinkRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Hash == hash && row.UsedAt == null && row.EndsAt > now, cancellation);

    /// <summary>Invitations that are good, the newest first.</summary>
    public static Task<List<LinkRow>> InvitationsAsync(HubContext context, long? before, long? id, int limit, DateTime now, CancellationToken cancellation) => context.Set<LinkRow>().AsNoTracking()
        .Where(row => row.Purpose == LinkPurpose.Invite && row.UsedAt == null && row.EndsAt > now && (before == null || row.Id < before) && (id == null || row.Id == id))
        .OrderByDescending(static row => row.Id).Take(limit).ToListAsync(cancellation);

    /// <summary>Uses a link up; of two who try at once one succeeds.</summary>
    public static async Task<bool> UseLinkAsync(HubContext context, long id, DateTime now, CancellationToken cancellation) =>
        await context.Set<LinkRow>().Where(row => row.Id == id && row.UsedAt == null && row.EndsAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.UsedAt, now), cancellation) == 1;

    /// <summary>Ends the other links of a user: the newest is the one that counts.</summary>
    public static Task EndLinksAsync(HubContext context, long user, DateTime now, CancellationToken cancellation) =>
        context.Set<LinkRow>().Where(row => row.UserId == user && row.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(static row => row.UsedAt, now), cancellation);

    public static async Task<(AccessTokenRow Token, UserRow User)?> FindTokenAsync(HubContext context, byte[] hash, DateTime now, CancellationToken cancellation)
    {
        var found = await (
            from token in context.Set<AccessTokenRow>().AsNoTracking()
            join user in context.Set<UserRow>().AsNoTracking() on token.UserId equals user.Id
            where token.Hash == hash && (token.EndsAt == null || token.EndsAt > now) && user.Enabled
            select new { token, user }).SingleOrDefaultAsync(cancellation);
        return found is null ? null : (found.token, found.user);
    }

    public static Task TokenUsedAsync(HubContext context, long id, DateTime now, CancellationToken cancellation) =>
        context.Set<AccessTokenRow>().Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(static row => row.LastUsedAt, now), cancellation);

    public static Task<List<AccessTokenRow>> TokensAsync(HubContext context, long user, CancellationToken cancellation) =>
        context.Set<AccessTokenRow>().AsNoTracking().Where(row => row.UserId == user).OrderByDescending(static row => row.Id).ToListAsync(cancellation);

    public static Task<AccessTokenRow?> FindTokenAsync(HubContext context, long user, long id, CancellationToken cancellation) =>
        context.Set<AccessTokenRow>().SingleOrDefaultAsync(row => row.UserId == user && row.Id == id, cancellation);
}
