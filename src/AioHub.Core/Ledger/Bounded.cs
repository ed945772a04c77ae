using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>One whose limits on money are watched.</summary>
/// <param name="Name">For people: a key's name, an e-mail address, the name of a group or channel.</param>
public readonly record struct Bounded(LimitOwner Owner, long Id, string Name, Limits Limits)
{
    /// <summary>The user whom alone it concerns; null = operators, at the limits' own share.</summary>
    public UserId? User { get; init; }
}
