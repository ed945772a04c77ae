using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit.v3;

[assembly: AioHub.OverdueTests]

namespace AioHub;

/// <summary>
/// Compiled into each test project. A test that hangs would end a run without a word: here the process ends with the names of the tests that have run
/// for too long (minutes in <c>TEST_MINUTES</c>, 8 unless told).
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class OverdueTestsAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, (string Name, long Since)> Running = new();
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("TEST_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 8);

    // A thread of its own: what hangs may be the pool.
    static OverdueTestsAttribute() => new Thread(Watch) { IsBackground = true, Name = "overdue tests" }.Start();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => Running[test.UniqueID] = (test.TestDisplayName, Stopwatch.GetTimestamp());

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Running.TryRemove(test.UniqueID, out _);

    private static void Watch()
    {
        (string Name, long Since)[] overdue;
        do
        {
            Thread.Sleep(TimeSpan.FromSeconds(5));
            overdue = [.. Running.Values.Where(static test => Stopwatch.GetElapsedTime(test.Since) > Most)];
        }
        while (overdue.Length == 0);
        Environment.FailFast("Hung: " + string.Join(", ", overdue.Select(static test => $"{test.Name} ({Stopwatch.GetElapsedTime(test.Since):m\\:ss})")));
    }
}
