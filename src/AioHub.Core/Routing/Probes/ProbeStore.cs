using AioHub.Core.Catalog;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AioHub.Core.Routing.Probes;

/// <summary>The last probe of one capability of a (channel, model); see <see cref="ProbeRecord"/>.</summary>
internal sealed class ChannelProbeRow
{
    public const int MostReason = 200;

    public long ChannelId { get; set; }
    public required string Model { get; set; }
    /// <summary>A name of <see cref="CapabilityNames"/>.</summary>
    public required string Capability { get; set; }
    public required string UpstreamModel { get; set; }
    public ProbeVerdict Verdict { get; set; }
    public DateTime At { get; set; }
    public required string Credential { get; set; }
    public required string Reason { get; set; }
    public bool? Applied { get; set; }
    public DateTime? AppliedAt { get; set; }
    /// <summary>The name that the applied probe asked for.</summary>
    public string? AppliedModel { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<ChannelProbeRow>
    {
        public void Configure(EntityTypeBuilder<ChannelProbeRow> builder)
        {
            builder.ToTable("channel_probes");
            builder.HasKey(static row => new { row.ChannelId, row.Model, row.Capability });
            builder.Property(static row => row.Model).HasMaxLength(ModelName.MaxLength);
            builder.Property(static row => row.Capability).HasMaxLength(32);
            builder.Property(static row => row.UpstreamModel).HasMaxLength(ModelName.MaxLength);
            builder.Property(static row => row.AppliedModel).HasMaxLength(ModelName.MaxLength);
            builder.Property(static row => row.Verdict).HasConversion<string>().HasMaxLength(16);
            builder.Property(static row => row.Credential).HasMaxLength(64);
            builder.Property(static row => row.Reason).HasMaxLength(MostReason);
            builder.HasOne<ChannelRow>().WithMany().HasForeignKey(static row => row.ChannelId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>Reads and writes probes of channels.</summary>
internal static class ProbeStore
{
    /// <summary>What counts for routing, by channel.</summary>
    public static async Task<ILookup<long, ProbedCapability>> AppliedAsync(HubReader reader, CancellationToken cancellation)
    {
        var rows = await reader.ReadAsync(
            """
            SELECT "ChannelId", "Model", "AppliedModel", "Capability", "Applied", "AppliedAt" FROM channel_probes
            WHERE "Applied" IS NOT NULL ORDER BY "ChannelId", "Model", "Capability"
            """,
            static row => (Channel: row.GetInt64(0), Known: CapabilityNames.TryParse(row.GetString(3), out var need),
                Probed: new ProbedCapability(row.GetString(1), row.GetString(2), need, row.GetBoolean(4), DateOnly.FromDateTime(row.Moment(5)!.Value))),
            cancellation);
        return rows.Where(static row => row.Known).ToLookup(static row => row.Channel, static row => row.Probed);
    }

    /// <summary>All of them, by channel, model and capability.</summary>
    /// <param name="channel">Of one channel; null = of all.</param>
    public static async Task<List<ProbeRecord>> ListAsync(HubDatabase database, string? channel, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var rows = await reader.ReadAsync(
            """
            SELECT channels."Name", "Model", "UpstreamModel", "At", "Credential", "Capability", "Verdict", "Reason", "Applied", "AppliedAt"
            FROM channel_probes JOIN channels ON channels."Id" = "ChannelId" WHERE $1 = '' OR channels."Name" = $1 ORDER BY channels."Name", "Model"
            """,
            static row => new ProbeRecord(
                row.GetString(0), row.GetString(1), row.GetString(2), row.Moment(3)!.Value, row.GetString(4),
                new ProbeFinding(CapabilityNames.TryParse(row.GetString(5), out var need) ? need : Needs.None, row.Name<ProbeVerdict>(6), row.GetString(7)))
            {
                Applied = row.Flag(8),
                AppliedAt = row.Moment(9),
            },
            cancellation, channel ?? "");
        // In the order of the flags, as everywhere else.
        return [.. rows.OrderBy(static row => row.Channel, StringComparer.Ordinal).ThenBy(static row => row.Model, StringComparer.Ordinal).ThenBy(static row => row.Finding.Capability)];
    }

    public static Task<List<ChannelProbeRow>> OfAsync(HubContext context, long channel, string? model, CancellationToken cancellation) =>
        context.Set<ChannelProbeRow>().Where(row => row.ChannelId == channel && (model == null || row.Model == model)).ToListAsync(cancellation);
}
