using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Metering;

public sealed class LedgerAuditOnSqliteTests() : LedgerAuditTests(DatabaseEngine.Sqlite);

public sealed class LedgerAuditOnPostgresTests() : LedgerAuditTests(DatabaseEngine.Postgres);

public abstract class LedgerAuditTests(DatabaseEngine engine) : OnLedger(engine)
{
    [Fact]
    public async Task An_empty_hub_adds_up() => (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).ShouldSatisfyAllConditions(
        report => report.Ok.ShouldBeTrue(), report => (report.Accounts, report.Entries, report.Requests, report.OpenHolds, report.JournalPending).ShouldBe((0, 0, 0, 0, 0)));

    [Theory]
    [InlineData("""UPDATE accounts SET "BalanceNano" = "BalanceNano" + 1 WHERE "Kind" = 'wallet'""", "The balance of wallet 1 is 871 nano-USD, but its entries add up to 870")]
    [InlineData("""UPDATE entries SET "AmountNano" = 2000 WHERE "Kind" = 'top_up' AND "AmountNano" = 1000""", "The balance of wallet 1")]
    [InlineData("""DELETE FROM entries WHERE "Kind" = 'charge' AND "AmountNano" = -100""", "has no entry for it")]
    [InlineData("""UPDATE entries SET "AmountNano" = -99 WHERE "AmountNano" = -100""", "has an entry of -99 for it")]
    [InlineData("""UPDATE request_log SET "ChargeNano" = 0 WHERE "ChargeNano" = 100""", "which the request log does not bear out")]
    [InlineData("""UPDATE request_log SET "UserId" = 5 WHERE "ChargeNano" = 100""", "wallet 5 has no entry")]
    [InlineData("""UPDATE request_log SET "QuotaGroupId" = NULL WHERE "ChargeNano" = 30""", "charges group_quota 7")]
    [InlineData("""UPDATE request_log SET "QuotaGroupId" = 7 WHERE "ChargeNano" = 100""", "the quota of group 7 has no entry")]
    [InlineData("""DELETE FROM request_log WHERE "ChargeNano" = 100""", "which the request log does not bear out")]
    [InlineData("""DELETE FROM request_log WHERE "ChargeNano" = 100""", "Key 1 has spent 30 nano-USD in total by the request log, but its window says 130")]
    [InlineData("""UPDATE key_spending SET "SpentNano" = 7 WHERE "Window" = 'day:2026-11-22'""", "Key 1 has spent 130 nano-USD in day:2026-11-22 by the request log, but its window says 7")]
    [InlineData("""DELETE FROM key_spending WHERE "Window" = 'month:2026-11'""", "in month:2026-11")]
    [InlineData("""INSERT INTO key_spending ("KeyId", "Window", "SpentNano") VALUES (9, 'total', 1)""", "Key 9 has spent 0")]
    [InlineData("""UPDATE entries SET "Reason" = '' WHERE "Kind" = 'top_up'""", "no reason")]
    public async Task Tampering_is_seen(string sql, string problem)
    {
        await UseAsync();
        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldBeEmpty();
        await ExecuteAsync(sql);
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        report.Ok.ShouldBeFalse();
        report.Problems.ShouldContain(one => one.Contains(problem, StringComparison.Ordinal), string.Join('\n', report.Problems));
    }

    [Fact]
    public async Task A_charge_taken_twice_is_seen_even_when_the_balance_agrees()
    {
        await UseAsync();
        await ExecuteAsync("DROP INDEX \"IX_entries_charge_once\"");
        await ExecuteAsync("""
            INSERT INTO entries ("AccountId", "Kind", "AmountNano", "RequestId", "Reason", "Actor", "At")
            SELECT "AccountId", "Kind", "AmountNano", "RequestId", "Reason", "Actor", "At" FROM entries WHERE "AmountNano" = -100
            """);
        await ExecuteAsync("""UPDATE accounts SET "BalanceNano" = "BalanceNano" - 100 WHERE "Kind" = 'wallet'""");
        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldHaveSingleItem().ShouldContain("charged 2 times");
    }

    [Fact]
    public async Task Records_on_their_way_are_no_problem_while_a_server_lives()
    {
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        journal.Append(Receipt(5));
        await writer.BeatAsync(Cancellation);
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        (report.Ok, report.JournalPending).ShouldBe((true, 1));

        Time.Set(Time.GetUtcNow().UtcDateTime.AddSeconds(11));
        report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        (report.Ok, report.JournalPending).ShouldBe((false, 1), "a server that shows no sign of life will not write them");
    }

    private async Task UseAsync()
    {
        await TopUpAsync(AccountRef.Wallet(new UserId(1)), 1_000);
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 500);
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        journal.Append(Receipt(100));
        journal.Append(Receipt(30, group: BudgetedGroup));
        journal.Append(Receipt(0));
        await writer.FlushAsync(Cancellation);
    }
}
