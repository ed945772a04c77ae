namespace AioHub.Wire.Tests.Json;

internal static class Allocations
{
    /// <summary>Bytes that one warm run of the action allocates on this thread: the least of a few runs, since the runtime itself allocates now and then.</summary>
    public static long Of(Action action)
    {
        for (var i = 0; i < 50; i++)
        {
            action();
        }

        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
