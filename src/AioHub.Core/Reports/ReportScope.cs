using AioHub.Core.Primitives;

namespace AioHub.Core.Reports;

/// <summary>Whose calls somebody may read, and what of them.</summary>
/// <param name="User">Only this user's; null = everybody's.</param>
/// <param name="SeesChannels">Channels, upstream names and what calls cost the operator.</param>
public sealed record ReportScope(UserId? User, bool SeesChannels)
{
    /// <summary>An operator's view of everybody's calls.</summary>
    public static ReportScope Everybody { get; } = new(null, SeesChannels: true);

    /// <summary>A user's view of their own calls.</summary>
    public static ReportScope Of(UserId user, bool seesChannels = false) => new(user, seesChannels);
}
