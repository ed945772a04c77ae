using AioHub.Core.Alerts;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Reports;

namespace AioHub.Core.Tests.Alerts;

public sealed class AlertRoundsOnSqliteTests() : AlertRoundsTests(DatabaseEngine.Sqlite);

public sealed class AlertRoundsOnPostgresTests() : AlertRoundsTests(DatabaseEngine.Postgres);

/// <summary>What opens an alert, what does not, what closes it; and that it is told once, however many look.</summary>
public abstract class AlertRoundsTests(DatabaseEngine engine) : OnLog(engine)
{
    private readonly PutTime _clock = new(new DateTime(2026, 11, 22, 10, 20, 0, DateTimeKind.Utc));

    private AlertAdmin Alerts => new(Database, _clock);

    private AlertTargetAdmin Targets => new(Database, new SecretBox(AlertNode.Master), new ScriptedCourier(static (_, _) => ScriptedCourier.Taken), _clock);

    [Fact]
    public async Task Spending_far_above_the_same_hours_before_is_told_and_is_over_with_the_hour()
    {
        var node = await NodeAsync();
        for (var day = 1; day <= 9; day++)
        {
            await SpendAsync(_clock.Now.AddDays(-day), day == 4 ? 90m : 10m);
        }

        await SpendAsync(_clock.Now.AddMinutes(-5), 29m);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty("29 USD are not three times the middle of 10 USD, whatever one odd day was");
        await SpendAsync(_clock.Now.AddMinutes(-4), 30m);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty("59 USD are less than one of the days had");
        await SpendAsync(_clock.Now.AddMinutes(-3), 40m);
        await node.LookAsync();
        var alert = (await OpenAsync()).ShouldHaveSingleItem();
        (alert.Kind, alert.Spent.ToUsd(), alert.Limit.ToUsd(), alert.Facts["days"]).ShouldBe((AlertKinds.SpendAnomaly, 99m, 10m, "9"));
        AlertWords.Body(alert, "opened", "en").ShouldBe("$99.00 were spent in this hour so far. In the same hour (UTC 10:00) of the last 9 days it was $10.00 in the middle.");
        (await node.LookAsync()).ShouldBe(0, "once");
        _clock.Now = _clock.Now.AddHours(1);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty();
        (await Alerts.ListAsync(all: true, cancellation: Cancellation)).ShouldHaveSingleItem().EndedAt.ShouldBe(_clock.Now);
    }

    [Fact]
    public async Task Few_days_and_small_sums_say_nothing()
    {
        var node = await NodeAsync();
        for (var day = 1; day <= 6; day++)
        {
            await SpendAsync(_clock.Now.AddDays(-day), 1m);
        }

        await SpendAsync(_clock.Now.AddMinutes(-5), 500m);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty("six days are too few");
        await SpendAsync(_clock.Now.AddDays(-7), 1m);
        await node.LookAsync();
        (await OpenAsync()).ShouldHaveSingleItem();
        await new AlertRuleAdmin(Database).SetAsync(AlertKinds.SpendAnomaly, new AlertRuleDraft(null, new Dictionary<string, decimal?> { [AlertRuleAdmin.LeastUsd] = 1_000 }), cancellation: Cancellation);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty("the rule asks for more now");
    }

    [Fact]
    public async Task A_model_without_price_is_told_once_and_is_over_when_nobody_asks_or_a_price_comes()
    {
        var node = await NodeAsync();
        await WriteAsync([NoPrice("acme-9"), NoPrice("acme-9"), NoPrice("gpt-5.1")]);
        await node.LookAsync();
        (await OpenAsync()).Select(static alert => (alert.Kind, alert.Owner, alert.Name)).ShouldBe([(AlertKinds.PriceMissing, AlertOwner.Model, "acme-9")], "the catalogue prices the other by now");
        _clock.Now = _clock.Now.AddHours(20);
        (await node.LookAsync()).ShouldBe(0, "a day is not over");
        (await new AlertRounds(Database, node.Routing, node.Catalog, node.Keys, _clock).LookAsync(Cancellation)).ShouldBe(0, "a server that starts looks as far back");
        _clock.Now = _clock.Now.AddHours(5);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty();

        Receipt NoPrice(string model) => Blank(_clock.Now.AddMinutes(-2)) with { RequestedModel = model, Outcome = CallOutcome.Refused, HttpStatus = 403, ErrorCode = RouteCodes.ModelPriceMissing };
    }

    [Fact]
    public async Task A_channel_whose_attempts_fail_is_told_and_is_over_at_half_the_share()
    {
        var node = await NodeAsync();
        await node.LookAsync();
        await AttemptsAsync(failed: 10, well: 8);
        _clock.Now = _clock.Now.AddMinutes(5);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty("eighteen calls are too few");
        await AttemptsAsync(failed: 10, well: 8);
        _clock.Now = _clock.Now.AddMinutes(1);
        await node.LookAsync();
        var alert = (await OpenAsync()).ShouldHaveSingleItem();
        (alert.Kind, alert.Name, alert.Facts["share"], alert.Facts["calls"]).ShouldBe((AlertKinds.ChannelFailing, "openai", "0.556", "36"));
        var later = new AlertNode(Database, _clock);
        await later.LoadAsync();
        (await later.LookAsync()).ShouldBe(0, "who has just started cannot say that it is over");
        _clock.Now = _clock.Now.AddMinutes(5);
        await AttemptsAsync(failed: 9, well: 21);
        (await node.LookAsync()).ShouldBe(0, "30 % are below the share, not below half of it");
        _clock.Now = _clock.Now.AddMinutes(6);
        await AttemptsAsync(failed: 1, well: 29);
        await node.LookAsync();
        (await OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_channel_all_of_whose_credentials_rest_on_some_server_is_told_by_any()
    {
        var node = await NodeAsync();
        var channel = node.Routing.Current.Channels.Single(static channel => channel.Name == "openai");
        var health = new LocalHealth(_clock);
        health.Report(channel.Credentials[0].Id, "gpt-5.1", AttemptFailure.Unauthorized, null, new AttemptNotes(null, "401 invalid key"));
        await new HealthLog(Database, health, node.Routing, "other", _clock).WriteAsync(Cancellation);
        await node.LookAsync();
        var alert = (await OpenAsync()).ShouldHaveSingleItem();
        (alert.Kind, alert.Name, alert.Facts["credentials"]).ShouldBe((AlertKinds.ChannelFailing, "openai", "1"));
        for (var minute = 0; minute < 6; minute++)
        {
            _clock.Now = _clock.Now.AddDays(1);
            await node.LookAsync();
        }

        (await OpenAsync()).ShouldBeEmpty("the rest is over");
    }

    [Fact]
    public async Task A_low_wallet_is_told_to_its_user_once_and_not_again_while_it_goes_up_and_down()
    {
        var node = await NodeAsync();
        var user = new UserId((await new IdentityAdmin(Database, AlertNode.Master, _clock).CreateUserAsync(new UserDraft { Email = "ada@example.com" }, cancellation: Cancellation)).Id);
        var wallet = AccountRef.Wallet(user);
        await Ledger.TopUpAsync(wallet, NanoUsd.FromUsd(4.9m), "start", "test", Cancellation);
        await node.LookAsync();
        await new AlertWishAdmin(Database).SetAsync(user, new AlertWishDraft(true, NanoUsd.FromUsd(5), null, null), Cancellation);
        await node.LookAsync();
        var own = new AlertFilter(AlertState.Open, User: user);
        (await Alerts.ListAsync(own, null, 10, Cancellation)).ShouldHaveSingleItem().Spent.ToUsd().ShouldBe(4.9m);
        (await OpenAsync()).ShouldBeEmpty("operators did not ask");
        (await PendingAsync()).ShouldBe(["opened"]);
        await Ledger.TopUpAsync(wallet, NanoUsd.FromUsd(0.3m), "more", "test", Cancellation);
        (await node.LookAsync()).ShouldBe(0, "5.2 is above the level, not by a tenth");
        await Ledger.TopUpAsync(wallet, NanoUsd.FromUsd(0.3m), "more", "test", Cancellation);
        await node.LookAsync();
        (await Alerts.ListAsync(own, null, 10, Cancellation)).ShouldBeEmpty();
        (await PendingAsync()).ShouldBe(["opened", "closed"]);
    }

    [Fact]
    public async Task Keys_that_end_and_expired_groups_that_keys_name_are_told()
    {
        var identity = new IdentityAdmin(Database, AlertNode.Master, _clock);
        var node = await NodeAsync();
        await identity.CreateUserAsync(new UserDraft { Email = "ada@example.com" }, cancellation: Cancellation);
        await identity.CreateKeyAsync(new KeyDraft { Name = "soon", User = "ada@example.com", Groups = ["openai"], ExpiresAt = _clock.Now.AddDays(6) }, cancellation: Cancellation);
        await identity.CreateKeyAsync(new KeyDraft { Name = "later", User = "ada@example.com", Groups = ["openai"], ExpiresAt = _clock.Now.AddDays(8) }, cancellation: Cancellation);
        await node.LoadAsync();
        await node.LookAsync();
        (await OpenAsync()).ShouldHaveSingleItem().Name.ShouldBe("soon");
        await new GroupAdmin(Database, _clock).UpsertAsync(new GroupDraft { Name = "openai", Status = GroupStatus.Expired, Reason = "closed" }, cancellation: Cancellation);
        await node.LoadAsync();
        await node.LookAsync();
        var alert = (await OpenAsync()).Single(static alert => alert.Kind == AlertKinds.GroupExpired);
        alert.Name.ShouldBe("openai");
        int.Parse(alert.Facts["keys"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Two_servers_open_and_close_once_and_each_target_is_told_once()
    {
        var others = new[] { await NodeAsync(), new AlertNode(Open(), _clock) };
        await others[1].LoadAsync();
        await Targets.CreateAsync(new AlertTargetDraft { Name = "all", Type = TargetType.Webhook, Address = "https://example.com/a" }, cancellation: Cancellation);
        await Targets.CreateAsync(new AlertTargetDraft { Name = "prices", Type = TargetType.Email, Address = "ops@example.com", Kinds = [AlertKinds.PriceMissing] }, cancellation: Cancellation);
        await Targets.CreateAsync(new AlertTargetDraft { Name = "channels", Type = TargetType.Email, Address = "ops@example.com", Kinds = [AlertKinds.ChannelFailing] }, cancellation: Cancellation);
        await WriteAsync([Blank(_clock.Now.AddMinutes(-2)) with { RequestedModel = "acme-9", Outcome = CallOutcome.Refused, HttpStatus = 403, ErrorCode = RouteCodes.ModelPriceMissing }]);
        (await Task.WhenAll(others.Select(static node => Task.Run(node.LookAsync)))).Sum().ShouldBe(1);
        (await Targets.DeliveriesAsync(cancellation: Cancellation)).Select(static one => (one.TargetName, one.Event)).ShouldBe([("all", "opened"), ("prices", "opened")], ignoreOrder: true);
        _clock.Now = _clock.Now.AddDays(2);
        (await Task.WhenAll(others.Select(static node => Task.Run(node.LookAsync)))).Sum().ShouldBe(1);
        (await Targets.DeliveriesAsync(cancellation: Cancellation)).Count(static one => one.Event == "closed").ShouldBe(2);
    }

    [Fact]
    public async Task A_rule_that_is_turned_off_opens_nothing_and_closes_what_is_open_and_wrong_numbers_are_named()
    {
        var rules = new AlertRuleAdmin(Database);
        (await rules.SetAsync(AlertKinds.ChannelFailing, new AlertRuleDraft(null, new Dictionary<string, decimal?> { ["minutes"] = 15 }), cancellation: Cancellation)).Changes.ShouldBe(["minutes: 5 → 15"]);
        (await rules.SetAsync(AlertKinds.ChannelFailing, new AlertRuleDraft(false, new Dictionary<string, decimal?> { ["minutes"] = null }), cancellation: Cancellation)).Changes.ShouldBe(["enabled: true → false", "minutes: 15 → 5"]);
        var wrong = await Should.ThrowAsync<AdminException>(() => rules.SetAsync(
            AlertKinds.QuotaLow, new AlertRuleDraft(null, new Dictionary<string, decimal?> { ["first_level"] = 2, ["minutes"] = 1 }), cancellation: Cancellation));
        wrong.Problems.Select(static problem => problem.Field).ShouldBe(["numbers.first_level", "numbers.minutes"], ignoreOrder: true);
        (await Should.ThrowAsync<AdminException>(() => rules.SetAsync(
            AlertKinds.QuotaLow, new AlertRuleDraft(null, new Dictionary<string, decimal?> { ["first_level"] = 0.97m }), cancellation: Cancellation))).Problems[0].Field.ShouldBe("numbers.second_level");
        (await Should.ThrowAsync<AdminException>(() => rules.SetAsync("weather", new AlertRuleDraft(true, null), cancellation: Cancellation))).Problems[0].Field.ShouldBe("kind");
        (await rules.ReadAsync(Cancellation)).Single(static rule => rule.Kind == AlertKinds.ChannelFailing).Enabled.ShouldBeFalse();
    }

    private async Task<AlertNode> NodeAsync()
    {
        await Seed.FirstStartAsync(Database, AlertNode.Master, static name => name == "OPENAI_API_KEY" ? "sk-test" : null, _clock, Cancellation);
        var node = new AlertNode(Database, _clock);
        await node.LoadAsync();
        return node;
    }

    private Task<System.Collections.Immutable.ImmutableArray<Alert>> OpenAsync() => Alerts.ListAsync(all: false, cancellation: Cancellation);

    private async Task<string[]> PendingAsync() => [.. (await DeliveryStore.TakeDueAsync(Database, _clock.Now, TimeSpan.Zero, 100, Cancellation)).OrderBy(static one => one.Id).Select(static one => one.Parcel.Event)];

    private Task SpendAsync(DateTime at, decimal usd) => WriteAsync([Blank(at) with
    {
        Outcome = CallOutcome.Completed, HttpStatus = 200, Group = "openai", Channel = "openai", ServedModel = "gpt-5.1",
        Charge = new Charge([], 1m, NanoUsd.FromUsd(usd), "v1"),
    }]);

    private Task AttemptsAsync(int failed, int well) => WriteAsync(Enumerable.Range(0, failed + well).Select(i => Blank(_clock.Now) with
    {
        Outcome = i < failed ? CallOutcome.Failed : CallOutcome.Completed, HttpStatus = i < failed ? 502 : 200, Group = "openai", Channel = "openai", ServedModel = "gpt-5.1",
        Attempts = [new AttemptRecord("openai", "openai", "a", i < failed ? "upstream_error" : "ok", i < failed ? 500 : 200, 12, null)],
    }).ToList());

    private static Receipt Blank(DateTime at) => Draw(1, 1)[0] with
    {
        Id = RequestId.New(new DateTimeOffset(at)), StartedAt = at, RequestedModel = "gpt-5.1", ServedModel = "", ErrorCode = null, Attempts = [], Group = null, Channel = null,
    };
}
