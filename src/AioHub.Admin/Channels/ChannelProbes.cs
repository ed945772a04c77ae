using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Setup;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <param name="Models">Public names, at most ten; absent = the cheapest chat model that the channel names.</param>
/// <param name="Credential">The one that asks; absent = the first that is enabled.</param>
/// <param name="Audio">Sound too, which is dear.</param>
/// <param name="Apply">Routing goes by what is clear from now on; what operators say of the channel stands above it.</param>
internal sealed record ProbeRequest(IReadOnlyList<string>? Models, string? Credential, bool? Audio, bool? Apply);

/// <param name="Before">What routing believed.</param>
/// <param name="After">What it believes now.</param>
internal sealed record FindingShape(string Capability, ProbeVerdict Verdict, string Reason, bool Before, bool After);

/// <summary>What a probe of one model found.</summary>
/// <param name="Dialect">In which the plain call was answered; absent = in none, and nothing was found out.</param>
/// <param name="Plain">How the plain call went.</param>
/// <param name="CostUsd">What its calls cost the operator, as far as usage was reported.</param>
internal sealed record ProbedModelShape(
    string Model, string UpstreamModel, bool Answered, string? Dialect, string Plain, int Calls, decimal? CostUsd, IReadOnlyList<FindingShape> Findings, IReadOnlyList<string> Changes);

internal sealed record ProbeReply(bool Ok, string Credential, IReadOnlyList<ProbedModelShape> Models);

/// <summary><c>POST /api/admin/channels/{id}/probe</c>: finds out by a few tiny calls what a channel can do. They cost what they use, seldom more than a cent.</summary>
internal static class ProbeChannel
{
    private const int MostModels = 10;

    public static async Task<ProbeReply> AnswerAsync(long id, Body<ProbeRequest> body, HttpContext http, ServedChannels served, ChannelTrials trials, IUpstreamBench bench, ConfigurationWatch watch)
    {
        var (models, credential, audio, apply) = body.Value;
        if (models?.Count > MostModels)
        {
            throw Refused.Invalid("models", $"has more than {MostModels} entries: probe them in several turns");
        }

        var channel = served.Take(id);
        var runs = await trials.ProbeAsync(bench, channel, new ProbeQuestion(models?.ToImmutableArray() ?? [], TestChannel.Some(credential), audio == true, apply == true), http.RequestAborted);
        await watch.RefreshAsync(http.RequestAborted);
        return new ProbeReply(
            runs.All(static run => run.Outcome.Answered), runs[0].Credential.Name,
            [.. runs.Select(run =>
            {
                var now = trials.AbleNow(channel.Id, run.Target);
                return new ProbedModelShape(
                    run.Target.Model.Id, run.Target.UpstreamModel, run.Outcome.Answered, run.Outcome.Dialect is { } dialect ? DialectNames.Of(dialect) : null, run.Outcome.Plain, run.Outcome.Calls,
                    run.Outcome.Cost?.ToUsd(),
                    [.. run.Outcome.Findings.Select(finding => new FindingShape(
                        CapabilityNames.Of(finding.Capability), finding.Verdict, finding.Reason, run.Target.Able.HasFlag(finding.Capability), now.HasFlag(finding.Capability)))],
                    run.Report.Changes);
            })]);
    }
}

/// <summary>The last probe of one capability with one model.</summary>
/// <param name="Applied">What routing goes by; absent = nothing of it.</param>
internal sealed record ProbeRecordShape(
    string Model, string UpstreamModel, string Capability, ProbeVerdict Verdict, string Reason, DateTime At, string Credential, bool? Applied, DateTime? AppliedAt);

/// <summary><c>GET /api/admin/channels/{id}/probes</c>: what was found before; asks nobody.</summary>
internal static class ListProbes
{
    public static async Task<Page<ProbeRecordShape>> AnswerAsync(long id, HttpContext http, ServedChannels served, ProbeAdmin probes) => new(
        [.. (await probes.ListAsync(served.Take(id).Name, http.RequestAborted)).Select(static record => new ProbeRecordShape(
            record.Model, record.UpstreamModel, CapabilityNames.Of(record.Finding.Capability), record.Finding.Verdict, record.Finding.Reason, record.At, record.Credential, record.Applied, record.AppliedAt))],
        null);
}

/// <summary><c>DELETE /api/admin/channels/{id}/probes</c>: type, catalogue and operators' words count alone again.</summary>
internal static class ForgetProbes
{
    /// <param name="model">Of one model; absent = of all.</param>
    public static async Task<IResult> AnswerAsync(long id, string? model, HttpContext http, ServedChannels served, ProbeAdmin probes, CatalogDirectory catalog)
    {
        var name = served.Take(id).Name;
        await probes.ForgetAsync(name, TestChannel.Some(model) is { } wanted ? catalog.Current.Find(wanted)?.Id ?? wanted : null, http.RequestAborted);
        return Results.NoContent();
    }
}
