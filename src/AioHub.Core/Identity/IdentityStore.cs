using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Identity;

/// <summary>A person.</summary>
internal sealed class UserRow
{
    public long Id { get; set; }
    /// <summary>Lower case: addresses are compared without case.</summary>
    public required string Email { get; set; }
    public Role Role { get; set; }
    public string Tags { get; set; } = JsonText.EmptyList;
    public decimal Multiplier { get; set; } = 1m;
    public bool Enabled { get; set; } = true;
    public string Limits { get; set; } = LimitsText.None;
    public DateTime CreatedAt { get; set; }
    /// <summary>The <see cref="ChangeAreas.Identity"/> version at which it last changed.</summary>
    public long Version { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<UserRow>
    {
        public void Configure(EntityTypeBuilder<UserRow> builder)
        {
            builder.ToTable("users");
            builder.Property(static row => row.Email).HasMaxLength(254);
            builder.Property(static row => row.Multiplier).HasPrecision(18, 6);
            builder.Property(static row => row.Role).HasConversion<string>().HasMaxLength(16);
            builder.HasIndex(static row => row.Email).IsUnique();
            builder.HasIndex(static row => row.Version);
        }
    }
}

/// <summary>An API key; its secret is only here as a keyed hash.</summary>
internal sealed class ApiKeyRow
{
    public long Id { get; set; }
    public long UserId { get; set; }
    public required string Name { get; set; }
    public required byte[] Hash { get; set; }
    public required string LastFour { get; set; }
    public string Groups { get; set; } = JsonText.EmptyList;
    public bool CrossGroupFailover { get; set; } = true;
    public string Models { get; set; } = JsonText.EmptyList;
    public decimal Multiplier { get; set; } = 1m;
    public string Limits { get; set; } = LimitsText.None;
    public DateTime? ExpiresAt { get; set; }
    public bool Enabled { get; set; } = true;
    public DateTime CreatedAt { get; set; }
    /// <summary>Set once and for ever. The row stays: the request log refers to it.</summary>
    public DateTime? RevokedAt { get; set; }
    /// <summary>The <see cref="ChangeAreas.Identity"/> version at which it last changed.</summary>
    public long Version { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ApiKeyRow>
    {
        public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
        {
            builder.ToTable("api_keys");
            builder.Property(static row => row.Name).HasMaxLength(IdentityAdmin.MaxNameLength);
            builder.Property(static row => row.Hash).HasMaxLength(KeyHash.Length);
            builder.Property(static row => row.LastFour).HasMaxLength(4);
            builder.Property(static row => row.Multiplier).HasPrecision(18, 6);
            builder.HasOne<UserRow>().WithMany().HasForeignKey(static row => row.UserId).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(static row => row.Hash).IsUnique();
            // A revoked key gives its name free.
            builder.HasIndex(static row => new { row.UserId, row.Name }).IsUnique().HasFilter("\"RevokedAt\" IS NULL");
            builder.HasIndex(static row => row.Version);
        }
    }
}

internal sealed record UserRecord(long Id, Role Role, ImmutableArray<string> Tags, bool Enabled, long Version, decimal Multiplier = 1m)
{
    public Limits Limits { get; init; } = Limits.None;
}

internal sealed record KeyRecord
{
    public required long Id { get; init; }
    public required long UserId { get; init; }
    public required string Name { get; init; }
    public required KeyHash Hash { get; init; }
    public required ImmutableArray<string> Groups { get; init; }
    public required bool CrossGroupFailover { get; init; }
    public required ImmutableArray<string> Models { get; init; }
    public decimal Multiplier { get; init; } = 1m;
    public required Limits Limits { get; init; }
    public required DateTime? ExpiresAt { get; init; }
    public required bool Enabled { get; init; }
    public required bool Revoked { get; init; }
    public required long Version { get; init; }
}

/// <summary>Brings changed users and keys into the directory.</summary>
internal static class IdentityStore
{
    /// <summary>Reads the rows that changed after what the directory has seen: everything the first time.</summary>
    public static async Task ReloadAsync(HubReader reader, ApiKeyDirectory directory, CancellationToken cancellation)
    {
        var users = await reader.ReadAsync(
            """SELECT "Id", "Role", "Tags", "Enabled", "Version", "Multiplier", "Limits" FROM users WHERE "Version" > $1""",
            static row => new UserRecord(row.GetInt64(0), row.Name<Role>(1), JsonText.ToList(row.GetString(2)), row.GetBoolean(3), row.GetInt64(4), row.GetDecimal(5))
            {
                Limits = LimitsText.To(row.GetString(6)),
            },
            cancellation,
            directory.SeenVersion);
        var same = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var sameLimits = new Dictionary<string, Limits>(StringComparer.Ordinal);
        var keys = await reader.ReadAsync(
            """
            SELECT "Id", "UserId", "Name", "Hash", "Groups", "CrossGroupFailover", "Models", "Limits",
                   "ExpiresAt", "Enabled", "RevokedAt", "Version", "Multiplier"
            FROM api_keys WHERE "Version" > $1
            """,
            row => new KeyRecord
            {
                Id = row.GetInt64(0),
                UserId = row.GetInt64(1),
                Name = row.GetString(2),
                Hash = KeyHash.From(row.GetFieldValue<byte[]>(3)),
                Groups = Shared(same, row.GetString(4)),
                CrossGroupFailover = row.GetBoolean(5),
                Models = Shared(same, row.GetString(6)),
                Limits = Shared(sameLimits, row.GetString(7)),
                ExpiresAt = row.Moment(8),
                Enabled = row.GetBoolean(9),
                Revoked = !row.IsDBNull(10),
                Version = row.GetInt64(11),
                Multiplier = row.GetDecimal(12),
            },
            cancellation,
            directory.SeenVersion);
        directory.Apply(users, keys);
    }

    /// <summary>The names of all groups. Identity knows that groups have names and nothing else of them.</summary>
    public static async Task<HashSet<string>> GroupNamesAsync(HubContext context, CancellationToken cancellation) =>
        [.. await context.Database.SqlQuery<string>($"SELECT \"Name\" AS \"Value\" FROM groups").ToListAsync(cancellation)];

    public static Task<UserRow?> FindUserAsync(HubContext context, string email, CancellationToken cancellation) =>
        context.Set<UserRow>().SingleOrDefaultAsync(user => user.Email == email, cancellation);

    public static Task<UserRow?> FindUserAsync(HubContext context, long id, CancellationToken cancellation) =>
        context.Set<UserRow>().SingleOrDefaultAsync(user => user.Id == id, cancellation);

    /// <summary>Addresses of those of the users who exist.</summary>
    public static async Task<IReadOnlyDictionary<UserId, string>> EmailsAsync(HubContext context, IEnumerable<long> users, CancellationToken cancellation)
    {
        var ids = users.Distinct().ToArray();
        return await context.Set<UserRow>().AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(static row => new UserId(row.Id), static row => row.Email, cancellation);
    }

    /// <summary>The user's key of this name that is not revoked.</summary>
    public static Task<ApiKeyRow?> FindKeyAsync(HubContext context, long user, string name, CancellationToken cancellation) =>
        context.Set<ApiKeyRow>().SingleOrDefaultAsync(key => key.UserId == user && key.Name == name && key.RevokedAt == null, cancellation);

    public static Task<ApiKeyRow?> FindKeyAsync(HubContext context, long id, CancellationToken cancellation) =>
        context.Set<ApiKeyRow>().SingleOrDefaultAsync(key => key.Id == id, cancellation);

    /// <summary>Whether another key than this one has the hash, revoked ones included.</summary>
    public static Task<bool> IsTakenAsync(HubContext context, byte[] hash, long id, CancellationToken cancellation) =>
        context.Set<ApiKeyRow>().AnyAsync(key => key.Hash == hash && key.Id != id, cancellation);

    public static Task<List<UserRow>> ListUsersAsync(HubContext context, CancellationToken cancellation) =>
        context.Set<UserRow>().AsNoTracking().OrderBy(static row => row.Email).ToListAsync(cancellation);

    public static Task<List<ApiKeyRow>> ListKeysAsync(HubContext context, long? user, CancellationToken cancellation) =>
        context.Set<ApiKeyRow>().AsNoTracking().Where(row => user == null || row.UserId == user).OrderBy(static row => row.Id).ToListAsync(cancellation);

    public static Task<List<UserRow>> PageOfUsersAsync(HubContext context, UserFilter filter, string? afterEmail, long? beforeId, int limit, CancellationToken cancellation)
    {
        var rows = context.Set<UserRow>().AsNoTracking();
        // Addresses are stored in lower case.
        var text = filter.Text?.ToLowerInvariant();
        rows = text is { Length: > 0 } ? rows.Where(row => row.Email.Contains(text)) : rows;
        rows = filter.Role is { } role ? rows.Where(row => row.Role == role) : rows;
        rows = filter.Enabled is { } enabled ? rows.Where(row => row.Enabled == enabled) : rows;
        rows = beforeId is { } before ? rows.Where(row => row.Id < before).OrderByDescending(static row => row.Id)
            : rows.Where(row => afterEmail == null || string.Compare(row.Email, afterEmail) > 0).OrderBy(static row => row.Email);
        return rows.Take(limit).ToListAsync(cancellation);
    }

    public static async Task<List<(ApiKeyRow Key, UserRow Owner)>> PageOfKeysAsync(HubContext context, long? owner, long? beforeId, long? id, int limit, CancellationToken cancellation)
    {
        var rows = await (
            from key in context.Set<ApiKeyRow>().AsNoTracking()
            join user in context.Set<UserRow>().AsNoTracking() on key.UserId equals user.Id
            where key.RevokedAt == null && (owner == null || key.UserId == owner) && (beforeId == null || key.Id < beforeId) && (id == null || key.Id == id)
            orderby key.Id descending
            select new { key, user }).Take(limit).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.key, row.user));
    }

    /// <summary>Keys that name a group, the newest first; revoked ones are left out. Group names hold nothing that JSON would write otherwise, so the list's text is searched.</summary>
    public static async Task<List<(ApiKeyRow Key, UserRow Owner)>> KeysOfGroupAsync(HubContext context, string group, CancellationToken cancellation)
    {
        var quoted = $"\"{group}\"";
        var rows = await (
            from key in context.Set<ApiKeyRow>().AsNoTracking()
            join user in context.Set<UserRow>().AsNoTracking() on key.UserId equals user.Id
            where key.RevokedAt == null && key.Groups.Contains(quoted)
            orderby key.Id descending
            select new { key, user }).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.key, row.user));
    }

    /// <summary>Keys that may not call every model, newest first, without revoked ones.</summary>
    public static async Task<List<(ApiKeyRow Key, UserRow Owner)>> KeysOfSomeModelsAsync(HubContext context, CancellationToken cancellation)
    {
        var rows = await (
            from key in context.Set<ApiKeyRow>().AsNoTracking()
            join user in context.Set<UserRow>().AsNoTracking() on key.UserId equals user.Id
            where key.RevokedAt == null && key.Models != JsonText.EmptyList
            orderby key.Id descending
            select new { key, user }).ToListAsync(cancellation);
        return rows.ConvertAll(static row => (row.key, row.user));
    }

    // Ten thousand keys mostly carry the same few lists.
    private static ImmutableArray<string> Shared(Dictionary<string, ImmutableArray<string>> same, string json)
    {
        if (!same.TryGetValue(json, out var list))
        {
            same[json] = list = JsonText.ToList(json);
        }

        return list;
    }

    private static Limits Shared(Dictionary<string, Limits> same, string json)
    {
        if (!same.TryGetValue(json, out var limits))
        {
            same[json] = limits = LimitsText.To(json);
        }

        return limits;
    }
}
