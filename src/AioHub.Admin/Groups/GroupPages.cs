using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Groups;

/// <summary>Groups as the database has them.</summary>
internal sealed class GroupShelf(GroupAdmin groups)
{
    /// <returns>Null = there is none.</returns>
    public async Task<GroupReply?> FindAsync(string name, CancellationToken cancellation) =>
        (await groups.ListAsync(cancellation)).FirstOrDefault(listing => string.Equals(listing.Group.Name, name, StringComparison.Ordinal)) is { } found ? GroupReply.Of(found) : null;

    /// <exception cref="Refused">There is none.</exception>
    public async Task<GroupReply> TakeAsync(string name, CancellationToken cancellation) => await FindAsync(name, cancellation) ?? throw Refused.NotFound("group");
}

/// <summary><c>GET /api/admin/groups</c>: by name.</summary>
internal static class ListGroups
{
    /// <param name="status">At this moment: <c>active</c>, <c>paused</c> or <c>expired</c>.</param>
    /// <param name="visibility"><c>public</c>, <c>restricted</c> or <c>hidden</c>.</param>
    /// <param name="text">Part of its name, title or use.</param>
    public static async Task<Page<GroupItem>> AnswerAsync(
        Paging paging, string? status, string? visibility, string? text, HttpContext http, GroupAdmin groups, ChannelAdmin channels, HealthAdmin health, TimeProvider time)
    {
        var down = paging.SortOf("name", "-name") == "-name";
        var (wanted, seen) = (Names.Word<GroupStatus>(status, "status"), Names.Word<GroupVisibility>(visibility, "visibility"));
        var now = time.GetUtcNow().UtcDateTime;
        var conditions = await Conditions.ReadAsync(health, http.RequestAborted);
        var states = (await channels.ListAsync(http.RequestAborted)).ToDictionary(static listing => listing.Channel.Name, conditions.Of, StringComparer.Ordinal);
        var all = (await groups.ListAsync(http.RequestAborted))
            .Where(listing => wanted is null || listing.Group.StatusAt(now) == wanted)
            .Where(listing => seen is null || listing.Group.Visibility == seen)
            .Where(listing => text is not { Length: > 0 } || new[] { listing.Group.Name, listing.Group.DisplayName, listing.Group.CommonUse }.Any(one => one.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(static listing => listing.Group.Name, StringComparer.Ordinal);
        var ordered = down ? all.Reverse() : all;
        var rows = ordered.Where(listing => paging.AfterName is not { } after || (down ? string.CompareOrdinal(listing.Group.Name, after) < 0 : string.CompareOrdinal(listing.Group.Name, after) > 0))
            .Take(paging.Ask).ToList();
        return paging.Of(rows, listing => new GroupItem(
            listing.Group.Id.Value, listing.Group.Name, listing.Group.DisplayName, listing.Group.CommonUse, listing.Group.StatusAt(now), listing.Group.ExpiredOn, listing.Group.Reason, listing.Group.Replacement,
            listing.Group.Visibility, listing.Group.Mode, listing.Group.Multiplier, listing.Group.IsAuto ? null : ShowHealth.Together(listing.Channels.Select(member => states[member.Channel])),
            [.. listing.Channels.Select(static member => member.Channel)], listing.Group.Prices.All.Select(static price => price.Model).Distinct(StringComparer.OrdinalIgnoreCase).Count()), static listing => listing.Group.Name);
    }
}

/// <summary><c>GET /api/admin/groups/{name}</c>.</summary>
internal static class ShowGroup
{
    public static async Task<IResult> AnswerAsync(string name, HttpContext http, GroupShelf shelf) => EntityTags.Show(http, await shelf.TakeAsync(name, http.RequestAborted));
}

/// <summary><c>POST /api/admin/groups</c>.</summary>
internal static class MakeGroup
{
    public static async Task<IResult> AnswerAsync(Body<NewGroupRequest> body, HttpContext http, HubDatabase database, GroupAdmin groups, GroupShelf shelf)
    {
        var wanted = body.Value;
        await using (var transaction = await database.BeginAsync(http.RequestAborted))
        {
            if (await shelf.FindAsync(wanted.Name, http.RequestAborted) is not null)
            {
                throw new Refused(RefusalCode.Conflict, $"There is a group '{wanted.Name}' already.") { Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["name"] = ["is taken"] } };
            }

            await GroupFields.OnAsync(() => groups.UpsertAsync(wanted.ToDraft(), within: transaction, cancellation: http.RequestAborted));
            await transaction.CommitAsync(http.RequestAborted);
        }

        return EntityTags.Made(http, $"/api/admin/groups/{wanted.Name}", await shelf.TakeAsync(wanted.Name, http.RequestAborted));
    }
}

/// <summary><c>PATCH /api/admin/groups/{name}</c>. What it means for keys: <c>GET /api/admin/groups/{name}/use</c>.</summary>
internal static class ChangeGroup
{
    public static async Task<IResult> AnswerAsync(string name, Body<GroupChangeRequest> body, HttpContext http, HubDatabase database, GroupAdmin groups, GroupShelf shelf)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.FindAsync(name, http.RequestAborted), "group", (_, transaction) =>
            GroupFields.OnAsync(() => groups.UpsertAsync(body.Value.ToDraft(name), within: transaction, cancellation: http.RequestAborted)));
        return EntityTags.Show(http, await shelf.TakeAsync(name, http.RequestAborted));
    }
}

/// <summary>Names fields as these requests do, where files spell a group's rules otherwise.</summary>
internal static class GroupFields
{
    public static async Task<ChangeReport> OnAsync(Func<Task<ChangeReport>> command)
    {
        try
        {
            return await command();
        }
        catch (AdminException refused)
        {
            throw new AdminException(refused.Problems.Select(static problem => problem with
            {
                Field = problem.Field switch
                {
                    "affinity.ttl" => "policy.affinity_seconds",
                    "affinity.break_at_slower" => "policy.affinity_break_at",
                    "failover.deadline" => "policy.failover.deadline_seconds",
                    "failover.max_attempts" or "failover.same_credential" or "lacks" => "policy." + problem.Field,
                    _ => problem.Field,
                },
            }));
        }
    }
}

/// <summary><c>DELETE /api/admin/groups/{name}</c>: one that nobody uses; others are paused or expired.</summary>
internal static class RemoveGroup
{
    public static async Task<IResult> AnswerAsync(string name, HttpContext http, HubDatabase database, GroupAdmin groups, GroupShelf shelf)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.FindAsync(name, http.RequestAborted), "group", async (_, transaction) =>
        {
            try
            {
                await groups.RemoveAsync(name, transaction, http.RequestAborted);
            }
            catch (AdminException refused)
            {
                throw new Refused(RefusalCode.Conflict, string.Join("; ", refused.Problems.Select(static problem => problem.Message)) + ".");
            }
        });
        return Results.NoContent();
    }
}

/// <summary>A key that carries the group.</summary>
/// <param name="Place">Of the group among the key's, from 1.</param>
/// <param name="Alone">Without this group the key serves nothing: no other of its groups is active, or it does not go on to the next.</param>
internal sealed record GroupKeyShape(long Id, string Name, long OwnerId, string Owner, IReadOnlyList<string> Groups, bool Enabled, int Place, bool Alone);

/// <summary>Who would notice if the group changed.</summary>
/// <param name="Keys">How many carry it.</param>
/// <param name="Alone">How many of them would have nothing else.</param>
/// <param name="Users">Whose they are.</param>
/// <param name="Carriers">The newest hundred of them.</param>
/// <param name="ReplacesGroups">Groups that name it as their replacement.</param>
/// <param name="InAuto"><c>auto</c>'s order or a rule of it names it.</param>
internal sealed record GroupUseReply(int Keys, int Alone, int Users, IReadOnlyList<GroupKeyShape> Carriers, IReadOnlyList<string> ReplacesGroups, bool InAuto);

/// <summary><c>GET /api/admin/groups/{name}/use</c>.</summary>
internal static class ShowGroupUse
{
    private const int MostCarriers = 100;

    public static async Task<GroupUseReply> AnswerAsync(string name, HttpContext http, GroupAdmin groups, GroupShelf shelf)
    {
        await shelf.TakeAsync(name, http.RequestAborted);
        var use = await groups.UseAsync(name, http.RequestAborted);
        return new GroupUseReply(
            use.Keys.Length, use.Keys.Count(static key => key.Alone), use.Keys.Select(static key => key.Owner).Distinct().Count(),
            [.. use.Keys.Take(MostCarriers).Select(static key => new GroupKeyShape(key.Id.Value, key.Name, key.Owner.Value, key.OwnerEmail, key.Groups, key.Enabled, key.Place, key.Alone))],
            use.ReplacesGroups, use.InAuto);
    }
}
