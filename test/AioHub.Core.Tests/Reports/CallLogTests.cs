using System.Globalization;
using System.Text.Json;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Reports;

public sealed class CallLogOnSqliteTests() : CallLogTests(DatabaseEngine.Sqlite);

public sealed class CallLogOnPostgresTests() : CallLogTests(DatabaseEngine.Postgres);

/// <summary>A search finds all that a walk through the receipts finds, in order, once; whatever is told in blocks, and wherever it has to stop.</summary>
public abstract class CallLogTests(DatabaseEngine engine) : OnLog(engine)
{
    [Fact]
    public async Task Pages_hold_what_the_filter_asks_for_and_nothing_else()
    {
        // What is rare stands in few blocks: the search must find those and pass the others by.
        var calls = Draw(5_000, 21);
        calls[400] = calls[400] with { TotalMilliseconds = 90_000 };
        calls[2_900] = calls[2_900] with { Charge = new Charge([], 1m, new NanoUsd(7_000_000), "v1"), User = new UserId(2) };
        calls[1_700] = calls[1_700] with { ErrorCode = "once", HttpStatus = 418, RequestedModel = "rare" };
        await WriteAsync(calls);
        var filters = Filters(calls).ToList();
        foreach (var summed in new[] { 0, 3_000, 2_000 })
        {
            if (summed > 0)
            {
                await Rollups.StepAsync(summed, Cancellation);
            }

            foreach (var (filter, holds) in filters)
            {
                foreach (var user in new long?[] { null, 2 })
                {
                    var scope = user is { } one ? new ReportScope(new UserId(one), SeesChannels: true) : ReportScope.Everybody;
                    var expected = calls.Where(call => holds(call) && (user is null || call.User.Value == user)).Reverse().Select(static call => call.Id).ToList();
                    var found = new List<RequestId>();
                    await foreach (var line in Log.StreamAsync(scope, filter, Cancellation))
                    {
                        found.Add(line.Id);
                    }

                    found.ShouldBe(expected, $"{filter} {user} {summed}");
                }
            }
        }
    }

    [Fact]
    public async Task Blocks_from_before_sizes_were_noted_are_searched_for_them()
    {
        var calls = Draw(2_200, 27);
        calls[300] = calls[300] with { TotalMilliseconds = 90_000 };
        await WriteAsync(calls);
        await Rollups.CatchUpAsync(Cancellation);
        await ExecuteAsync($"UPDATE log_blocks SET \"Marks\" = {(Database.Engine == DatabaseEngine.Postgres ? "'\\x00000000000000000000000000000000'::bytea" : "zeroblob(16)")} WHERE \"Block\" = 0");
        (await Log.ReadAsync(ReportScope.Everybody, new CallFilter { MinMilliseconds = 60_000 }, null, 5, null, Cancellation)).Items.ShouldHaveSingleItem().Id.ShouldBe(calls[300].Id);
    }

    [Fact]
    public async Task A_search_without_patience_comes_to_the_same_in_the_end()
    {
        var calls = Draw(4_000, 22);
        await WriteAsync(calls);
        await Rollups.StepAsync(3_500, Cancellation);
        var filter = new CallFilter { ErrorCode = "timeout", Group = "group-1", Outcome = CallOutcome.Partial };
        var expected = calls.Where(static call => call is { ErrorCode: "timeout", Group: "group-1", Outcome: CallOutcome.Partial }).Reverse().Select(static call => call.Id).ToList();
        var (found, partial, below) = (new List<RequestId>(), 0, long.MaxValue);
        for (var pages = 0; ; pages++)
        {
            pages.ShouldBeLessThan(200);
            var page = await Log.ReadAsync(ReportScope.Everybody, filter, new LogStretch(0, below), 7, TimeSpan.Zero, Cancellation);
            found.AddRange(page.Items.Select(static line => line.Id));
            if (page.Next is null)
            {
                break;
            }

            if (page.Items.Length < 7)
            {
                partial++;
                page.ScannedThrough.ShouldNotBeNull();
                page.ScannedThrough.Value.ShouldBeInRange(Begin.AddHours(-4), Begin.AddHours(73));
            }

            below = long.Parse(page.Next, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        found.ShouldBe(expected);
        partial.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Where_much_follows_upon_little_no_page_leaves_a_call_out()
    {
        // The first steps find next to nothing and go over to reading from the oldest up; then come more calls in one step than a page holds.
        var calls = Draw(4_000, 28).Select((call, at) => call with { ErrorCode = at is < 1_500 or 2_100 or 3_990 ? "wanted" : null }).ToList();
        await WriteAsync(calls);
        foreach (var summed in new[] { 0, 4_000 })
        {
            await Rollups.StepAsync(summed, Cancellation);
            var (found, after) = (new List<RequestId>(), (string?)null);
            for (var pages = 0; ; pages++)
            {
                pages.ShouldBeLessThan(400);
                var page = await Log.ReadAsync(ReportScope.Everybody, new CallFilter { ErrorCode = "wanted" }, after, 10, null, Cancellation);
                page.Items.Length.ShouldBeLessThanOrEqualTo(10);
                found.AddRange(page.Items.Select(static line => line.Id));
                if ((after = page.Next) is null)
                    break;
            }

            found.ShouldBe(calls.Where(static call => call.ErrorCode == "wanted").Reverse().Select(static call => call.Id));
        }
    }

    [Fact]
    public async Task Cursors_go_on_where_the_page_ended_while_new_calls_come()
    {
        var calls = Draw(300, 23);
        await WriteAsync(calls[..200]);
        var first = await Log.ReadAsync(ReportScope.Everybody, new CallFilter(), null, 50, null, Cancellation);
        await WriteAsync(calls[200..]);
        await Rollups.CatchUpAsync(Cancellation);
        var second = await Log.ReadAsync(ReportScope.Everybody, new CallFilter(), first.Next, 50, null, Cancellation);
        first.Items.Concat(second.Items).Select(static line => line.Id).ShouldBe(calls[..200].Select(static call => call.Id).Reverse().Take(100));
        first.ScannedThrough.ShouldBeNull("the page is full");
        foreach (var cursor in new[] { "", "0", "-1", "zz", "ffffffffffffffffff" })
        {
            (await Should.ThrowAsync<AdminException>(() => Log.ReadAsync(ReportScope.Everybody, new CallFilter(), cursor, 50, null, Cancellation))).Problems.ShouldContain(static problem => problem.Field == "after");
        }
    }

    [Fact]
    public async Task Who_follows_the_log_gets_each_new_call_once()
    {
        var calls = Draw(3_000, 28);
        await WriteAsync(calls[..1_500]);
        var newest = (await Log.ReadAsync(ReportScope.Everybody, new CallFilter(), limit: 1, cancellation: Cancellation)).Newest;
        var filter = new CallFilter { Group = "group-1" };
        (await Log.ReadAsync(ReportScope.Everybody, filter, since: newest, cancellation: Cancellation)).Items.ShouldBeEmpty();
        await WriteAsync(calls[1_500..1_600]);
        await FollowAsync(calls[1_500..1_600]);
        await WriteAsync(calls[1_600..]);
        await Rollups.CatchUpAsync(Cancellation);
        await FollowAsync(calls[1_600..]);

        async Task FollowAsync(List<Receipt> came)
        {
            var (found, after, first) = (new List<RequestId>(), (string?)null, (string?)null);
            do
            {
                var page = await Log.ReadAsync(ReportScope.Everybody, filter, after, 200, newest, Cancellation);
                found.AddRange(page.Items.Select(static line => line.Id));
                (after, first) = (page.Next, first ?? page.Newest);
            }
            while (after is not null);

            newest = first!;
            found.ShouldBe(came.Where(static call => call.Group == "group-1").Select(static call => call.Id).Reverse());
        }
    }

    [Fact]
    public async Task A_line_says_what_the_receipt_says_and_users_see_less()
    {
        var calls = Draw(200, 24);
        await WriteAsync(calls);
        var call = calls.Last(static call => call.User.Value == 2 && call.Outcome == CallOutcome.Completed && call.Usage.CacheWrite1h > 0);
        var line = (await Log.FindAsync(ReportScope.Everybody, $" {call.Id.ToString().ToLowerInvariant()} ", Cancellation))!;
        line.ShouldBe(new CallLine(call.Id, call.StartedAt, call.Key, null, call.User)
        {
            Group = call.Group!, Channel = call.Channel, RequestedModel = call.RequestedModel, ServedModel = call.ServedModel, Dialect = call.Dialect, Operation = call.Operation,
            Stream = call.Stream, Status = call.HttpStatus, Outcome = call.Outcome, ErrorCode = call.ErrorCode, Input = call.Usage.TotalInput, CacheRead = call.Usage.CacheRead,
            CacheWrite = call.Usage.CacheWrite5m + call.Usage.CacheWrite1h, Output = call.Usage.TotalOutput, Charge = call.Charge.Total, Cost = call.OperatorCost,
            TotalMilliseconds = call.TotalMilliseconds, FirstByteMilliseconds = call.FirstByteMilliseconds,
        });
        var own = (await Log.FindAsync(ReportScope.Of(call.User), call.Id.ToString(), Cancellation))!;
        (own.Channel, own.Cost, own.Email).ShouldBe((null, null, null));
        (await Log.FindAsync(ReportScope.Of(new UserId(1)), call.Id.ToString(), Cancellation)).ShouldBeNull("it is another's");
        (await Log.FindAsync(ReportScope.Everybody, "no id", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Filters_that_cannot_be_are_refused_with_the_field()
    {
        await RefusedAsync(ReportScope.Of(new UserId(2)), new CallFilter { Channel = "channel-1" }, "channel");
        await RefusedAsync(ReportScope.Of(new UserId(2)), new CallFilter { User = new UserId(3) }, "user");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { StatusClass = 6 }, "status");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { Status = 1 }, "status");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { Model = "" }, "model");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { ErrorCode = "a\0" }, "error_code");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { MinCharge = new NanoUsd(-1) }, "min_charge_usd");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { MinMilliseconds = double.NaN }, "min_ms");
        await RefusedAsync(ReportScope.Everybody, new CallFilter { From = Begin, To = Begin }, "to");

        async Task RefusedAsync(ReportScope scope, CallFilter filter, string field) =>
            (await Should.ThrowAsync<AdminException>(() => Log.ReadAsync(scope, filter, null, 5, null, Cancellation))).Problems.ShouldContain(problem => problem.Field == field);
    }

    [Fact]
    public async Task Exports_hold_every_call_once()
    {
        var calls = Draw(2_300, 25);
        calls[7] = calls[7] with { RequestedModel = "=1+1" };
        await WriteAsync(calls);
        await Rollups.StepAsync(1_500, Cancellation);
        using var csv = new StringWriter();
        (await CallExport.WriteCsvAsync(Log.StreamAsync(ReportScope.Everybody, new CallFilter(), Cancellation), csv, ReportScope.Everybody, Cancellation)).ShouldBe(calls.Count);
        var lines = csv.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(calls.Count + 1);
        lines.Skip(1).Select(static line => line[..RequestId.TextLength]).ShouldBe(calls.Select(static call => call.Id.ToString()).Reverse());
        lines.ShouldAllBe(line => line.Split(',').Length == lines[0].Split(',').Length);
        lines.ShouldContain(static line => line.Contains(",'=1+1,", StringComparison.Ordinal));

        using var json = new StringWriter();
        var scope = ReportScope.Of(new UserId(2));
        await CallExport.WriteJsonLinesAsync(Log.StreamAsync(scope, new CallFilter(), Cancellation), json, scope, Cancellation);
        var objects = json.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        objects.Count.ShouldBe(calls.Count(static call => call.User.Value == 2));
        objects.Sum(static call => call.GetProperty("charge_usd").GetDecimal()).ShouldBe(calls.Where(static call => call.User.Value == 2).Sum(static call => call.Charge.Total.ToUsd()));
        var hidden = new[] { "channel", "cost_usd", "user" };
        objects.SelectMany(static call => call.EnumerateObject()).Select(static member => member.Name).Intersect(hidden, StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<(CallFilter Filter, Func<Receipt, bool> Holds)> Filters(List<Receipt> calls)
    {
        var (from, to) = (calls[1_100].StartedAt, calls[1_300].StartedAt.AddMinutes(1));
        yield return (new CallFilter(), static _ => true);
        yield return (new CallFilter { Key = new ApiKeyId(21) }, static call => call.Key.Value == 21);
        yield return (new CallFilter { User = new UserId(2) }, static call => call.User.Value == 2);
        yield return (new CallFilter { Group = "group-1" }, static call => call.Group == "group-1");
        yield return (new CallFilter { Channel = "channel-2" }, static call => call.Channel == "channel-2");
        yield return (new CallFilter { Model = "model-3" }, static call => call.RequestedModel == "model-3");
        yield return (new CallFilter { Model = "model-3-served" }, static call => call.ServedModel == "model-3-served");
        yield return (new CallFilter { Model = "rare" }, static call => call.RequestedModel == "rare");
        yield return (new CallFilter { Model = "of-nobody" }, static _ => false);
        yield return (new CallFilter { Status = 418 }, static call => call.HttpStatus == 418);
        yield return (new CallFilter { StatusClass = 4 }, static call => call.HttpStatus / 100 == 4);
        yield return (new CallFilter { Outcome = CallOutcome.Cancelled }, static call => call.Outcome == CallOutcome.Cancelled);
        yield return (new CallFilter { ErrorCode = "once" }, static call => call.ErrorCode == "once");
        yield return (new CallFilter { Dialect = Dialect.Gemini, Stream = true }, static call => call is { Dialect: Dialect.Gemini, Stream: true });
        yield return (new CallFilter { From = from, To = to }, call => call.StartedAt >= from && call.StartedAt < to);
        yield return (new CallFilter { From = from, To = to, StatusClass = 5, Key = new ApiKeyId(30) },
            call => call.StartedAt >= from && call.StartedAt < to && call.HttpStatus / 100 == 5 && call.Key.Value == 30);
        yield return (new CallFilter { MinMilliseconds = 4_900 }, static call => call.TotalMilliseconds >= 4_900);
        yield return (new CallFilter { MinMilliseconds = 60_000 }, static call => call.TotalMilliseconds >= 60_000);
        yield return (new CallFilter { MinMilliseconds = 1_000_000 }, static _ => false);
        yield return (new CallFilter { MinCharge = new NanoUsd(4_990) }, static call => call.Charge.Total.Value >= 4_990);
        yield return (new CallFilter { MinCharge = new NanoUsd(7_000_000) }, static call => call.Charge.Total.Value >= 7_000_000);
        yield return (new CallFilter { Id = calls[77].Id }, call => call.Id == calls[77].Id);
        yield return (new CallFilter { Id = calls[77].Id, Key = new ApiKeyId(99) }, static _ => false);
        yield return (new CallFilter { To = Begin.AddDays(-30) }, static _ => false);
    }
}
