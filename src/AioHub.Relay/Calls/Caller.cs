using AioHub.Core.Identity;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Calls;

/// <summary>Who calls: the key that was shown, and what its client says of itself.</summary>
/// <param name="Client">The <c>User-Agent</c> as it was sent; null = none.</param>
internal sealed record Caller(ApiKey Key, string? Client)
{
    /// <summary>The call comes from the console's playground, by a token in place of the key's secret.</summary>
    public bool Playground { get; init; }

    /// <summary>The same, bounded, for records.</summary>
    public string? UserAgent => Playground ? HubFailures.Clip("playground " + Client) : Client is null ? null : HubFailures.Clip(Client);
}
