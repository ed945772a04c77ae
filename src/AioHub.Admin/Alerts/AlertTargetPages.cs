using System.Collections.Immutable;
using System.Diagnostics;
using AioHub.Admin.Frame;
using AioHub.Core.Alerts;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Alerts;

/// <summary>Where operators' alerts go.</summary>
/// <param name="Address">An e-mail address, or an http or https URL.</param>
/// <param name="Kinds">What it is told of; empty = everything.</param>
/// <param name="AllowPrivateNetwork">Of a webhook: it may lead into private networks.</param>
/// <param name="FormerSecretUntil">Until when the former secret signs too.</param>
/// <param name="Secret">Of a new webhook alone, here and never again.</param>
internal sealed record TargetReply(
    long Id, string Name, TargetType Type, string Address, IReadOnlyList<string> Kinds, string Locale, bool AllowPrivateNetwork, bool Enabled, DateTime CreatedAt, DateTime? FormerSecretUntil,
    string? Secret = null)
{
    public static TargetReply Of(AlertTarget target) => new(
        target.Id, target.Name, target.Type, target.Address, target.Kinds, target.Locale, target.AllowPrivateNetwork, target.Enabled, target.CreatedAt, target.FormerSecretUntil);
}

/// <summary><c>GET /api/admin/alert-targets</c>: by name.</summary>
internal static class ListTargets
{
    public static async Task<Page<TargetReply>> AnswerAsync(Paging paging, HttpContext http, AlertTargetAdmin targets)
    {
        paging.SortOf("name");
        return paging.Of(await targets.ListAsync(paging.AfterName, paging.Ask, http.RequestAborted), TargetReply.Of, static target => target.Name);
    }
}

/// <summary><c>GET /api/admin/alert-targets/{id}</c>.</summary>
internal static class ShowTarget
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, AlertTargetAdmin targets) =>
        EntityTags.Show(http, await FindAsync(id, targets, http.RequestAborted) ?? throw Refused.NotFound("alert target"));

    public static async Task<TargetReply?> FindAsync(long id, AlertTargetAdmin targets, CancellationToken cancellation) =>
        await targets.FindAsync(id, cancellation) is { } target ? TargetReply.Of(target) : null;
}

/// <param name="Kinds">Absent = everything.</param>
/// <param name="Locale"><c>en</c> (default) or <c>zh-CN</c>.</param>
internal sealed record NewTargetRequest(string Name, TargetType Type, string Address, IReadOnlyList<string>? Kinds, string? Locale, bool? AllowPrivateNetwork, bool? Enabled);

/// <summary><c>POST /api/admin/alert-targets</c>: a webhook's answer has its secret, this once.</summary>
internal static class MakeTarget
{
    public static async Task<IResult> AnswerAsync(Body<NewTargetRequest> body, HttpContext http, AlertTargetAdmin targets)
    {
        var wanted = body.Value;
        var made = await targets.CreateAsync(
            new AlertTargetDraft
            {
                Name = wanted.Name, Type = wanted.Type, Address = wanted.Address, Kinds = wanted.Kinds?.ToImmutableArray(), Locale = wanted.Locale,
                AllowPrivateNetwork = wanted.AllowPrivateNetwork, Enabled = wanted.Enabled,
            },
            cancellation: http.RequestAborted);
        var shown = await ShowTarget.FindAsync(made.Id, targets, http.RequestAborted) ?? throw Refused.NotFound("alert target");
        return EntityTags.Made(http, $"/api/admin/alert-targets/{made.Id}", shown with { Secret = made.Secret });
    }
}

/// <summary>Absent members stay; null = back to the default.</summary>
internal sealed record TargetRequest(string? Name, string? Address, Named<IReadOnlyList<string>?> Kinds, Named<string?> Locale, Named<bool?> AllowPrivateNetwork, Named<bool?> Enabled);

/// <summary><c>PATCH /api/admin/alert-targets/{id}</c>.</summary>
internal static class ChangeTarget
{
    public static async Task<IResult> AnswerAsync(long id, Body<TargetRequest> body, HttpContext http, HubDatabase database, AlertTargetAdmin targets)
    {
        var change = body.Value;
        await EntityTags.ChangeAsync(
            database, http, () => ShowTarget.FindAsync(id, targets, http.RequestAborted), "alert target",
            (_, transaction) => targets.ChangeAsync(
                id,
                new AlertTargetDraft
                {
                    Name = change.Name,
                    Address = change.Address,
                    Kinds = change.Kinds.IsNamed ? [.. change.Kinds.Value ?? []] : null,
                    Locale = change.Locale.IsNamed ? change.Locale.Value ?? "en" : null,
                    AllowPrivateNetwork = change.AllowPrivateNetwork.IsNamed ? change.AllowPrivateNetwork.Value ?? false : null,
                    Enabled = change.Enabled.IsNamed ? change.Enabled.Value ?? true : null,
                },
                transaction, http.RequestAborted));
        return await ShowTarget.AnswerAsync(id, http, targets);
    }
}

/// <summary><c>DELETE /api/admin/alert-targets/{id}</c>: with what waits to be sent there.</summary>
internal static class RemoveTarget
{
    public static async Task<IResult> AnswerAsync(long id, HttpContext http, HubDatabase database, AlertTargetAdmin targets)
    {
        await EntityTags.ChangeAsync(
            database, http, () => ShowTarget.FindAsync(id, targets, http.RequestAborted), "alert target", (_, transaction) => targets.RemoveAsync(id, transaction, http.RequestAborted));
        return Results.NoContent();
    }
}

/// <param name="Secret">Here and never again.</param>
/// <param name="FormerUntil">Until when the former one signs too.</param>
internal sealed record SecretReply(string Secret, DateTime FormerUntil);

/// <summary><c>POST /api/admin/alert-targets/{id}/secret</c>: a new secret; for a day both sign.</summary>
internal static class RotateSecret
{
    public static async Task<SecretReply> AnswerAsync(long id, HttpContext http, AlertTargetAdmin targets)
    {
        var target = await targets.FindAsync(id, http.RequestAborted) ?? throw Refused.NotFound("alert target");
        if (target.Type != TargetType.Webhook)
        {
            throw new Refused(RefusalCode.Conflict, "Only webhooks have a secret.");
        }

        var made = await targets.RotateAsync(id, cancellation: http.RequestAborted);
        var now = await targets.FindAsync(id, http.RequestAborted) ?? throw Refused.NotFound("alert target");
        return new(made.Secret!, now.FormerSecretUntil!.Value);
    }
}

/// <summary>How a try ended.</summary>
/// <param name="Status">An HTTP status or an SMTP code; absent = no answer came.</param>
/// <param name="Answer">As it came, cut at 2,000 bytes, or what went wrong.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record TriedReply(bool Delivered, int? Status, string Answer, long Milliseconds);

/// <summary><c>POST /api/admin/alert-targets/{id}/test</c>: sends a test now, once.</summary>
internal static class TestTarget
{
    public static async Task<TriedReply> AnswerAsync(long id, HttpContext http, AlertTargetAdmin targets)
    {
        _ = await targets.FindAsync(id, http.RequestAborted) ?? throw Refused.NotFound("alert target");
        var clock = Stopwatch.StartNew();
        var answer = await targets.TestAsync(id, http.RequestAborted);
        return new(answer.Delivered, answer.Status, answer.Text, clock.ElapsedMilliseconds);
    }
}

/// <summary>One telling of one alert.</summary>
/// <param name="Kind">The alert's.</param>
/// <param name="Event"><c>opened</c> or <c>closed</c>.</param>
/// <param name="MessageId">The same in every try.</param>
/// <param name="NextAt">When it is tried next, while it waits.</param>
/// <param name="Answer">What the last try was answered.</param>
internal sealed record DeliveryReply(
    long Id, long Alert, long Target, string TargetName, string Kind, string Event, string MessageId, DeliveryState State, int Attempts, DateTime CreatedAt, DateTime? NextAt, DateTime? DoneAt, int? Status,
    string? Answer)
{
    public static DeliveryReply Of(Delivery row) => new(
        row.Id, row.Alert, row.Target ?? 0, row.TargetName, row.Kind, row.Event, row.Message, row.State, row.Attempts, row.CreatedAt, row.NextAt, row.DoneAt, row.Status, row.Answer);
}

/// <summary><c>GET /api/admin/alert-deliveries?state=&amp;target=&amp;alert=</c>: newest first, of the last thirty days.</summary>
internal static class ListDeliveries
{
    public static async Task<Page<DeliveryReply>> AnswerAsync(Paging paging, string? state, long? target, long? alert, HttpContext http, AlertTargetAdmin targets)
    {
        paging.SortOf("-created_at");
        return paging.Of(
            await targets.DeliveriesAsync(Words.Read<DeliveryState>(state, "state"), target, alert, paging.AfterId, paging.Ask, http.RequestAborted), DeliveryReply.Of, static row => row.Id);
    }
}

/// <summary><c>POST /api/admin/alert-deliveries/{id}/retry</c>: one that was given up begins again.</summary>
internal static class RetryDelivery
{
    public static async Task<DeliveryReply> AnswerAsync(long id, HttpContext http, AlertTargetAdmin targets)
    {
        _ = await targets.FindDeliveryAsync(id, http.RequestAborted) ?? throw Refused.NotFound("delivery");
        if (!await targets.RetryAsync(id, http.RequestAborted))
        {
            throw new Refused(RefusalCode.Conflict, "It was not given up: it was delivered, or waits for its next try.");
        }

        return DeliveryReply.Of(await targets.FindDeliveryAsync(id, http.RequestAborted) ?? throw Refused.NotFound("delivery"));
    }
}
