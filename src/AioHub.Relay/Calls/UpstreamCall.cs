using AioHub.Core.Routing;

namespace AioHub.Relay.Calls;

/// <summary>One attempt, ready to be sent.</summary>
/// <param name="HideUsage">The hub asked for a usage chunk that the caller did not ask for: it is not shown.</param>
internal sealed record UpstreamCall(Envelope Envelope, RouteAttempt Attempt, HttpRequestMessage Request, bool HideUsage);
