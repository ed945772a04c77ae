using AioHub.Relay.Tests.Running;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Scenarios;

/// <summary>Changes the thread pool of the whole process: nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>With as few threads as the runtime allows, calls that wait for their upstream hold none of them.</summary>
[Collection(nameof(Alone))]
public sealed class NoBlockingTests(SharedHub shared)
{
    private const int Calls = 200;

    private readonly HubUnderTest _hub = shared.Hub;

    [Theory]
    [MemberData(nameof(Sample.Dialects), MemberType = typeof(Sample))]
    public async Task Waiting_calls_hold_no_thread(Dialect dialect)
    {
        var sample = Sample.Of(dialect);
        var arrived = new CountdownEvent(2 * Calls);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(request =>
        {
            if (arrived.Signal())
            {
                all.SetResult();
            }

            // Half of the calls wait for headers, half in the middle of their stream; all are released only once all are there.
            return arrived.CurrentCount % 2 == 0
                ? sample.StreamReply().WaitBeforeHead(all.Task)
                : Reply.Sse(sample.Beginning).WaitFor(all.Task).Send(string.Concat(sample.Events[sample.Content..]));
        });
        var customer = await _hub.CustomerAsync(new Offer { Usd = 10_000 }, upstream);
        ThreadPool.GetMinThreads(out var minWorkers, out var minPorts);
        ThreadPool.GetMaxThreads(out var maxWorkers, out var maxPorts);
        try
        {
            ThreadPool.SetMinThreads(1, 1).ShouldBeTrue();
            ThreadPool.SetMaxThreads(Environment.ProcessorCount, Environment.ProcessorCount).ShouldBeTrue();
            var answers = await Task.WhenAll(Enumerable.Range(0, 2 * Calls).Select(_ => customer.PostAsync(sample.StreamPath, sample.StreamBody))).WaitAsync(TimeSpan.FromSeconds(60));
            answers.ShouldAllBe(answer => answer.Text == sample.Stream);
            customer.Spent.Value.ShouldBe(2 * Calls * Sample.Nano);
        }
        finally
        {
            ThreadPool.SetMaxThreads(maxWorkers, maxPorts);
            ThreadPool.SetMinThreads(minWorkers, minPorts);
            arrived.Dispose();
        }
    }
}
