using System.Collections.Immutable;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing;

/// <summary>A key that carries a group.</summary>
/// <param name="Place">Of the group among the key's, from 1.</param>
/// <param name="Alone">No other group of the key could serve in its place: none is active, or the key does not go on to the next.</param>
public sealed record GroupCarrier(ApiKeyId Id, string Name, UserId Owner, string OwnerEmail, ImmutableArray<string> Groups, bool Enabled, int Place, bool Alone);

/// <summary>Who would notice if a group changed.</summary>
/// <param name="Keys">That carry it, newest first; revoked ones are not among them.</param>
/// <param name="ReplacesGroups">Groups that name it as their replacement.</param>
/// <param name="InAuto"><c>auto</c>'s order or one of its rules names it.</param>
public sealed record GroupUse(ImmutableArray<GroupCarrier> Keys, ImmutableArray<string> ReplacesGroups, bool InAuto)
{
    /// <summary>Why the group cannot be removed, in words; empty = nothing stands in the way.</summary>
    public string Obstacles
    {
        get
        {
            var parts = new List<string>();
            if (Keys.Length > 0)
            {
                parts.Add($"{Keys.Length} {(Keys.Length == 1 ? "key carries" : "keys carry")} it ({string.Join(", ", Keys.Take(5).Select(static key => $"'{key.Name}' of {key.OwnerEmail}"))}{(Keys.Length > 5 ? ", …" : "")})");
            }

            if (!ReplacesGroups.IsEmpty)
            {
                parts.Add($"it replaces {string.Join(", ", ReplacesGroups)}");
            }

            if (InAuto)
            {
                parts.Add("auto names it");
            }

            return string.Join("; ", parts);
        }
    }
}

/// <summary>Reads who uses groups.</summary>
internal static class GroupUseStore
{
    public static async Task<GroupUse> ReadAsync(HubContext context, string name, DateTime now, CancellationToken cancellation)
    {
        var groups = await GroupStore.StatesAsync(context, cancellation);
        var active = groups.Where(group => !string.Equals(group.Name, name, StringComparison.Ordinal) && group.Status == GroupStatus.Active && (group.ExpiredOn is not { } end || end > DateOnly.FromDateTime(now)))
            .Select(static group => group.Name).ToHashSet(StringComparer.Ordinal);
        var keys = (await IdentityStore.KeysOfGroupAsync(context, name, cancellation)).Select(pair =>
        {
            var listed = JsonText.ToList(pair.Key.Groups);
            var place = listed.IndexOf(name) + 1;
            return new GroupCarrier(
                new ApiKeyId(pair.Key.Id), pair.Key.Name, new UserId(pair.Key.UserId), pair.Owner.Email, listed, pair.Key.Enabled && pair.Owner.Enabled, place,
                !listed.Any(active.Contains) || (place == 1 && !pair.Key.CrossGroupFailover));
        });
        var auto = GroupStore.ToAuto(await SettingsStore.FindAsync(context, SettingsStore.AutoPolicy, cancellation));
        return new GroupUse(
            [.. keys],
            [.. groups.Where(group => string.Equals(group.Replacement, name, StringComparison.Ordinal)).Select(static group => group.Name)],
            auto.Order.Contains(name, StringComparer.Ordinal) || auto.Rules.Any(rule => rule.Groups.Contains(name, StringComparer.Ordinal)));
    }
}
