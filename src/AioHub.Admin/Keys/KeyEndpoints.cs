using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Keys;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class KeyEndpoints
{
    public static void Map(RouteGroupBuilder me)
    {
        me.MapGet("/groups", ListOfferedGroups.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<Page<GroupOffer>>("Groups that one may choose for a key");
        me.MapGet("/keys", ListOwnKeys.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<KeyReply>("API keys", "-created_at");
        me.MapPost("/keys", MakeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Makes<KeyReply>("Make a key; its secret is in the answer, this once");
        me.MapGet("/keys/{id:long}", ShowOwnKey.AnswerAsync).For(Role.User, Scopes.MeRead).GivesTagged<KeyReply>("One key", RefusalCode.NotFound);
        me.MapPatch("/keys/{id:long}", ChangeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Changes<KeyReply>("Change a key");
        me.MapDelete("/keys/{id:long}", RevokeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Removes("Revoke a key, for ever");
    }
}
