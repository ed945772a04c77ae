using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Identity.SignIn;

/// <summary>How a user signs in, and what the console keeps for them. A user without a row has never signed in.</summary>
internal sealed class SignInRow
{
    public long UserId { get; set; }
    /// <summary>As ASP.NET Core Identity writes it; null = none.</summary>
    public string? PasswordHash { get; set; }
    /// <summary>Changes with every way of signing in.</summary>
    public required string Stamp { get; set; }
    public int FailedTries { get; set; }
    public DateTime? LockedUntil { get; set; }
    /// <summary>Sealed for the user's id; null = none.</summary>
    public string? TotpSecret { get; set; }
    /// <summary>A secret that was shown counts only after a code of it came back.</summary>
    public bool TotpOn { get; set; }
    /// <summary>The 30-second step of the last code that was taken: none is taken twice.</summary>
    public long TotpStep { get; set; }
    /// <summary>The address was proved by a link that was sent to it, or by a provider.</summary>
    public bool Confirmed { get; set; }
    public string? Name { get; set; }
    public string? Locale { get; set; }
    public string? Theme { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<SignInRow>
    {
        public void Configure(EntityTypeBuilder<SignInRow> builder)
        {
            builder.ToTable("sign_ins");
            builder.HasKey(static row => row.UserId);
            builder.Property(static row => row.UserId).ValueGeneratedNever();
            builder.Property(static row => row.PasswordHash).HasMaxLength(512);
            builder.Property(static row => row.Stamp).HasMaxLength(64);
            builder.Property(static row => row.TotpSecret).HasMaxLength(512);
            builder.Property(static row => row.Name).HasMaxLength(IdentityAdmin.MaxNameLength);
            builder.Property(static row => row.Locale).HasMaxLength(16);
            builder.Property(static row => row.Theme).HasMaxLength(16);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>A recovery code that was not used yet, as a keyed hash.</summary>
internal sealed class RecoveryCodeRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required byte[] Hash { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<RecoveryCodeRow>
    {
        public void Configure(EntityTypeBuilder<RecoveryCodeRow> builder)
        {
            builder.ToTable("recovery_codes");
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => new { row.UserId, row.Hash }).IsUnique();
        }
    }
}

/// <summary>A passkey.</summary>
internal sealed class PasskeyRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required byte[] CredentialId { get; set; }
    public required byte[] PublicKey { get; set; }
    public string? Name { get; set; }
    /// <summary>Raised by the authenticator with each use.</summary>
    public long SignCount { get; set; }
    public string Transports { get; set; } = JsonText.EmptyList;
    public bool IsUserVerified { get; set; }
    public bool IsBackupEligible { get; set; }
    public bool IsBackedUp { get; set; }
    public required byte[] AttestationObject { get; set; }
    public required byte[] ClientDataJson { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? LastUsedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<PasskeyRow>
    {
        public void Configure(EntityTypeBuilder<PasskeyRow> builder)
        {
            builder.ToTable("passkeys");
            builder.Property(static row => row.CredentialId).HasMaxLength(1024);
            builder.Property(static row => row.Name).HasMaxLength(IdentityAdmin.MaxNameLength);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => row.CredentialId).IsUnique();
        }
    }
}

/// <summary>A user as another provider knows them.</summary>
internal sealed class ExternalSignInRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required string Provider { get; set; }
    /// <summary>The provider's <c>sub</c>.</summary>
    public required string Subject { get; set; }
    public DateTime CreatedAt { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ExternalSignInRow>
    {
        public void Configure(EntityTypeBuilder<ExternalSignInRow> builder)
        {
            builder.ToTable("external_sign_ins");
            builder.Property(static row => row.Provider).HasMaxLength(64);
            builder.Property(static row => row.Subject).HasMaxLength(255);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(static row => new { row.Provider, row.Subject }).IsUnique();
        }
    }
}

/// <summary>Reads and writes how users sign in.</summary>
internal static class SignInStore
{
    /// <summary>The user's row, made when there is none; the caller saves.</summary>
    public static async Task<SignInRow> RowAsync(HubContext context, long user, CancellationToken cancellation) =>
        await context.Set<SignInRow>().SingleOrDefaultAsync(row => row.UserId == user, cancellation)
        ?? context.Add(new SignInRow { UserId = user, Stamp = SignInSecrets.New(16) }).Entity;

    public static async Task<(UserRow User, SignInRow? SignIn)?> FindAsync(HubContext context, long? id, string? email, CancellationToken cancellation)
    {
        var found = await (
            from user in context.Set<UserRow>().AsNoTracking()
            where (id != null && user.Id == id) || (email != null && user.Email == email)
            join one in context.Set<SignInRow>().AsNoTracking() on user.Id equals one.UserId into all
            from one in all.DefaultIfEmpty()
            select new { user, one }).SingleOrDefaultAsync(cancellation);
        return found is null ? null : (found.user, found.one);
    }

    /// <summary>Counts a try in vain in one statement: tries that race are all counted.</summary>
    /// <returns>How many there are now.</returns>
    public static async Task<int> FailAsync(HubContext context, long user, CancellationToken cancellation)
    {
        await context.Set<SignInRow>().Where(row => row.UserId == user).ExecuteUpdateAsync(set => set.SetProperty(static row => row.FailedTries, static row => row.FailedTries + 1), cancellation);
        return await context.Set<SignInRow>().Where(row => row.UserId == user).Select(static row => row.FailedTries).SingleOrDefaultAsync(cancellation);
    }

    public static Task LockAsync(HubContext context, long user, DateTime until, CancellationToken cancellation) =>
        context.Set<SignInRow>().Where(row => row.UserId == user)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.LockedUntil, until).SetProperty(static row => row.FailedTries, 0), cancellation);

    public static Task ForgiveAsync(HubContext context, long user, CancellationToken cancellation) =>
        context.Set<SignInRow>().Where(row => row.UserId == user && (row.FailedTries > 0 || row.LockedUntil != null))
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.LockedUntil, (DateTime?)null).SetProperty(static row => row.FailedTries, 0), cancellation);

    /// <summary>Takes the step of a code, if no code of it or of a later one was taken before.</summary>
    public static async Task<bool> TakeStepAsync(HubContext context, long user, long step, CancellationToken cancellation) =>
        await context.Set<SignInRow>().Where(row => row.UserId == user && row.TotpStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(static row => row.TotpStep, step), cancellation) == 1;

    /// <summary>Uses up a recovery code.</summary>
    public static async Task<bool> UseCodeAsync(HubContext context, long user, byte[] hash, CancellationToken cancellation) =>
        await context.Set<RecoveryCodeRow>().Where(row => row.UserId == user && row.Hash == hash).ExecuteDeleteAsync(cancellation) == 1;

    public static async Task SetCodesAsync(HubContext context, long user, IEnumerable<byte[]> hashes, CancellationToken cancellation)
    {
        await context.Set<RecoveryCodeRow>().Where(row => row.UserId == user).ExecuteDeleteAsync(cancellation);
        context.AddRange(hashes.Select(hash => new RecoveryCodeRow { UserId = user, Hash = hash }));
        await context.SaveChangesAsync(cancellation);
    }

    public static Task<int> CountCodesAsync(HubContext context, long user, CancellationToken cancellation) =>
        context.Set<RecoveryCodeRow>().CountAsync(row => row.UserId == user, cancellation);

    public static Task<List<PasskeyRow>> PasskeysAsync(HubContext context, long user, CancellationToken cancellation) =>
        context.Set<PasskeyRow>().AsNoTracking().Where(row => row.UserId == user).OrderBy(static row => row.Id).ToListAsync(cancellation);

    public static Task<PasskeyRow?> FindPasskeyAsync(HubContext context, byte[] credential, CancellationToken cancellation) =>
        context.Set<PasskeyRow>().SingleOrDefaultAsync(row => row.CredentialId == credential, cancellation);

    public static Task<PasskeyRow?> FindPasskeyAsync(HubContext context, long user, long id, CancellationToken cancellation) =>
        context.Set<PasskeyRow>().SingleOrDefaultAsync(row => row.UserId == user && row.Id == id, cancellation);

    public static Task<ExternalSignInRow?> FindExternalAsync(HubContext context, string provider, string subject, CancellationToken cancellation) =>
        context.Set<ExternalSignInRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Provider == provider && row.Subject == subject, cancellation);
}
