using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Metering;

public sealed class StatementsOnSqliteTests() : StatementsTests(DatabaseEngine.Sqlite);

public sealed class StatementsOnPostgresTests() : StatementsTests(DatabaseEngine.Postgres);

public abstract class StatementsTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());
    private static readonly DateOnly November = new(2026, 11, 22);

    [Fact]
    public async Task Months_add_up_to_the_last_nano_and_fit_together()
    {
        var ann = await UseAsync();
        var october = await SumsAsync(new DateOnly(2026, 10, 1));
        var november = await SumsAsync(November);
        var december = await SumsAsync(new DateOnly(2026, 12, 31));
        october.ShouldBe(new StatementSums(NanoUsd.Zero, new NanoUsd(1_000), new NanoUsd(3), 1, new NanoUsd(997)));
        november.ShouldBe(new StatementSums(new NanoUsd(997), new NanoUsd(-50), new NanoUsd(107), 4, new NanoUsd(840)));
        december.ShouldBe(new StatementSums(new NanoUsd(840), NanoUsd.Zero, new NanoUsd(20), 1, new NanoUsd(820)));
        (await Ledger.BalanceAsync(AccountRef.Wallet(ann), Cancellation)).ShouldBe(december.Closing);
        await Should.ThrowAsync<AdminException>(() => new Statements(Database).WriteAsync("nobody@example.com", November, new StatementCsv(TextWriter.Null), Cancellation));
    }

    [Fact]
    public async Task Calls_that_are_not_posted_yet_are_in_it()
    {
        await UseAsync();
        var before = await SumsAsync(November);
        await ExecuteAsync("""DELETE FROM user_calls WHERE "Seq" > 4""");
        await ExecuteAsync("""UPDATE posting SET "Through" = 4""");
        (await SumsAsync(November)).ShouldBe(before);
    }

    [Fact]
    public async Task As_csv()
    {
        await UseAsync();
        using var text = new StringWriter();
        await new Statements(Database).WriteAsync("ANN@example.com", November, new StatementCsv(text), Cancellation);
        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldBe(
        [
            "date,kind,model,group,calls,input_tokens,cache_read_tokens,output_tokens,amount_nano_usd,amount_usd,request_id,reason,actor",
            "2026-11-01,opening_balance,,,,,,,997,0.000000997,,ann@example.com,",
            "2026-11-22,adjustment,,,,,,,-50,-0.000000050,,\"'=cmd|' /C calc'!A0, \"\"x\"\"\",'@tester",
            "2026-11-22,calls,\"'+1,2\",openai,1,12,0,34,-7,-0.000000007,,,",
            "2026-11-22,calls,m,claude-kiro,1,12,0,34,-30,-0.000000030,,,",
            "2026-11-22,calls,m,openai,1,12,0,34,-70,-0.000000070,,,",
            "2026-11-30,calls,m,openai,1,12,0,34,0,0.000000000,,,",
            ",closing_balance,,,,,,,840,0.000000840,,,",
        ]);
    }

    [Fact]
    public async Task As_json()
    {
        await UseAsync();
        using var text = new StringWriter();
        await new Statements(Database).WriteAsync("ann@example.com", November, new StatementJson(text), Cancellation);
        using var document = JsonDocument.Parse(text.ToString());
        var root = document.RootElement;
        (root.GetProperty("user").GetString(), root.GetProperty("month").GetString()).ShouldBe(("ann@example.com", "2026-11"));
        var sum = root.GetProperty("opening_nano_usd").GetInt64()
            + root.GetProperty("entries").EnumerateArray().Sum(static entry => entry.GetProperty("amount_nano_usd").GetInt64())
            - root.GetProperty("calls").EnumerateArray().Sum(static day => day.GetProperty("charge_nano_usd").GetInt64());
        sum.ShouldBe(root.GetProperty("closing_nano_usd").GetInt64());
        root.GetProperty("total_calls").GetInt64().ShouldBe(4);
        using var empty = new StringWriter();
        await new Statements(Database).WriteAsync("ann@example.com", new DateOnly(2020, 1, 1), new StatementJson(empty), Cancellation);
        JsonDocument.Parse(empty.ToString()).RootElement.GetProperty("calls").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("-2", "'-2")]
    [InlineData("  @x", "'  @x")]
    [InlineData("\tx", "'\tx")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b\r\n=c", "\"a\"\"b\r\n=c\"")]
    [InlineData("", "")]
    public void No_cell_is_a_formula(string text, string cell) => StatementCsv.Cell(text).ShouldBe(cell);

    private async Task<StatementSums> SumsAsync(DateOnly month) => await new Statements(Database).WriteAsync("ann@example.com", month, new StatementCsv(TextWriter.Null), Cancellation);

    private async Task<UserId> UseAsync()
    {
        var identity = new IdentityAdmin(Database, Master, Time);
        var ann = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "ann@example.com" }, cancellation: Cancellation)).Id);
        var bob = new UserId((await identity.CreateUserAsync(new UserDraft { Email = "bob@example.com" }, cancellation: Cancellation)).Id);
        var start = Time.GetUtcNow().UtcDateTime;
        Time.Set(new DateTime(2026, 10, 31, 23, 59, 59, DateTimeKind.Utc));
        await TopUpAsync(AccountRef.Wallet(ann), 1_000);
        await TopUpAsync(AccountRef.Wallet(bob), 5_000);
        await CallAsync(Receipt(3, Key(1, ann.Value)));
        Time.Set(start);
        await Ledger.AdjustAsync(AccountRef.Wallet(ann), new NanoUsd(-50), new EntryNote("=cmd|' /C calc'!A0, \"x\"", "@tester"), Cancellation);
        await CallAsync(Receipt(70, Key(1, ann.Value)), Receipt(30, Key(1, ann.Value), BudgetedGroup), Receipt(7, Key(1, ann.Value)) with { ServedModel = "", RequestedModel = "+1,2" }, Receipt(9, Key(2, bob.Value)));
        Time.Set(new DateTime(2026, 11, 30, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_990));
        await CallAsync(Receipt(0, Key(1, ann.Value)));
        Time.Set(new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc));
        await CallAsync(Receipt(20, Key(1, ann.Value)));
        return ann;
    }

    private async Task CallAsync(params Receipt[] receipts)
    {
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        foreach (var receipt in receipts)
        {
            journal.Append(receipt);
        }

        await writer.FlushAsync(Cancellation);
    }
}
