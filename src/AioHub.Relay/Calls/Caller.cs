using AioHub.Core.Identity;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Calls;

/// <summary>Who calls: the key that was shown, and what its client says of itself.</summary>
/// <param name="Client">The <c>User-Agent</c> as it was sent; null = none.</param>
internal sealed record Caller(ApiKey Key, string? Client)
{
    /// <summary>The same, bounded, for records.</summary>
    public string? UserAgent => Client is null ? null : HubFailures.Clip(Client);
}
