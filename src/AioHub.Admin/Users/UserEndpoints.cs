using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Users;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class UserEndpoints
{
    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapGet("/users", ListUsers.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<UserItem>("Users", "email", "-created_at");
        admin.MapPost("/users", MakeUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<UserItem>("Make a user");
        admin.MapGet("/users/{id:long}", ShowUser.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<UserItem>("One user", RefusalCode.NotFound);
        admin.MapPatch("/users/{id:long}", ChangeUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<UserItem>("Change a user");
        admin.MapPost("/users/{id:long}/link", MakeLink.AnswerAsync).InPerson(Role.Operator).Makes<LinkReply>("A link that lets the user in once, to set a password", RefusalCode.NotFound);
        admin.MapDelete("/users/{id:long}/sessions", EndSessionsOfUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesNothing("Sign the user out everywhere", RefusalCode.NotFound);
        admin.MapDelete("/users/{id:long}/totp", TurnTotpOffForUser.AnswerAsync).InPerson(Role.Operator).GivesNothing("Turn the user's codes off", RefusalCode.NotFound);
        admin.MapGet("/keys", ListKeysOfUsers.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<UserKeyItem>("API keys of users", "-created_at");
        admin.MapGet("/keys/{id:long}", ShowKeyOfUser.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<UserKeyItem>("One key", RefusalCode.NotFound);
        admin.MapPatch("/keys/{id:long}", ChangeKeyOfUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<UserKeyItem>("Stop a key, or start it again");
        admin.MapDelete("/keys/{id:long}", RevokeKeyOfUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Revoke a user's key, for ever");
        admin.MapGet("/invitations", ListInvitations.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<InvitationItem>("Invitations that nobody used yet", "-id");
        admin.MapDelete("/invitations/{id:long}", RevokeInvitation.AnswerAsync).InPerson(Role.Operator).GivesNothing("Take an invitation back", RefusalCode.NotFound);
        admin.MapPost("/invitations", Invite.AnswerAsync).InPerson(Role.Operator).Makes<LinkReply>("Invite somebody to sign up");
    }
}
