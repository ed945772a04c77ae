using AioHub.Core.Routing;

namespace AioHub.Relay.Calls;

/// <summary>A request with what may serve it and what it may cost.</summary>
/// <param name="InputTokens">An upper bound.</param>
/// <param name="OutputTokens">An upper bound of one answer.</param>
internal sealed record Order(Envelope Envelope, Route Route, long InputTokens, long? OutputTokens);
