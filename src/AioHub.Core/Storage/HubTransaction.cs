using AioHub.Core.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AioHub.Core.Storage;

/// <summary>
/// Several commands as one change: all of them or none. What is not committed is undone on dispose, which is how a dry run of a whole file is
/// made. Writers of one area wait for each other from the start of the transaction.
/// </summary>
public sealed class HubTransaction : IAsyncDisposable
{
    private readonly HubDatabase _database;
    private readonly IDbContextTransaction _transaction;
    private readonly IReadOnlyDictionary<string, long> _versions;

    private HubTransaction(HubDatabase database, HubContext context, IDbContextTransaction transaction, IReadOnlyDictionary<string, long> versions)
    {
        _database = database;
        Context = context;
        _transaction = transaction;
        _versions = versions;
    }

    internal HubContext Context { get; }

    /// <summary>What rows that change in this transaction are stamped with.</summary>
    internal long VersionOf(string area) => _versions.TryGetValue(area, out var version)
        ? version
        : throw new InvalidOperationException($"The transaction was not opened for changes of '{area}'.");

    /// <summary>Writes into the audit log what the transaction changes. Commands do so by themselves.</summary>
    internal Task NoteAsync(ChangeReport report, CancellationToken cancellation) =>
        ChangeLogStore.AddAsync(Context, _database.Time.GetUtcNow().UtcDateTime, report, cancellation);

    public Task CommitAsync(CancellationToken cancellation) => _transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Context.DisposeAsync();
    }

    /// <param name="database">Where.</param>
    /// <param name="areas">What will change. They are locked in one order everywhere, so that two transactions never wait for each other.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static async Task<HubTransaction> BeginAsync(HubDatabase database, IEnumerable<string> areas, CancellationToken cancellation)
    {
        var context = database.CreateContext();
        IDbContextTransaction? transaction = null;
        try
        {
            // Counters are raised at once: on SQLite the transaction is a writing one from its first statement, on PostgreSQL the row lock
            // makes commit order equal version order.
            transaction = await context.Database.BeginTransactionAsync(cancellation);
            var versions = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var area in areas.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                versions[area] = await ChangeCounter.RaiseAsync(context, area, cancellation);
            }

            return new HubTransaction(database, context, transaction, versions);
        }
        catch
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync();
            }

            await context.DisposeAsync();
            throw;
        }
    }
}

/// <summary>Runs one command in a transaction of its own, or inside a larger one, and writes into the audit log what it changed.</summary>
internal static class HubCommand
{
    /// <param name="database">Where.</param>
    /// <param name="area">What the command changes.</param>
    /// <param name="within">The larger transaction, which then commits or not; null = one of the command's own.</param>
    /// <param name="dryRun">Undo everything in the end. Inside a larger transaction the caller does that by not committing.</param>
    /// <param name="command">Does the work and says whether anything changed; when nothing did, nothing is committed and nobody reloads.</param>
    /// <param name="cancellation">Undoes everything.</param>
    public static async Task<T> RunAsync<T>(
        HubDatabase database,
        string area,
        HubTransaction? within,
        bool dryRun,
        Func<HubTransaction, Task<(T Result, bool Changed)>> command,
        CancellationToken cancellation)
        where T : IReported
    {
        if (within is not null)
        {
            var (part, altered) = await command(within);
            if (altered)
            {
                await within.NoteAsync(part.Report, cancellation);
                // What is saved need not be watched any longer: ten thousand rows would be compared again at each of ten thousand saves.
                within.Context.ChangeTracker.Clear();
            }

            return part;
        }

        await using var own = await HubTransaction.BeginAsync(database, [area], cancellation);
        var (result, changed) = await command(own);
        if (changed && !dryRun)
        {
            await own.NoteAsync(result.Report, cancellation);
            await own.CommitAsync(cancellation);
        }

        return result;
    }
}
