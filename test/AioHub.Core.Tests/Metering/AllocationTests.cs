using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Metering;

/// <summary>
/// What a call allocates for being charged. Time is measured in <c>bench/</c>; bytes are the same on every machine, so they are bounded here. A bound may be
/// lowered; who raises one says why.
/// </summary>
public sealed class AllocationTests() : OnLedger(DatabaseEngine.Sqlite)
{
    private static readonly NanoUsd Much = new(1_000_000_000_000_000);
    private static readonly Limits Limited = new() { PerDay = Much, PerWeek = Much, PerMonth = Much, Total = Much };

    private static readonly PriceRow Row = new()
    {
        Version = "v",
        From = DateTime.UnixEpoch,
        Rates = new Rates { Input = 1.25m, Output = 10m, CacheRead = 0.125m },
    };

    private static readonly Usage Used = new() { Input = 1_250, CacheRead = 8_192, Output = 734, Source = UsageSource.Reported };

    [Theory]
    [InlineData(false, 88)]
    [InlineData(true, 500)]
    public async Task A_hold_and_its_end(bool limited, long most)
    {
        await TopUpAsync(AccountRef.Wallet(new UserId(1)), Much.Value);
        using var book = await BookAsync(limited);
        var claim = Claim(limited);
        Bytes(() => HoldAndSettle(book, claim)).ShouldBeLessThanOrEqualTo(most);
        book.OpenHolds.ShouldBe(0);
    }

    [Fact]
    public void A_bound() => Bytes(static () => Pricing.Bound(Row, 0.8m, 12_000, 4_096, 1, DateTime.UnixEpoch)).ShouldBe(0);

    [Fact]
    public void A_price() => Bytes(static () => Pricing.Price(Row, 0.8m, Used, default)).ShouldBeLessThanOrEqualTo(352);

    [Fact]
    public void A_receipt_in_the_journal()
    {
        using var journal = UsageJournal.Open(Folder, Time);
        var receipt = ReceiptOf(Pricing.Price(Row, 0.8m, Used, default));
        Bytes(() => Append(journal, receipt)).ShouldBe(0, "bytes are written into memory that the thread keeps, and copied into the segment");
    }

    /// <summary>Everything that money costs a call, its receipt and what is told in it included.</summary>
    [Fact]
    public async Task The_whole_of_it()
    {
        await TopUpAsync(AccountRef.Wallet(new UserId(1)), Much.Value);
        using var book = await BookAsync(limited: false);
        using var journal = UsageJournal.Open(Folder, Time);
        var claim = Claim(limited: false);
        Bytes(() =>
        {
            Pricing.Bound(Row, 0.8m, 12_000, 4_096, 1, DateTime.UnixEpoch);
            HoldAndSettle(book, claim);
            Append(journal, ReceiptOf(Pricing.Price(Row, 0.8m, Used, default)));
        }).ShouldBeLessThanOrEqualTo(1_200);
    }

    private static void HoldAndSettle(LocalHoldBook book, in HoldClaim claim)
    {
        var result = book.ReserveAsync(claim, new NanoUsd(50_000), CancellationToken.None);
        if (!result.IsCompletedSuccessfully || result.Result.Hold is not { } hold)
        {
            throw new ShouldAssertException("the hold is refused or waits");
        }

        book.Settle(hold, new NanoUsd(12_500));
    }

    private static void Append(UsageJournal journal, Receipt receipt)
    {
        journal.Append(receipt);
        // As the receipt writer does; what it allocates is not a call's.
        journal.TryTake(out var ticket).ShouldBeTrue();
        journal.Finish(ticket);
    }

    private async Task<LocalHoldBook> BookAsync(bool limited)
    {
        var book = await LoadedBookAsync();
        if (limited)
        {
            await book.FollowAsync([(LimitOwner.User, 1), (LimitOwner.Group, 1), (LimitOwner.Channel, 1), (LimitOwner.Credential, 1)], Cancellation);
        }

        return book;
    }

    private HoldClaim Claim(bool limited)
    {
        var limits = limited ? Limited : Limits.None;
        var payer = new Payer(1, limits, false);
        return new HoldClaim(Key(limits: limits) with { OwnerLimits = limits }, payer, payer, payer, Time.GetUtcNow().UtcDateTime);
    }

    private Receipt ReceiptOf(Charge charge) => new()
    {
        Id = new RequestId(1, 2),
        StartedAt = DateTime.UnixEpoch,
        Key = new ApiKeyId(1),
        KeyName = "laptop",
        User = new UserId(1),
        Dialect = Dialect.OpenAiChat,
        Operation = Operation.Generate,
        Outcome = CallOutcome.Completed,
        Group = "openai",
        Channel = "openai",
        RequestedModel = "m",
        ServedModel = "m",
        UpstreamModel = "m",
        Usage = Used,
        Charge = charge,
        Attempts = [new AttemptRecord("openai", "openai", "a", "ok", 200, 12.5, null)],
    };

    /// <summary>A call's share, once everything that is made only once has been made.</summary>
    private static long Bytes(Action call)
    {
        const int times = 1_000;
        for (var i = 0; i < times; i++)
        {
            call();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
        {
            call();
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / times;
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes");
        return bytes;
    }
}
