using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Storage;

/// <summary>A setting that the database holds: JSON by name.</summary>
internal sealed class SettingRow
{
    public required string Key { get; set; }
    public required string Value { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<SettingRow>
    {
        public void Configure(EntityTypeBuilder<SettingRow> builder)
        {
            builder.ToTable("settings");
            builder.HasKey(static row => row.Key);
            builder.Property(static row => row.Key).HasMaxLength(128);
        }
    }
}

/// <summary>Reads and writes <see cref="SettingRow"/>.</summary>
internal static class SettingsStore
{
    /// <summary>The id of the master key that the database's secrets and key hashes were made with.</summary>
    public const string MasterKeyId = "master_key_id";
    /// <summary>When the first start filled the database.</summary>
    public const string SeededAt = "seeded_at";
    /// <summary>How <c>auto</c> orders groups.</summary>
    public const string AutoPolicy = "auto_policy";
    /// <summary>What an operator set about routing.</summary>
    public const string RouteSettings = "route_settings";
    /// <summary>When operators are told of what.</summary>
    public const string AlertRules = "alert_rules";
    /// <summary>How the hub sends e-mail; the password is sealed.</summary>
    public const string Mail = "mail";
    /// <summary>What owners set about sign-up and new users.</summary>
    public const string Entry = "entry";
    /// <summary>See <see cref="Setup.AppliedFile"/>.</summary>
    public const string AppliedFile = "applied_file";

    /// <summary>Up to which number of the log receipts were thinned.</summary>
    public const string ThinnedThrough = "thinned_through";

    public static async Task<Dictionary<string, string>> LoadAsync(HubReader reader, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync(
            "SELECT \"Key\", \"Value\" FROM settings", static row => KeyValuePair.Create(row.GetString(0), row.GetString(1)), cancellation);
        return new Dictionary<string, string>(rows, StringComparer.Ordinal);
    }

    public static async Task<string?> FindAsync(HubContext context, string key, CancellationToken cancellation) =>
        (await context.Set<SettingRow>().FindAsync([key], cancellation))?.Value;

    /// <summary>Sets a value; the caller saves.</summary>
    public static async Task SetAsync(HubContext context, string key, string value, CancellationToken cancellation)
    {
        if (await context.Set<SettingRow>().FindAsync([key], cancellation) is { } row)
        {
            row.Value = value;
        }
        else
        {
            context.Add(new SettingRow { Key = key, Value = value });
        }
    }
}
