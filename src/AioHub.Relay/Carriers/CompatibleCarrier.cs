using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Carriers;

/// <summary>Any host that speaks a vendor's dialect, as far as it does.</summary>
internal sealed class CompatibleCarrier : Carrier
{
    /// <summary>It may be anybody's, Ark's too.</summary>
    public override Failure? Refusal(RelayRoute route) => null;

    /// <summary>Hosts that speak Messages without the question (docs.ollama.com/api/anthropic-compatibility, 2026-11-23), some of which answer it with a 200 of another kind.</summary>
    public override bool LeavesCounting(int? status) => status is 200 or 400 or 403 or 404 or 405 or 422 or 501;

    public override bool LeadsOn(RouteAttempt attempt) => attempt.Group.Mode != GroupMode.Passthrough;
}
