using AioHub.Core.Alerts;
using AioHub.Core.Primitives;
using AioHub.Core.Ledger;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Ledger;

namespace AioHub.Core.Tests.Alerts;

public sealed class DeliveriesOnSqliteTests() : DeliveriesTests(DatabaseEngine.Sqlite);

public sealed class DeliveriesOnPostgresTests() : DeliveriesTests(DatabaseEngine.Postgres);

/// <summary>The outbox: what is opened is told at least once, by one server at a time, under the same id, and given up in sight.</summary>
public abstract class DeliveriesTests(DatabaseEngine engine) : OnLedger(engine)
{
    private readonly PutTime _clock = new(new DateTime(2026, 11, 22, 10, 20, 0, DateTimeKind.Utc));

    private static SecretBox Box => new(AlertNode.Master);

    [Fact]
    public async Task A_server_that_dies_after_carrying_leaves_it_to_be_carried_again_under_the_same_id()
    {
        await OpenOneAsync();
        var dying = new ScriptedCourier(static (_, _) => throw new InvalidOperationException("killed"));
        await Should.ThrowAsync<InvalidOperationException>(() => Carrier(Database, dying).CarryDueAsync(Cancellation));
        var next = new ScriptedCourier(static (_, _) => ScriptedCourier.Taken);
        (await Carrier(Open(), next).CarryDueAsync(Cancellation)).ShouldBe(0, "the lease of the dead server runs");
        _clock.Now += Deliveries.Lease;
        (await Carrier(Open(), next).CarryDueAsync(Cancellation)).ShouldBe(1);
        next.Parcels.Single().Message.ShouldBe(dying.Parcels.Single().Message);
        var delivery = await OneAsync();
        (delivery.State, delivery.Attempts, delivery.Status).ShouldBe((DeliveryState.Delivered, 2, 200));
        (await Carrier(Open(), next).CarryDueAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Two_servers_carry_each_delivery_once()
    {
        await TargetAsync();
        for (var i = 1; i <= 15; i++)
        {
            await OpenAlertAsync($"model-{i}");
        }

        var courier = new ScriptedCourier(static (_, _) => ScriptedCourier.Taken);
        var nodes = new[] { Carrier(Database, courier), Carrier(Open(), courier) };
        (await Task.WhenAll(nodes.Select(node => Task.Run(() => node.CarryDueAsync(Cancellation))))).Sum().ShouldBe(15);
        courier.Parcels.Select(static parcel => parcel.Message).Distinct().Count().ShouldBe(15);
        courier.Parcels.Count.ShouldBe(15);
    }

    [Fact]
    public async Task A_receiver_that_is_busy_is_tried_again_later_and_later_and_given_up_in_sight()
    {
        await OpenOneAsync();
        var courier = new ScriptedCourier(static (_, _) => ScriptedCourier.Busy);
        var carrier = Carrier(Database, courier);
        var waits = new List<TimeSpan>();
        for (var i = 1; i <= Deliveries.MostAttempts; i++)
        {
            (await carrier.CarryDueAsync(Cancellation)).ShouldBe(1);
            (await carrier.CarryDueAsync(Cancellation)).ShouldBe(0, "not at once again");
            var delivery = await OneAsync();
            if (i < Deliveries.MostAttempts)
            {
                waits.Add(delivery.NextAt!.Value - _clock.Now);
                _clock.Now = delivery.NextAt.Value;
            }
        }

        waits.SequenceEqual(waits.Order()).ShouldBeTrue("longer each time");
        var given = await OneAsync();
        (given.State, given.Attempts, given.Status, given.Answer).ShouldBe((DeliveryState.Failed, Deliveries.MostAttempts, 503, "HTTP 503"));
        _clock.Now = _clock.Now.AddDays(1);
        (await carrier.CarryDueAsync(Cancellation)).ShouldBe(0);
        var targets = Targets(courier);
        (await targets.RetryAsync(given.Id, Cancellation)).ShouldBeTrue();
        (await targets.RetryAsync(given.Id, Cancellation)).ShouldBeFalse("it waits already");
        (await carrier.CarryDueAsync(Cancellation)).ShouldBe(1);
        courier.Parcels.Select(static parcel => parcel.Message).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_would_end_the_same_way_is_not_tried_again()
    {
        await OpenOneAsync();
        var carrier = Carrier(Database, new ScriptedCourier(static (_, _) => new CourierAnswer(false, Final: true, 410, "HTTP 410")));
        await carrier.CarryDueAsync(Cancellation);
        (await OneAsync()).State.ShouldBe(DeliveryState.Failed);
    }

    [Fact]
    public async Task For_a_day_after_a_rotation_both_secrets_sign_and_then_the_new_one_alone()
    {
        var courier = new ScriptedCourier(static (_, _) => ScriptedCourier.Taken);
        var targets = Targets(courier);
        var made = await targets.CreateAsync(new AlertTargetDraft { Name = "hook", Type = TargetType.Webhook, Address = "https://example.com/hook" }, cancellation: Cancellation);
        made.Secret.ShouldNotBeNull().ShouldStartWith("whsec_");
        var rotated = await targets.RotateAsync(made.Id, cancellation: Cancellation);
        await targets.TestAsync(made.Id, Cancellation);
        courier.Parcels.Last().Secrets.ShouldBe([rotated.Secret!, made.Secret!]);
        _clock.Now += AlertTargetAdmin.SecretOverlap;
        await OpenAlertAsync("acme-9");
        await Carrier(Database, courier).CarryDueAsync(Cancellation);
        courier.Parcels.Last().Secrets.ShouldBe([rotated.Secret!]);
    }

    [Fact]
    public async Task Secrets_stand_sealed_and_in_no_audit_line_and_bad_targets_are_named()
    {
        var targets = Targets(new ScriptedCourier(static (_, _) => ScriptedCourier.Taken));
        var made = await targets.CreateAsync(new AlertTargetDraft { Name = "hook", Type = TargetType.Webhook, Address = "https://example.com/hook" }, cancellation: Cancellation);
        await using (var reader = await HubReader.OpenAsync(Database, consistent: false, Cancellation))
        {
            var texts = await reader.ReadAsync("SELECT \"SealedSecret\" FROM alert_targets UNION ALL SELECT \"Changes\" FROM audit_log", static row => row.GetString(0), Cancellation);
            var key = made.Secret![6..];
            texts.ShouldAllBe(text => !text.Contains(key, StringComparison.Ordinal));
        }

        foreach (var (draft, field) in new (AlertTargetDraft, string)[]
        {
            (new() { Name = "x", Address = "https://example.com" }, "type"),
            (new() { Name = "hook", Type = TargetType.Webhook, Address = "https://example.com" }, "name"),
            (new() { Name = "x", Type = TargetType.Webhook, Address = "ftp://example.com" }, "address"),
            (new() { Name = "x", Type = TargetType.Webhook, Address = "https://user:pass@example.com" }, "address"),
            (new() { Name = "x", Type = TargetType.Email, Address = "Ops <ops@example.com>" }, "address"),
            (new() { Name = "x", Type = TargetType.Email, Address = "ops@example.com", Kinds = ["weather"] }, "kinds"),
            (new() { Name = "x", Type = TargetType.Email, Address = "ops@example.com", Locale = "tlh" }, "locale"),
        })
        {
            (await Should.ThrowAsync<AdminException>(() => targets.CreateAsync(draft, cancellation: Cancellation))).Problems.ShouldHaveSingleItem().Field.ShouldBe(field);
        }
    }

    [Fact]
    public async Task An_alert_without_its_tellings_cannot_be()
    {
        await TargetAsync();
        await using (var context = Database.CreateContext())
        {
            // A crash in the middle: nothing of the transaction is kept.
            await using var transaction = await context.Database.BeginTransactionAsync(Cancellation);
            (await AlertStore.AddAsync(context, Sample("acme-9"), 0, Cancellation)).ShouldNotBeNull();
        }

        (await new AlertAdmin(Database, _clock).ListAsync(all: true, cancellation: Cancellation)).ShouldBeEmpty();
        (await DeliveryStore.OpenAsync(Database, Sample("acme-9"), 0, Cancellation)).ShouldBeTrue("so it is opened by the next round, and told");
        (await OneAsync()).Event.ShouldBe("opened");
    }

    private AlertTargetAdmin Targets(IAlertCourier courier) => new(Database, Box, courier, _clock);

    private Deliveries Carrier(HubDatabase database, IAlertCourier courier) => new(database, Box, courier, _clock);

    private async Task OpenOneAsync()
    {
        await TargetAsync();
        await OpenAlertAsync("acme-9");
    }

    private Task<MadeTarget> TargetAsync() => Targets(new ScriptedCourier(static (_, _) => ScriptedCourier.Taken)).CreateAsync(
        new AlertTargetDraft { Name = "hook", Type = TargetType.Webhook, Address = "https://example.com/hook" }, cancellation: Cancellation);

    private async Task OpenAlertAsync(string model) => (await DeliveryStore.OpenAsync(Database, Sample(model), 0, Cancellation)).ShouldBeTrue();

    private Alert Sample(string model) => new(_clock.Now, AlertKinds.PriceMissing, AlertOwner.Model, 0, model, BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { Mark = model };

    private async Task<Delivery> OneAsync() => (await Targets(new ScriptedCourier(static (_, _) => ScriptedCourier.Taken)).DeliveriesAsync(cancellation: Cancellation)).ShouldHaveSingleItem();
}
