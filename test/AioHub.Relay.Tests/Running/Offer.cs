using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Running;

/// <summary>What a customer of a test gets.</summary>
/// <param name="Type">The type of every channel. <c>aiohub</c> speaks all dialects.</param>
internal sealed record Offer(string Type = "aiohub")
{
    public GroupMode Mode { get; init; } = GroupMode.Gateway;

    public Role Role { get; init; } = Role.User;

    public decimal Usd { get; init; } = 100;

    public IReadOnlyDictionary<string, string>? ModelMap { get; init; }

    public ChannelTimeouts? Timeouts { get; init; }

    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>What the channels speak; null = all that their type does.</summary>
    public IReadOnlyList<Dialect>? Dialects { get; init; }

    /// <summary>Appended to every upstream's address, such as <c>v1</c>.</summary>
    public string BasePath { get; init; } = "";
}
