using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Redemption;

/// <summary>A redemption code. Its text was told when it was made.</summary>
/// <param name="Batch">Names all that were made together.</param>
/// <param name="Masked">Its last four characters.</param>
/// <param name="RedeemedBy">E-mail.</param>
internal sealed record CodeReply(
    long Id, string Batch, string Masked, decimal AmountUsd, string? Tag, CodeState State, DateTime CreatedAt, string CreatedBy, DateTime? ExpiresAt, DateTime? RevokedAt, DateTime? RedeemedAt,
    string? RedeemedBy)
{
    public static CodeReply Of(CodeInfo code) => new(
        code.Id, code.Batch, code.Masked, code.Amount.ToUsd(), code.Tag, code.State, code.CreatedAt, code.CreatedBy, code.ExpiresAt, code.RevokedAt, code.RedeemedAt, code.RedeemedBy);
}

/// <summary><c>GET /api/admin/codes</c>: newest first.</summary>
internal static class ListCodes
{
    public static async Task<Page<CodeReply>> AnswerAsync(Paging paging, string? batch, string? tag, HttpContext http, CodeBook codes)
    {
        paging.SortOf("-id");
        return paging.Of(await codes.ListAsync(batch, tag, paging.AfterId, paging.Ask, http.RequestAborted), CodeReply.Of, static code => code.Id);
    }
}

/// <param name="Count">1 to 1,000.</param>
/// <param name="AmountUsd">What each is worth.</param>
/// <param name="ExpiresAt">Absent = never.</param>
/// <param name="Tag">A word to find them by.</param>
/// <param name="Reason">Why; it stands in the ledger when a code is redeemed.</param>
internal sealed record NewCodesRequest(int Count, decimal AmountUsd, DateTime? ExpiresAt, string? Tag, string Reason);

/// <summary>Codes that were just made.</summary>
/// <param name="Codes">Their texts, here and never again.</param>
internal sealed record NewCodesReply(string Batch, IReadOnlyList<string> Codes);

/// <summary>
/// <c>POST /api/admin/codes</c>. Asked again under the same key it makes nothing: the texts cannot be told twice, so the answer is 409 and names the batch, which can be revoked when nobody has its
/// texts.
/// </summary>
internal static class MakeCodes
{
    public static async Task<IResult> AnswerAsync(Body<NewCodesRequest> body, IdempotencyKey key, HttpContext http, Who who, CodeBook codes)
    {
        var (count, usd, expires, tag, reason) = body.Value;
        var amount = LedgerBook.AmountOf(usd, "amount_usd");
        var made = await codes.CreateAsync(new CodeDraft(count, amount, expires?.ToUniversalTime(), tag, reason, who.Known.Email) { Key = key.Of(who) }, http.RequestAborted);
        return made.Codes.IsEmpty
            ? throw new Refused(RefusalCode.Conflict, $"Codes were made under this Idempotency-Key already, batch {made.Batch}; their texts cannot be told again. Revoke the batch if nobody has them, and ask with a new key.")
            : Results.Json(new NewCodesReply(made.Batch, made.Codes), ManagementJson.Options, statusCode: StatusCodes.Status201Created);
    }
}

/// <param name="Code">One, by its id.</param>
/// <param name="Batch">All of a batch that nobody redeemed.</param>
/// <param name="Tag">All of a tag that nobody redeemed.</param>
internal sealed record RevocationRequest(long? Code, string? Batch, string? Tag);

/// <param name="Revoked">How many; 0 = they were ended before.</param>
internal sealed record RevocationReply(int Revoked);

/// <summary><c>POST /api/admin/codes/revocations</c>.</summary>
internal static class RevokeCodes
{
    public static async Task<RevocationReply> AnswerAsync(Body<RevocationRequest> body, HttpContext http, Who who, CodeBook codes)
    {
        var (code, batch, tag) = body.Value;
        return new RevocationReply(await codes.RevokeAsync(code, batch, tag, who.Known.Email, http.RequestAborted));
    }
}
