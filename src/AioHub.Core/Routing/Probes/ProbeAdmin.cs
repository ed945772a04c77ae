using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing.Probes;

/// <summary>Commands on what probes found of channels. Probes themselves are made where calls are made; here they are kept, applied and forgotten.</summary>
public sealed class ProbeAdmin(HubDatabase database, TimeProvider time)
{
    /// <summary>
    /// Notes the findings of one (channel, model). With <see cref="ProbeNote.Apply"/> the clear ones count for routing from now on; an unclear one changes nothing of what
    /// was applied before. What operators say of a channel stands above either.
    /// </summary>
    /// <returns>What changed for routing.</returns>
    /// <exception cref="AdminException">The channel is gone.</exception>
    public Task<ChangeReport> NoteAsync(ProbeNote note, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within: null, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var channel = (await ChannelStore.NamesAsync(context, cancellation)).FirstOrDefault(pair => pair.Value == note.Channel.Value).Key
                ?? throw new AdminException("channel", "it was removed meanwhile");
            var present = await ProbeStore.OfAsync(context, note.Channel.Value, note.Model, cancellation);
            var lines = new ChangeLines();
            var now = time.GetUtcNow().UtcDateTime;
            foreach (var finding in note.Findings)
            {
                var name = CapabilityNames.Of(finding.Capability);
                var row = present.Find(row => string.Equals(row.Capability, name, StringComparison.Ordinal));
                if (row is null)
                {
                    row = context.Add(new ChannelProbeRow { ChannelId = note.Channel.Value, Model = note.Model, Capability = name, UpstreamModel = "", Credential = "", Reason = "" }).Entity;
                }

                (row.UpstreamModel, row.Credential, row.Verdict, row.At) = (note.UpstreamModel, note.Credential, finding.Verdict, now);
                row.Reason = finding.Reason.Length <= ChannelProbeRow.MostReason ? finding.Reason : finding.Reason[..ChannelProbeRow.MostReason];
                if (note.Apply && finding.Verdict != ProbeVerdict.Unknown)
                {
                    lines.Set($"{note.Model}.{name}", row.Applied, finding.Verdict == ProbeVerdict.Can);
                    (row.Applied, row.AppliedAt, row.AppliedModel) = (finding.Verdict == ProbeVerdict.Can, now, note.UpstreamModel);
                }
            }

            await context.SaveChangesAsync(cancellation);
            return (lines.Report($"channel {channel}", note.Channel.Value, created: false), note.Findings.Count > 0);
        }, cancellation);

    /// <summary>Forgets what probes found: type, catalogue and operators' words count alone again.</summary>
    /// <param name="model">The public id; null = of all models.</param>
    /// <exception cref="AdminException">There is no such channel.</exception>
    public Task<ChangeReport> ForgetAsync(string channel, string? model, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within: null, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var row = await ChannelStore.FindAsync(context, channel, cancellation)
                ?? throw new AdminException("name", $"there is no channel '{channel}'; `channels list` shows all");
            var gone = await ProbeStore.OfAsync(context, row.Id, model, cancellation);
            var lines = new ChangeLines();
            if (gone.Count > 0)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"probes: − {gone.Count}"));
                context.RemoveRange(gone);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"channel {channel}", row.Id, created: false), lines.Any);
        }, cancellation);

    /// <summary>The last probe of each capability.</summary>
    /// <param name="channel">Of one channel; null = of all.</param>
    public async Task<IReadOnlyList<ProbeRecord>> ListAsync(string? channel = null, CancellationToken cancellation = default) =>
        await ProbeStore.ListAsync(database, channel, cancellation);
}
