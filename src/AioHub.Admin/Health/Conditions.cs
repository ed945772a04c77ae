using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;

namespace AioHub.Admin.Health;

/// <summary>How a credential stands, in a word.</summary>
internal enum CredentialCondition
{
    Healthy,
    /// <summary>It rests after a limit or a fault that passes by itself, or waits for the call that proves it.</summary>
    Cooling,
    /// <summary>The upstream refuses it, or its money is spent: it rests until somebody does something.</summary>
    Broken,
    Disabled,
}

/// <summary>How a channel stands, in a word.</summary>
internal enum ChannelCondition
{
    Healthy,
    /// <summary>Some of its credentials serve, others do not.</summary>
    Degraded,
    Cooling,
    Broken,
    Disabled,
}

/// <summary>How many of a channel's credentials stand how.</summary>
internal sealed record CredentialTally(int Healthy, int Cooling, int Broken, int Disabled);

/// <summary>What is held against one credential.</summary>
/// <param name="Scope">What rests: all of the credential, a family of models, or one.</param>
/// <param name="Subject">The family or the model; empty for the whole credential.</param>
/// <param name="Failures">Of this kind in a row.</param>
/// <param name="Until">When the rest ends; absent = none yet.</param>
/// <param name="Node">The server that saw it.</param>
internal sealed record HoldShape(
    HealthScope Scope, string Subject, HealthPhase Phase, AttemptFailure Failure, int Failures, DateTime Since, DateTime Last, DateTime? Until, string? Reason, string Node);

/// <summary>One change of health.</summary>
/// <param name="Failure">Absent for what made it well.</param>
internal sealed record HealthChangeShape(
    DateTime At, string Channel, string Credential, HealthScope Scope, string Subject, HealthPhase From, HealthPhase To, AttemptFailure? Failure, string Reason, DateTime? Until, string Node)
{
    public static HealthChangeShape Of(HealthEntry entry) => new(
        entry.Change.At, entry.Channel, entry.Credential, entry.Change.Scope, entry.Change.Subject, entry.Change.From, entry.Change.To,
        entry.Change.Failure == AttemptFailure.None ? null : entry.Change.Failure, entry.Change.Reason, entry.Change.Until, entry.Node);
}

/// <summary>What all servers hold against credentials, read once and looked up many times.</summary>
internal sealed class Conditions
{
    private readonly ILookup<long, (string Node, HealthState State)> _states;

    private Conditions(IEnumerable<(string Node, HealthState State)> states) => _states = states.ToLookup(static noted => noted.State.Credential.Value);

    public static async Task<Conditions> ReadAsync(HealthAdmin health, CancellationToken cancellation) => new(await health.StatesAsync(cancellation));

    /// <summary>The servers that hold anything.</summary>
    public IReadOnlyList<string> Nodes => [.. _states.SelectMany(static states => states).Select(static noted => noted.Node).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public IReadOnlyList<HoldShape> HoldsOf(CredentialId credential) => [.. _states[credential.Value].Select(static noted => new HoldShape(
        noted.State.Scope, noted.State.Subject, noted.State.Phase, noted.State.Failure, noted.State.Failures, noted.State.Since, noted.State.Last, noted.State.Until, noted.State.Reason, noted.Node))];

    public CredentialCondition Of(CredentialListing credential)
    {
        if (!credential.Enabled)
        {
            return CredentialCondition.Disabled;
        }

        var worst = CredentialCondition.Healthy;
        foreach (var (_, state) in _states[credential.Id.Value])
        {
            if (state.Phase == HealthPhase.Closed)
            {
                continue;
            }

            if (state.Failure is AttemptFailure.Unauthorized or AttemptFailure.Forbidden or AttemptFailure.QuotaExhausted)
            {
                return CredentialCondition.Broken;
            }

            worst = CredentialCondition.Cooling;
        }

        return worst;
    }

    public CredentialTally TallyOf(ChannelListing listing)
    {
        var all = listing.Credentials.Select(Of).ToList();
        return new CredentialTally(Count(CredentialCondition.Healthy), Count(CredentialCondition.Cooling), Count(CredentialCondition.Broken), Count(CredentialCondition.Disabled));

        int Count(CredentialCondition wanted) => all.Count(one => one == wanted);
    }

    /// <summary>A channel that is called without any credential has nothing that could rest.</summary>
    public ChannelCondition Of(ChannelListing listing)
    {
        var tally = TallyOf(listing);
        if (!listing.Channel.Enabled || (listing.Credentials.Length > 0 && tally.Disabled == listing.Credentials.Length))
        {
            return ChannelCondition.Disabled;
        }

        if (tally.Cooling + tally.Broken == 0)
        {
            return ChannelCondition.Healthy;
        }

        return tally.Healthy > 0 ? ChannelCondition.Degraded : tally.Broken > 0 && tally.Cooling == 0 ? ChannelCondition.Broken : ChannelCondition.Cooling;
    }
}
