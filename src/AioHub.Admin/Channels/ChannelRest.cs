using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <summary>How one channel stands.</summary>
/// <param name="Changes">Of its health, newest first.</param>
internal sealed record ChannelHealthReply(ChannelCondition State, IReadOnlyList<BoardCredential> Credentials, IReadOnlyList<HealthChangeShape> Changes);

/// <summary><c>GET /api/admin/channels/{id}/health</c>: what rests, since when and why, as of the servers' last second.</summary>
internal static class ShowChannelHealth
{
    private const int Newest = 50;

    public static async Task<ChannelHealthReply> AnswerAsync(long id, HttpContext http, ChannelShelf shelf, HealthAdmin health)
    {
        var listing = await shelf.TakeAsync(id, http.RequestAborted);
        var conditions = await Conditions.ReadAsync(health, http.RequestAborted);
        return new ChannelHealthReply(
            conditions.Of(listing), [.. listing.Credentials.Select(one => new BoardCredential(one.Id.Value, one.Name, conditions.Of(one), conditions.HoldsOf(one.Id)))],
            [.. (await health.EventsAsync(listing.Channel.Name, Newest, http.RequestAborted)).Select(HealthChangeShape.Of)]);
    }
}

/// <param name="Credential">Only this one; absent = all of the channel's.</param>
internal sealed record ResetRequest(string? Credential);

/// <summary><c>POST /api/admin/channels/{id}/reset</c>: all that is held against its credentials is forgotten; running servers do within two seconds.</summary>
internal static class ResetChannel
{
    public static async Task<IResult> AnswerAsync(long id, Body<ResetRequest> body, HttpContext http, Who who, ChannelShelf shelf, HealthAdmin health)
    {
        var listing = await shelf.TakeAsync(id, http.RequestAborted);
        var wanted = TestChannel.Some(body.Value.Credential);
        var chosen = listing.Credentials.Where(one => wanted is null || string.Equals(one.Name, wanted, StringComparison.Ordinal)).Select(static one => one.Id).ToList();
        if (chosen.Count == 0 && wanted is not null)
        {
            throw Refused.Invalid("credential", $"channel '{listing.Channel.Name}' has no credential '{wanted}'");
        }

        await health.ResetAsync(chosen, who.Known.Email, http.RequestAborted);
        return Results.NoContent();
    }
}
