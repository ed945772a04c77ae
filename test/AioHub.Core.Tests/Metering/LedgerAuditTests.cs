using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Metering;

public sealed class LedgerAuditOnSqliteTests() : LedgerAuditTests(DatabaseEngine.Sqlite);

public sealed class LedgerAuditOnPostgresTests() : LedgerAuditTests(DatabaseEngine.Postgres);

public abstract class LedgerAuditTests(DatabaseEngine engine) : OnLedger(engine)
{
    [Fact]
    public async Task An_empty_hub_adds_up() => (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).ShouldSatisfyAllConditions(
        report => report.Ok.ShouldBeTrue(), report => (report.Accounts, report.Entries, report.Requests, report.OpenHolds, report.JournalPending).ShouldBe((0, 0, 0, 0, 0)));

    [Theory]
    [InlineData("UPDATE request_log SET \"CostNano\" = 7 WHERE \"ChargeNano\" = 100", "cost the operator 7 nano-USD")]
    [InlineData("""UPDATE accounts SET "BalanceNano" = "BalanceNano" + 1 WHERE "Kind" = 'wallet'""", "The balance of wallet 1 is 871 nano-USD, but its entries and calls add up to 870")]
    [InlineData("""UPDATE entries SET "AmountNano" = 2000 WHERE "Kind" = 'top_up' AND "AmountNano" = 1000""", "The balance of wallet 1")]
    [InlineData("""DELETE FROM accounts WHERE "Kind" = 'wallet' AND "OwnerId" = 2""", "There is no account for wallet 2, whose calls add up to -7 nano-USD")]
    [InlineData("""DELETE FROM request_log WHERE "ChargeNano" = 100""", "The balance of wallet 1 is 870 nano-USD, but its entries and calls add up to 970")]
    [InlineData("""DELETE FROM request_log WHERE "ChargeNano" = 100""", "Key 1 has spent 30 nano-USD in total, 30 in 2026-11, 30 on 2026-11-22 (30 in its week) by the request log, but its windows say 130 nano-USD in total")]
    [InlineData("""DELETE FROM request_log WHERE "ChargeNano" = 100""", "The list of user 1 names call")]
    [InlineData("""UPDATE request_log SET "ChargeNano" = 0 WHERE "ChargeNano" = 100""", "was charged 0 nano-USD, but its receipt says")]
    [InlineData("""UPDATE request_log SET "ChargeNano" = 0 WHERE "ChargeNano" = 100""", "The balance of wallet 1 is 870 nano-USD, but its entries and calls add up to 970")]
    [InlineData("""UPDATE request_log SET "ChargeNano" = 99 WHERE "ChargeNano" = 100""", "was charged 99 nano-USD, but its receipt says")]
    [InlineData("""UPDATE request_log SET "UserId" = 5 WHERE "ChargeNano" = 100""", "of user 5 and key 1 (group")]
    [InlineData("""UPDATE request_log SET "UserId" = 5 WHERE "ChargeNano" = 100""", "There is no account for wallet 5")]
    [InlineData("""UPDATE request_log SET "UserId" = 5 WHERE "ChargeNano" = 100""", "is missing in the list of user 5")]
    [InlineData("""UPDATE request_log SET "KeyId" = 5 WHERE "ChargeNano" = 100""", "Key 5 has spent 100 nano-USD in total")]
    [InlineData("""UPDATE request_log SET "StartedAt" = "StartedAt" - 86400000000 WHERE "ChargeNano" = 100""", "100 nano-USD, but its receipt says")]
    [InlineData("""UPDATE request_log SET "QuotaGroupId" = NULL WHERE "ChargeNano" = 30""", "The balance of group_quota 7 is 470 nano-USD, but its entries and calls add up to 500")]
    [InlineData("""UPDATE request_log SET "QuotaGroupId" = 7 WHERE "ChargeNano" = 100""", "from the quota of group 7 too, but its receipt says")]
    [InlineData("""UPDATE request_log SET "ChannelId" = 9 WHERE "ChargeNano" = 100""", "channel 9, credential")]
    [InlineData("""UPDATE request_log SET "BudgetChannelId" = 9 WHERE "ChargeNano" = 100""", "from the budget of channel 9 too, but its receipt says")]
    [InlineData("""UPDATE request_log SET "InputTokens" = 13 WHERE "ChargeNano" = 100""", "used 13 tokens of input (0 from a cache) and 34 of output, but its receipt says 12 tokens")]
    [InlineData("""UPDATE request_log SET "CacheReadTokens" = 1 WHERE "ChargeNano" = 0""", "used 12 tokens of input (1 from a cache)")]
    [InlineData("""UPDATE request_log SET "OutputTokens" = 0 WHERE "ChargeNano" = 100""", "and 0 of output, but its receipt says 12 tokens of input (0 from a cache) and 34 of output")]
    [InlineData("""UPDATE spending SET "WeekNano" = 7 WHERE "Owner" = 1 AND "OwnerId" = 1""", "User 1 has spent 130")]
    [InlineData("""UPDATE request_log SET "Detail" = "Id" WHERE "ChargeNano" = 0""", "cannot be read")]
    [InlineData("""UPDATE spending SET "DayNano" = 7 WHERE "Owner" = 0 AND "OwnerId" = 1""", "but its windows say 130 nano-USD in total, 130 in 2026-11, 7 on 2026-11-22")]
    [InlineData("""UPDATE spending SET "Month" = "Month" + 1 WHERE "Owner" = 0 AND "OwnerId" = 1""", "130 in 2026-12")]
    [InlineData("""DELETE FROM spending""", "but its windows say 0 nano-USD in total")]
    [InlineData("""INSERT INTO spending ("Owner", "OwnerId", "Day", "DayNano", "WeekNano", "Month", "MonthNano", "TotalNano") VALUES (0, 9, 0, 0, 0, 0, 0, 1)""", "Key 9 has spent 0")]
    [InlineData("""UPDATE posting SET "Through" = "Through" - 1""", "The list of user 1 names call")]
    [InlineData("""DELETE FROM user_calls""", "is missing in the list of user 1")]
    [InlineData("""UPDATE entries SET "Reason" = '' WHERE "Kind" = 'top_up'""", "no reason")]
    [InlineData("""UPDATE entries SET "Kind" = 'charge' WHERE "AmountNano" = 500""", "says it is the charge of a call")]
    public async Task Tampering_is_seen(string sql, string problem)
    {
        await UseAsync();
        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldBeEmpty();
        await ExecuteAsync(sql);
        var report = await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation);
        report.Ok.ShouldBeFalse();
        report.Problems.ShouldContain(one => one.Contains(problem, StringComparison.Ordinal), string.Join('\n', report.Problems));
    }

    /// <summary>Who can write the row's columns can write its receipt as well: a receipt that does not prove itself is named too.</summary>
    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_receipt_is_seen(string problem, Func<Receipt, Receipt> forge)
    {
        await UseAsync();
        await using (var context = Database.CreateContext())
        {
            var row = await context.Set<RequestLogRow>().SingleAsync(row => row.ChargeNano == 100, Cancellation);
            var forged = forge(ReceiptFields.TryRead(row.Detail)!);
            row.Detail = ReceiptBytes.Write(forged, out var length).Slice(JournalFormat.FrameHeader, length).ToArray();
            (row.InputTokens, row.CacheReadTokens, row.OutputTokens) = (forged.Usage.TotalInput, forged.Usage.CacheRead, forged.Usage.TotalOutput);
            await context.SaveChangesAsync(Cancellation);
        }

        (await LedgerAudit.VerifyAsync(Database, Folder, Time, Cancellation)).Problems.ShouldHaveSingleItem().ShouldContain(problem);
    }

    public static TheoryData<string, Func<Receipt, Receipt>> Forgeries() => new()
    {
        { "charges 100 nano-USD, but its lines add up to 200", static receipt => Lines(receipt, new LineItem("request", 1, 0.2m)) },
        { "charges 100 nano-USD, but its lines add up to 0", static receipt => receipt with { Charge = receipt.Charge with { Lines = [] } } },
        { "bills 10 input, but 12 were used", static receipt => receipt with { Charge = receipt.Charge with { Lines = receipt.Charge.Lines.SetItem(0, new LineItem("input", 10, 0m)) } } },
        { "bills 34 output, but 35 were used", static receipt => receipt with { Usage = receipt.Usage with { Output = 35 } } },
        { "bills 0 cache_read, but 5 were used", static receipt => receipt with { Usage = receipt.Usage with { CacheRead = 5 } } },
        { "bills 0 web_search, but 1 were used", static receipt => receipt with { Usage = receipt.Usage with { ToolCalls = new ToolCalls(1, 0, 0, 0, 0) } } },
        { "bills 2 image, but 0 were used", static receipt => Lines(receipt, new LineItem("request", 1, 0.1m), new LineItem("image", 2, 0m)) },
        { "bills 2 request, but 1 were used", static receipt => Lines(receipt, new LineItem("request", 2, 0.05m)) },
        { "a line for gift, which is unknown", static receipt => Lines(receipt, new LineItem("gift", 1, 0.1m)) },
        { "a line for input, which is unknown or stands there twice", static receipt => Lines(receipt, new LineItem("request", 1, 0.1m), new LineItem("input", 1, 0m)) },
        { "a line of -1 request at -0.1 USD a million", static receipt => Lines(receipt, new LineItem("request", -1, -0.1m)) },
        { "was multiplied by 2, but its factors make 1", static receipt => receipt with { Charge = receipt.Charge with { Multiplier = 2m } } },
        { "charges 100 nano-USD, but its lines add up to 200", static receipt => receipt with { Charge = receipt.Charge with { Multiplier = 2m, Factors = [new ChargeFactor("group", 2m)] } } },
        { "cost the operator 0 nano-USD, but its credits make 60000000", static receipt => receipt with { CreditPrice = new NanoUsd(40_000_000), Usage = receipt.Usage with { NanoCredits = 1_500_000_000 } } },
        { "cost the operator 0 nano-USD, but the lines of its cost add up to 80000", static receipt => receipt with { Cost = Cost } },
        { "has a cost that charges 80001 nano-USD, but its lines add up to 80000", static receipt => receipt with { Cost = Cost with { Total = new NanoUsd(80_001) } } },
        { "has a cost that bills 0 input, but 12 were used", static receipt => receipt with { Cost = Cost with { Lines = [Cost.Lines[1]], Total = new NanoUsd(68_000) } } },
        { "has a cost that bills 0 input, but 12 were used", static receipt => receipt with { Cost = Charge.Nothing("list") } },
        { "has a cost that was multiplied by 2, but its factors make 1", static receipt => receipt with { Cost = Cost with { Multiplier = 2m } } },
        { "has a cost that was multiplied by what its user makes of prices", static receipt => receipt with { Cost = Cost with { Multiplier = 2m, Total = new NanoUsd(160_000), Factors = [new ChargeFactor("user", 2m)] } } },
        { "has a cost by credits and another by price", static receipt => receipt with { Cost = Cost with { Lines = [], Total = NanoUsd.Zero }, CreditPrice = NanoUsd.Zero } },
        { "figures that no call can have", static receipt => receipt with { Charge = receipt.Charge with { Factors = [new ChargeFactor("group", decimal.MaxValue), new ChargeFactor("key", 2m)] } } },
    };

    private static readonly Charge Cost = new([new LineItem("input", 12, 1m), new LineItem("output", 34, 2m)], 1m, new NanoUsd(80_000), "list");

    private static Receipt Lines(Receipt receipt, params LineItem[] last) =>
        receipt with { Charge = receipt.Charge with { Lines = [.. receipt.Charge.Lines.Take(2), .. last] } };

    [Fact]
    public async Task A_charge_taken_twice_is_seen_even_when_the_sums_agree()
    {
        await UseAsync();
        await ExecuteAsync("DROP INDEX \"IX_request_log_Id\"");
        await ExecuteAsync("""
            INSERT INTO request_log SELECT "Seq" + 1000, "Id", "StartedAt", "KeyId", "UserId", "GroupName", "ChannelName", "RequestedModel", "ServedModel", "Dialect",
                "Operation", "Stream", "HttpStatus", "Outcome", "ErrorCode", "InputTokens", "CacheReadTokens", "OutputTokens", "ChargeNano", "CostNano", "LostNano", "QuotaGroupId", "BudgetChannelId",
                "GroupId", "ChannelId", "CredentialId", "TotalMs",
                "FirstByteMs", "Origin", "Detail" FROM request_log WHERE "ChargeNano" = 100
            """);
        using (var book = await LoadedBookAsync())
        {
            book.BalanceOf(AccountRef.Wallet(new UserId(1))).Value.ShouldBe(770, "calls that are not posted count");
        }

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
        journal.Append(Receipt(7, Key(2, owner: 2)));
        journal.Append(Receipt(0));
        await writer.FlushAsync(Cancellation);
    }
}
