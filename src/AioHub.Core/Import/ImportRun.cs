using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Import;

/// <summary>What an import did, or would do in a dry run.</summary>
/// <param name="Changes">Only things that changed.</param>
/// <param name="Moved">All the money that was put into wallets, less what was taken out of them.</param>
/// <param name="Notes">What did not come over, or came over otherwise.</param>
public sealed record ImportReport(ImmutableArray<ChangeReport> Changes, NanoUsd Moved, ImmutableArray<ImportNote> Notes);

/// <summary>
/// Carries a plan out by the commands that people use, in one transaction. A draft that a command refuses is left out and named; anything else that goes wrong undoes
/// all of it. Doing it twice changes nothing, money least of all.
/// </summary>
public sealed class ImportRun(HubDatabase database, CatalogAdmin models, ChannelAdmin channels, IdentityAdmin identity, GroupAdmin groups, LedgerBook ledger)
{
    /// <summary>Of the ledger entries that bring balances over.</summary>
    public const string LedgerReason = "balance brought over";

    /// <param name="plan">What to do.</param>
    /// <param name="actor">Who does it, for the record.</param>
    /// <param name="dryRun">Undo everything in the end; the report is the same.</param>
    /// <param name="tell">Told how many drafts are carried out, out of how many; it must not wait, for the database waits with it.</param>
    /// <param name="agree">Looks at the report before it stands; what it throws undoes everything.</param>
    /// <param name="cancellation">Undoes everything.</param>
    public async Task<ImportReport> RunAsync(
        ImportPlan plan, string actor, bool dryRun, Action<int, int>? tell = null, Action<ImportReport>? agree = null, CancellationToken cancellation = default)
    {
        var (done, all) = (0, plan.Models.Length + plan.Channels.Length + plan.Groups.Length + plan.Users.Length + plan.Keys.Length);
        var changes = new List<ChangeReport>();
        var notes = new ImportNotes();
        notes.AddRange(plan.Notes);
        var moved = NanoUsd.Zero;
        await using var transaction = await database.BeginAsync(cancellation);
        foreach (var model in plan.Models)
        {
            await TryAsync($"model {model.Id}", () => models.UpsertModelAsync(model with { Actor = actor }, within: transaction, cancellation: cancellation));
        }

        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var channel in plan.Channels)
        {
            if (!await TryAsync($"channel {channel.Name}", () => channels.UpsertAsync(channel, within: transaction, cancellation: cancellation)))
            {
                missing.Add(channel.Name);
            }
        }

        foreach (var group in plan.Groups)
        {
            var draft = group.Channels is { } members ? group with { Channels = [.. members.Where(member => !missing.Contains(member.Channel))] } : group;
            await TryAsync($"group {group.Name}", () => groups.UpsertAsync(draft with { Actor = actor }, within: transaction, cancellation: cancellation));
        }

        foreach (var user in plan.Users)
        {
            await TryAsync(user.What, async () =>
            {
                var report = await identity.UpsertUserAsync(user.Draft, within: transaction, cancellation: cancellation);
                return await BalanceAsync(user, report) is { } line ? report with { Changes = report.Changes.Add(line) } : report;
            });
        }

        foreach (var key in plan.Keys)
        {
            await TryAsync($"key {key.Name} of {key.User}", async () => (await identity.UpsertKeyAsync(key, within: transaction, cancellation: cancellation)).Report);
        }

        var whole = new ImportReport([.. changes], moved, [.. notes.All]);
        agree?.Invoke(whole);
        if (!dryRun && changes.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            // From here on it stands or it does not: nobody who leaves now gets a half.
            await transaction.CommitAsync(CancellationToken.None);
            await ledger.CommittedAsync(CancellationToken.None);
        }

        return whole;

        // Commands check before they change anything, so that a refusal leaves nothing behind.
        async Task<bool> TryAsync(string what, Func<Task<ChangeReport>> command)
        {
            try
            {
                var report = await command();
                if (report.Any)
                {
                    changes.Add(report);
                }

                tell?.Invoke(++done, all);
                return true;
            }
            catch (AdminException refused)
            {
                notes.Left(what, string.Join("; ", refused.Problems), "put it right in the source and import again, or make it here by hand");
                tell?.Invoke(++done, all);
                return false;
            }
        }

        async Task<string?> BalanceAsync(PlannedUser user, ChangeReport report)
        {
            if (user.Balance == NanoUsd.Zero)
            {
                return null;
            }

            var account = AccountRef.Wallet(new UserId(report.Id));
            var once = await ledger.AddOnceWithinAsync(transaction, account, user.Balance, new EntryNote(LedgerReason, actor, user.LedgerKey), cancellation);
            if (!once.Posted.Repeated)
            {
                moved += user.Balance;
                return string.Create(CultureInfo.InvariantCulture, $"balance: {(user.Balance > NanoUsd.Zero ? "+" : "−")} {Math.Abs(user.Balance.ToUsd()):0.#########} USD");
            }

            if (once.Account != account)
            {
                notes.Left(user.What, $"its balance was brought over before, to {once.Account} (entry {once.Posted.EntryId})",
                    "nothing was moved; if this is another installation, name it with --origin; if the address changed, `transfer` moves what is left");
            }
            else if (once.Posted.Amount != user.Balance)
            {
                notes.Told(user.What, $"its balance was brought over before as {once.Posted.Amount.ToUsdString()} USD and stands at {user.Balance.ToUsdString()} USD in the source now; nothing was moved",
                    "`topup` or `adjust` puts a difference right");
            }

            return null;
        }
    }
}
