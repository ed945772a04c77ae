using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>
/// A command's side of money that leaves a wallet while servers run: asks them to set it aside, moves it when all have, and tells plainly why not. See
/// <see cref="WalletHolds"/>.
/// </summary>
internal sealed class TransferAsk(HubDatabase database, TimeProvider time)
{
    /// <summary>How long to wait for servers to answer, and for their calls' holds to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Far beyond <see cref="Patience"/>: clocks of machines differ, and a hold that is removed too early only makes the command ask again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <exception cref="AdminException">It is refused; the message says what to do.</exception>
    public async Task<Transferred> RunAsync(UserId from, UserId to, NanoUsd amount, EntryNote note, TransferTerms terms, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        long? hold = null;
        try
        {
            while (true)
            {
                var (done, isOpen) = await MovementStore.TransferAsync(database, from, to, amount, note, hold, terms, time.GetUtcNow().UtcDateTime, cancellation);
                if (done is not null)
                {
                    return done;
                }

                if (time.GetElapsedTime(started) >= 2 * Patience)
                {
                    throw new AdminException("usd", "servers come and go just now, so nothing was moved: try again when they run steadily");
                }

                if (hold is null || !isOpen)
                {
                    hold = await WalletHoldStore.AskAsync(database, from, amount, time.GetUtcNow().UtcDateTime + Lifetime, cancellation);
                }

                await UntilGrantedAsync(hold.Value, amount, started, cancellation);
            }
        }
        finally
        {
            if (hold is { } left)
            {
                await using var context = database.CreateContext();
                await WalletHoldStore.EndAsync(context, left, CancellationToken.None);
            }
        }
    }

    private async Task UntilGrantedAsync(long hold, NanoUsd amount, long started, CancellationToken cancellation)
    {
        while (true)
        {
            await using (var context = database.CreateContext())
            {
                var (live, _) = await NodeStore.ListAsync(context, time.GetUtcNow().UtcDateTime, cancellation);
                var (silent, answers) = await WalletHoldStore.AnswersAsync(context, hold, live, cancellation);
                var refusal = answers.Find(static answer => !answer.Granted);
                if (silent.Count == 0 && refusal is null)
                {
                    return;
                }

                // What is spent does not come back; what is held may.
                if (time.GetElapsedTime(started) >= Patience || refusal?.BalanceNano < amount.Value)
                {
                    throw refusal is null ? Silent(silent) : Refused(refusal, amount);
                }
            }

            await Task.Delay(Poll, time, cancellation);
        }
    }

    private static AdminException Refused(WalletHoldAnswerRow answer, NanoUsd amount) => answer.BalanceNano < amount.Value
        ? new AdminException("usd", $"the wallet holds {new NanoUsd(answer.BalanceNano)} USD, which is less than {amount}")
        : new AdminException("usd", $"running calls have set {new NanoUsd(answer.HeldNano)} of the wallet's {new NanoUsd(answer.BalanceNano)} USD aside: "
            + $"{new NanoUsd(Math.Max(0, answer.BalanceNano - answer.HeldNano))} can be moved at once, {amount} when they have ended");

    private static AdminException Silent(List<string> nodes) => new(
        "usd", $"a running server ({string.Join(", ", nodes)}) did not say within {Patience.TotalSeconds:0} seconds whether its calls need the money, so nothing was moved: look after it, or stop it, and try again");
}

/// <param name="Forced">Also while a server that ended without a word may have charges that nobody has written yet.</param>
/// <param name="Unwritten">Charges in this machine's journal that no server writes.</param>
/// <param name="Node">The server of this machine's journal: what it left is known. Null = there is none.</param>
internal readonly record struct TransferTerms(bool Forced, int Unwritten, string? Node);
