using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What a probe found of a channel's capability with one model, applied by an operator. Counts as long as the channel sends that model by that name.</summary>
/// <param name="Model">A public name.</param>
/// <param name="UpstreamModel">As the upstream was asked for it.</param>
/// <param name="Day">When (UTC).</param>
public sealed record ProbedCapability(string Model, string UpstreamModel, Needs Capability, bool Can, DateOnly Day);
