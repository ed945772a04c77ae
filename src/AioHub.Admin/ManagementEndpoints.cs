using AioHub.Admin.Alerts;
using AioHub.Admin.Audit;
using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Keys;
using AioHub.Admin.Session;
using AioHub.Admin.Settings;
using AioHub.Admin.Usage;
using AioHub.Admin.Users;
using AioHub.Admin.Wallet;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin;

/// <summary>Every page of the management API: where it is, who may come, what it gives. Nothing else.</summary>
internal static class ManagementEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        MapSession(api.MapGroup("/session").WithTags("Session"));
        MapMe(api.MapGroup("/me").WithTags("Me"));
        MapKeys(api.MapGroup("/me").WithTags("Keys"));
        MapUsage(api.MapGroup("/me/usage").WithTags("Usage"));
        MapWallet(api.MapGroup("/me/wallet").WithTags("Wallet"));
        MapUsers(api.MapGroup("/admin").WithTags("Users"));
        MapOwnAlerts(api.MapGroup("/me/alerts").WithTags("Alerts"));
        MapAlerts(api.MapGroup("/admin").WithTags("Alerts"));
        MapSettings(api.MapGroup("/admin/settings").WithTags("Settings"));
        MapAudit(api.MapGroup("/admin").WithTags("Audit"));
    }

    private static void MapSession(RouteGroupBuilder session)
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

    private static void MapMe(RouteGroupBuilder me)
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

    private static void MapKeys(RouteGroupBuilder me)
    {
        me.MapGet("/groups", ListOfferedGroups.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<Page<GroupOffer>>("Groups that one may choose for a key");
        me.MapGet("/keys", ListOwnKeys.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<KeyReply>("API keys", "-created_at");
        me.MapPost("/keys", MakeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Makes<KeyReply>("Make a key; its secret is in the answer, this once");
        me.MapGet("/keys/{id:long}", ShowOwnKey.AnswerAsync).For(Role.User, Scopes.MeRead).GivesTagged<KeyReply>("One key", RefusalCode.NotFound);
        me.MapPatch("/keys/{id:long}", ChangeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Changes<KeyReply>("Change a key");
        me.MapDelete("/keys/{id:long}", RevokeOwnKey.AnswerAsync).For(Role.User, Scopes.MeWrite).Removes("Revoke a key, for ever");
    }

    private static void MapUsage(RouteGroupBuilder usage)
    {
        usage.MapGet("/totals", ShowOwnTotals.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<UsageTotalsReply>("What one's calls came to, beside the period before", RefusalCode.Invalid);
        usage.MapGet("/series", ShowOwnSeries.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<UsageSeriesReply>("The same by hour or day, and by model, group or key", RefusalCode.Invalid);
    }

    private static void MapWallet(RouteGroupBuilder wallet) =>
        wallet.MapGet("", ShowWallet.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<WalletReply>("What is left in one's wallet");

    private static void MapUsers(RouteGroupBuilder admin)
    {
        admin.MapGet("/users", ListUsers.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<UserItem>("Users", "email", "-created_at");
        admin.MapPost("/users", MakeUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<UserItem>("Make a user");
        admin.MapGet("/users/{id:long}", ShowUser.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<UserItem>("One user", RefusalCode.NotFound);
        admin.MapPatch("/users/{id:long}", ChangeUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<UserItem>("Change a user");
        admin.MapPost("/users/{id:long}/link", MakeLink.AnswerAsync).InPerson(Role.Operator).Makes<LinkReply>("A link that lets the user in once, to set a password", RefusalCode.NotFound);
        admin.MapDelete("/users/{id:long}/sessions", EndSessionsOfUser.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesNothing("Sign the user out everywhere", RefusalCode.NotFound);
        admin.MapDelete("/users/{id:long}/totp", TurnTotpOffForUser.AnswerAsync).InPerson(Role.Operator).GivesNothing("Turn the user's codes off", RefusalCode.NotFound);
        admin.MapPost("/invitations", Invite.AnswerAsync).InPerson(Role.Operator).Makes<LinkReply>("Invite somebody to sign up");
    }

    private static void MapOwnAlerts(RouteGroupBuilder me)
    {
        me.MapGet("", ListOwnAlerts.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<AlertReply>("What concerns oneself alone, newest first", "-opened_at");
        me.MapPost("/{id:long}/acknowledge", AcknowledgeOwnAlert.AnswerAsync).For(Role.User, Scopes.MeWrite).Gives<AlertReply>("Say that one knows", RefusalCode.NotFound);
        me.MapGet("/wishes", ShowWishes.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<WishesReply>("What one is told of by e-mail");
        me.MapPatch("/wishes", ChangeWishes.AnswerAsync).For(Role.User, Scopes.MeWrite).Gives<WishesReply>("Change what one is told of");
    }

    private static void MapAlerts(RouteGroupBuilder admin)
    {
        admin.MapGet("/alerts", ListAlerts.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<AlertReply>("Alerts, newest first", "-opened_at");
        admin.MapPost("/alerts/acknowledge", AcknowledgeAlerts.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<AcknowledgedReply>("Say that somebody knows of all of them");
        admin.MapPost("/alerts/{id:long}/acknowledge", AcknowledgeAlert.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<AlertReply>("Say that somebody knows", RefusalCode.NotFound);
        admin.MapGet("/alert-rules", ListRules.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<Page<RuleReply>>("When operators are told");
        admin.MapGet("/alert-rules/{kind}", ShowRule.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<RuleReply>("One rule", RefusalCode.NotFound);
        admin.MapPatch("/alert-rules/{kind}", ChangeRule.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<RuleReply>("Change a rule");
        admin.MapGet("/alert-targets", ListTargets.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<TargetReply>("Where operators' alerts go", "name");
        admin.MapPost("/alert-targets", MakeTarget.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<TargetReply>("Add a target; a webhook's secret is in the answer, this once");
        admin.MapGet("/alert-targets/{id:long}", ShowTarget.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<TargetReply>("One target", RefusalCode.NotFound);
        admin.MapPatch("/alert-targets/{id:long}", ChangeTarget.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<TargetReply>("Change a target");
        admin.MapDelete("/alert-targets/{id:long}", RemoveTarget.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Remove a target, with what waits to be sent there");
        admin.MapPost("/alert-targets/{id:long}/secret", RotateSecret.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<SecretReply>("Make a webhook's secret anew; for a day both sign", RefusalCode.NotFound, RefusalCode.Conflict);
        admin.MapPost("/alert-targets/{id:long}/test", TestTarget.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<TriedReply>("Send a test now, and see the answer", RefusalCode.NotFound);
        admin.MapGet("/alert-deliveries", ListDeliveries.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<DeliveryReply>("What was and will be sent, newest first", "-created_at");
        admin.MapPost("/alert-deliveries/{id:long}/retry", RetryDelivery.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<DeliveryReply>("Send again what was given up", RefusalCode.NotFound, RefusalCode.Conflict);
    }

    private static void MapSettings(RouteGroupBuilder settings)
    {
        settings.MapGet("", ShowHubSettings.AnswerAsync).For(Role.Owner, Scopes.AdminRead).GivesTagged<HubSettingsReply>("What owners set");
        settings.MapPatch("", ChangeHubSettings.AnswerAsync).For(Role.Owner, Scopes.AdminWrite).Changes<HubSettingsReply>("Change it: all of it or nothing");
        settings.MapPost("/mail/test", TestMail.AnswerAsync).For(Role.Owner, Scopes.AdminWrite).Gives<TriedReply>("Send a test by e-mail now, and see the answer", RefusalCode.Invalid);
    }

    private static void MapAudit(RouteGroupBuilder admin) =>
        admin.MapGet("/audit", ListChanges.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<AuditLine>("Every change, newest first", "-at");
}
