using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AioHub.Admin.Alerts;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else.</summary>
internal static class AlertEndpoints
{
    public static void MapOwn(RouteGroupBuilder me)
    {
        me.MapGet("", ListOwnAlerts.AnswerAsync).For(Role.User, Scopes.MeRead).GivesPage<AlertReply>("What concerns oneself alone, newest first", "-opened_at");
        me.MapPost("/{id:long}/acknowledge", AcknowledgeOwnAlert.AnswerAsync).For(Role.User, Scopes.MeWrite).Gives<AlertReply>("Say that one knows", RefusalCode.NotFound);
        me.MapGet("/wishes", ShowWishes.AnswerAsync).For(Role.User, Scopes.MeRead).Gives<WishesReply>("What one is told of by e-mail");
        me.MapPatch("/wishes", ChangeWishes.AnswerAsync).For(Role.User, Scopes.MeWrite).Gives<WishesReply>("Change what one is told of");
    }

    public static void Map(RouteGroupBuilder admin)
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
}
