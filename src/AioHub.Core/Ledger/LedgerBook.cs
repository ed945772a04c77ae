using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>The append-only book of all money that was put in, taken out or put right. Charges of calls are written by the receipt writer.</summary>
/// <param name="onChanged">Told after each change, so that the hold book of this process need not wait for its next refresh; may be null.</param>
public sealed class LedgerBook(HubDatabase database, TimeProvider time, Func<CancellationToken, Task>? onChanged = null)
{
    /// <summary>Of an idempotency key, in characters.</summary>
    public const int MaxKeyLength = 100;
    private const int MaxReasonLength = 500;
    private const int MaxActorLength = 200;

    /// <summary>Tells of this machine's usage journal whose it is, and how many of its charges the database does not hold. Null = there is none.</summary>
    public Func<CancellationToken, Task<(string? Node, int Unwritten)>>? Journal { get; init; }

    /// <summary>The largest single amount: 100 million USD.</summary>
    public static NanoUsd MaxAmount { get; } = new(100_000_000L * NanoUsd.PerUsd);

    /// <summary>An amount as somebody typed it: exact to the nano-USD, or refused.</summary>
    /// <param name="field">Names it in a refusal.</param>
    /// <param name="mayBeNegative">It may take money out; nothing at all it may never be.</param>
    /// <exception cref="AdminException">It is nothing, too much, or finer than nine decimals.</exception>
    public static NanoUsd AmountOf(decimal usd, string field, bool mayBeNegative = false)
    {
        var most = MaxAmount.ToUsd();
        if (usd == 0 || usd > most || usd < (mayBeNegative ? -most : 0))
        {
            throw new AdminException(field, mayBeNegative ? $"must be between -{most:0} and {most:0}, and not 0" : $"must be more than 0 and at most {most:0}");
        }

        return NanoUsd.FromUsd(usd) is var amount && amount.ToUsd() == usd ? amount : throw new AdminException(field, "has more than nine decimals");
    }

    /// <summary>Puts money in.</summary>
    /// <param name="reason">Why, for people; required.</param>
    /// <param name="actor">Who did it, such as <c>cli</c> or an operator's e-mail; required.</param>
    /// <returns>The new balance.</returns>
    /// <exception cref="ArgumentException">The amount is not positive or too large, or the reason or actor is missing or too long.</exception>
    /// <exception cref="OverflowException">The balance would not fit; nothing was changed.</exception>
    public async Task<NanoUsd> TopUpAsync(AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default) =>
        (await TopUpAsync(account, amount, new EntryNote(reason, actor), cancellation)).Balance;

    /// <inheritdoc cref="TopUpAsync(AccountRef, NanoUsd, string, string, CancellationToken)"/>
    /// <exception cref="AdminException">The note's key stands for another movement.</exception>
    public Task<Posted> TopUpAsync(AccountRef account, NanoUsd amount, EntryNote note, CancellationToken cancellation = default)
    {
        RequirePositive(amount);
        return AddAsync(account, EntryKind.TopUp, amount, note, cancellation);
    }

    /// <summary>Puts a balance right, up or down, below zero too. Exceptions as <see cref="TopUpAsync(AccountRef, NanoUsd, EntryNote, CancellationToken)"/>, for a zero amount.</summary>
    public async Task<NanoUsd> AdjustAsync(AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default) =>
        (await AdjustAsync(account, amount, new EntryNote(reason, actor), cancellation)).Balance;

    /// <inheritdoc cref="AdjustAsync(AccountRef, NanoUsd, string, string, CancellationToken)"/>
    public Task<Posted> AdjustAsync(AccountRef account, NanoUsd amount, EntryNote note, CancellationToken cancellation = default)
    {
        if (amount == NanoUsd.Zero)
        {
            throw new ArgumentException("An adjustment of nothing is no adjustment.", nameof(amount));
        }

        return AddAsync(account, EntryKind.Adjustment, amount, note, cancellation);
    }

    /// <summary>Gives a call's charge back to the wallet that paid, and to the group's quota when that paid too; never more than was charged, over all refunds.</summary>
    /// <param name="amount">A part; null = all that is left, which may be nothing (then nothing happens). A part without a key has one of its own, of
    /// request, amount and reason: the same command twice gives back once.</param>
    /// <exception cref="AdminException">There is no such settled call, less is left, or the key stands for another movement.</exception>
    /// <exception cref="ArgumentException">The amount is not positive, or the note is incomplete.</exception>
    public async Task<Refunded> RefundAsync(RequestId request, NanoUsd? amount, EntryNote note, CancellationToken cancellation = default)
    {
        Check(note);
        if (amount is { } part)
        {
            RequirePositive(part);
            note = note with { Key = note.Key ?? PartKey(request, part, note.Reason) };
        }

        var refunded = await MovementStore.RefundAsync(database, request, amount, note, time.GetUtcNow().UtcDateTime, cancellation);
        await TellAsync(refunded.Posted, cancellation);
        return refunded;
    }

    /// <summary>
    /// Moves money from one user's wallet to another's, both entries or none; the giver's wallet is not overdrawn, neither now nor by a call that runs: servers
    /// are asked to set the money aside first, which takes a second or two.
    /// </summary>
    /// <param name="force">Also while a server that ended without a word may have charges that nobody has written yet.</param>
    /// <exception cref="AdminException">
    /// A user does not exist, both are one, the wallet holds less, running calls need the money, a server does not answer or ended without a word, or the key
    /// stands for another movement.
    /// </exception>
    /// <exception cref="ArgumentException">The amount is not positive or too large, or the note is incomplete.</exception>
    public async Task<Transferred> TransferAsync(UserId from, UserId to, NanoUsd amount, EntryNote note, bool force, CancellationToken cancellation = default)
    {
        RequirePositive(amount);
        Require(amount);
        Check(note);
        if (from == to)
        {
            throw new AdminException("to", "is the same user");
        }

        var (node, unwritten) = Journal is null ? (null, 0) : await Journal(cancellation);
        var transferred = await new TransferAsk(database, time).RunAsync(from, to, amount, note, new TransferTerms(force, unwritten, node), cancellation);
        await TellAsync(transferred.Sent, cancellation);
        return transferred;
    }

    /// <inheritdoc cref="TransferAsync(UserId, UserId, NanoUsd, EntryNote, bool, CancellationToken)"/>
    public Task<Transferred> TransferAsync(UserId from, UserId to, NanoUsd amount, EntryNote note, CancellationToken cancellation = default) =>
        TransferAsync(from, to, amount, note, force: false, cancellation);

    /// <summary>A top-up (or, below zero, an adjustment) as part of a larger change, which the caller commits. Exceptions as <see cref="AdjustAsync(AccountRef, NanoUsd, EntryNote, CancellationToken)"/>.</summary>
    public async Task<NanoUsd> AddWithinAsync(
        HubTransaction within, AccountRef account, NanoUsd amount, string reason, string actor, CancellationToken cancellation = default)
    {
        Require(amount);
        Check(new EntryNote(reason, actor));
        var kind = amount > NanoUsd.Zero ? EntryKind.TopUp : EntryKind.Adjustment;
        return (await LedgerStore.AddAsync(within.Context, account, new NewEntry(kind, amount, reason, actor, null, time.GetUtcNow().UtcDateTime), cancellation)).Balance;
    }

    /// <summary>
    /// The same under a key (required): when an entry stands there under it already, of whatever amount and account, nothing moves and that entry is told. For money that comes from elsewhere,
    /// where the amount may be another one by the time that it is asked for again.
    /// </summary>
    /// <exception cref="ArgumentException">The note has no key, or is incomplete; the amount is nothing or too large.</exception>
    public async Task<PostedOnce> AddOnceWithinAsync(HubTransaction within, AccountRef account, NanoUsd amount, EntryNote note, CancellationToken cancellation = default)
    {
        Require(amount);
        Check(note);
        if (note.Key is null || amount == NanoUsd.Zero)
        {
            throw new ArgumentException("What moves once needs a key and an amount.", nameof(note));
        }

        var kind = amount > NanoUsd.Zero ? EntryKind.TopUp : EntryKind.Adjustment;
        return await LedgerStore.AddOnceAsync(within.Context, account, new NewEntry(kind, amount, note.Reason, note.Actor, null, time.GetUtcNow().UtcDateTime) { Key = note.Key }, cancellation);
    }

    /// <summary>All that the entries of one reason add up to.</summary>
    /// <param name="within">A larger change whose entries count too; null = what is committed.</param>
    public async Task<NanoUsd> SumAsync(AccountRef account, string reason, HubTransaction? within = null, CancellationToken cancellation = default)
    {
        if (within is not null)
        {
            return new NanoUsd(await LedgerStore.SumAsync(within.Context, account, reason, cancellation));
        }

        await using var context = database.CreateContext();
        return new NanoUsd(await LedgerStore.SumAsync(context, account, reason, cancellation));
    }

    /// <summary>What the database holds: charges of the last fraction of a second may still be on their way to it.</summary>
    public async Task<NanoUsd> BalanceAsync(AccountRef account, CancellationToken cancellation = default) =>
        new(await LedgerStore.BalanceAsync(database, account, cancellation));

    /// <summary>Newest first.</summary>
    /// <param name="before">Only entries older than this id; null = from the newest.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Entry>> EntriesAsync(AccountRef account, long? before, int limit, CancellationToken cancellation = default) =>
        LedgerStore.EntriesAsync(database, account, before, Math.Clamp(limit, 1, 1_000), withCharges: true, cancellation);

    /// <summary>The same without the charges of calls: what people moved.</summary>
    public Task<ImmutableArray<Entry>> MovementsAsync(AccountRef account, long? before, int limit, CancellationToken cancellation = default) =>
        LedgerStore.EntriesAsync(database, account, before, Math.Clamp(limit, 1, 1_000), withCharges: false, cancellation);

    /// <exception cref="ArgumentException">Reason or actor is missing or too long, or the key is.</exception>
    internal static void Check(EntryNote note)
    {
        RequireText(note.Reason, MaxReasonLength, "reason");
        RequireText(note.Actor, MaxActorLength, "actor");
        if (note.Key is not null)
        {
            RequireText(note.Key, MaxKeyLength, "key");
        }
    }

    /// <summary>The same rules for a draft that tells all its problems at once.</summary>
    internal static void CheckTexts(EntryNote note, ProblemList problems)
    {
        problems.Require(IsText(note.Reason, MaxReasonLength), "reason", $"must have 1 to {MaxReasonLength} characters");
        problems.Require(IsText(note.Actor, MaxActorLength), "actor", $"must have 1 to {MaxActorLength} characters");
    }

    private async Task<Posted> AddAsync(AccountRef account, EntryKind kind, NanoUsd amount, EntryNote note, CancellationToken cancellation)
    {
        Require(amount);
        Check(note);
        var entry = new NewEntry(kind, amount, note.Reason, note.Actor, null, time.GetUtcNow().UtcDateTime) { Key = note.Key };
        var posted = await LedgerStore.AddAsync(database, account, entry, cancellation);
        await TellAsync(posted, cancellation);
        return posted;
    }

    /// <summary>Tells of entries that were added within a larger change, after its commit.</summary>
    public Task CommittedAsync(CancellationToken cancellation = default) => onChanged?.Invoke(cancellation) ?? Task.CompletedTask;

    private async Task TellAsync(Posted posted, CancellationToken cancellation)
    {
        if (onChanged is not null && !posted.Repeated)
        {
            await onChanged(cancellation);
        }
    }

    private static void Require(NanoUsd amount)
    {
        if (amount > MaxAmount || amount < -MaxAmount)
        {
            throw new ArgumentException($"One entry moves at most {MaxAmount.ToUsdString()} USD.", nameof(amount));
        }
    }

    private static void RequirePositive(NanoUsd amount)
    {
        if (amount <= NanoUsd.Zero)
        {
            throw new ArgumentException("The amount must be more than zero.", nameof(amount));
        }
    }

    private static void RequireText(string text, int longest, string name)
    {
        if (!IsText(text, longest))
        {
            throw new ArgumentException($"Every entry needs a {name} of 1 to {longest} characters.", name);
        }
    }

    private static bool IsText(string text, int longest) => !string.IsNullOrWhiteSpace(text) && text.Length <= longest && !text.Contains('\0');

    private static string PartKey(RequestId request, NanoUsd amount, string reason) =>
        $"refund {request} {amount.Value} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reason)).AsSpan(0, 8))}";
}
