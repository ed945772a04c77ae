using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Import.NewApi;

/// <summary>How an installation comes over.</summary>
/// <param name="Origin">Names it, so that a second one is not taken for the first.</param>
/// <param name="Balances">Users' money comes along; a later import with it brings over what one without left.</param>
public sealed record NewApiWish(string Origin = NewApiPlanner.DefaultOrigin, bool Balances = true);

/// <summary>An import from reading what the hub has to carrying the plan out: the one door for the command line and the management API.</summary>
public sealed class NewApiImport(HubDatabase database, MasterKey master, TimeProvider time, ImportRun run)
{
    /// <param name="content">What the installation had.</param>
    /// <param name="wish">How it comes over.</param>
    /// <param name="dryRun">Undo everything in the end; the report is the same.</param>
    /// <param name="tell">Told how many drafts are carried out, out of how many; it must not wait, for the database waits with it.</param>
    /// <param name="agree">Looks at the report before it stands; what it throws undoes everything.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <exception cref="AdminException">The origin is no such word, or an option that money is worked out from cannot be read.</exception>
    public async Task<ImportReport> RunAsync(
        NewApiContent content, NewApiWish wish, bool dryRun, Action<int, int>? tell = null, Action<ImportReport>? agree = null, CancellationToken cancellation = default)
    {
        if (!NewApiPlanner.IsOrigin(wish.Origin))
        {
            throw new AdminException("origin", "must have 1 to 24 of a-z, 0-9 and -");
        }

        var plan = NewApiPlanner.Plan(content, await ImportState.ReadAsync(database, master, time, cancellation), wish.Origin);
        if (!wish.Balances)
        {
            plan = plan with { Users = [.. plan.Users.Select(static user => user with { Balance = NanoUsd.Zero })] };
        }

        return await run.RunAsync(plan, $"import {wish.Origin}", dryRun, tell, agree, cancellation);
    }
}
