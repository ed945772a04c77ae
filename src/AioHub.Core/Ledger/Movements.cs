using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>Why money moves, who moved it, and a key under which it moves once.</summary>
/// <param name="Reason">For people; 1 to 500 characters.</param>
/// <param name="Actor">Such as <c>cli</c> or an operator's e-mail; 1 to 200 characters.</param>
/// <param name="Key">Idempotency key, 1 to 100 characters: asked again under it, the same movement changes nothing, another is refused. Null = none.</param>
public sealed record EntryNote(string Reason, string Actor, string? Key = null);

/// <summary>What a movement did.</summary>
/// <param name="EntryId">0 = no entry was needed.</param>
/// <param name="Balance">After it.</param>
/// <param name="Repeated">It had been done before; nothing was changed now.</param>
public sealed record Posted(long EntryId, NanoUsd Amount, NanoUsd Balance, bool Repeated);

/// <summary>What became of money that moves once under its key.</summary>
/// <param name="Posted">Of the entry that stands under the key, whether it was made now or before.</param>
/// <param name="Account">Whose entry it is.</param>
public sealed record PostedOnce(Posted Posted, AccountRef Account);

/// <param name="Charged">What the call cost.</param>
/// <param name="RefundedInAll">What of it is given back now, this refund included.</param>
public sealed record Refunded(Posted Posted, UserId User, NanoUsd Charged, NanoUsd RefundedInAll);

/// <param name="Sent">The giver's entry; its amount is negative.</param>
/// <param name="Received">The taker's.</param>
public sealed record Transferred(Posted Sent, Posted Received);
