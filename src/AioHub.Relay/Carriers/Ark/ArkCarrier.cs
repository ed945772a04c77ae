using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Carriers.Ark;

/// <summary>Volcengine's Ark (type <c>doubao</c>): embeddings of pictures, and endpoints whose ids say nothing of their model.</summary>
internal sealed class ArkCarrier : Carrier
{
    private const string Endpoint = "ep-";

    public override Failure? Refusal(RelayRoute route) => null;

    public override string? RuledAs(RouteAttempt attempt) => attempt.UpstreamModel.StartsWith(Endpoint, StringComparison.Ordinal) ? attempt.Model.Id : null;
}
