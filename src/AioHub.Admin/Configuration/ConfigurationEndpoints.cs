using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Configuration;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class ConfigurationEndpoints
{
    public static void Map(RouteGroupBuilder configuration)
    {
        configuration.MapGet("", ExportConfiguration.AnswerAsync).For(Role.Owner, Scopes.AdminRead).GivesFile("The whole configuration as YAML, without secrets", ExportConfiguration.ContentType);
        // A text may say roles, keys and what a wallet begins with: no token has leave for all of that.
        configuration.MapPost("/preview", PreviewConfiguration.AnswerAsync).InPerson(Role.Owner).GivesTagged<ConfigurationPlanReply>("What a configuration file would change", RefusalCode.Invalid, RefusalCode.TooLarge);
        configuration.MapPost("/apply", ApplyConfiguration.AnswerAsync).InPerson(Role.Owner).Applies<ConfigurationAppliedReply>("Apply the file that was previewed: all of it or nothing");
    }
}
