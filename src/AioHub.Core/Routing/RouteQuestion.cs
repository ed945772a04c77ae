using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What is to be routed.</summary>
/// <param name="Model">As the caller wrote it, variant apart.</param>
/// <param name="Session">What keeps calls of one conversation together, or null.</param>
public sealed record RouteQuestion(ApiKey Key, Dialect Dialect, Operation Operation, ModelName Model, Needs Needs, string? Session);

/// <summary>One try of one request on one credential, with all that it costs and is called.</summary>
public sealed record RouteAttempt(Group Group, Channel Channel, Credential Credential, ModelInfo Model, string UpstreamModel, PriceRow Price)
{
    /// <summary>The names of both as health and explanations use them.</summary>
    public override string ToString() => $"{Group.Name}/{Channel.Name}/{Credential.Name}";
}

/// <summary>Why no attempt is possible, as a closed set of codes (contract: "Errors").</summary>
public sealed record RouteRefusal(int Status, string Code, string Message)
{
    /// <summary>When trying again may help; null = unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>What was thought of one channel.</summary>
/// <param name="Result"><c>candidate</c>, <c>passed_over</c>, <c>cooling</c> or <c>chosen</c>.</param>
public sealed record ChannelVerdict(string Channel, string Result, string Reason);

/// <summary>What was thought of one group, in the order they were considered.</summary>
public sealed record GroupVerdict(string Group, bool Chosen, string Reason, ImmutableArray<ChannelVerdict> Channels);

/// <summary>Why an attempt did not end in an answer: what health does about it depends on it.</summary>
public enum AttemptFailure
{
    None,
    /// <summary>Could not connect, reset, or no byte in time.</summary>
    Unreachable,
    Timeout,
    /// <summary>5xx, an empty or foreign answer, a broken stream.</summary>
    UpstreamError,
    Overloaded,
    RateLimited,
    /// <summary>The credential's quota or balance is used up.</summary>
    QuotaExhausted,
    /// <summary>The credential was refused.</summary>
    Unauthorized,
    Forbidden,
    /// <summary>The upstream does not know the model.</summary>
    ModelUnknown,
    /// <summary>The request itself is at fault: no other channel would take it.</summary>
    CallerFault,
    /// <summary>The caller left before anything of an answer came: nobody is to blame, and nothing was proved.</summary>
    Abandoned,
    /// <summary>The channel's configuration keeps it from being called: no fault of the upstream.</summary>
    Misconfigured,
    /// <summary>Something in front of the upstream refused with a page (a firewall, a login): it says nothing of the credential.</summary>
    Blocked,
}
