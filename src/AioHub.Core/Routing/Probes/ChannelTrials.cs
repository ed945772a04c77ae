using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Probes;

/// <summary>What a test of a channel is to try.</summary>
/// <param name="Model">The public name of the model to call; null = the channel's test model, else the cheapest chat model that it names or lists.</param>
/// <param name="Credential">Only this one; null = all are asked for their list, and the first that is enabled makes the calls.</param>
/// <param name="ListOnly">The lists of models alone, which cost nothing.</param>
public sealed record TrialQuestion(string? Model = null, string? Credential = null, bool ListOnly = false);

/// <summary>What came of a test with one credential.</summary>
/// <param name="Model">That was called; null = none.</param>
/// <param name="Skipped">Why no call was sent although calls were asked for.</param>
public sealed record CredentialTrial(Credential Credential, ListedModels Listed, string? Model, IReadOnlyList<TestStep> Steps, string? Skipped)
{
    /// <summary>A key may have the right to call and none to list: the calls tell then.</summary>
    public bool Ok => Steps.Count > 0 ? Steps.All(static step => step.Ok) : Listed.Ok;
}

/// <summary>What a probe shall ask.</summary>
/// <param name="Models">Public names; empty = the cheapest chat model that the channel names.</param>
/// <param name="Credential">The one that asks; null = the first that is enabled.</param>
/// <param name="Audio">Sound too, which is dear.</param>
/// <param name="Apply">Routing goes by what is clear from now on.</param>
public sealed record ProbeQuestion(ImmutableArray<string> Models, string? Credential = null, bool Audio = false, bool Apply = false);

/// <summary>What a probe of one model found, and what that changed.</summary>
public sealed record ProbeRun(ProbeTarget Target, Credential Credential, ProbeOutcome Outcome, ChangeReport Report);

/// <summary>Tests and probes of channels as operators ask for them, from the command line or the management API: which credential and model are tried, and what becomes of what is found.</summary>
public sealed class ChannelTrials(RoutingDirectory routing, CatalogDirectory catalog, ProbeAdmin probes, TimeProvider time)
{
    /// <summary>The list of models with each credential, then small calls with one.</summary>
    /// <exception cref="AdminException">There is no such credential or model.</exception>
    public async Task<IReadOnlyList<CredentialTrial>> TestAsync(IUpstreamBench bench, Channel channel, TrialQuestion question, CancellationToken cancellation)
    {
        var results = new List<CredentialTrial>();
        var calls = !question.ListOnly;
        foreach (var one in CredentialsOf(channel, question.Credential))
        {
            var listed = await bench.ListAsync(channel, one, cancellation);
            var makesCalls = calls && (one.Enabled || question.Credential is not null);
            // What stands in a catalogue need not be served here, and what is served need not stand there.
            var (target, skipped) = makesCalls ? TargetOf(channel, question.Model, listed.IsCallable ? listed.Models : []) : (null, null);
            calls &= !makesCalls;
            results.Add(new CredentialTrial(one, listed, target?.Model.Id, target is null ? [] : await bench.TryAsync(channel, one, target, cancellation), skipped));
        }

        return results;
    }

    /// <summary>What the upstream lists, beside what the channel offers.</summary>
    /// <exception cref="AdminException">There is no such credential.</exception>
    public async Task<(ListedModels Listed, ModelComparison Comparison)> CompareAsync(IUpstreamBench bench, Channel channel, string? credential, CancellationToken cancellation)
    {
        var asking = CredentialsOf(channel, credential);
        var listed = await bench.ListAsync(channel, asking.FirstOrDefault(static one => one.Enabled) ?? asking[0], cancellation);
        return (listed, ModelComparison.Of(channel, catalog.Current, listed.Models));
    }

    /// <summary>Probes one model after the other, and notes what was found of each as soon as it is known.</summary>
    /// <exception cref="AdminException">There is no such credential or model, or none can be chosen.</exception>
    public async Task<IReadOnlyList<ProbeRun>> ProbeAsync(IUpstreamBench bench, Channel channel, ProbeQuestion question, CancellationToken cancellation)
    {
        var targets = Targets(channel, question.Models);
        var credential = ProbingCredential(channel, question.Credential);
        var runs = new List<ProbeRun>();
        foreach (var target in targets)
        {
            var outcome = await bench.ProbeAsync(channel, credential, target, question.Audio, cancellation);
            var report = await probes.NoteAsync(new ProbeNote(channel.Id, target.Model.Id, target.UpstreamModel, credential.Name, outcome.Findings, question.Apply), cancellation);
            runs.Add(new ProbeRun(target, credential, outcome, report));
        }

        return runs;
    }

    /// <summary>What routing believes of a probed model by now.</summary>
    public Needs AbleNow(ChannelId channel, ProbeTarget target) =>
        routing.Current.FindChannel(channel) is { } now ? ProbeTarget.Find(now, catalog.Current, target.Model.Id)?.Able ?? target.Able : target.Able;

    /// <summary>The one that is named, or all; where there is none and none is needed, one without a secret.</summary>
    /// <exception cref="AdminException">There is none of that name.</exception>
    public static IReadOnlyList<Credential> CredentialsOf(Channel channel, string? name)
    {
        if (name is not null)
        {
            return [channel.Credentials.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal)) ?? throw NoCredential(channel, name)];
        }

        return channel.Credentials.IsEmpty ? [new Credential(default, "-", "")] : channel.Credentials;
    }

    private static Credential ProbingCredential(Channel channel, string? name) => name is not null
        ? CredentialsOf(channel, name)[0]
        : channel.Credentials.FirstOrDefault(static one => one.Enabled)
            ?? (ChannelTypes.Of(channel.Type).AllowsAnonymous ? new Credential(default, "-", "") : throw new AdminException("credential", $"channel '{channel.Name}' has no credential that is enabled"));

    private static AdminException NoCredential(Channel channel, string name) => new("credential", $"channel '{channel.Name}' has no credential '{name}'");

    private (ProbeTarget? Target, string? Skipped) TargetOf(Channel channel, string? model, IReadOnlyList<string> listed)
    {
        var models = catalog.Current;
        if ((model ?? channel.TestModel) is { } wanted)
        {
            return (ProbeTarget.Find(channel, models, wanted) ?? throw NotServed(model is null ? "test_model" : "model", channel, wanted), null);
        }

        var now = time.GetUtcNow().UtcDateTime;
        var target = ProbeTarget.Cheapest(channel, models, now).FirstOrDefault(target => listed.Count == 0 || listed.Contains(target.UpstreamModel, StringComparer.OrdinalIgnoreCase))
            ?? (listed.Count == 0 ? null : ProbeTarget.All(channel, models).Where(target => target.Model.Kind == ModelKind.Chat && listed.Contains(target.UpstreamModel, StringComparer.OrdinalIgnoreCase))
                .MinBy(target => (target.Model.PriceAt(now)?.Rates.Output ?? decimal.MaxValue, target.Model.Id)));
        return (target, target is null ? "no call was sent: neither the channel nor its upstream names a chat model that the catalogue knows; name a model, or set the channel's test_model" : null);
    }

    private List<ProbeTarget> Targets(Channel channel, ImmutableArray<string> models)
    {
        if (!models.IsDefaultOrEmpty)
        {
            return [.. models.Select(model => ProbeTarget.Find(channel, catalog.Current, model) ?? throw NotServed("model", channel, model))];
        }

        return [ProbeTarget.Cheapest(channel, catalog.Current, time.GetUtcNow().UtcDateTime).FirstOrDefault()
            ?? throw new AdminException("model", $"channel '{channel.Name}' names no chat model that the catalogue has a price for; name a model")];
    }

    private static AdminException NotServed(string field, Channel channel, string model) =>
        new(field, $"channel '{channel.Name}' does not serve '{model}', or neither the catalogue nor the channel's list knows it");
}
