using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <summary>Channels as the database has them.</summary>
internal sealed class ChannelShelf(ChannelAdmin channels)
{
    /// <returns>Null = there is none.</returns>
    public async Task<ChannelListing?> FindAsync(long id, CancellationToken cancellation) => (await channels.ListAsync(cancellation)).FirstOrDefault(listing => listing.Channel.Id.Value == id);

    /// <exception cref="Refused">There is none.</exception>
    public async Task<ChannelListing> TakeAsync(long id, CancellationToken cancellation) => await FindAsync(id, cancellation) ?? throw Refused.NotFound("channel");

    public async Task<ChannelReply?> ReplyAsync(long id, CancellationToken cancellation) => await FindAsync(id, cancellation) is { } listing ? ChannelReply.Of(listing) : null;
}

/// <summary><c>GET /api/admin/channels</c>: by name.</summary>
internal static class ListChannels
{
    /// <param name="type">A name of a type.</param>
    /// <param name="status"><c>healthy</c>, <c>degraded</c>, <c>cooling</c>, <c>broken</c> or <c>disabled</c>.</param>
    /// <param name="group">That it is a member of.</param>
    /// <param name="tag">That it has.</param>
    /// <param name="text">Part of its name, its notes or a model.</param>
    public static async Task<Page<ChannelItem>> AnswerAsync(
        Paging paging, string? type, string? status, string? group, string? tag, string? text, HttpContext http, ChannelAdmin channels, HealthAdmin health)
    {
        var down = paging.SortOf("name", "-name") == "-name";
        var wanted = Names.Word<ChannelCondition>(status, "status");
        var conditions = await Conditions.ReadAsync(health, http.RequestAborted);
        var all = (await channels.ListAsync(http.RequestAborted))
            .Where(listing => type is not { Length: > 0 } || string.Equals(ChannelTypes.Of(listing.Channel.Type).Name, type, StringComparison.Ordinal))
            .Where(listing => group is not { Length: > 0 } || listing.Groups.Contains(group, StringComparer.Ordinal))
            .Where(listing => tag is not { Length: > 0 } || listing.Channel.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase))
            .Where(listing => text is not { Length: > 0 } || Says(listing.Channel, text))
            .Where(listing => wanted is null || conditions.Of(listing) == wanted)
            .OrderBy(static listing => listing.Channel.Name, StringComparer.Ordinal);
        var ordered = down ? all.Reverse() : all;
        var rows = ordered.Where(listing => paging.AfterName is not { } after || (down ? string.CompareOrdinal(listing.Channel.Name, after) < 0 : string.CompareOrdinal(listing.Channel.Name, after) > 0))
            .Take(paging.Ask).ToList();
        return paging.Of(rows, listing => ChannelItem.Of(listing, conditions), static listing => listing.Channel.Name);
    }

    private static bool Says(Channel channel, string text) =>
        channel.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || channel.Notes.Contains(text, StringComparison.OrdinalIgnoreCase)
        || channel.Models.Any(model => model.Contains(text, StringComparison.OrdinalIgnoreCase)) || channel.ModelMap.Keys.Any(model => model.Contains(text, StringComparison.OrdinalIgnoreCase));
}

/// <summary><c>GET /api/admin/channels/{id}</c>.</summary>
internal static class ShowChannel
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, ChannelShelf shelf) => EntityTags.Show(http, ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted)));
}

/// <summary><c>POST /api/admin/channels</c>: with its credentials and its places in groups, all or nothing.</summary>
internal static class MakeChannel
{
    public static async Task<IResult> AnswerAsync(Body<NewChannelRequest> body, HttpContext http, HubDatabase database, ChannelAdmin channels, GroupAdmin groups, ChannelShelf shelf)
    {
        var wanted = body.Value;
        long id;
        await using (var transaction = await database.BeginAsync(http.RequestAborted))
        {
            if ((await channels.ListAsync(http.RequestAborted)).Any(listing => string.Equals(listing.Channel.Name, wanted.Name, StringComparison.Ordinal)))
            {
                throw new Refused(RefusalCode.Conflict, $"There is a channel '{wanted.Name}' already.") { Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["name"] = ["is taken"] } };
            }

            id = (await channels.UpsertAsync(wanted.ToDraft(), within: transaction, cancellation: http.RequestAborted)).Id;
            var present = wanted.Groups is { Count: > 0 } ? await groups.ListAsync(http.RequestAborted) : [];
            foreach (var name in wanted.Groups?.Distinct(StringComparer.Ordinal) ?? [])
            {
                var group = present.FirstOrDefault(listing => string.Equals(listing.Group.Name, name, StringComparison.Ordinal)) ?? throw Refused.Invalid("groups", $"there is no group '{name}'");
                if (group.Group.IsAuto)
                {
                    throw Refused.Invalid("groups", "auto has no channels of its own; it picks among the other groups");
                }

                await groups.SetMembersAsync(name, group.Channels.Add(new MemberDraft(wanted.Name)), transaction, http.RequestAborted);
            }

            await transaction.CommitAsync(http.RequestAborted);
        }

        return EntityTags.Made(http, $"/api/admin/channels/{id}", ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted)));
    }
}

/// <summary><c>PATCH /api/admin/channels/{id}</c>.</summary>
internal static class ChangeChannel
{
    public static async Task<IResult> AnswerAsync(long id, Body<ChannelChangeRequest> body, HttpContext http, HubDatabase database, ChannelAdmin channels, ChannelShelf shelf, RoutingDirectory routing)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.ReplyAsync(id, http.RequestAborted), "channel", (present, transaction) =>
            channels.UpsertAsync(body.Value.ToDraft(present.Name, routing.Current.FindChannel(new ChannelId(id))?.Overrides), within: transaction, cancellation: http.RequestAborted));
        return EntityTags.Show(http, ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted)));
    }
}

/// <summary><c>DELETE /api/admin/channels/{id}</c>: with its credentials. Groups that have it as a member stand in the way unless it is to leave them.</summary>
internal static class RemoveChannel
{
    /// <param name="leaveGroups"><c>true</c>: it leaves its groups.</param>
    public static async Task<IResult> AnswerAsync(
        long id, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "leave_groups")] bool? leaveGroups, HttpContext http, HubDatabase database, ChannelAdmin channels, ChannelShelf shelf)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.ReplyAsync(id, http.RequestAborted), "channel", (present, transaction) =>
        {
            if (present.Groups.Count > 0 && leaveGroups != true)
            {
                throw new Refused(RefusalCode.Conflict, $"Channel '{present.Name}' serves {string.Join(", ", present.Groups)}. Take it out of them first, or send leave_groups=true.")
                {
                    Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["groups"] = [.. present.Groups] },
                };
            }

            return channels.RemoveAsync(present.Name, transaction, http.RequestAborted);
        });
        return Results.NoContent();
    }
}
