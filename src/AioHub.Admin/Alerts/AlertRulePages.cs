using AioHub.Admin.Frame;
using AioHub.Core.Alerts;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Alerts;

/// <summary>One number of a rule.</summary>
/// <param name="Name">With its unit: <c>threshold_usd</c>, <c>minutes</c>, <c>share</c> (0 to 1), …</param>
internal sealed record RuleNumber(string Name, decimal Value, decimal Default, decimal Least, decimal Most);

/// <summary>When operators are told of one kind of thing.</summary>
internal sealed record RuleReply(string Kind, bool Enabled, IReadOnlyList<RuleNumber> Numbers)
{
    public static RuleReply Of(AlertRule rule) => new(
        rule.Kind, rule.Enabled, [.. AlertRuleAdmin.NumbersOf(rule.Kind).Select(number => new RuleNumber(number.Name, rule[number.Name], number.Default, number.Least, number.Most))]);
}

/// <summary><c>GET /api/admin/alert-rules</c>: all of them; there are few.</summary>
internal static class ListRules
{
    public static async Task<Page<RuleReply>> AnswerAsync(HttpContext http, AlertRuleAdmin rules) => new([.. (await rules.ReadAsync(http.RequestAborted)).Select(RuleReply.Of)], null);
}

/// <summary><c>GET /api/admin/alert-rules/{kind}</c>.</summary>
internal static class ShowRule
{
    public static async Task<IResult> AnswerAsync(string kind, HttpContext http, AlertRuleAdmin rules) =>
        EntityTags.Show(http, await FindAsync(kind, rules, http.RequestAborted) ?? throw Refused.NotFound("alert rule"));

    public static async Task<RuleReply?> FindAsync(string kind, AlertRuleAdmin rules, CancellationToken cancellation) =>
        (await rules.ReadAsync(cancellation)).FirstOrDefault(rule => rule.Kind == kind) is { } found ? RuleReply.Of(found) : null;
}

/// <param name="Enabled">Absent = it stays.</param>
/// <param name="Numbers">By name; those that are absent stay, null = back to the default.</param>
internal sealed record RuleRequest(bool? Enabled, IReadOnlyDictionary<string, decimal?>? Numbers);

/// <summary><c>PATCH /api/admin/alert-rules/{kind}</c>.</summary>
internal static class ChangeRule
{
    public static async Task<IResult> AnswerAsync(string kind, Body<RuleRequest> body, HttpContext http, HubDatabase database, AlertRuleAdmin rules)
    {
        await EntityTags.ChangeAsync(
            database, http, () => ShowRule.FindAsync(kind, rules, http.RequestAborted), "alert rule",
            (_, transaction) => rules.SetAsync(kind, new AlertRuleDraft(body.Value.Enabled, body.Value.Numbers), transaction, http.RequestAborted));
        return await ShowRule.AnswerAsync(kind, http, rules);
    }
}
