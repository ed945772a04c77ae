using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Alerts;

public sealed class QuotaAlertsOnSqliteTests() : QuotaAlertsTests(DatabaseEngine.Sqlite);

public sealed class QuotaAlertsOnPostgresTests() : QuotaAlertsTests(DatabaseEngine.Postgres);

/// <summary>Operators are told once when a quota gets low, once when it is used up, and it is over when money comes in.</summary>
public abstract class QuotaAlertsTests(DatabaseEngine engine) : OnLedger(engine)
{
    private static readonly WatchedQuota Quota = new(LimitOwner.Group, BudgetedGroup.Id.Value, "claude-kiro", null);
    private static readonly AccountRef Account = AccountRef.Quota(BudgetedGroup.Id);
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));

    private AlertAdmin Alerts => new(Database, Time);

    [Fact]
    public async Task Low_and_used_up_are_told_once_and_are_over_after_a_top_up()
    {
        await TopUpAsync(Wallet, 10_000);
        await TopUpAsync(Account, 100);
        using var book = await LoadedBookAsync();
        var alerts = new QuotaAlerts(book, Database, Time);
        await SpendAsync(book, 79);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty();
        await SpendAsync(book, 1);
        var low = (await alerts.CheckAsync([Quota], Cancellation)).ShouldHaveSingleItem();
        (low.Kind, low.Owner, low.Name, low.Limit.Value, low.Spent.Value).ShouldBe((Alert.QuotaLow, AlertOwner.Group, "claude-kiro", 20, 20));
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty("once");
        (await new QuotaAlerts(book, Database, Time).CheckAsync([Quota], Cancellation)).ShouldBeEmpty("not by another process, or after a start");
        await SpendAsync(book, 15);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldHaveSingleItem().Limit.Value.ShouldBe(5, "the second level");
        await SpendAsync(book, 5);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldHaveSingleItem().Kind.ShouldBe(Alert.QuotaUsedUp);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty();
        (await KindsAsync()).ShouldBe([Alert.QuotaUsedUp, Alert.QuotaLow, Alert.QuotaLow]);

        await TopUpAsync(Account, 200);
        await book.RefreshAsync(Cancellation);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty();
        (await KindsAsync()).ShouldBeEmpty();
        (await Alerts.ListAsync(all: true, cancellation: Cancellation)).ShouldAllBe(static alert => alert.EndedAt != null);

        await SpendAsync(book, 200);
        (await alerts.CheckAsync([Quota], Cancellation)).Select(static alert => alert.Kind).ShouldBe([Alert.QuotaLow, Alert.QuotaUsedUp], "the next crossing");
        (await Alerts.ListAsync(all: true, cancellation: Cancellation)).Length.ShouldBe(5);
    }

    [Fact]
    public async Task Too_little_for_what_comes_is_used_up_until_money_comes()
    {
        await TopUpAsync(Wallet, 10_000);
        await TopUpAsync(Account, 100);
        using var book = await LoadedBookAsync();
        var alerts = new QuotaAlerts(book, Database, Time);
        (await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(101), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupQuota);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty("one call that is too large says nothing of a full quota");
        await SpendAsync(book, 94);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldHaveSingleItem().Kind.ShouldBe(Alert.QuotaLow);
        book.Look(Claim(Key(), Budgeted), new NanoUsd(7)).Refusal.ShouldBe(HoldRefusal.GroupQuota);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty("a question is no call");
        (await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(7), Cancellation)).Refusal.ShouldBe(HoldRefusal.GroupQuota);
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldHaveSingleItem().Kind.ShouldBe(Alert.QuotaUsedUp);
        await SpendAsync(book, 2);
        await alerts.CheckAsync([Quota], Cancellation);
        (await KindsAsync()).ShouldContain(Alert.QuotaUsedUp, "a smaller call changes nothing");
        await TopUpAsync(Account, 20);
        await book.RefreshAsync(Cancellation);
        await alerts.CheckAsync([Quota], Cancellation);
        (await KindsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_soft_share_moves_the_level_and_a_quota_that_is_no_more_needs_nothing()
    {
        await TopUpAsync(Wallet, 10_000);
        await TopUpAsync(Account, 100);
        using var book = await LoadedBookAsync();
        var alerts = new QuotaAlerts(book, Database, Time);
        await SpendAsync(book, 50);
        (await alerts.CheckAsync([Quota with { Soft = 0.5m }], Cancellation)).ShouldHaveSingleItem().Kind.ShouldBe(Alert.QuotaLow);
        await alerts.CheckAsync([], Cancellation);
        (await KindsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_seen_leaves_the_list_and_does_not_come_back()
    {
        await TopUpAsync(Wallet, 10_000);
        using var book = await LoadedBookAsync();
        var alerts = new QuotaAlerts(book, Database, Time);
        (await alerts.CheckAsync([Quota], Cancellation)).Select(static alert => alert.Kind).ShouldContain(Alert.QuotaUsedUp, "nothing was ever put in");
        var ids = (await Alerts.ListAsync(all: false, cancellation: Cancellation)).Select(static alert => alert.Id).ToArray();
        (await Alerts.AcknowledgeAsync([ids[0]], "ops", Cancellation)).ShouldBe(1);
        (await Alerts.AcknowledgeAsync([ids[0]], "ops", Cancellation)).ShouldBe(0);
        (await Alerts.AcknowledgeAsync(null, "ops", Cancellation)).ShouldBe(ids.Length - 1);
        (await KindsAsync()).ShouldBeEmpty();
        (await alerts.CheckAsync([Quota], Cancellation)).ShouldBeEmpty();
        (await Alerts.ListAsync(all: true, cancellation: Cancellation))[0].AcknowledgedBy.ShouldBe("ops");
        await Should.ThrowAsync<AdminException>(() => Alerts.AcknowledgeAsync([99], "ops", Cancellation));
    }

    private async Task<string[]> KindsAsync() => [.. (await Alerts.ListAsync(all: false, cancellation: Cancellation)).Select(static alert => alert.Kind)];

    private async Task SpendAsync(LocalHoldBook book, long nano) =>
        book.Settle((await book.ReserveAsync(Claim(Key(), Budgeted), new NanoUsd(nano), Cancellation)).Hold!, new NanoUsd(nano));
}
