using AioHub.Core.Ledger;

namespace AioHub.Core.Tests.Ledger;

public sealed class CodeTriesTests
{
    private readonly Clock _time = new();

    [Fact]
    public void A_user_and_an_address_have_each_their_own_bound_that_slides()
    {
        var tries = new CodeTries(_time);
        for (var i = 0; i < CodeTries.MostOfUser; i++)
        {
            tries.Take("user 1", "address a").ShouldBeNull();
            _time.Pass(TimeSpan.FromMinutes(1));
        }

        tries.Take("user 1", "address b").ShouldBe(TimeSpan.FromMinutes(50), "until the first of them is an hour old");
        for (var i = CodeTries.MostOfUser; i < CodeTries.MostOfAddress; i++)
        {
            tries.Take($"user {i}", "address a").ShouldBeNull();
        }

        tries.Take("user 99", "address a").ShouldNotBeNull("however many users an address has");
        tries.Take("user 99", "address b").ShouldBeNull();
        _time.Pass(TimeSpan.FromMinutes(50));
        tries.Take("user 1", "address b").ShouldBeNull();
        tries.Take("user 1", "address b").ShouldNotBeNull("one has left the window, not all");
    }

    [Fact]
    public void A_right_code_costs_no_try()
    {
        var tries = new CodeTries(_time);
        for (var i = 0; i < 100; i++)
        {
            tries.Take("user 1", "address a").ShouldBeNull();
            tries.GiveBack("user 1", "address a");
        }
    }

    [Fact]
    public void Forgetting_is_no_way_out()
    {
        var tries = new CodeTries(_time);
        while (tries.Take("user 1", "address a") is null)
        {
        }

        for (var i = 0; i < 30_000; i++)
        {
            tries.Take($"user x{i}", $"address x{i}");
        }

        tries.Take("user 1", "address b").ShouldNotBeNull();
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
