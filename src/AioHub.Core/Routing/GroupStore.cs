using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Routing;

/// <summary>A group; see <see cref="Group"/> for what the members mean.</summary>
internal sealed class GroupRow
{
    public long Id { get; set; }
    public required string Name { get; set; }
    public string DisplayName { get; set; } = "";
    public string CommonUse { get; set; } = "";
    public string Notes { get; set; } = "";
    public GroupVisibility Visibility { get; set; }
    public string Tags { get; set; } = JsonText.EmptyList;
    public GroupStatus Status { get; set; }
    public DateOnly? ExpiredOn { get; set; }
    public string? Reason { get; set; }
    public string? Replacement { get; set; }
    public bool ServeReplacement { get; set; }
    public GroupMode Mode { get; set; }
    public string Dialects { get; set; } = JsonText.EmptyList;
    public decimal Multiplier { get; set; } = 1m;
    public string Models { get; set; } = JsonText.EmptyList;
    public int AutoTier { get; set; } = 5;
    public bool HasQuota { get; set; }
    public string Limits { get; set; } = LimitsText.None;
    /// <summary><see cref="GroupPolicy"/> as one text.</summary>
    public string Policy { get; set; } = GroupPolicyText.None;
    /// <summary>Place in lists.</summary>
    public int Position { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<GroupRow>
    {
        public void Configure(EntityTypeBuilder<GroupRow> builder)
        {
            builder.ToTable("groups");
            builder.Property(static row => row.Name).HasMaxLength(64);
            builder.Property(static row => row.Replacement).HasMaxLength(64);
            builder.Property(static row => row.Visibility).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Status).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Mode).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Multiplier).HasPrecision(18, 6);
            builder.HasIndex(static row => row.Name).IsUnique();
        }
    }
}

/// <summary>A channel's place in a group.</summary>
internal sealed class GroupMemberRow
{
    public long GroupId { get; set; }
    public long ChannelId { get; set; }
    public int Priority { get; set; }
    public int Weight { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<GroupMemberRow>
    {
        public void Configure(EntityTypeBuilder<GroupMemberRow> builder)
        {
            builder.ToTable("group_members");
            builder.HasKey(static row => new { row.GroupId, row.ChannelId });
            builder.HasOne<GroupRow>().WithMany().HasForeignKey(static row => row.GroupId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<ChannelRow>().WithMany().HasForeignKey(static row => row.ChannelId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>Reads groups.</summary>
internal static class GroupStore
{
    public static async Task<List<Group>> LoadAsync(HubReader reader, CancellationToken cancellation)
    {
        var members = (await reader.ReadAsync(
            """SELECT "GroupId", "ChannelId", "Priority", "Weight" FROM group_members ORDER BY "Priority", "Weight" DESC, "ChannelId" """,
            static row => (Group: row.GetInt64(0), Member: new GroupMember(new ChannelId(row.GetInt64(1)), row.GetInt32(2), row.GetInt32(3))),
            cancellation)).ToLookup(static member => member.Group, static member => member.Member);
        var prices = await GroupPriceStore.LoadAsync(reader, cancellation);
        return await reader.ReadAsync(
            """
            SELECT "Id", "Name", "DisplayName", "CommonUse", "Notes", "Visibility", "Tags", "Status", "ExpiredOn", "Reason", "Replacement",
                   "ServeReplacement", "Mode", "Dialects", "Multiplier", "Models", "AutoTier", "HasQuota", "Limits", "Policy"
            FROM groups ORDER BY "Position", "Id"
            """,
            row => new Group
            {
                Id = new GroupId(row.GetInt64(0)),
                Name = row.GetString(1),
                DisplayName = row.GetString(2),
                CommonUse = row.GetString(3),
                Notes = row.GetString(4),
                Visibility = row.Name<GroupVisibility>(5),
                Tags = JsonText.ToList(row.GetString(6)),
                Status = row.Name<GroupStatus>(7),
                ExpiredOn = row.Day(8),
                Reason = row.Text(9),
                Replacement = row.Text(10),
                ServeReplacement = row.GetBoolean(11),
                Mode = row.Name<GroupMode>(12),
                Dialects = ToDialects(row.GetString(13)),
                Multiplier = row.GetDecimal(14),
                Models = JsonText.ToList(row.GetString(15)),
                AutoTier = row.GetInt32(16),
                HasQuota = row.GetBoolean(17),
                Limits = LimitsText.To(row.GetString(18)),
                Policy = GroupPolicyText.To(row.GetString(19)),
                Members = [.. members[row.GetInt64(0)]],
                Prices = GroupPriceList.Of(prices[row.GetInt64(0)]),
            },
            cancellation);
    }

    public static Task<GroupRow?> FindAsync(HubContext context, string name, CancellationToken cancellation) =>
        context.Set<GroupRow>().SingleOrDefaultAsync(group => group.Name == name, cancellation);

    public static Task<HashSet<string>> NamesAsync(HubContext context, CancellationToken cancellation) =>
        context.Set<GroupRow>().Select(static group => group.Name).ToHashSetAsync(cancellation);

    /// <summary>Names, states and replacements, without what routing needs beside them.</summary>
    public static Task<List<GroupRow>> StatesAsync(HubContext context, CancellationToken cancellation) => context.Set<GroupRow>().AsNoTracking().OrderBy(static group => group.Position).ToListAsync(cancellation);

    public static Task<Dictionary<long, string>> NamesByIdAsync(HubContext context, CancellationToken cancellation) =>
        context.Set<GroupRow>().ToDictionaryAsync(static group => group.Id, static group => group.Name, cancellation);

    public static async Task<int> LastPositionAsync(HubContext context, CancellationToken cancellation) =>
        await context.Set<GroupRow>().MaxAsync(static group => (int?)group.Position, cancellation) ?? 0;

    public static Task<List<GroupMemberRow>> MembersAsync(HubContext context, long group, CancellationToken cancellation) =>
        context.Set<GroupMemberRow>().Where(member => member.GroupId == group).ToListAsync(cancellation);

    public static string OfDialects(ImmutableArray<Dialect> dialects) => JsonText.Of(dialects.Select(DialectNames.Of));

    public static ImmutableArray<Dialect> ToDialects(string json) =>
        [.. JsonText.ToList(json).SelectMany(static name => DialectNames.TryParse(name, out var dialect) ? new[] { dialect } : [])];

    public static string OfAuto(AutoPolicy policy) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        WriteNames(writer, "order", policy.Order);
        writer.WriteStartArray("rules");
        foreach (var rule in policy.Rules)
        {
            writer.WriteStartObject();
            writer.WriteString("model", rule.Model);
            WriteNames(writer, "groups", rule.Groups);
            WriteSome("dialects", [.. rule.Dialects.Select(DialectNames.Of)]);
            WriteSome("clients", rule.Clients);
            WriteSome("tags", rule.Tags);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();

        void WriteSome(string member, ImmutableArray<string> names)
        {
            if (!names.IsDefaultOrEmpty)
            {
                WriteNames(writer, member, names);
            }
        }
    });

    public static AutoPolicy ToAuto(string? json)
    {
        if (json is null)
        {
            return RoutingTable.Empty.Auto;
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new AutoPolicy(
            Names(root.GetProperty("order")),
            [.. root.GetProperty("rules").EnumerateArray().Select(static rule => new AutoRule(rule.GetProperty("model").GetString()!, Names(rule.GetProperty("groups")))
            {
                Dialects = [.. Some(rule, "dialects").SelectMany(static name => DialectNames.TryParse(name, out var dialect) ? new[] { dialect } : [])],
                Clients = Some(rule, "clients"),
                Tags = Some(rule, "tags"),
            })]);

        static ImmutableArray<string> Some(JsonElement rule, string member) => rule.TryGetProperty(member, out var names) ? Names(names) : [];
    }

    private static ImmutableArray<string> Names(JsonElement list) => [.. list.EnumerateArray().Select(static name => name.GetString()!)];

    private static void WriteNames(Utf8JsonWriter writer, string member, ImmutableArray<string> names)
    {
        writer.WriteStartArray(member);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
