using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Wallet;

/// <summary>What all movements of money have in common.</summary>
internal static class Movements
{
    private const int MostOfReason = 500;

    /// <param name="charges">Whether the charges of calls stand among them.</param>
    public static Task<ImmutableArray<Entry>> ListAsync(LedgerBook ledger, AccountRef account, Paging paging, bool? charges, CancellationToken cancellation) => charges == true
        ? ledger.EntriesAsync(account, paging.AfterId, paging.Ask, cancellation)
        : ledger.MovementsAsync(account, paging.AfterId, paging.Ask, cancellation);

    /// <exception cref="Refused">There is no reason, or a very long one.</exception>
    public static EntryNote Note(string reason, IdempotencyKey key, Who who) =>
        string.IsNullOrWhiteSpace(reason) || reason.Length > MostOfReason || reason.Contains('\0')
            ? throw Refused.Invalid("reason", $"must have 1 to {MostOfReason} characters")
            : new EntryNote(reason.Trim(), who.Known.Email, key.Of(who));

    /// <summary>Moves, and answers 201; 200 when it had been done before. Refusals name the API's own fields.</summary>
    public static async Task<IResult> MadeAsync(Func<Task<Posted>> move)
    {
        try
        {
            var posted = await move();
            return Results.Json(MovementReply.Of(posted), ManagementJson.Options, statusCode: posted.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created);
        }
        catch (AdminException refusal) when (refusal.Problems.Any(static problem => problem.Field is "key"))
        {
            throw new Refused(RefusalCode.Conflict, "This Idempotency-Key stands for another movement already. Take a new key for a new movement.");
        }
        catch (AdminException refusal)
        {
            throw new AdminException([.. refusal.Problems.Select(static problem => problem.Field == "usd" ? problem with { Field = "amount_usd" } : problem)]);
        }
        catch (OverflowException)
        {
            throw Refused.Invalid("amount_usd", "would make a balance that is too large to be kept");
        }
    }
}
