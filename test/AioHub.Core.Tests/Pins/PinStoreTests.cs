using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Tests.Pins;

public sealed class PinStoreOnSqliteTests() : PinStoreTests(DatabaseEngine.Sqlite);

public sealed class PinStoreOnPostgresTests() : PinStoreTests(DatabaseEngine.Postgres);

/// <summary>
/// Where objects live comes with receipts, once each. Of storage every moment between an object's beginning and its end is paid exactly once, whatever the order in
/// which receipts arrive, however often they are replayed, and whoever pays refunds.
/// </summary>
public abstract class PinStoreTests(DatabaseEngine engine) : OnLedger(engine)
{
    /// <summary>What an hour of storage costs.</summary>
    private const long HourNano = 3_600_000_000;
    private static readonly DateTime Start = new(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc);
    private static readonly UpstreamObject Cache = new(ObjectKind.CachedContent, "cachedContents/a");
    private static readonly AccountRef Wallet = AccountRef.Wallet(new UserId(1));

    [Fact]
    public async Task A_receipt_brings_its_object_in_the_same_transaction()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        var receipts = Enumerable.Range(0, 120).Select(i => Of(new PinEvent(PinAction.Made, Response(i % 110), Start.AddSeconds(i)) { Model = "m", ExpiresAt = Start.AddDays(30) })).ToArray();
        await store.ApplyAsync(Pending(receipts), 1, null, Cancellation, commit: false);
        (await CountAsync<PinRow>()).ShouldBe(0, "it was undone");
        await ApplyAsync(store, receipts);
        await ApplyAsync(store, receipts);
        (await CountAsync<PinRow>()).ShouldBe(110, "an id that came twice is one object");
        var pin = (await FindAsync(Response(5))).Own.ShouldNotBeNull();
        (pin.User, pin.Key, pin.Group, pin.Channel, pin.Credential, pin.Model).ShouldBe((new UserId(1), new ApiKeyId(1), PlainGroup.Id, new ChannelId(3), new CredentialId(4), "m"));
        pin.UpdatedAt.ShouldBe(Start.AddSeconds(115), "the later call counts");
        pin.ExpiresAt.ShouldBe(Start.AddDays(30));
        (await FindAsync(Response(5), user: 2)).ShouldBe(new PinAnswer(null, Foreign: true));
        (await FindAsync(Response(500))).ShouldBe(new PinAnswer(null, Foreign: false));
    }

    [Fact]
    public async Task Two_users_may_have_objects_of_one_name()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        var made = new PinEvent(PinAction.Made, Response(1), Start) { Model = "m", ExpiresAt = Start.AddDays(1) };
        await ApplyAsync(store, Of(made), Of(made, user: 2));
        (await FindAsync(Response(1))).Own!.User.ShouldBe(new UserId(1));
        (await FindAsync(Response(1), user: 2)).Own!.User.ShouldBe(new UserId(2));
        (await FindAsync(Response(1), user: 3)).Foreign.ShouldBeTrue();
    }

    [Fact]
    public async Task A_deletion_before_the_creation_arrives_is_not_forgotten()
    {
        var (made, ended) = (Made(10), Ended(2));
        await PinStore.KeepAsync(Database, Of(made).PinChanges(default).Single(), Cancellation);
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, Of(ended));
        await ApplyAsync(store, Of(made));
        (await FindAsync(Cache)).Own!.EndedAt.ShouldBe(Start.AddHours(2));
        (await DueAsync()).ShouldBe(8 * HourNano);
        (await new PinDirectory(Database, new PinOptions(), Time).ListAsync(ObjectKind.CachedContent, new UserId(1), 0, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Refunds_are_made_once_whoever_makes_them()
    {
        await TopUpAsync(Wallet, 1_000 * HourNano);
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, Of(Made(10)), Of(Ended(4)));
        var others = Enumerable.Range(0, 4).Select(_ => new StorageRefunds(Open(), Time)).ToArray();
        (await Task.WhenAll(others.Select(one => Task.Run(() => one.SettleAsync(Cancellation), Cancellation)))).Sum().ShouldBe(1);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe((1_000 - 4) * HourNano);

        // The mark got lost, as if rows had been swept and a replay had brought them back: the entry's key still knows.
        await ExecuteAsync("UPDATE stored_stretches SET \"DoneNano\" = 0");
        (await others[0].SettleAsync(Cancellation)).ShouldBe(0);
        await ApplyAsync(store, Of(Ended(1)));
        (await others[0].SettleAsync(Cancellation)).ShouldBe(1);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe((1_000 - 1) * HourNano, "an earlier end became known");
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_operator_has_given_back_is_not_given_back_again()
    {
        await TopUpAsync(Wallet, 1_000 * HourNano);
        await using var store = new ReceiptStore(Database, "node", Time);
        var made = Of(Made(10));
        await ApplyAsync(store, made);
        await Ledger.RefundAsync(made.Id, new NanoUsd(7 * HourNano), new EntryNote("kind", "operator"), Cancellation);
        await ApplyAsync(store, Of(Ended(4)));
        (await new StorageRefunds(Database, Time).SettleAsync(Cancellation)).ShouldBe(1);
        (await Ledger.BalanceAsync(Wallet, Cancellation)).Value.ShouldBe(1_000 * HourNano, "the whole charge, not more");
        (await new StorageRefunds(Database, Time).SettleAsync(Cancellation)).ShouldBe(0);
    }

    /// <summary>Many lives of objects; each is known to the database in its true order, while the receipts of its calls arrive in any.</summary>
    [Fact]
    public async Task Every_moment_is_paid_once_in_whatever_order_receipts_arrive()
    {
        var random = new Random(20261123);
        await TopUpAsync(Wallet, 1_000_000 * HourNano);
        await using var store = new ReceiptStore(Database, "node", Time);
        var expected = 0m;
        var calls = 0;
        for (var life = 0; life < 25; life++)
        {
            var named = new UpstreamObject(ObjectKind.CachedContent, $"cachedContents/{life}");
            var at = Start.AddMinutes(random.Next(1_000));
            var (created, end) = (at, at.AddMinutes(random.Next(1, 600)));
            var events = new List<Receipt> { Of(Paying(new PinEvent(PinAction.Made, named, at) { CreatedAt = created, ExpiresAt = end }, created, end)) };
            var (stale, ended) = (end, default(DateTime?));
            for (var change = random.Next(6); change > 0; change--)
            {
                at = at.AddSeconds(random.Next(1, 20));
                var next = at.AddMinutes(random.Next(1, 600));

                // Now and then a call knows the end of a moment ago only, as one does that races with another.
                var from = random.Next(3) == 0 && stale < end ? stale : end;
                events.Add(Of(Paying(new PinEvent(PinAction.Changed, named, at) { CreatedAt = created, ExpiresAt = next }, from, next)));
                (stale, end) = (end, next);
            }

            if (random.Next(2) == 0)
            {
                ended = at.AddSeconds(random.Next(1, 3_000));
                events.Add(Of(new PinEvent(PinAction.Ended, named, ended.Value) { CreatedAt = created, ExpiresAt = end }));
                end = ended < end ? ended.Value : end;
            }

            foreach (var done in events)
            {
                await PinStore.KeepAsync(Database, done.PinChanges(default).Single(), Cancellation);
            }

            foreach (var done in events.OrderBy(_ => random.Next()).Concat(events.Where(_ => random.Next(3) == 0)))
            {
                await ApplyAsync(store, done);
                if (random.Next(4) == 0)
                {
                    await new StorageRefunds(Database, Time).SettleAsync(Cancellation);
                }
            }

            calls += events.Count;
            expected += HourNano * (decimal)(end - created).TotalHours;
        }

        while (await new StorageRefunds(Database, Time).SettleAsync(Cancellation) > 0)
        {
        }

        var paid = (1_000_000 * HourNano) - (await Ledger.BalanceAsync(Wallet, Cancellation)).Value;

        // Each call rounds its charge, each cut its refund: down, so never in the payer's favour by more than a nano each.
        (paid - expected).ShouldBeInRange(-calls, 4 * calls);
        (await LedgerAudit.VerifyAsync(Database, null, Time, Cancellation)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_sweep_takes_what_expired_and_what_is_too_much()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        var now = Time.GetUtcNow().UtcDateTime;
        await ApplyAsync(store, [.. Enumerable.Range(0, 30).Select(i => Of(new PinEvent(PinAction.Made, Response(i), now) { Model = "m", ExpiresAt = now.AddDays(i - 9.5) })), Of(Made(1)), Of(Ended(0.5))]);
        var pins = new PinDirectory(Database, new PinOptions { MostResponses = 12 }, Time);
        (await pins.SweepAsync(Cancellation)).ShouldBe(18);
        (await FindAsync(Response(17))).Own.ShouldBeNull("the oldest go first");
        (await FindAsync(Response(18))).Own.ShouldNotBeNull();
        (await FindAsync(Cache)).Own.ShouldNotBeNull("a cache's row outlives it");
        Time.Set(now.AddDays(40));
        await pins.SweepAsync(Cancellation);
        (await CountAsync<StoredStretchRow>()).ShouldBe(1, "its refund is not made yet");
        (await FindAsync(Cache)).Own.ShouldNotBeNull();
        await TopUpAsync(Wallet, HourNano);
        await new StorageRefunds(Database, Time).SettleAsync(Cancellation);
        await pins.SweepAsync(Cancellation);
        (await CountAsync<StoredStretchRow>()).ShouldBe(0);
        (await CountAsync<PinRow>()).ShouldBe(0);
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_database_knows_the_rest()
    {
        await using var store = new ReceiptStore(Database, "node", Time);
        await ApplyAsync(store, [.. Enumerable.Range(0, 300).Select(i => Of(new PinEvent(PinAction.Made, Response(i), Start) { Model = "m", ExpiresAt = Start.AddDays(30) }))]);
        var pins = new PinDirectory(Database, new PinOptions { MostInMemory = 50 }, Time);
        for (var i = 0; i < 300; i++)
        {
            (await pins.FindAsync(Response(i), new UserId(1), fresh: false, Cancellation)).Own.ShouldNotBeNull();
            pins.InMemory.ShouldBeLessThanOrEqualTo(52);
        }

        var own = (await pins.FindAsync(Response(299), new UserId(1), fresh: false, Cancellation)).Own!;
        pins.Note(own with { Object = Response(1_000) });
        (await pins.FindAsync(Response(1_000), new UserId(1), fresh: true, Cancellation)).Own.ShouldNotBeNull("made here a moment ago");
        (await pins.FindAsync(Response(1_000), new UserId(2), fresh: false, Cancellation)).Foreign.ShouldBeTrue();
    }

    private static UpstreamObject Response(int number) => new(ObjectKind.Response, $"resp_{number}");

    private static PinEvent Made(double hours) => Paying(new PinEvent(PinAction.Made, Cache, Start) { CreatedAt = Start, ExpiresAt = Start.AddHours(hours) }, Start, Start.AddHours(hours));

    private static PinEvent Ended(double hours) => new(PinAction.Ended, Cache, Start.AddHours(hours)) { ExpiresAt = Start.AddHours(10) };

    private static PinEvent Paying(PinEvent done, DateTime from, DateTime to) => to <= from ? done with { Model = "m", Tokens = 1_000 } : done with
    {
        Model = "m", Tokens = 1_000, PaidFrom = from, PaidTo = to, Paid = new NanoUsd((long)Math.Round(HourNano * (decimal)(to - from).TotalHours)),
    };

    private Receipt Of(PinEvent done, long user = 1) => Receipt(done.Paid.Value, Key(user, user)) with
    {
        Operation = done.Object.Kind == ObjectKind.Response ? Operation.Generate : Operation.ChangeObject, ChannelId = new ChannelId(3), CredentialId = new CredentialId(4), Pin = done,
    };

    private static async Task ApplyAsync(ReceiptStore store, params Receipt[] receipts) => await store.ApplyAsync(Pending(receipts), 1, null, Cancellation);

    private static PendingReceipt[] Pending(Receipt[] receipts) =>
    [
        .. receipts.Select(static receipt => new PendingReceipt(receipt, ReceiptBytes.Write(receipt, out var length).Slice(JournalFormat.FrameHeader, length).ToArray())),
    ];

    private ValueTask<PinAnswer> FindAsync(UpstreamObject sought, long user = 1) =>
        new PinDirectory(Database, new PinOptions(), Time).FindAsync(sought, new UserId(user), fresh: false, Cancellation);

    private async Task<long> DueAsync()
    {
        await using var context = Database.CreateContext();
        return await context.Set<StoredStretchRow>().SumAsync(static stretch => stretch.DueNano, Cancellation);
    }
}
