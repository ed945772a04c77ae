using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

public sealed class MovementOnSqliteTests() : MovementTests(DatabaseEngine.Sqlite);

public sealed class MovementOnPostgresTests() : MovementTests(DatabaseEngine.Postgres);

/// <summary>Refunds, transfers and redemptions: whoever asks, however often and from however many connections, money moves once and adds up.</summary>
public abstract class MovementTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly MasterKey Master = new(Enumerable.Range(1, 32).Select(static i => (byte)i).ToArray());
    private static readonly EntryNote Note = new("because", "tester");

    private CodeBook Codes => new(Database, Master, Time);

    [Fact]
    public async Task A_refund_gives_back_once_what_was_charged_and_never_more()
    {
        var request = await ChargeAsync(100);
        var wallet = AccountRef.Wallet(new UserId(1));
        (await Ledger.RefundAsync(request, new NanoUsd(30), Note, Cancellation)).ShouldSatisfyAllConditions(
            refund => refund.Posted.Balance.ShouldBe(new NanoUsd(-70)), refund => (refund.Charged.Value, refund.RefundedInAll.Value, refund.User.Value).ShouldBe((100, 30, 1)));
        (await Ledger.RefundAsync(request, new NanoUsd(30), Note, Cancellation)).Posted.Repeated.ShouldBeTrue("the same command twice gives back once");
        await Should.ThrowAsync<AdminException>(() => Ledger.RefundAsync(request, new NanoUsd(71), Note, Cancellation));
        (await Ledger.RefundAsync(request, new NanoUsd(30), Note with { Reason = "again" }, Cancellation)).RefundedInAll.Value.ShouldBe(60);
        (await Ledger.RefundAsync(request, null, Note, Cancellation)).ShouldSatisfyAllConditions(refund => refund.Posted.Amount.Value.ShouldBe(40), refund => refund.Posted.Balance.ShouldBe(NanoUsd.Zero));
        (await Ledger.RefundAsync(request, null, Note, Cancellation)).ShouldSatisfyAllConditions(refund => refund.Posted.Repeated.ShouldBeTrue(), refund => refund.Posted.Amount.ShouldBe(NanoUsd.Zero));
        await Should.ThrowAsync<AdminException>(() => Ledger.RefundAsync(RequestId.New(Time), null, Note, Cancellation));
        (await Ledger.BalanceAsync(wallet, Cancellation)).ShouldBe(NanoUsd.Zero);
        (await Ledger.EntriesAsync(wallet, null, 10, Cancellation)).Where(static entry => entry.Kind == EntryKind.Refund).ShouldAllBe(entry => entry.Request == request.ToString());
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_groups_quota_gets_its_part_back_too()
    {
        await TopUpAsync(AccountRef.Quota(Budgeted!.Value), 500);
        var request = await ChargeAsync(100, BudgetedGroup);
        await Ledger.RefundAsync(request, new NanoUsd(40), Note, Cancellation);
        (await Ledger.BalanceAsync(AccountRef.Quota(Budgeted.Value), Cancellation)).Value.ShouldBe(440);
        (await Ledger.BalanceAsync(AccountRef.Wallet(new UserId(1)), Cancellation)).Value.ShouldBe(-60);
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task Racing_refunds_stop_at_the_charge()
    {
        var request = await ChargeAsync(100);
        var wins = await RaceAsync(24, (book, i) => book.RefundAsync(request, new NanoUsd(9), Note with { Key = $"r{i}" }, Cancellation));
        wins.ShouldBe(11);
        (await Ledger.BalanceAsync(AccountRef.Wallet(new UserId(1)), Cancellation)).Value.ShouldBe(-1);
        (await RaceAsync(8, (book, _) => book.RefundAsync(request, null, Note, Cancellation))).ShouldBe(8);
        (await Ledger.BalanceAsync(AccountRef.Wallet(new UserId(1)), Cancellation)).ShouldBe(NanoUsd.Zero);
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_transfer_is_both_entries_or_none_and_overdraws_nobody()
    {
        var (ann, bob) = (await UserAsync("ann@example.com"), await UserAsync("bob@example.com"));
        await TopUpAsync(AccountRef.Wallet(ann), 100);
        var done = await Ledger.TransferAsync(ann, bob, new NanoUsd(60), Note with { Key = "t" }, Cancellation);
        (done.Sent.Balance.Value, done.Received.Balance.Value).ShouldBe((40, 60));
        (await Ledger.TransferAsync(ann, bob, new NanoUsd(60), Note with { Key = "t" }, Cancellation)).Sent.Repeated.ShouldBeTrue();
        await Should.ThrowAsync<AdminException>(() => Ledger.TransferAsync(ann, bob, new NanoUsd(59), Note with { Key = "t" }, Cancellation));
        await Should.ThrowAsync<AdminException>(() => Ledger.TransferAsync(ann, bob, new NanoUsd(41), Note, Cancellation));
        await Should.ThrowAsync<AdminException>(() => Ledger.TransferAsync(ann, ann, new NanoUsd(1), Note, Cancellation));
        await Should.ThrowAsync<AdminException>(() => Ledger.TransferAsync(ann, new UserId(99), new NanoUsd(1), Note, Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.TransferAsync(ann, bob, new NanoUsd(-1), Note, Cancellation));
        var race = await RaceAsync(24, (book, i) => i % 2 == 0
            ? book.TransferAsync(ann, bob, new NanoUsd(7), Note, Cancellation)
            : book.TransferAsync(bob, ann, new NanoUsd(1), Note, Cancellation));
        race.ShouldBeGreaterThan(12);
        var balances = (Ann: (await Ledger.BalanceAsync(AccountRef.Wallet(ann), Cancellation)).Value, Bob: (await Ledger.BalanceAsync(AccountRef.Wallet(bob), Cancellation)).Value);
        (balances.Ann + balances.Bob).ShouldBe(100);
        balances.Ann.ShouldBeGreaterThanOrEqualTo(0);
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task Charges_that_are_not_posted_yet_count_against_a_transfer()
    {
        var (ann, bob) = (await UserAsync("ann@example.com"), await UserAsync("bob@example.com"));
        await TopUpAsync(AccountRef.Wallet(ann), 100);
        await ChargeAsync(60, key: Key(1, ann.Value));
        await ExecuteAsync("DELETE FROM user_calls");
        await ExecuteAsync("DELETE FROM spending");
        await ExecuteAsync("""UPDATE posting SET "Through" = 0""");
        await ExecuteAsync("""UPDATE accounts SET "BalanceNano" = 100""");
        await Should.ThrowAsync<AdminException>(() => Ledger.TransferAsync(ann, bob, new NanoUsd(41), Note, Cancellation));
        (await Ledger.TransferAsync(ann, bob, new NanoUsd(40), Note, Cancellation)).Sent.Balance.ShouldBe(NanoUsd.Zero);
    }

    [Fact]
    public async Task A_code_pays_once_however_many_race_for_it()
    {
        var users = new List<UserId>();
        for (var i = 0; i < 8; i++)
        {
            users.Add(await UserAsync($"u{i}@example.com"));
        }

        var batch = await Codes.CreateAsync(new CodeDraft(3, new NanoUsd(1_000), Time.GetUtcNow().UtcDateTime.AddDays(1), "spring", "campaign", "ops"), Cancellation);
        batch.Codes.Length.ShouldBe(3);
        batch.Codes.ShouldAllBe(static code => code.StartsWith("AIO-") && code.Length == 27);
        var wins = await RaceAsync(24, (_, i) => new CodeBook(Open(), Master, Time).RedeemAsync(batch.Codes[0], users[i % users.Count], "someone", null, Cancellation));
        wins.ShouldBe(1);
        (await Codes.RedeemAsync(" " + batch.Codes[1].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal).Replace('0', 'o').Replace('1', 'l'), users[0], "u", "k", Cancellation)).Amount.Value.ShouldBe(1_000);
        (await Codes.RedeemAsync(batch.Codes[1], users[0], "u", "k", Cancellation)).Repeated.ShouldBeTrue();
        await Should.ThrowAsync<AdminException>(() => Codes.RedeemAsync(batch.Codes[1], users[1], "u", "k", Cancellation));
        await Should.ThrowAsync<AdminException>(() => Codes.RedeemAsync("AIO-00000-00000-00000-00000", users[0], "u", null, Cancellation));
        await Should.ThrowAsync<AdminException>(() => Codes.RedeemAsync("nonsense", users[0], "u", null, Cancellation));
        var paid = await Task.WhenAll(users.Select(user => Ledger.BalanceAsync(AccountRef.Wallet(user), Cancellation)));
        paid.Sum(static balance => balance.Value).ShouldBe(2_000);
        var listed = await Codes.ListAsync(tag: "spring", cancellation: Cancellation);
        listed.Select(static code => code.State).ShouldBe([CodeState.Open, CodeState.Redeemed, CodeState.Redeemed]);
        listed[0].Masked.ShouldEndWith(batch.Codes[2][^4..]);
        listed[1].RedeemedBy.ShouldBe("u0@example.com");
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task Revoked_and_expired_codes_pay_nothing()
    {
        var user = await UserAsync("ann@example.com");
        var batch = await Codes.CreateAsync(new CodeDraft(2, new NanoUsd(5), Time.GetUtcNow().UtcDateTime.AddHours(1), null, "r", "a"), Cancellation);
        var ids = (await Codes.ListAsync(batch.Batch, cancellation: Cancellation)).Select(static code => code.Id).Order().ToList();
        (await Codes.RevokeAsync(ids[0], null, null, "a", Cancellation)).ShouldBe(1);
        (await Codes.RevokeAsync(ids[0], null, null, "a", Cancellation)).ShouldBe(0);
        var refusals = await Task.WhenAll(batch.Codes.Select(async code => await Record.ExceptionAsync(() => Codes.RedeemAsync(code, user, "u", null, Cancellation))));
        refusals.Count(static refusal => refusal is AdminException).ShouldBe(1, "the revoked one");
        await Should.ThrowAsync<AdminException>(() => Codes.RevokeAsync(ids[1], null, null, "a", Cancellation));
        var late = await Codes.CreateAsync(new CodeDraft(1, new NanoUsd(5), Time.GetUtcNow().UtcDateTime.AddHours(1), null, "r", "a"), Cancellation);
        Time.Set(Time.GetUtcNow().UtcDateTime.AddHours(1));
        (await Should.ThrowAsync<AdminException>(() => Codes.RedeemAsync(late.Codes[0], user, "u", null, Cancellation))).Message.ShouldContain("expired");
        (await Codes.RevokeAsync(null, late.Batch, null, "a", Cancellation)).ShouldBe(1);
        await Should.ThrowAsync<AdminException>(() => Codes.RevokeAsync(null, null, null, "a", Cancellation));
        await Should.ThrowAsync<AdminException>(() => Codes.CreateAsync(new CodeDraft(0, NanoUsd.Zero, Time.GetUtcNow().UtcDateTime, "", "", ""), Cancellation));
        (await Ledger.BalanceAsync(AccountRef.Wallet(user), Cancellation)).Value.ShouldBe(5);
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task One_key_is_one_movement_also_in_a_race()
    {
        var wallet = AccountRef.Wallet(new UserId(1));
        (await RaceAsync(24, (book, _) => book.TopUpAsync(wallet, new NanoUsd(10), Note with { Key = "once" }, Cancellation))).ShouldBe(24);
        (await Ledger.BalanceAsync(wallet, Cancellation)).Value.ShouldBe(10);
        await Should.ThrowAsync<AdminException>(() => Ledger.TopUpAsync(wallet, new NanoUsd(11), Note with { Key = "once" }, Cancellation));
        await Should.ThrowAsync<AdminException>(() => Ledger.AdjustAsync(wallet, new NanoUsd(10), Note with { Key = "once" }, Cancellation));
        await ShouldAddUpAsync();
    }

    [Fact]
    public async Task A_running_server_sees_every_kind()
    {
        var (ann, bob) = (await UserAsync("ann@example.com"), await UserAsync("bob@example.com"));
        await TopUpAsync(AccountRef.Wallet(ann), 1_000);
        var request = await ChargeAsync(100, key: Key(1, ann.Value));
        using var server = await LoadedBookAsync();
        var cli = new LedgerBook(Open(), Time);
        await cli.RefundAsync(request, new NanoUsd(10), Note, Cancellation);
        await cli.TransferAsync(ann, bob, new NanoUsd(5), Note, Cancellation);
        await cli.AdjustAsync(AccountRef.Wallet(bob), new NanoUsd(-1), Note, Cancellation);
        var code = (await Codes.CreateAsync(new CodeDraft(1, new NanoUsd(7), null, null, "r", "a"), Cancellation)).Codes[0];
        await Codes.RedeemAsync(code, bob, "bob", null, Cancellation);
        await server.RefreshAsync(Cancellation);
        (server.BalanceOf(AccountRef.Wallet(ann)).Value, server.BalanceOf(AccountRef.Wallet(bob)).Value).ShouldBe((905, 11));
    }

    private async Task<UserId> UserAsync(string email) => new((await new IdentityAdmin(Database, Master, Time).CreateUserAsync(new UserDraft { Email = email }, cancellation: Cancellation)).Id);

    private async Task<RequestId> ChargeAsync(long nano, Core.Routing.Group? group = null, ApiKey? key = null)
    {
        using var journal = UsageJournal.Open(Folder, Time);
        using var book = await LoadedBookAsync();
        await using var writer = new ReceiptWriter(Database, journal, book, Time);
        var receipt = Receipt(nano, key, group);
        journal.Append(receipt);
        await writer.FlushAsync(Cancellation);
        return receipt.Id;
    }

    /// <summary>Each attempt through a database handle of its own.</summary>
    /// <returns>How many were not refused.</returns>
    private async Task<int> RaceAsync<T>(int count, Func<LedgerBook, int, Task<T>> attempt)
    {
        var databases = Enumerable.Range(0, count).Select(_ => Open()).ToList();
        var outcomes = await Task.WhenAll(databases.Select((database, i) => Task.Run(async () =>
        {
            try
            {
                await attempt(new LedgerBook(database, Time), i);
                return true;
            }
            catch (AdminException)
            {
                return false;
            }
        }, Cancellation)));
        return outcomes.Count(static done => done);
    }

    private async Task ShouldAddUpAsync() => (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
}
