using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Playground;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class PlaygroundEndpoints
{
    public static void Map(RouteGroupBuilder playground) =>
        playground.MapPost("/token", MakePlaygroundToken.AnswerAsync).InPerson().Makes<PlaygroundTokenReply>("A token to call models as one of one's keys, for ten minutes", RefusalCode.NotFound);
}
