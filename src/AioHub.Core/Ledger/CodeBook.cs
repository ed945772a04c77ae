using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>Where a redemption code stands.</summary>
public enum CodeState
{
    Open,
    Redeemed,
    Revoked,
    Expired,
}

/// <summary>What new codes shall be.</summary>
/// <param name="Count">1 to 1,000.</param>
/// <param name="Amount">What each is worth; more than zero.</param>
/// <param name="ExpiresAt">UTC; null = never.</param>
/// <param name="Tag">A word to find them by; null = none.</param>
/// <param name="Reason">Why; it stands in the ledger when a code is redeemed.</param>
/// <param name="Actor">Who makes them.</param>
public sealed record CodeDraft(int Count, NanoUsd Amount, DateTime? ExpiresAt, string? Tag, string Reason, string Actor)
{
    /// <summary>Idempotency key: the batch is named by it, so codes are made once under it. Null = none.</summary>
    public string? Key { get; init; }
}

/// <summary>Codes that were just made: the only time that their texts are known.</summary>
/// <param name="Batch">Names them together.</param>
/// <param name="Codes">Such as <c>AIO-7K2QM-…</c>; empty = they were made before, under the same key, and cannot be told again.</param>
public sealed record CodeBatch(string Batch, ImmutableArray<string> Codes);

/// <summary>A code as it may be shown.</summary>
/// <param name="Masked">The last four characters of its text.</param>
/// <param name="RedeemedBy">E-mail.</param>
public sealed record CodeInfo(
    long Id, string Batch, string Masked, NanoUsd Amount, string? Tag, CodeState State, DateTime CreatedAt, string CreatedBy, DateTime? ExpiresAt, DateTime? RevokedAt,
    DateTime? RedeemedAt, string? RedeemedBy);

/// <summary>How a caller's code was taken.</summary>
public enum RedeemOutcome
{
    Paid,
    /// <summary>It pays this user nothing: unknown, another's, revoked or expired, which strangers cannot tell apart, neither by words nor by time.</summary>
    Wrong,
    /// <summary>The same user has redeemed it before.</summary>
    Yours,
    /// <summary>Too many tries in vain.</summary>
    TooOften,
}

/// <param name="Posted">What was paid; null = nothing.</param>
/// <param name="RedeemedAt">When this user redeemed it before, UTC.</param>
/// <param name="RetryAfter">When the next try may be made.</param>
public sealed record CodeRedemption(RedeemOutcome Outcome, Posted? Posted = null, DateTime? RedeemedAt = null, TimeSpan? RetryAfter = null);

/// <summary>Redemption codes: made in batches, shown once, stored as keyed hashes, paid out once.</summary>
/// <param name="onChanged">Told after a redemption, as in <see cref="LedgerBook"/>; may be null.</param>
public sealed class CodeBook(HubDatabase database, MasterKey master, TimeProvider time, Func<CancellationToken, Task>? onChanged = null)
{
    /// <summary>Codes of one batch.</summary>
    public const int MostAtOnce = 1_000;
    public const int MaxTagLength = 64;
    private const int MaxBatchLength = 26;

    /// <summary>Every refusal takes at least so long: what the database had to look at does not show.</summary>
    private static readonly TimeSpan RefusalTime = TimeSpan.FromMilliseconds(300);

    private readonly CodeTries _tries = new(time);
    private readonly byte[] _key = master.Derive("redemption code hash");

    /// <exception cref="AdminException">The draft is wrong.</exception>
    public async Task<CodeBatch> CreateAsync(CodeDraft draft, CancellationToken cancellation = default)
    {
        var now = EntrySeal.Whole(time.GetUtcNow().UtcDateTime);
        var problems = new ProblemList();
        problems.Require(draft.Count is > 0 and <= MostAtOnce, "count", $"must be 1 to {MostAtOnce}");
        problems.Require(draft.Amount > NanoUsd.Zero && draft.Amount <= LedgerBook.MaxAmount, "usd", $"must be more than 0 and at most {LedgerBook.MaxAmount.ToUsd():0}");
        problems.Require(draft.ExpiresAt is null || draft.ExpiresAt > now, "expires", "must lie in the future");
        problems.Require(draft.Tag is null || (draft.Tag.Length is > 0 and <= MaxTagLength && !draft.Tag.Any(char.IsControl)), "tag", $"must have 1 to {MaxTagLength} characters");
        LedgerBook.CheckTexts(new EntryNote(draft.Reason, draft.Actor), problems);
        problems.ThrowIfAny();

        var batch = draft.Key is { } key ? BatchOf(key) : RequestId.New(time).ToString();
        var codes = Enumerable.Range(0, draft.Count).Select(static _ => RedemptionCode.New()).ToImmutableArray();
        var rows = codes.Select(code =>
        {
            var row = new RedemptionCodeRow
            {
                Batch = batch,
                Hash = RedemptionCode.Hash(_key, code)!,
                LastFour = code[^4..],
                AmountNano = draft.Amount.Value,
                Tag = draft.Tag,
                Reason = draft.Reason,
                CreatedAt = now,
                CreatedBy = draft.Actor,
                ExpiresAt = draft.ExpiresAt is { } expires ? EntrySeal.Whole(expires) : null,
                Seal = [],
            };
            row.Seal = EntrySeal.Of(row);
            return row;
        }).ToList();
        return await CodeStore.AddAsync(database, rows, cancellation) ? new CodeBatch(batch, codes) : new CodeBatch(batch, []);
    }

    private static string BatchOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, MaxBatchLength / 2));

    /// <summary>Newest first.</summary>
    /// <param name="before">Only codes with a smaller id; null = from the newest.</param>
    /// <param name="limit">1 to 1,000.</param>
    public async Task<ImmutableArray<CodeInfo>> ListAsync(string? batch = null, string? tag = null, long? before = null, int limit = 100, CancellationToken cancellation = default)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return [.. (await CodeStore.ListAsync(database, batch, tag, before, Math.Clamp(limit, 1, 1_000), cancellation)).Select(row => new CodeInfo(
            row.Code.Id, row.Code.Batch, RedemptionCode.Mask(row.Code.LastFour), new NanoUsd(row.Code.AmountNano), row.Code.Tag, StateOf(row.Code, now), row.Code.CreatedAt,
            row.Code.CreatedBy, row.Code.ExpiresAt, row.Code.RevokedAt, row.Code.RedeemedAt, row.Email))];
    }

    /// <summary>Ends codes that nobody redeemed yet: one by its id, or all of a batch or a tag.</summary>
    /// <returns>How many; 0 = they were ended before.</returns>
    /// <exception cref="AdminException">Nothing is named, or the one code does not exist or is redeemed.</exception>
    public async Task<int> RevokeAsync(long? id, string? batch, string? tag, string actor, CancellationToken cancellation = default)
    {
        if (id is null && string.IsNullOrEmpty(batch) && string.IsNullOrEmpty(tag))
        {
            throw new AdminException("code", "name a code by its id, or a batch, or a tag");
        }

        if (batch?.Length > MaxBatchLength)
        {
            throw new AdminException("batch", "there is no such batch");
        }

        var revoked = await CodeStore.RevokeAsync(database, id, batch, tag, actor, EntrySeal.Whole(time.GetUtcNow().UtcDateTime), cancellation);
        if (revoked == 0 && id is { } one)
        {
            var code = await CodeStore.FindAsync(database, one, cancellation) ?? throw new AdminException("code", $"there is no code {one}; `codes list` shows all");
            if (code.RedeemedAt is { } redeemed)
            {
                throw new AdminException("code", $"code {one} was redeemed on {redeemed:yyyy-MM-dd}; what it paid can be adjusted");
            }
        }

        return revoked;
    }

    /// <summary>Pays a code out into a user's wallet, once whoever and however many ask.</summary>
    /// <param name="code">In any case, with or without hyphens and blanks.</param>
    /// <param name="actor">Who redeems.</param>
    /// <param name="key">Under it the same user may ask again and gets the same answer; null = none.</param>
    /// <exception cref="AdminException">There is no such code or user, or the code is redeemed, revoked or expired.</exception>
    public async Task<Posted> RedeemAsync(string code, UserId user, string actor, string? key = null, CancellationToken cancellation = default)
    {
        var hash = RedemptionCode.Hash(_key, code) ?? throw new AdminException("code", "there is no such code");
        var note = new EntryNote($"code {RedemptionCode.Mask(RedemptionCode.Plain(code)[^4..])}", actor, key);
        LedgerBook.Check(note);
        var posted = await MovementStore.RedeemAsync(database, hash, user, note, time.GetUtcNow().UtcDateTime, cancellation);
        if (onChanged is not null)
        {
            await onChanged(cancellation);
        }

        return posted;
    }

    /// <summary>Pays a code out to somebody who typed it and may be guessing: wrong tries are bounded, and tell nothing.</summary>
    /// <param name="address">Where the try comes from, such as an IP address.</param>
    public async Task<CodeRedemption> RedeemByCallerAsync(string code, UserId user, string address, string actor, CancellationToken cancellation = default)
    {
        var started = time.GetTimestamp();
        var (ofUser, ofAddress) = ($"user {user.Value}", $"address {address}");
        if (_tries.Take(ofUser, ofAddress) is { } wait)
        {
            return new CodeRedemption(RedeemOutcome.TooOften, RetryAfter: wait);
        }

        // What no code looks like is looked for all the same: under a hash that no code has.
        var hash = RedemptionCode.Hash(_key, code) ?? _key;
        var row = await CodeStore.FindAsync(database, hash, cancellation);
        if (row is { RedeemedAt: { } redeemed } && row.UserId == user.Value)
        {
            _tries.GiveBack(ofUser, ofAddress);
            return new CodeRedemption(RedeemOutcome.Yours, RedeemedAt: redeemed);
        }

        if (row is not null && StateOf(row, time.GetUtcNow().UtcDateTime) == CodeState.Open)
        {
            try
            {
                var posted = await RedeemAsync(code, user, actor, cancellation: cancellation);
                _tries.GiveBack(ofUser, ofAddress);
                return new CodeRedemption(RedeemOutcome.Paid, posted);
            }
            catch (AdminException)
            {
                // Somebody else was quicker, or it was revoked meanwhile.
            }
        }

        if (RefusalTime - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, cancellation);
        }

        return new CodeRedemption(RedeemOutcome.Wrong);
    }

    private static CodeState StateOf(RedemptionCodeRow code, DateTime now) =>
        code.RedeemedAt is not null ? CodeState.Redeemed
        : code.RevokedAt is not null ? CodeState.Revoked
        : code.ExpiresAt <= now ? CodeState.Expired
        : CodeState.Open;
}
