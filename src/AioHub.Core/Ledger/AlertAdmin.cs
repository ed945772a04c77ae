using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Ledger;

/// <summary>What operators do with alerts: look at them, and say that they have seen them.</summary>
public sealed class AlertAdmin(HubDatabase database, TimeProvider time)
{
    /// <summary>Newest first.</summary>
    /// <param name="all">Also those that are over or acknowledged.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Alert>> ListAsync(bool all, int limit = 100, CancellationToken cancellation = default)
    {
        limit = Math.Clamp(limit, 1, 1_000);
        return all ? AlertStore.ListAsync(database, limit, cancellation) : AlertStore.ListOpenAsync(database, time.GetUtcNow().UtcDateTime, limit, cancellation);
    }

    /// <summary>Takes alerts off the list of open ones. What they tell of is told again when it happens again.</summary>
    /// <param name="ids">Null = all.</param>
    /// <returns>How many were acknowledged now.</returns>
    /// <exception cref="AdminException">One of them does not exist.</exception>
    public async Task<int> AcknowledgeAsync(ImmutableArray<long>? ids, string actor, CancellationToken cancellation = default)
    {
        var wanted = ids?.Distinct().ToArray();
        if (wanted is not null && wanted.Except(await AlertStore.KnownAsync(database, wanted, cancellation)).FirstOrDefault() is not 0 and var unknown)
        {
            throw new AdminException("alert", $"there is no alert {unknown}; `alerts list --all` shows all");
        }

        return await AlertStore.AcknowledgeAsync(database, wanted, actor, time.GetUtcNow().UtcDateTime, cancellation);
    }
}
