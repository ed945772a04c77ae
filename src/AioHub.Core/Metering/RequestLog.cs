using System.Collections.Concurrent;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Metering;

/// <summary>Where a call stands: <c>pending</c>, <c>settled</c>, <c>released</c> in JSON.</summary>
public enum RequestState
{
    Pending,
    Settled,
    /// <summary>It failed or was refused: what was set aside has been given back.</summary>
    Released,
}

/// <param name="Receipt">Null while pending.</param>
public sealed record RequestRecord(RequestState State, Receipt? Receipt);

/// <summary>Answers what became of a call: from memory while it is recent, else from the database.</summary>
/// <param name="recent">How many receipts are kept in memory; all are in the database within 100 ms, unless that is away.</param>
public sealed class RequestLog(HubDatabase database, int recent = 4_096)
{
    private readonly ConcurrentDictionary<RequestId, ApiKeyId> _pending = new();
    private readonly Receipt?[] _recent = new Receipt?[recent];
    private long _next = -1;

    /// <summary>Calls that run now.</summary>
    public int Pending => _pending.Count;

    /// <summary>A call has been admitted. <see cref="Drop"/> or its receipt ends the state.</summary>
    public void Begin(RequestId id, ApiKeyId key) => _pending.TryAdd(id, key);

    /// <summary>The call has ended without a receipt.</summary>
    public void Drop(RequestId id) => _pending.TryRemove(id, out _);

    /// <summary>Null when there is no such call, or it is another key's.</summary>
    public async ValueTask<RequestRecord?> FindAsync(RequestId id, ApiKeyId key, CancellationToken cancellation)
    {
        foreach (var candidate in _recent)
        {
            if (candidate is not null && candidate.Id == id)
            {
                return Of(candidate, key);
            }
        }

        if (_pending.TryGetValue(id, out var owner))
        {
            return owner == key ? new RequestRecord(RequestState.Pending, null) : null;
        }

        return await RequestLogStore.FindAsync(database, id, cancellation) is { } stored ? Of(stored, key) : null;
    }

    internal void Settled(Receipt receipt)
    {
        Volatile.Write(ref _recent[(int)((ulong)Interlocked.Increment(ref _next) % (ulong)_recent.Length)], receipt);
        _pending.TryRemove(receipt.Id, out _);
    }

    private static RequestRecord? Of(Receipt receipt, ApiKeyId key) => receipt.Key != key ? null
        : new RequestRecord(receipt.Outcome is CallOutcome.Failed or CallOutcome.Refused ? RequestState.Released : RequestState.Settled, receipt);
}
