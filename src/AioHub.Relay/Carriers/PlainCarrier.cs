using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers;

/// <summary>A vendor's own service, or one that behaves like it: nothing but a few facts.</summary>
/// <param name="counted">In which dialect it has a question for the size of a prompt; null = in none.</param>
/// <param name="mayLeadOn">An address of the operator's own may be another hub's.</param>
internal sealed class PlainCarrier(Dialect? counted, bool mayLeadOn) : Carrier
{
    public override bool Counts(Dialect dialect) => dialect == counted;

    public override bool LeadsOn(RouteAttempt attempt) => mayLeadOn && attempt.Channel.BaseUrl is not null && attempt.Group.Mode != GroupMode.Passthrough;
}
