using AioHub.Core.Routing;

namespace AioHub.Relay.Carriers.Azure;

/// <summary>OpenAI's models as deployments, whose names are their owner's.</summary>
internal sealed class AzureCarrier : Carrier
{
    public override string? RuledAs(RouteAttempt attempt) => attempt.Model.Id;
}
