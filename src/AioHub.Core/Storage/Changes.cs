using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Storage;

/// <summary>What a running server watches to notice changes that other processes made: one counter an area, raised inside the changing transaction.</summary>
internal sealed class ChangeRow
{
    public required string Area { get; set; }
    public long Version { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ChangeRow>
    {
        public void Configure(EntityTypeBuilder<ChangeRow> builder)
        {
            builder.ToTable("changes");
            builder.HasKey(static row => row.Area);
            builder.Property(static row => row.Area).HasMaxLength(32);
        }
    }
}

/// <summary>The areas of <see cref="ChangeRow"/>.</summary>
internal static class ChangeAreas
{
    /// <summary>How people sign in: passwords, passkeys, sessions, links, tokens. Nothing of it is held in memory, so no server reloads for it.</summary>
    public const string Access = "access";
    /// <summary>Groups, channels, credentials, models, prices, settings.</summary>
    public const string Configuration = "configuration";
    /// <summary>Users and API keys; rows carry the version at which they changed.</summary>
    public const string Identity = "identity";
    /// <summary>Ledger entries and account balances; rows carry the version at which they changed.</summary>
    public const string Ledger = "ledger";
}

/// <summary>Raises a counter. It must be the first statement of the changing transaction: its row lock makes commit order equal version order.</summary>
internal static class ChangeCounter
{
    public static async Task<long> RaiseAsync(HubContext context, string area, CancellationToken cancellation)
    {
        await context.Database.ExecuteSqlAsync(
            $"INSERT INTO changes (\"Area\", \"Version\") VALUES ({area}, 1) ON CONFLICT (\"Area\") DO UPDATE SET \"Version\" = changes.\"Version\" + 1", cancellation);
        return await context.Set<ChangeRow>().AsNoTracking().Where(row => row.Area == area).Select(static row => row.Version).SingleAsync(cancellation);
    }

    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(HubContext context, CancellationToken cancellation) =>
        await context.Set<ChangeRow>().AsNoTracking().ToDictionaryAsync(static row => row.Area, static row => row.Version, cancellation);
}
