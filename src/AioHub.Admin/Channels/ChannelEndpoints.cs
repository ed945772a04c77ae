using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Channels;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class ChannelEndpoints
{
    public static void Map(RouteGroupBuilder admin)
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
}
