using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Usage;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class UsageEndpoints
{
    public static void Map(RouteGroupBuilder own, RouteGroupBuilder all)
    {
        own.MapGet("/totals", ShowOwnTotals.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<UsageTotalsReply>("What one's calls came to, beside the period before", RefusalCode.Invalid);
        own.MapGet("/series", ShowOwnSeries.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<UsageSeriesReply>("The same by hour or day, and by model, group or key", RefusalCode.Invalid);
        own.MapGet("/rank", ShowOwnRank.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<UsageRankReply>("One's models, groups or keys, dearest first", RefusalCode.Invalid);
        all.MapGet("/totals", ShowTotals.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<UsageTotalsReply>("What all calls came to, beside the period before", RefusalCode.Invalid);
        all.MapGet("/series", ShowSeries.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<UsageSeriesReply>("The same by hour or day, and by model, group, channel, user or key", RefusalCode.Invalid);
        all.MapGet("/rank", ShowRank.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<UsageRankReply>("Models, groups, channels, users or keys, dearest first", RefusalCode.Invalid);
        all.MapGet("/flow", ShowFlow.AnswerAsync).For(Role.Operator, Scopes.AdminRead).Gives<UsageFlowReply>("What went from which group to which channel, and how it fared", RefusalCode.Invalid);
    }
}
