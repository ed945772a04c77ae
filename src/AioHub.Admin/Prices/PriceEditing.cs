using AioHub.Admin.Frame;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Prices;

/// <param name="Model">Id or alias; one that the catalogue does not know is added to it.</param>
/// <param name="Group">Whose own price it is; absent = the model's.</param>
/// <param name="Add">Rows to come into use.</param>
/// <param name="Retire">Versions of rows to go out of use.</param>
/// <param name="Force">Apply it although it looks like a slip.</param>
internal sealed record PriceEditRequest(string Model, string? Group, IReadOnlyList<PriceShape>? Add, IReadOnlyList<string>? Retire, bool? Force)
{
    public PriceEdit ToEdit() => new(
        Model, Group, [.. (Add ?? []).Select(static (row, i) => row.ToRow($"add[{i}]"))], [.. (Retire ?? []).Distinct(StringComparer.Ordinal)]);
}

/// <summary>One amount that changes.</summary>
/// <param name="Name">As <c>input</c>, <c>above 200000: output</c>.</param>
/// <param name="Percent">By how much, rounded to a tenth; absent where one of both is missing or it was nothing.</param>
internal sealed record RateChangeShape(string Name, decimal? Old, decimal? New, decimal? Percent)
{
    public static RateChangeShape Of(RateChange change) => new(
        change.Name, change.Old, change.New, change is { Old: > 0 and var old, New: { } next } ? Math.Round((next - old) / old * 100m, 1, MidpointRounding.AwayFromZero) : null);
}

/// <summary>What calls pay differently from a moment on.</summary>
/// <param name="Group">Absent = the model's own price.</param>
/// <param name="Multiplier">The group's; the amounts are before it.</param>
/// <param name="At">Absent = as soon as it is applied.</param>
/// <param name="Doubts">Why it looks like a slip.</param>
internal sealed record PriceMoveShape(string? Group, decimal Multiplier, DateTime? At, string Currency, IReadOnlyList<RateChangeShape> Rates, IReadOnlyList<string> Doubts);

/// <summary>What an edit would do. Nothing is done yet: send the same edit to <c>apply</c> with this answer's ETag as <c>If-Match</c>.</summary>
/// <param name="Added">Rows that come into use.</param>
/// <param name="Retired">Rows that go out of use.</param>
/// <param name="Groups">Groups whose price moves.</param>
/// <param name="NeedsForce">It looks like a slip: <c>force</c> has to be true.</param>
internal sealed record PricePreviewReply(
    string Model, string? Group, bool NewModel, IReadOnlyList<PriceShape> Added, IReadOnlyList<PriceVersionShape> Retired, IReadOnlyList<PriceMoveShape> Moves, IReadOnlyList<string> Groups, bool NeedsForce)
{
    public static PricePreviewReply Of(PriceEditPlan plan) => new(
        plan.Model, plan.Edit.Group, plan.NewModel,
        // As asked for: a row that begins when it is applied has no moment yet, and so the same edit gives the same tag.
        [.. plan.Edit.Add.Select(static row => PriceShape.Of(row) is var shape && row.From == default ? shape with { From = null } : shape)],
        [.. plan.Retired.Select(PriceVersionShape.Of)],
        [.. plan.Moves.Select(static move => new PriceMoveShape(move.Group, move.Multiplier, move.At, move.Currency, [.. move.Rates.Select(RateChangeShape.Of)], move.Doubts))],
        [.. plan.Moves.Select(static move => move.Group).OfType<string>().Distinct(StringComparer.Ordinal)],
        !plan.Doubts.IsEmpty);
}

/// <summary><c>POST /api/admin/prices/preview</c>.</summary>
internal static class PreviewPrices
{
    public static async Task<IResult> AnswerAsync(Body<PriceEditRequest> body, HttpContext http, PriceEdits edits)
    {
        var shown = PricePreviewReply.Of(await edits.PlanAsync(body.Value.ToEdit(), http.RequestAborted));
        http.Response.Headers.ETag = EntityTags.Of(shown);
        return Results.Json(shown, ManagementJson.Options);
    }
}

/// <summary><c>POST /api/admin/prices/apply</c>: just what was previewed, or nothing.</summary>
internal static class ApplyPrices
{
    public static async Task<IResult> AnswerAsync(Body<PriceEditRequest> body, HttpContext http, Who who, HubDatabase database, PriceEdits edits)
    {
        var edit = body.Value.ToEdit();
        await EntityTags.ChangeAsync(
            database, http, ReadAsync, "preview",
            async (_, transaction) => await edits.ApplyAsync(await edits.PlanAsync(edit, http.RequestAborted), body.Value.Force ?? false, who.Known.Email, transaction, http.RequestAborted));
        return Results.NoContent();

        async Task<PricePreviewReply?> ReadAsync() => PricePreviewReply.Of(await edits.PlanAsync(edit, http.RequestAborted));
    }
}
