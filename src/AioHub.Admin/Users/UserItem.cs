using AioHub.Admin.Frame;
using AioHub.Core.Identity;

namespace AioHub.Admin.Users;

/// <summary>A user as operators see them.</summary>
/// <param name="Tags">Open restricted groups.</param>
/// <param name="Multiplier">On all prices of all keys of the user.</param>
/// <param name="LockedUntil">After too many tries in vain.</param>
internal sealed record UserItem(
    long Id, string Email, string? Name, Role Role, IReadOnlyList<string> Tags, bool Enabled, decimal Multiplier, LimitsShape Limits, bool HasPassword, bool Totp, DateTime? LockedUntil, DateTime CreatedAt);
