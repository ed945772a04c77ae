using AioHub.Admin.Audit;
using AioHub.Admin.Channels;
using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Groups;
using AioHub.Admin.Health;
using AioHub.Admin.Keys;
using AioHub.Admin.Redemption;
using AioHub.Admin.Session;
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
        MapMoney(api.MapGroup("/admin").WithTags("Money"));
        MapAudit(api.MapGroup("/admin").WithTags("Audit"));
        MapChannels(api.MapGroup("/admin").WithTags("Channels"));
        MapGroups(api.MapGroup("/admin").WithTags("Groups"));
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

    private static void MapWallet(RouteGroupBuilder wallet)
    {
        wallet.MapGet("", ShowWallet.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<WalletReply>("What is left in one's wallet");
        wallet.MapGet("/entries", ListOwnEntries.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<EntryReply>("What moved in one's wallet, newest first", "-id");
        wallet.MapPost("/redemptions", RedeemCode.AnswerAsync).For(Role.User, Scopes.Money).Gives<MovementReply>("Redeem a code", RefusalCode.Conflict, RefusalCode.TooManyTries);
        wallet.MapGet("/statements/{month}", ShowStatement.AnswerAsync).For(Role.User, Scopes.MeRead).GivesFile("A month's statement", "text/csv", RefusalCode.Invalid);
    }

    private static void MapMoney(RouteGroupBuilder admin)
    {
        var account = admin.MapGroup("/accounts/{kind}/{owner:long}");
        account.MapGet("", ShowAccount.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<WalletReply>("What a wallet, a group's quota or a channel's budget holds", RefusalCode.NotFound);
        account.MapGet("/entries", ListEntries.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<EntryReply>("What moved in it, newest first", "-id");
        account.MapPost("/top-ups", TopUp.AnswerAsync).For(Role.Operator, Scopes.Money).Moves("Put money in", RefusalCode.NotFound);
        account.MapPost("/adjustments", Adjust.AnswerAsync).For(Role.Operator, Scopes.Money).Moves("Put a balance right, up or down", RefusalCode.NotFound);
        admin.MapPost("/calls/{id}/refunds", RefundCall.AnswerAsync).For(Role.Operator, Scopes.Money).Moves("Give a call's charge back", RefusalCode.NotFound);
        admin.MapPost("/transfers", Transfer.AnswerAsync).For(Role.Operator, Scopes.Money).Moves("Move money from wallet to wallet");
        admin.MapGet("/codes", ListCodes.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<CodeReply>("Redemption codes, newest first", "-id");
        admin.MapPost("/codes", MakeCodes.AnswerAsync).For(Role.Operator, Scopes.Money).Makes<NewCodesReply>("Make codes; their texts are in the answer, this once", RefusalCode.Conflict, RefusalCode.IdempotencyKeyRequired);
        admin.MapPost("/codes/revocations", RevokeCodes.AnswerAsync).For(Role.Operator, Scopes.Money).Gives<RevocationReply>("End codes that nobody redeemed");
    }

    private static void MapUsers(RouteGroupBuilder admin)
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

    private static void MapAudit(RouteGroupBuilder admin) =>
        admin.MapGet("/audit", ListChanges.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<AuditLine>("Every change, newest first", "-at");

    private static void MapChannels(RouteGroupBuilder admin)
    {
        admin.MapGet("/channel-types", ListChannelTypes.Answer).For(Role.Operator, Scopes.AdminRead).Gives<Page<ChannelTypeShape>>("Types of channels, and what their forms ask for");
        admin.MapGet("/channel-presets", ListChannelPresets.Answer).For(Role.Operator, Scopes.AdminRead).Gives<Page<PresetShape>>("Hosts that the hub knows");
        admin.MapGet("/channels", ListChannels.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<ChannelItem>("Channels, with how they stand", "name", "-name");
        admin.MapPost("/channels", MakeChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<ChannelReply>("Make a channel, with credentials and places in groups", RefusalCode.Conflict);
        admin.MapPost("/channels/test", TestChannels.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesLines<BulkTestLine>("Test many channels: a line of JSON for each as it is done", RefusalCode.NotFound);
        admin.MapGet("/channels/{id:long}", ShowChannel.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<ChannelReply>("One channel", RefusalCode.NotFound);
        admin.MapPatch("/channels/{id:long}", ChangeChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<ChannelReply>("Change a channel");
        admin.MapDelete("/channels/{id:long}", RemoveChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Remove a channel", RefusalCode.Conflict);
        admin.MapPost("/channels/{id:long}/credentials", AddCredential.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<ChannelReply>("Add a credential", RefusalCode.NotFound, RefusalCode.Conflict);
        admin.MapPatch("/channels/{id:long}/credentials/{name}", ChangeCredential.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<ChannelReply>("Change a credential; the tag is the channel's");
        admin.MapDelete("/channels/{id:long}/credentials/{name}", RemoveCredential.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<ChannelReply>("Remove a credential; the tag is the channel's", RefusalCode.Conflict);
        admin.MapPost("/channels/{id:long}/test", TestChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<TestReply>("Ask the upstream for its models and send it three small calls", RefusalCode.NotFound);
        admin.MapPost("/channels/{id:long}/upstream-models", FetchUpstreamModels.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<UpstreamModelsReply>("What the upstream lists beside what the channel offers", RefusalCode.NotFound);
        admin.MapPost("/channels/{id:long}/probe", ProbeChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Gives<ProbeReply>("Find out what the channel can do", RefusalCode.NotFound);
        admin.MapGet("/channels/{id:long}/probes", ListProbes.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<Page<ProbeRecordShape>>("What probes found before", RefusalCode.NotFound);
        admin.MapDelete("/channels/{id:long}/probes", ForgetProbes.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesNothing("Forget what probes found", RefusalCode.NotFound);
        admin.MapGet("/channels/{id:long}/health", ShowChannelHealth.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<ChannelHealthReply>("What rests, since when and why", RefusalCode.NotFound);
        admin.MapPost("/channels/{id:long}/reset", ResetChannel.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).GivesNothing("Forget what is held against it: it is asked again at once", RefusalCode.NotFound);
        admin.MapGet("/health", ShowHealth.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<HealthBoardReply>("How groups, channels and credentials stand");
    }

    private static void MapGroups(RouteGroupBuilder admin)
    {
        admin.MapGet("/groups", ListGroups.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesPage<GroupItem>("Groups", "name", "-name");
        admin.MapPost("/groups", MakeGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Makes<GroupReply>("Make a group", RefusalCode.Conflict);
        admin.MapGet("/groups/{name}", ShowGroup.AnswerAsync).For(Role.Operator, Scopes.AdminRead).GivesTagged<GroupReply>("One group", RefusalCode.NotFound);
        admin.MapPatch("/groups/{name}", ChangeGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Change a group");
        admin.MapDelete("/groups/{name}", RemoveGroup.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Removes("Remove a group that nobody uses", RefusalCode.Conflict);
        admin.MapGet("/groups/{name}/use", ShowGroupUse.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<GroupUseReply>("Who would notice a change of the group", RefusalCode.NotFound);
        admin.MapPost("/groups/{name}/prices", AddGroupPrice.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Give a model a price of its own in the group; the tag is the group's");
        admin.MapDelete("/groups/{name}/prices/{version}", RetireGroupPrice.AnswerAsync).For(Role.Operator, Scopes.AdminWrite).Changes<GroupReply>("Retire a price of the group; the tag is the group's");
        admin.MapPost("/route/explain", ExplainRoute.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<ExplainReply>("Where a call would go, and why not elsewhere");
    }
}
