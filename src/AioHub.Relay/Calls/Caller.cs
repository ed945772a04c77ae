using AioHub.Core.Identity;

namespace AioHub.Relay.Calls;

/// <summary>Who calls: the key that was shown, and what its client says of itself.</summary>
internal sealed record Caller(ApiKey Key, string? UserAgent);
