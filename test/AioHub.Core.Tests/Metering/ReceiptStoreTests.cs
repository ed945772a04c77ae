using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

public sealed class ReceiptStoreOnSqliteTests() : ReceiptStoreTests(DatabaseEngine.Sqlite);

public sealed class ReceiptStoreOnPostgresTests() : ReceiptStoreTests(DatabaseEngine.Postgres);

public abstract class ReceiptStoreTests(DatabaseEngine engine) : OnLedger(engine)
{
    private const int Large = 150;
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));
    private static readonly AccountRef Quota = AccountRef.Quota(Budgeted!.Value);

    [Fact]
    public async Task What_is_logged_counts_before_it_is_posted()
    {
        await TopUpAsync(Wallet, 10_000);
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, Batch(Large));
        store.HasUnposted.ShouldBeTrue();
        (await CountAsync<UserCallRow>()).ShouldBe(0);
        await ShouldCountAsync(10_000, Large);

        (await TopUpAsync(Wallet, 500)).Value.ShouldBe(10_500 - Large, "the new balance knows of them");
        await ApplyAsync(store, Batch(Large));
        await ShouldCountAsync(10_500, 2 * Large);
        await ApplyAsync(store, [], post: true);
        store.HasUnposted.ShouldBeFalse();
        (await CountAsync<UserCallRow>()).ShouldBe(2 * Large);
        await ShouldCountAsync(10_500, 2 * Large);
    }

    [Fact]
    public async Task A_death_between_log_and_posting_loses_nothing_and_doubles_nothing()
    {
        var first = Batch(Large);
        await using (var store = new ReceiptStore(Database, "node", Time))
        {
            await ApplyAsync(store, first);
        }

        await using (var store = new ReceiptStore(Database, "node", Time))
        {
            await ApplyAsync(store, first);
            store.HasUnposted.ShouldBeTrue("it read what its predecessor left");
            await ApplyAsync(store, Batch(1));
            store.HasUnposted.ShouldBeFalse();
            await ApplyAsync(store, first);
        }

        await ShouldCountAsync(0, Large + 1);
        (await CountAsync<UserCallRow>()).ShouldBe(Large + 1);
    }

    [Fact]
    public async Task Two_stores_on_one_database_post_each_others_calls_once()
    {
        await using var one = new ReceiptStore(Database, "one", Time);
        await using var other = new ReceiptStore(Open(), "other", Time);
        for (var i = 0; i < 3; i++)
        {
            await ApplyAsync(one, Batch(Large));
            await ApplyAsync(other, Batch(Large));
            await ShouldCountAsync(0, 2 * Large * (i + 1));
        }

        await ApplyAsync(one, [], post: true);
        await ApplyAsync(other, [], post: true);
        await ShouldCountAsync(0, 6 * Large);
        (await CountAsync<UserCallRow>()).ShouldBe(6 * Large);
    }

    [Fact]
    public async Task What_is_undone_is_not_remembered()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, Batch(Large));
        await store.ApplyAsync(Batch(Large), 1, null, Cancellation, commit: false);
        await ApplyAsync(store, Batch(1));
        await ShouldCountAsync(0, Large + 1);
    }

    /// <summary>Neither what failed nor what was undone, also when another server gives the same numbers to other calls meanwhile.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_came_to_nothing_is_not_taken_for_what_another_server_wrote(bool fails)
    {
        await using var one = new ReceiptStore(Database, "one", Time);
        await using var other = new ReceiptStore(Open(), "other", Time);
        await ApplyAsync(one, Batch(Large));
        if (fails)
        {
            var poison = Receipt(1) with { Charge = new Charge([], 1m, new NanoUsd(long.MaxValue), "v") };
            await Should.ThrowAsync<OverflowException>(() => ApplyAsync(one, [.. Batch(Large), Pending(poison)]));
        }
        else
        {
            await one.ApplyAsync(Batch(Large), 1, null, Cancellation, commit: false);
        }

        await ApplyAsync(other, Batch(Large, 5));
        await ApplyAsync(one, [], post: true);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(-6 * Large);
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_history_pages_through_entries_and_calls()
    {
        await TopUpAsync(Wallet, 100);
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, [Pending(Receipt(1, group: BudgetedGroup)), Pending(Receipt(0)), Pending(Receipt(9, Key(2, owner: 2))), Pending(Receipt(2))]);
        await TopUpAsync(Wallet, 50);
        await ApplyAsync(store, Batch(Large, 3));
        await TopUpAsync(Wallet, 25);

        var amounts = new List<long>();
        for (long? before = null; ;)
        {
            var page = await Ledger.EntriesAsync(Wallet, before, 7, Cancellation);
            if (page.IsEmpty)
            {
                break;
            }

            amounts.AddRange(page.Select(static entry => entry.Amount.Value));
            before = page[^1].Id;
        }

        amounts.ShouldBe([25, .. Enumerable.Repeat(-3L, Large), 50, -2, -1, 100]);
        (await Ledger.EntriesAsync(Quota, null, 9, Cancellation)).ShouldHaveSingleItem().Amount.Value.ShouldBe(-1);
    }

    [Fact]
    public async Task A_late_call_of_yesterday_does_not_count_for_today()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        var now = Time.GetUtcNow().UtcDateTime;
        foreach (var at in new[] { now.AddMonths(-1), now, now.AddDays(-1), now.AddMonths(-1), now })
        {
            await ApplyAsync(store, [Pending(Receipt(10) with { StartedAt = at })]);
        }

        var (_, spent) = (await LedgerReader.LoadAsync(Database, Cancellation)).Spending.Single(static pair => pair.Key.Owner == LimitOwner.Key);
        (spent.At(now), spent.Total).ShouldBe(((20, 30, 30), 50));
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Numbers_in_the_log_never_change_their_meaning()
    {
        Enum.GetNames<Dialect>().ShouldBe(["OpenAiChat", "OpenAiResponses", "AnthropicMessages", "Gemini", "BedrockConverse", "Kiro"]);
        Enum.GetNames<CallOutcome>().ShouldBe(["Completed", "Partial", "Failed", "Refused", "Cancelled"]);
        Enum.GetNames<Operation>()[..13].ShouldBe([
            "Generate", "CountTokens", "Compact", "Complete", "Embed", "GenerateImage", "EditImage", "VaryImage", "Speak", "Transcribe", "TranslateSpeech",
            "Moderate", "Rerank"]);
    }

    private Task<long> ApplyAsync(ReceiptStore store, List<PendingReceipt> receipts, bool post = false) =>
        store.ApplyAsync(receipts, 1, null, Cancellation, post: post);

    /// <summary>By whatever way it is asked: charges of one nano each, all of one wallet.</summary>
    private async Task ShouldCountAsync(long put, int charges)
    {
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(put - charges);
        using var book = await LoadedBookAsync();
        book.BalanceOf(Wallet).Value.ShouldBe(put - charges);
        book.View(Key()).Spent.Value.ShouldBe(charges);
        var entries = await Ledger.EntriesAsync(Wallet, null, 1_000, Cancellation);
        entries.Where(static entry => entry.Kind == EntryKind.Charge).Select(static entry => entry.Request).Distinct(StringComparer.Ordinal).Count().ShouldBe(Math.Min(charges, 1_000));
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    private List<PendingReceipt> Batch(int count, long nano = 1) => [.. Enumerable.Range(0, count).Select(_ => Pending(Receipt(nano)))];

    private static PendingReceipt Pending(Receipt receipt)
    {
        var frame = ReceiptBytes.Write(receipt, out var length);
        return new PendingReceipt(receipt, frame.Slice(JournalFormat.FrameHeader, length).ToArray());
    }
}
