using AioHub.Core.Routing;
using AioHub.Relay.Failures;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers;

/// <summary>Another AIOHub, or a new-api: it has what its own channels have.</summary>
internal sealed class HubCarrier : Carrier
{
    public override bool IsHub => true;

    public override Failure? Refusal(RelayRoute route) => null;

    public override bool Counts(Dialect dialect) => true;

    public override bool LeadsOn(RouteAttempt attempt) => true;
}
