using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Metering;

public sealed class EntryAuditOnSqliteTests() : EntryAuditTests(DatabaseEngine.Sqlite);

public sealed class EntryAuditOnPostgresTests() : EntryAuditTests(DatabaseEngine.Postgres);

/// <summary>Every kind of entry and code, tampered with by hand, is named by <c>verify-ledger</c>; also when the sums still agree.</summary>
public abstract class EntryAuditTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());

    [Theory]
    [InlineData("""UPDATE entries SET "Reason" = 'other' WHERE "Kind" = 'top_up' AND "AmountNano" = 1000""", "is not what was written")]
    [InlineData("""UPDATE entries SET "Actor" = 'other' WHERE "Kind" = 'adjustment'""", "is not what was written")]
    [InlineData("""UPDATE entries SET "At" = (SELECT MIN("CreatedAt") FROM users WHERE "Id" < 0) WHERE 1 = 0; DELETE FROM entries WHERE "Kind" = 'adjustment'""", "The balance of wallet 1")]
    [InlineData("""UPDATE entries SET "AmountNano" = "AmountNano" + 1 WHERE "Kind" = 'adjustment'; UPDATE entries SET "AmountNano" = "AmountNano" - 1 WHERE "AmountNano" = 1000""", "is not what was written")]
    [InlineData("""UPDATE entries SET "Kind" = 'gift' WHERE "Kind" = 'adjustment'""", "unknown kind \"gift\"")]
    [InlineData("""UPDATE entries SET "Kind" = 'top_up' WHERE "Kind" = 'adjustment'""", ", a top_up, moves -10 nano-USD")]
    [InlineData("""UPDATE entries SET "AmountNano" = 200 WHERE "Kind" = 'refund'""", "200 nano-USD are refunded to wallet 1")]
    [InlineData("""UPDATE entries SET "RequestId" = '00000000000000000000000000' WHERE "Kind" = 'refund'""", "which it did not pay")]
    [InlineData("""UPDATE entries SET "RequestId" = NULL WHERE "Kind" = 'refund'""", "that it may not name, or lacks one")]
    [InlineData("""UPDATE entries SET "PairId" = NULL WHERE "Kind" = 'refund' AND "AccountId" = (SELECT "Id" FROM accounts WHERE "Kind" = 'wallet' AND "OwnerId" = 1)""", "do not make a pair")]
    [InlineData("""UPDATE entries SET "AmountNano" = -6 WHERE "Kind" = 'transfer' AND "AmountNano" < 0""", "do not make a pair")]
    [InlineData("""DELETE FROM entries WHERE "Kind" = 'transfer' AND "AmountNano" > 0""", "do not make a pair")]
    [InlineData("""UPDATE entries SET "PairId" = NULL WHERE "Kind" = 'transfer'""", "that it may not name, or lacks one")]
    [InlineData("""UPDATE entries SET "AmountNano" = 9 WHERE "Kind" = 'redemption'""", "which does not bear it out")]
    [InlineData("""DELETE FROM entries WHERE "Kind" = 'redemption'""", "which no entry bears out")]
    [InlineData("""UPDATE entries SET "CodeId" = NULL WHERE "Kind" = 'redemption'""", "that it may not name, or lacks one")]
    [InlineData("""UPDATE redemption_codes SET "AmountNano" = 700 WHERE "RedeemedAt" IS NULL""", "is not what was made")]
    [InlineData("""UPDATE redemption_codes SET "RedeemedAt" = NULL, "UserId" = NULL, "EntryId" = NULL""", "which does not bear it out")]
    [InlineData("""UPDATE redemption_codes SET "RedeemedAt" = "CreatedAt" WHERE "RedeemedAt" IS NULL""", "says it is redeemed, which no entry bears out")]
    [InlineData("""UPDATE redemption_codes SET "RevokedAt" = "CreatedAt" WHERE "RedeemedAt" IS NOT NULL""", "both redeemed and revoked")]
    [InlineData("""UPDATE redemption_codes SET "UserId" = 1 WHERE "RedeemedAt" IS NOT NULL""", "which does not bear it out")]
    [InlineData("""DELETE FROM redemption_codes""", "which does not bear it out")]
    [InlineData("""DELETE FROM accounts WHERE "Kind" = 'channel_budget'""", "", true)]
    public async Task Tampering_is_seen(string sql, string problem, bool refused = false)
    {
        await UseAsync();
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
        if (refused)
        {
            await Should.ThrowAsync<Exception>(() => ExecuteAsync(sql));
            return;
        }

        await ExecuteAsync(sql);
        var report = await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation);
        report.Ok.ShouldBeFalse();
        report.Problems.ShouldContain(one => one.Contains(problem, StringComparison.Ordinal), string.Join('\n', report.Problems));
    }

    private async Task UseAsync()
    {
        var identity = new IdentityAdmin(Database, Master, Time);
        var ann = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "ann@example.com" }, cancellation: Cancellation)).Id);
        var bob = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "bob@example.com" }, cancellation: Cancellation)).Id);
        ann.Value.ShouldBe(1);
        await TopUpAsync(AccountRef.Wallet(ann), 1_000);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 500);
        await TopUpAsync(AccountRef.Budget(new ChannelId(4)), 500);
        var note = new EntryNote("because", "tester");
        await Ledger.AdjustAsync(AccountRef.Wallet(ann), new NanoUsd(-10), note, Cancellation);
        var receipt = Receipt(100, Key(1, ann.Value), BudgetedGroup);
        using (var journal = UsageJournal.Open(Folder, Time))
        {
            using var book = await LoadedBookAsync();
            await using var writer = new ReceiptWriter(Database, journal, book, Time);
            journal.Append(receipt);
            await writer.FlushAsync(Cancellation);
        }

        await Ledger.RefundAsync(receipt.Id, new NanoUsd(40), note, Cancellation);
        await Ledger.TransferAsync(ann, bob, new NanoUsd(5), note, Cancellation);
        var codes = new CodeBook(Database, Master, Time);
        var batch = await codes.CreateAsync(new CodeDraft(2, new NanoUsd(7), null, null, "r", "a"), Cancellation);
        await codes.RedeemAsync(batch.Codes[0], bob, "bob", null, Cancellation);
    }
}
