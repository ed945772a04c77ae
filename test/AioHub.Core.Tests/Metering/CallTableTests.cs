using AioHub.Core.Identity;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Metering;

public sealed class CallTableTests
{
    [Fact]
    public void A_call_is_found_until_it_is_removed_and_its_successor_is_not_removed_for_it()
    {
        var table = new CallTable();
        var (first, second) = (new Call(1, 7), new Call(1, 7));
        table.Find(first.Id).ShouldBeNull();
        table.Add(first);
        table.Find(first.Id).ShouldBeSameAs(first);
        table.Put(second);
        table.Find(first.Id).ShouldBeSameAs(second);
        table.Remove(first);
        table.Find(first.Id).ShouldBeSameAs(second);
        table.Remove(second);
        table.Find(first.Id).ShouldBeNull();
        table.All.ShouldBeEmpty();
    }

    [Fact]
    public void Calls_whose_ids_name_the_same_slots_are_all_found_however_many_there_are()
    {
        var table = new CallTable();
        var calls = Enumerable.Range(0, 500).Select(static i => new Call((ulong)i, 42)).ToList();
        calls.ForEach(table.Add);
        table.All.Count().ShouldBe(500);
        calls.ShouldAllBe(call => ReferenceEquals(table.Find(call.Id), call));

        var successors = calls.ConvertAll(static call => new Call(call.Id.High, 42));
        successors.ForEach(table.Put);
        table.All.Count().ShouldBe(500);
        calls.ForEach(table.Remove);
        successors.ShouldAllBe(call => ReferenceEquals(table.Find(call.Id), call));
        successors.ForEach(table.Remove);
        table.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_add_replace_and_remove_at_once()
    {
        var table = new CallTable();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                // Few slots for all: every worker meets the others.
                var running = new Call(((ulong)worker << 32) | (uint)i, (ulong)(i % 8));
                var settled = new Call(running.Id.High, running.Id.Low);
                table.Add(running);
                table.Find(running.Id).ShouldBeSameAs(running);
                table.Put(settled);
                table.Remove(running);
                table.Find(running.Id).ShouldBeSameAs(settled);
                table.Remove(settled);
                table.Find(running.Id).ShouldBeNull();
            }
        })));
        table.All.ShouldBeEmpty();
    }

    private sealed class Call(ulong high, ulong low) : IKnownCall
    {
        public RequestId Id { get; } = new(high, low);

        public ApiKeyId Key { get; } = new(1);
    }
}
