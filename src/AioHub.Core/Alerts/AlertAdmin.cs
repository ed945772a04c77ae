using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>Where an alert stands.</summary>
public enum AlertState
{
    /// <summary>It holds, and nobody has said that they know.</summary>
    Open,
    /// <summary>It holds, and somebody knows.</summary>
    Acknowledged,
    /// <summary>What it tells of is over.</summary>
    Past,
}

/// <summary>Which alerts are wanted.</summary>
/// <param name="State">Null = all.</param>
/// <param name="User">Those of one user alone; null = those of operators.</param>
public sealed record AlertFilter(AlertState? State = null, string? Kind = null, UserId? User = null);

/// <summary>What people do with alerts: look at them, and say that they have seen them.</summary>
public sealed class AlertAdmin(HubDatabase database, TimeProvider time)
{
    public const int MostListed = 1_000;

    /// <summary>Operators' alerts, newest first.</summary>
    /// <param name="all">Also those that are over or acknowledged.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Alert>> ListAsync(bool all, int limit = 100, CancellationToken cancellation = default) =>
        ListAsync(new AlertFilter(all ? null : AlertState.Open), before: null, limit, cancellation);

    /// <summary>One page, newest first.</summary>
    /// <param name="before">Alerts below this number; null = from the newest.</param>
    /// <param name="limit">1 to 1,000.</param>
    public Task<ImmutableArray<Alert>> ListAsync(AlertFilter filter, long? before, int limit, CancellationToken cancellation = default) =>
        AlertStore.ListAsync(database, filter, before, Math.Clamp(limit, 1, MostListed), time.GetUtcNow().UtcDateTime, cancellation);

    /// <param name="user">Whose alone; null = an operators' alert.</param>
    /// <returns>Null = there is none.</returns>
    public Task<Alert?> FindAsync(long id, UserId? user = null, CancellationToken cancellation = default) => AlertStore.FindAsync(database, id, user, cancellation);

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

        return await AlertStore.AcknowledgeAsync(database, wanted, user: null, actor, time.GetUtcNow().UtcDateTime, cancellation);
    }

    /// <summary>The same for one that concerns a user alone.</summary>
    /// <returns>False: there is none, it is another's, or it was acknowledged before.</returns>
    public async Task<bool> AcknowledgeOwnAsync(long id, UserId user, string actor, CancellationToken cancellation = default) =>
        await AlertStore.AcknowledgeAsync(database, [id], user, actor, time.GetUtcNow().UtcDateTime, cancellation) > 0;
}
