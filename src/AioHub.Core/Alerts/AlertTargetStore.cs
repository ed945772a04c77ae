using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Alerts;

/// <summary>Where operators' alerts go; see <see cref="AlertTarget"/>.</summary>
internal sealed class AlertTargetRow
{
    public const int MaxName = 100;
    public const int MaxAddress = 2_048;

    public long Id { get; set; }
    public required string Name { get; set; }
    public TargetType Type { get; set; }
    public required string Address { get; set; }
    public string Kinds { get; set; } = JsonText.EmptyList;
    public required string Locale { get; set; }
    public bool AllowPrivateNetwork { get; set; }
    public bool Enabled { get; set; } = true;
    /// <summary>Sealed for the row; null = it signs nothing.</summary>
    public string? SealedSecret { get; set; }
    public string? SealedFormerSecret { get; set; }
    public DateTime? FormerSecretUntil { get; set; }
    public DateTime CreatedAt { get; set; }

    public AlertTarget ToTarget() => new(Id, Name, Type, Address, JsonText.ToList(Kinds), Locale, AllowPrivateNetwork, Enabled, CreatedAt, FormerSecretUntil);

    private sealed class Configuration : IEntityTypeConfiguration<AlertTargetRow>
    {
        public void Configure(EntityTypeBuilder<AlertTargetRow> builder)
        {
            builder.ToTable("alert_targets");
            builder.Property(static row => row.Name).HasMaxLength(MaxName);
            builder.Property(static row => row.Type).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Address).HasMaxLength(MaxAddress);
            builder.Property(static row => row.Locale).HasMaxLength(16);
            builder.Property(static row => row.SealedSecret).HasMaxLength(512);
            builder.Property(static row => row.SealedFormerSecret).HasMaxLength(512);
            builder.HasIndex(static row => row.Name).IsUnique();
        }
    }
}

/// <summary>What a user wants to be told of by e-mail; without a row nothing.</summary>
internal sealed class AlertWishRow
{
    public long UserId { get; set; }
    public bool ByEmail { get; set; }
    /// <summary>Below this balance of the wallet; null = not.</summary>
    public long? BalanceNano { get; set; }
    public bool KeyBudgets { get; set; }
    public bool KeysExpiring { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<AlertWishRow>
    {
        public void Configure(EntityTypeBuilder<AlertWishRow> builder)
        {
            builder.ToTable("alert_wishes");
            builder.HasKey(static row => row.UserId);
            builder.Property(static row => row.UserId).ValueGeneratedNever();
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>A user who wants to be told.</summary>
/// <param name="Below">Nano-USD; null = not of the balance.</param>
/// <param name="Balance">Of the wallet, nano-USD.</param>
internal sealed record Wishing(UserId User, string Email, long? Below, bool Budgets, bool Expiring, long Balance);

/// <summary>Reads rows of targets and wishes.</summary>
internal static class AlertTargetStore
{
    public static Task<List<AlertTargetRow>> ListAsync(HubContext context, string? afterName, int limit, CancellationToken cancellation)
    {
        var rows = context.Set<AlertTargetRow>().AsNoTracking();
        rows = afterName is null ? rows : rows.Where(row => string.Compare(row.Name, afterName) > 0);
        return rows.OrderBy(static row => row.Name).Take(limit).ToListAsync(cancellation);
    }

    public static Task<AlertTargetRow?> FindAsync(HubContext context, long id, CancellationToken cancellation) =>
        context.Set<AlertTargetRow>().SingleOrDefaultAsync(row => row.Id == id, cancellation);

    public static Task<bool> IsTakenAsync(HubContext context, string name, long but, CancellationToken cancellation) =>
        context.Set<AlertTargetRow>().AnyAsync(row => row.Name == name && row.Id != but, cancellation);

    public static Task<AlertWishRow?> WishAsync(HubContext context, long user, CancellationToken cancellation) =>
        context.Set<AlertWishRow>().SingleOrDefaultAsync(row => row.UserId == user, cancellation);

    /// <summary>Wishes of enabled users, with their addresses, on a plain connection: a server that has none to tell never loads EF Core for it.</summary>
    public static async Task<List<Wishing>> WishesAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """
            SELECT w."UserId", u."Email", w."BalanceNano", w."KeyBudgets", w."KeysExpiring", a."BalanceNano" FROM alert_wishes w JOIN users u ON u."Id" = w."UserId"
            LEFT JOIN accounts a ON a."OwnerId" = w."UserId" AND a."Kind" = $1 WHERE w."ByEmail" AND u."Enabled"
            """,
            static row => new Wishing(new UserId(row.GetInt64(0)), row.GetString(1), row.Long(2), row.GetBoolean(3), row.GetBoolean(4), row.Long(5) ?? 0), cancellation,
            Ledger.LedgerNames.Of(Ledger.AccountKind.Wallet));
    }

    /// <summary>Wallets of enabled users below a level that were used since a moment: not of those who left long ago.</summary>
    public static async Task<List<(long User, string Email, long Balance)>> PoorAsync(HubDatabase database, long below, DateTime since, int most, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var micros = (since - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return await reader.ReadAsync(
            """
            SELECT u."Id", u."Email", a."BalanceNano" FROM accounts a JOIN users u ON u."Id" = a."OwnerId"
            WHERE a."Kind" = $1 AND a."BalanceNano" < $2 AND u."Enabled" AND EXISTS (SELECT 1 FROM usage_sums s WHERE s."Facet" = $3 AND s."OwnerId" = u."Id" AND s."At" >= $4) ORDER BY u."Id" LIMIT $5
            """,
            static row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2)), cancellation,
            Ledger.LedgerNames.Of(Ledger.AccountKind.Wallet), below, (int)Reports.UsageFacet.UserDay, micros / 86_400_000_000L, (long)most);
    }
}
