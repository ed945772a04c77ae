using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>
/// A running server's side of money that leaves a wallet by a command (decision 0020): it sets the amount aside in its own purse, where its calls' holds and
/// its charges on their way are known, and keeps it so until the command has ended. Called once a second, by one caller.
/// </summary>
/// <param name="node">The server's name in <c>nodes</c>.</param>
public sealed class WalletHolds(HubDatabase database, LocalHoldBook book, string node, TimeProvider time)
{
    private readonly Dictionary<long, Taken> _taken = [];

    /// <summary>Answers what is asked, after the book has taken over what other processes wrote.</summary>
    public async Task AnswerAsync(CancellationToken cancellation)
    {
        // First who still asks, then what was written: of a hold that is gone the entry, if there is one, is then in the book before the money is free again.
        var open = await WalletHoldStore.OpenAsync(database, time.GetUtcNow().UtcDateTime, cancellation);
        await book.RefreshAsync(cancellation);
        foreach (var (id, taken) in _taken.Where(pair => !open.Exists(row => row.Id == pair.Key)).ToList())
        {
            book.GiveBack(taken.Wallet, taken.Amount);
            _taken.Remove(id);
        }

        foreach (var row in open)
        {
            var (wallet, amount) = (AccountRef.Wallet(new UserId(row.UserId)), new NanoUsd(row.AmountNano));
            if (!_taken.TryGetValue(row.Id, out var taken) && book.TryTake(wallet, amount))
            {
                _taken[row.Id] = taken = new Taken(wallet, amount);
            }

            if (taken is { IsTold: true })
            {
                continue;
            }

            // When this fails the money stays aside: the answer may have arrived all the same. The next time tells it again.
            await WalletHoldStore.AnswerAsync(database, row.Id, node, taken is not null, book.BalanceOf(wallet), book.HeldOf(wallet), cancellation);
            if (taken is not null)
            {
                taken.IsTold = true;
            }
        }
    }

    private sealed class Taken(AccountRef wallet, NanoUsd amount)
    {
        public AccountRef Wallet => wallet;

        public NanoUsd Amount => amount;

        public bool IsTold { get; set; }
    }
}
