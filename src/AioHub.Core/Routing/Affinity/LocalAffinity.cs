using System.Collections.Concurrent;

namespace AioHub.Core.Routing.Affinity;

/// <summary>
/// Conversations of one process, in two generations: when the young one is full it becomes the old one, and what nobody asked for since the time before is gone. So
/// memory is bounded and nothing ever has to be searched for what is over.
/// </summary>
/// <param name="capacity">Conversations of one generation.</param>
public sealed class LocalAffinity(TimeProvider time, int capacity = LocalAffinity.DefaultCapacity) : IAffinity
{
    public const int DefaultCapacity = 100_000;

    private volatile Generations _generations = new(new(), new());
    private int _young;

    /// <inheritdoc/>
    public Binding? Find(ulong conversation)
    {
        var generations = _generations;
        if (!generations.Young.TryGetValue(conversation, out var binding) && !generations.Old.TryGetValue(conversation, out binding))
            return null;

        return binding.Until > time.GetUtcNow().UtcDateTime ? binding : null;
    }

    /// <inheritdoc/>
    public void Bind(ulong conversation, Binding binding)
    {
        var generations = _generations;
        if (generations.Young.TryAdd(conversation, binding))
        {
            if (Interlocked.Increment(ref _young) > capacity && ReferenceEquals(Interlocked.CompareExchange(ref _generations, new Generations(new(), generations.Young), generations), generations))
                Volatile.Write(ref _young, 0);
        }
        else
        {
            generations.Young[conversation] = binding;
        }
    }

    /// <inheritdoc/>
    public void Drop(ulong conversation)
    {
        var generations = _generations;
        if (generations.Young.TryRemove(conversation, out _))
            Interlocked.Decrement(ref _young);
        generations.Old.TryRemove(conversation, out _);
    }

    private sealed record Generations(ConcurrentDictionary<ulong, Binding> Young, ConcurrentDictionary<ulong, Binding> Old);
}
