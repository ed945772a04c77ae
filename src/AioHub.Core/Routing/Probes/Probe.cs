using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Probes;

/// <summary>What a probe of one capability found.</summary>
public enum ProbeVerdict
{
    /// <summary>Nothing that could be relied upon: nothing changes.</summary>
    Unknown,
    Can,
    /// <summary>The upstream refused that part in so many words, and took the call without it.</summary>
    Cannot,
}

/// <summary>What a probe found of one capability.</summary>
/// <param name="Reason">In a few words, without secrets.</param>
public sealed record ProbeFinding(Needs Capability, ProbeVerdict Verdict, string Reason);

/// <summary>The last probe of a channel's capability with a model, and what the hub goes by.</summary>
/// <param name="Model">The public id.</param>
/// <param name="UpstreamModel">The name that was asked for; once the channel maps the model elsewhere, the probe says nothing any more.</param>
/// <param name="At">When it was asked (UTC).</param>
/// <param name="Credential">The credential that asked.</param>
public sealed record ProbeRecord(string Channel, string Model, string UpstreamModel, DateTime At, string Credential, ProbeFinding Finding)
{
    /// <summary>What an operator applied of this probe or an earlier one; null = nothing.</summary>
    public bool? Applied { get; init; }

    /// <summary>When the applied one was asked (UTC).</summary>
    public DateTime? AppliedAt { get; init; }
}

/// <summary>What is to be noted of a probe of one model.</summary>
/// <param name="Apply">Clear findings shall count for routing from now on.</param>
public sealed record ProbeNote(ChannelId Channel, string Model, string UpstreamModel, string Credential, IReadOnlyList<ProbeFinding> Findings, bool Apply);
