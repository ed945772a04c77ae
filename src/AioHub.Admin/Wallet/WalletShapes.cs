using AioHub.Core.Ledger;

namespace AioHub.Admin.Wallet;

/// <summary>What an account holds.</summary>
/// <param name="BalanceUsd">What calls can still be paid from: entries and every charge that was settled. Below zero when a call cost more than was left.</param>
internal sealed record WalletReply(decimal BalanceUsd);

/// <summary>One line of the ledger. A call's charge is one too.</summary>
/// <param name="AmountUsd">More than zero adds to the account.</param>
/// <param name="Reason">Why; of a charge: the model.</param>
/// <param name="Actor">Who moved it; of a charge: the key's name. Callers are told of their own calls alone.</param>
/// <param name="RequestId">The call that a charge or a refund is about.</param>
internal sealed record EntryReply(long Id, DateTime At, EntryKind Kind, decimal AmountUsd, string Reason, string? Actor, string? RequestId)
{
    public static EntryReply ForOperator(Entry entry) => new(entry.Id, entry.At, entry.Kind, entry.Amount.ToUsd(), entry.Reason, entry.Actor, entry.Request);

    public static EntryReply ForOwner(Entry entry) => ForOperator(entry) with { Actor = entry.Kind == EntryKind.Charge ? entry.Actor : null };
}

/// <summary>What a movement of money did.</summary>
/// <param name="EntryId">Its line of the ledger.</param>
/// <param name="BalanceUsd">After it.</param>
/// <param name="Repeated">It had been done before, under the same key: nothing was moved now.</param>
internal sealed record MovementReply(long EntryId, decimal AmountUsd, decimal BalanceUsd, bool Repeated)
{
    public static MovementReply Of(Posted posted) => new(posted.EntryId, posted.Amount.ToUsd(), posted.Balance.ToUsd(), posted.Repeated);
}
