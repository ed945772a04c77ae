using AioHub.Admin.Alerts;
using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Settings;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class SettingsEndpoints
{
    public static void Map(RouteGroupBuilder settings)
    {
        settings.MapGet("", ShowHubSettings.AnswerAsync).For(Role.Owner, Scopes.AdminRead).GivesTagged<HubSettingsReply>("What owners set");
        settings.MapPatch("", ChangeHubSettings.AnswerAsync).For(Role.Owner, Scopes.AdminWrite).Changes<HubSettingsReply>("Change it: all of it or nothing");
        settings.MapPost("/mail/test", TestMail.AnswerAsync).For(Role.Owner, Scopes.AdminWrite).Gives<TriedReply>("Send a test by e-mail now, and see the answer", RefusalCode.Invalid);
    }
}
