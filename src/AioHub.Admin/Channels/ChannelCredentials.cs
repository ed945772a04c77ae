using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Channels;

/// <summary><c>POST /api/admin/channels/{id}/credentials</c>. Credentials are part of their channel: the answer is the channel, and its tag is the one for <c>If-Match</c>.</summary>
internal static class AddCredential
{
    public static async Task<IResult> AnswerAsync(long id, Body<NewCredential> body, HttpContext http, HubDatabase database, ChannelAdmin channels, ChannelShelf shelf)
    {
        var wanted = body.Value;
        await using (var transaction = await database.BeginAsync(http.RequestAborted))
        {
            var present = await shelf.TakeAsync(id, http.RequestAborted);
            if (present.Credentials.Any(one => string.Equals(one.Name, wanted.Name, StringComparison.Ordinal)))
            {
                throw new Refused(RefusalCode.Conflict, $"Channel '{present.Channel.Name}' has a credential '{wanted.Name}' already.") { Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["name"] = ["is taken"] } };
            }

            await CredentialFields.OnAsync(() => channels.SetCredentialAsync(present.Channel.Name, wanted.ToDraft(), transaction, http.RequestAborted));
            await transaction.CommitAsync(http.RequestAborted);
        }

        var channel = ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted));
        http.Response.Headers.ETag = EntityTags.Of(channel);
        return EntityTags.Made(http, $"/api/admin/channels/{id}", channel);
    }
}

/// <summary><c>PATCH /api/admin/channels/{id}/credentials/{name}</c>: a new secret, other limits, on or off.</summary>
internal static class ChangeCredential
{
    public static async Task<IResult> AnswerAsync(long id, string name, Body<CredentialChangeRequest> body, HttpContext http, HubDatabase database, ChannelAdmin channels, ChannelShelf shelf)
    {
        var change = body.Value;
        await EntityTags.ChangeAsync(database, http, () => shelf.ReplyAsync(id, http.RequestAborted), "channel", (present, transaction) =>
        {
            var one = CredentialFields.Find(present, name);
            return CredentialFields.OnAsync(() => channels.SetCredentialAsync(
                present.Name,
                new CredentialDraft(name, change.Secret, change.Enabled ?? one.Enabled) { Limits = change.Limits.IsNamed ? change.Limits.Value?.ToLimits() ?? Limits.None : null },
                transaction, http.RequestAborted));
        });
        return EntityTags.Show(http, ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted)));
    }
}

/// <summary><c>DELETE /api/admin/channels/{id}/credentials/{name}</c>: the answer is the channel without it.</summary>
internal static class RemoveCredential
{
    public static async Task<IResult> AnswerAsync(long id, string name, HttpContext http, HubDatabase database, ChannelAdmin channels, ChannelShelf shelf)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.ReplyAsync(id, http.RequestAborted), "channel", async (present, transaction) =>
        {
            CredentialFields.Find(present, name);
            try
            {
                await channels.RemoveCredentialAsync(present.Name, name, transaction, http.RequestAborted);
            }
            catch (AdminException refused)
            {
                throw new Refused(RefusalCode.Conflict, $"Credential '{name}' {refused.Problems[0].Message}.");
            }
        });
        return EntityTags.Show(http, ChannelReply.Of(await shelf.TakeAsync(id, http.RequestAborted)));
    }
}

/// <summary>Names fields as these requests do: <c>secret</c>, where a whole channel's draft says <c>credentials.secret</c>.</summary>
internal static class CredentialFields
{
    private const string Prefix = "credentials.";

    /// <exception cref="Refused">The channel has none of that name.</exception>
    public static CredentialItem Find(ChannelReply channel, string name) => channel.Credentials.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal)) ?? throw Refused.NotFound("credential");

    public static async Task<ChangeReport> OnAsync(Func<Task<ChangeReport>> command)
    {
        try
        {
            return await command();
        }
        catch (AdminException refused)
        {
            throw new AdminException(refused.Problems.Select(static problem =>
                problem with { Field = problem.Field.StartsWith(Prefix, StringComparison.Ordinal) ? problem.Field[Prefix.Length..] : problem.Field }));
        }
    }
}
