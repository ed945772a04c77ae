using AioHub.Relay.Calls;
using AioHub.Core.Metering;

namespace AioHub.Relay.Stages;

/// <summary>Stage 10: a call is pending from its intake until here; its receipt tells the rest.</summary>
internal sealed class Record(RequestLog log)
{
    public void Begin(Envelope envelope) => log.Begin(envelope);

    public void End(Envelope envelope) => log.Drop(envelope);
}
