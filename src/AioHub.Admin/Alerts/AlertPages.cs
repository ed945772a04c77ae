using AioHub.Admin.Frame;
using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Alerts;

/// <summary>An alert.</summary>
/// <param name="Kind">Such as <c>channel_failing</c>.</param>
/// <param name="Owner">What it is about: <c>channel</c>, <c>model</c>, …</param>
/// <param name="OwnerId">0 for what has no number.</param>
/// <param name="Title">In words, in the language that was asked for.</param>
/// <param name="Period">Of a limit on money: <c>day</c>, <c>week</c>, <c>month</c>, <c>total</c>.</param>
/// <param name="LimitUsd">Of a limit its money; of a balance or quota the level at which it is low; of spending what is usual.</param>
/// <param name="Usd">What was spent, or what is left.</param>
/// <param name="Facts">Figures beside the money.</param>
internal sealed record AlertReply(
    long Id, string Kind, AlertState State, string Owner, long OwnerId, string Name, string Title, string Text, string? Period, decimal? LimitUsd, decimal? Usd, IReadOnlyDictionary<string, string> Facts,
    DateTime OpenedAt, DateTime? EndedAt, DateTime? AcknowledgedAt, string? AcknowledgedBy)
{
    public static AlertReply Of(Alert alert, string? locale)
    {
        var hasMoney = alert.Limit.Value != 0 || alert.Spent.Value != 0;
        return new(
            alert.Id, alert.Kind, alert.EndedAt is not null ? AlertState.Past : alert.AcknowledgedAt is not null ? AlertState.Acknowledged : AlertState.Open,
            AlertOwners.NameOf(alert.Owner), alert.OwnerId, alert.Name, AlertWords.Title(alert, "opened", locale ?? "en"), AlertWords.Body(alert, "opened", locale ?? "en"),
            alert.Period == BudgetPeriod.None ? null : alert.Period.ToString().ToLowerInvariant(),
            hasMoney ? alert.Limit.ToUsd() : null, hasMoney ? alert.Spent.ToUsd() : null, alert.Facts, alert.At, alert.EndedAt, alert.AcknowledgedAt, alert.AcknowledgedBy);
    }
}

/// <summary><c>GET /api/admin/alerts?state=&amp;kind=&amp;locale=</c>: newest first.</summary>
internal static class ListAlerts
{
    public static async Task<Page<AlertReply>> AnswerAsync(Paging paging, string? state, string? kind, string? locale, HttpContext http, AlertAdmin alerts)
    {
        paging.SortOf("-opened_at");
        if (kind is not null && !AlertKinds.OfOperators.Contains(kind, StringComparer.Ordinal))
        {
            throw Refused.Invalid("kind", $"must be one of {string.Join(", ", AlertKinds.OfOperators)}");
        }

        var rows = await alerts.ListAsync(new AlertFilter(Words.Read<AlertState>(state, "state"), kind), paging.AfterId, paging.Ask, http.RequestAborted);
        return paging.Of(rows, alert => AlertReply.Of(alert, locale), static alert => alert.Id);
    }
}

/// <summary><c>POST /api/admin/alerts/{id}/acknowledge</c>: somebody knows. Done twice, it stays as it was.</summary>
internal static class AcknowledgeAlert
{
    public static async Task<AlertReply> AnswerAsync(long id, string? locale, HttpContext http, Who who, AlertAdmin alerts)
    {
        _ = await alerts.FindAsync(id, cancellation: http.RequestAborted) ?? throw Refused.NotFound("alert");
        await alerts.AcknowledgeAsync([id], who.Known.Email, http.RequestAborted);
        return AlertReply.Of(await alerts.FindAsync(id, cancellation: http.RequestAborted) ?? throw Refused.NotFound("alert"), locale);
    }
}

/// <param name="Acknowledged">How many were acknowledged now.</param>
internal sealed record AcknowledgedReply(int Acknowledged);

/// <summary><c>POST /api/admin/alerts/acknowledge</c>: all of them.</summary>
internal static class AcknowledgeAlerts
{
    public static async Task<AcknowledgedReply> AnswerAsync(HttpContext http, Who who, AlertAdmin alerts) =>
        new(await alerts.AcknowledgeAsync(null, who.Known.Email, http.RequestAborted));
}

/// <summary><c>GET /api/me/alerts</c>: newest first.</summary>
internal static class ListOwnAlerts
{
    public static async Task<Page<AlertReply>> AnswerAsync(Paging paging, string? state, string? locale, HttpContext http, Who who, AlertAdmin alerts)
    {
        paging.SortOf("-opened_at");
        var rows = await alerts.ListAsync(new AlertFilter(Words.Read<AlertState>(state, "state"), User: who.User), paging.AfterId, paging.Ask, http.RequestAborted);
        return paging.Of(rows, alert => AlertReply.Of(alert, locale), static alert => alert.Id);
    }
}

/// <summary><c>POST /api/me/alerts/{id}/acknowledge</c>.</summary>
internal static class AcknowledgeOwnAlert
{
    public static async Task<AlertReply> AnswerAsync(long id, string? locale, HttpContext http, Who who, AlertAdmin alerts)
    {
        _ = await alerts.FindAsync(id, who.User, http.RequestAborted) ?? throw Refused.NotFound("alert");
        await alerts.AcknowledgeOwnAsync(id, who.User, who.Known.Email, http.RequestAborted);
        return AlertReply.Of(await alerts.FindAsync(id, who.User, http.RequestAborted) ?? throw Refused.NotFound("alert"), locale);
    }
}

/// <summary>What one is told of by e-mail.</summary>
/// <param name="ByEmail">Without it, nothing.</param>
/// <param name="LowBalanceUsd">The balance below which one is told; absent = not.</param>
/// <param name="KeyBudgets">When 80, 95 and 100 % of a limit of one's keys are spent.</param>
/// <param name="KeysExpiring">When one of one's keys ends soon.</param>
/// <param name="Email">Where it goes.</param>
/// <param name="CanSend">Whether the hub has a mail server.</param>
internal sealed record WishesReply(bool ByEmail, decimal? LowBalanceUsd, bool KeyBudgets, bool KeysExpiring, string Email, bool CanSend)
{
    public static async Task<WishesReply> ReadAsync(Who who, AlertWishAdmin wishes, MailAdmin mail, CancellationToken cancellation)
    {
        var set = await wishes.ReadAsync(who.User, cancellation);
        return new(set.ByEmail, set.Below?.ToUsd(), set.KeyBudgets, set.KeysExpiring, who.Known.Email, await mail.ReadAsync(cancellation) is not null);
    }
}

/// <summary><c>GET /api/me/alerts/wishes</c>.</summary>
internal static class ShowWishes
{
    public static Task<WishesReply> AnswerAsync(HttpContext http, Who who, AlertWishAdmin wishes, MailAdmin mail) => WishesReply.ReadAsync(who, wishes, mail, http.RequestAborted);
}

/// <summary>Absent members stay; a low balance of null = not told of it.</summary>
internal sealed record WishesRequest(bool? ByEmail, Named<decimal?> LowBalanceUsd, bool? KeyBudgets, bool? KeysExpiring);

/// <summary><c>PATCH /api/me/alerts/wishes</c>.</summary>
internal static class ChangeWishes
{
    private const decimal MostUsd = 1_000_000;

    public static async Task<WishesReply> AnswerAsync(Body<WishesRequest> body, HttpContext http, Who who, AlertWishAdmin wishes, MailAdmin mail)
    {
        var change = body.Value;
        if (change.LowBalanceUsd.Value is < 0 or > MostUsd)
        {
            throw Refused.Invalid("low_balance_usd", "must be above 0 and at most 1000000");
        }

        var below = change.LowBalanceUsd.IsNamed ? new Named<NanoUsd?>(change.LowBalanceUsd.Value is { } usd ? NanoUsd.FromUsd(usd) : null) : default;
        await wishes.SetAsync(who.User, new AlertWishDraft(change.ByEmail, below, change.KeyBudgets, change.KeysExpiring), http.RequestAborted);
        return await WishesReply.ReadAsync(who, wishes, mail, http.RequestAborted);
    }
}
