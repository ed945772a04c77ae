using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Session;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class SessionEndpoints
{
    public static void Map(RouteGroupBuilder session)
    {
        session.MapGet("", ShowSession.AnswerAsync).Anyone().Gives<SessionReply>("Who is signed in, and how one may");
        session.MapDelete("", EndSession.AnswerAsync).Anyone().GivesNothing("Sign out");
        session.MapPost("/password", SignInByPassword.AnswerAsync).Anyone().Gives<SessionReply>("Sign in by password", RefusalCode.SignInFailed, RefusalCode.TooManyTries);
        session.MapPost("/second-factor", SecondFactor.AnswerAsync).Entering().Gives<SessionReply>("Give the second factor", RefusalCode.SignInFailed, RefusalCode.TooManyTries, RefusalCode.Conflict);
        session.MapPost("/passkey/options", SignInByPasskey.OptionsAsync).Anyone().GivesOptions("Options for navigator.credentials.get");
        session.MapPost("/passkey", SignInByPasskey.AnswerAsync).Anyone().Gives<SessionReply>("Sign in by passkey", RefusalCode.SignInFailed, RefusalCode.TooManyTries, RefusalCode.Conflict);
        session.MapPost("/link", SignInByLink.AnswerAsync).Anyone().Gives<SessionReply>("Sign in by a one-time link", RefusalCode.SignInFailed, RefusalCode.TooManyTries);
        session.MapPost("/set-up", SetUp.AnswerAsync).Entering().Gives<SessionReply>("End the set-up that a link began", RefusalCode.Conflict);
        session.MapPost("/sign-up", SignUp.AnswerAsync).Anyone().Gives<SessionReply>("Sign up", RefusalCode.NotAllowed, RefusalCode.TooManyTries);
        session.MapGet("/providers/{name}", Providers.LeaveAsync).Anyone().GivesRedirect("Sign in through a provider");
    }

    public static void MapMe(RouteGroupBuilder me)
    {
        me.MapGet("", ShowProfile.AnswerAsync).For(Role.User, Scopes.MeRead).GivesTagged<UserReply>("Oneself");
        me.MapPatch("", ChangeProfile.AnswerAsync).For(Role.User, Scopes.MeWrite).Gives<UserReply>("Change name, language, theme");
        me.MapPut("/password", ChangePassword.AnswerAsync).InPerson().GivesNothing("Change the password; all other sessions end", RefusalCode.TooManyTries);
        me.MapPost("/totp", OfferTotp.AnswerAsync).InPerson().Gives<TotpOffer>("A secret for an authenticator");
        me.MapPut("/totp", TurnTotpOn.AnswerAsync).InPerson().Gives<TotpReply>("Turn codes on, by a first code", RefusalCode.Conflict, RefusalCode.TooManyTries);
        me.MapDelete("/totp", TurnTotpOff.AnswerAsync).InPerson().GivesNothing("Turn codes off", RefusalCode.TooManyTries);
        me.MapGet("/passkeys", ListPasskeys.AnswerAsync).InPerson().Gives<Page<PasskeyItem>>("Passkeys");
        me.MapPost("/passkeys/options", MakePasskey.OptionsAsync).InPerson().GivesOptions("Options for navigator.credentials.create");
        me.MapPost("/passkeys", MakePasskey.AnswerAsync).InPerson().Makes<PasskeyItem>("Add a passkey", RefusalCode.Conflict);
        me.MapDelete("/passkeys/{id:long}", RemovePasskey.AnswerAsync).InPerson().GivesNothing("Remove a passkey", RefusalCode.NotFound);
        me.MapGet("/sessions", ListSessions.AnswerAsync).InPerson().Gives<Page<SessionItem>>("Where one is signed in");
        me.MapDelete("/sessions", EndOtherSessions.AnswerAsync).InPerson().GivesNothing("Sign out everywhere else");
        me.MapDelete("/sessions/{id:long}", EndOneSession.AnswerAsync).InPerson().GivesNothing("Sign out there", RefusalCode.NotFound);
        me.MapGet("/tokens", ListTokens.AnswerAsync).InPerson().Gives<Page<TokenReply>>("Personal access tokens");
        me.MapPost("/tokens", MakeToken.AnswerAsync).InPerson().Makes<TokenReply>("Make a token; its secret is in the answer, this once");
        me.MapDelete("/tokens/{id:long}", EndToken.AnswerAsync).InPerson().GivesNothing("End a token", RefusalCode.NotFound);
    }
}
