using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Identity.SignIn;

/// <summary>How far somebody has come in.</summary>
public enum SessionStage
{
    /// <summary>Signed in.</summary>
    Full,
    /// <summary>The password was right; a code is still wanted.</summary>
    SecondFactor,
    /// <summary>Came by a link and has no way of their own yet.</summary>
    SetUp,
}

/// <summary>What a one-time link is for.</summary>
public enum LinkPurpose
{
    /// <summary>Signs a user in: the owner's first time, or somebody whose way in is lost.</summary>
    SignIn,
    /// <summary>Lets somebody sign up.</summary>
    Invite,
}

/// <summary>Somebody who asks the management API for something, known by a session's cookie or a token.</summary>
public sealed record SignedIn
{
    public required UserId User { get; init; }
    public required string Email { get; init; }
    public required Role Role { get; init; }
    public SessionStage Stage { get; init; }
    /// <summary>The session; null = a token.</summary>
    public long? Session { get; init; }
    /// <summary>What the token may; null = a session, which may all that its user may.</summary>
    public ImmutableArray<string>? Scopes { get; init; }
}

/// <summary>A session as its user sees it.</summary>
public sealed record SessionListing(long Id, DateTime CreatedAt, DateTime SeenAt, DateTime EndsAt, string? Address, string? Agent);

/// <summary>A token as its user sees it.</summary>
public sealed record TokenListing(long Id, string Name, string LastFour, ImmutableArray<string> Scopes, DateTime CreatedAt, DateTime? EndsAt, DateTime? LastUsedAt);

/// <summary>A new token.</summary>
/// <param name="Secret">Here and never again.</param>
public sealed record NewToken(TokenListing Token, string Secret);

/// <summary>What an invitation grants.</summary>
/// <param name="Email">The only address that it is for; null = any.</param>
public sealed record Invitation(long Id, string? Email, Role Role, DateTime EndsAt);

/// <summary>An invitation that nobody used yet; its secret was told when it was made.</summary>
public sealed record OpenInvitation(long Id, string? Email, Role Role, DateTime CreatedAt, DateTime EndsAt);

/// <summary>What tokens may do.</summary>
public static class Scopes
{
    public const string MeRead = "me:read";
    public const string MeWrite = "me:write";
    public const string AdminRead = "admin:read";
    public const string AdminWrite = "admin:write";
    /// <summary>Top-ups, transfers, refunds, codes: beside the scope of the page that they stand on.</summary>
    public const string Money = "money";

    public static ImmutableArray<string> All { get; } = [MeRead, MeWrite, AdminRead, AdminWrite, Money];
}
