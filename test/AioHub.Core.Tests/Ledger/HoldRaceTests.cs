using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Tests.Ledger;

/// <summary>A hold that ends in the very moment in which it is moved.</summary>
public sealed class HoldRaceTests() : OnLedger(DatabaseEngine.Sqlite)
{
    private const int Rounds = 5_000;
    private static readonly Limits Limited = new() { PerDay = new NanoUsd(1_000), PerWeek = new NanoUsd(1_000), PerMonth = new NanoUsd(1_000), Total = new NanoUsd(1_000) };

    [Fact]
    public async Task A_move_that_loses_against_an_end_gives_back_what_it_took()
    {
        await TopUpAsync(AccountRef.Wallet(new UserId(1)), 1_000);
        using var book = await LoadedBookAsync();
        await book.FollowAsync([(LimitOwner.User, 1), (LimitOwner.Group, 1), (LimitOwner.Channel, 1), (LimitOwner.Credential, 1)], Cancellation);

        // Sixteen windows beside the wallet: a move is long enough to be overtaken.
        var payer = new Payer(1, Limited, false);
        var claim = new HoldClaim(Key(limits: Limited) with { OwnerLimits = Limited }, payer, payer, payer, Time.GetUtcNow().UtcDateTime);
        Hold? open = null;
        var ended = 0;
        var ender = new Thread(() =>
        {
            for (var round = 1; round <= Rounds; round++)
            {
                Hold? hold;
                var wait = default(SpinWait);
                while ((hold = Interlocked.Exchange(ref open, null)) is null)
                {
                    if (Volatile.Read(ref ended) < 0)
                    {
                        return;
                    }

                    wait.SpinOnce(sleep1Threshold: -1);
                }

                Thread.SpinWait(round % 50);
                book.Release(hold);
                Volatile.Write(ref ended, round);
            }
        });
        ender.IsBackground = true;
        ender.Start();
        try
        {
            for (var round = 1; round <= Rounds; round++)
            {
                var hold = (await book.ReserveAsync(claim, new NanoUsd(10), Cancellation)).Hold.ShouldNotBeNull();
                Volatile.Write(ref open, hold);
                await book.MoveAsync(hold, claim, new NanoUsd(300), Cancellation);
                var wait = default(SpinWait);
                while (Volatile.Read(ref ended) < round)
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                }

                if (book.HeldOf(AccountRef.Wallet(new UserId(1))) != NanoUsd.Zero)
                {
                    throw new ShouldAssertException($"round {round}: money is held that no call holds");
                }
            }
        }
        finally
        {
            Volatile.Write(ref ended, -1);
            ender.Join();
        }

        foreach (var owner in Enum.GetValues<LimitOwner>())
        {
            book.HeldOf(owner, 1, BudgetPeriod.Day, claim.StartedAt).ShouldBe(NanoUsd.Zero);
        }
    }
}
