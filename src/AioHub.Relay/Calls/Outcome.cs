using AioHub.Core.Metering;
using AioHub.Relay.Failures;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>What came of a delivery.</summary>
/// <param name="Kind">Failed: not a byte of an answer reached the caller, another attempt may follow.</param>
internal sealed record Outcome(CallOutcome Kind, Failure? Failure)
{
    public static Outcome Completed { get; } = new(CallOutcome.Completed, null);

    public static Outcome Cancelled { get; } = new(CallOutcome.Cancelled, null);
}

/// <summary>What a reply's tap had read when the call was settled.</summary>
internal readonly record struct Reading(Usage Usage, StopReason Stop, bool HasContent, string? ServiceTier);
