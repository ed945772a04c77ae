using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Routing.Health;

public sealed class HealthLogOnSqliteTests() : HealthLogTests(DatabaseEngine.Sqlite);

public sealed class HealthLogOnPostgresTests() : HealthLogTests(DatabaseEngine.Postgres);

/// <summary>What servers note of health, what a start takes over, and what is dropped.</summary>
public abstract class HealthLogTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private static readonly CredentialId One = new(1);
    private readonly ManualTime _time = new(RoutingWorld.Start);

    [Fact]
    public async Task States_and_events_are_noted_and_replaced_for_each_server()
    {
        var (health, log) = Node("a");
        var (_, other) = Node("b");
        health.Report(One, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(60), new AttemptNotes(null, new string('x', 500)));
        await log.BeatAsync(Cancellation);
        await other.BeatAsync(Cancellation);

        var admin = new HealthAdmin(Database, _time);
        var (node, state) = (await admin.StatesAsync(Cancellation)).ShouldHaveSingleItem();
        node.ShouldBe("a");
        state.ShouldBe(health.Snapshot()[0]);
        state.Reason!.Length.ShouldBe(200);
        var entry = (await admin.EventsAsync(null, cancellation: Cancellation)).ShouldHaveSingleItem();
        (entry.Change.From, entry.Change.To, entry.Change.Until, entry.Node).ShouldBe((HealthPhase.Closed, HealthPhase.Resting, RoutingWorld.Start.AddSeconds(60), "a"));

        _time.Advance(TimeSpan.FromSeconds(60));
        (await admin.StatesAsync(Cancellation)).ShouldHaveSingleItem().State.Phase.ShouldBe(HealthPhase.HalfOpen, "the rest is over, whoever wrote it when");
        health.Report(One, "m", AttemptFailure.None, null, new AttemptNotes(health.Enter(One, "m")));
        await log.BeatAsync(Cancellation);
        (await admin.StatesAsync(Cancellation)).ShouldBeEmpty();
        (await admin.EventsAsync(null, cancellation: Cancellation)).Length.ShouldBe(3);
        (await admin.EventsAsync("other channel", cancellation: Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_start_takes_over_its_own_rests_and_those_of_whole_credentials()
    {
        var (health, log) = Node("a");
        health.Report(One, "m", AttemptFailure.QuotaExhausted, TimeSpan.FromDays(3));
        health.Report(One, "m", AttemptFailure.RateLimited, TimeSpan.FromMinutes(20));
        health.Report(new CredentialId(2), "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(5));
        await log.WriteAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(10));

        var (again, sameNode) = Node("a");
        await sameNode.LoadAsync(Cancellation);
        again.Snapshot().Select(static state => state.Scope).ShouldBe([HealthScope.Credential, HealthScope.Family]);
        var (elsewhere, otherNode) = Node("b");
        await otherNode.LoadAsync(Cancellation);
        elsewhere.Snapshot().ShouldHaveSingleItem().Until.ShouldBe(RoutingWorld.Start.AddDays(3));
    }

    [Fact]
    public async Task A_reset_reaches_every_server_once()
    {
        var (health, log) = Node("a");
        await log.LoadAsync(Cancellation);
        health.Report(One, "m", AttemptFailure.Unauthorized, null);
        await log.BeatAsync(Cancellation);
        await new HealthAdmin(Database, _time).ResetAsync([One], "ann", Cancellation);
        (await new HealthAdmin(Database, _time).StatesAsync(Cancellation)).ShouldBeEmpty("also where no server runs");
        await log.BeatAsync(Cancellation);
        health.Snapshot().ShouldBeEmpty();
        health.Report(One, "m", AttemptFailure.Unauthorized, null);
        await log.BeatAsync(Cancellation);
        health.Snapshot().ShouldHaveSingleItem("an old reset is not heeded twice");
    }

    [Fact]
    public async Task A_reset_is_told_with_what_was_held_and_what_holds_then()
    {
        await Channels.UpsertAsync(new ChannelDraft { Name = "up", Type = "openai", Credentials = [new CredentialDraft("main", "sk-main-main-main"), new CredentialDraft("spare", "sk-spare-spare-spare")] }, cancellation: Cancellation);
        var listing = (await Channels.ListAsync(Cancellation)).Single();
        var (main, spare) = (listing.Credentials[0].Id, listing.Credentials[1].Id);
        var (health, log) = Node("a");
        health.Report(main, "m", AttemptFailure.QuotaExhausted, TimeSpan.FromDays(3), new AttemptNotes(null, "Incorrect key sk-main-main-main"));
        health.Report(main, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(60));
        await log.BeatAsync(Cancellation);
        var (other, second) = Node("b");
        other.Report(main, "m", AttemptFailure.RateLimited, TimeSpan.FromSeconds(5));
        await second.BeatAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(10));

        var wanted = new[] { main, spare, new CredentialId(999) };
        using (Acting.As(new Actor("ann@example.com", "session", new UserId(1), "192.0.2.7")))
        {
            await new HealthAdmin(Database, _time).ResetAsync(wanted, "ann@example.com", Cancellation);
        }

        (await new HealthAdmin(Database, _time).StatesAsync(Cancellation)).ShouldBeEmpty();
        (await HealthStore.ResetsAsync(Database, 0, Cancellation)).Select(static reset => reset.Credential).ShouldBe(wanted);
        var lines = await new ChangeLog(Database).ListAsync(new ChangeFilter(Action: "reset"), cancellation: Cancellation);
        lines.Select(static line => (line.Subject, line.SubjectId, line.Actor, line.Address)).ShouldBe([
            ("credentials that are gone", null, "ann@example.com", "192.0.2.7"), ("channel up", listing.Channel.Id.Value, "ann@example.com", "192.0.2.7")]);
        lines[1].Changes.ShouldBe([
            new ChangedMember("credentials.main.health (all models)", "resting until 2026-06-04T12:00:00Z, 1 × quota_exhausted", "closed", null),
            new ChangedMember("credentials.main.health (m)", "resting until 2026-06-01T12:01:00Z, 1 × rate_limited", "closed", null),
            new ChangedMember(null, null, null, "credentials.spare.health: nothing was noted against it"),
        ], "what holds longest, of both servers; never the upstream's words");
    }

    [Fact]
    public async Task A_reset_that_cannot_be_told_does_not_happen()
    {
        var (health, log) = Node("a");
        health.Report(One, "m", AttemptFailure.Unauthorized, null);
        await log.BeatAsync(Cancellation);
        var admin = new HealthAdmin(Database, _time);
        using (Acting.As(new Actor(null!, "session", null, null)))
        {
            await Should.ThrowAsync<Exception>(() => admin.ResetAsync([One], "ann", Cancellation));
        }

        (await admin.StatesAsync(Cancellation)).ShouldHaveSingleItem();
        (await HealthStore.ResetsAsync(Database, 0, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_old_is_dropped()
    {
        var (health, log) = Node("a");
        health.Report(One, "m", AttemptFailure.RateLimited, null);
        await log.BeatAsync(Cancellation);
        await new HealthAdmin(Database, _time).ResetAsync([new CredentialId(9)], "ann", Cancellation);
        _time.Advance(TimeSpan.FromDays(31));
        await log.BeatAsync(Cancellation);
        var admin = new HealthAdmin(Database, _time);
        (await admin.EventsAsync(null, cancellation: Cancellation)).ShouldBeEmpty();
        (await admin.StatesAsync(Cancellation)).ShouldBeEmpty();
        (await HealthStore.ResetsAsync(Database, 0, Cancellation)).ShouldBeEmpty();
    }

    private (LocalHealth Health, HealthLog Log) Node(string name)
    {
        var health = new LocalHealth(_time);
        return (health, new HealthLog(Database, health, new RoutingDirectory(), name, _time));
    }
}
