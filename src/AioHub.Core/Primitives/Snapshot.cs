namespace AioHub.Core.Primitives;

/// <summary>A whole configuration, swapped at once: a request reads <see cref="Current"/> once and carries it.</summary>
public sealed class Snapshot<T>(T initial)
    where T : class
{
    private volatile T _current = initial;

    public T Current => _current;

    public void Publish(T next) => _current = next;
}
