using System.Diagnostics;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Relay.Tests.Running;

namespace AioHub.Relay.Tests.Hub;

public sealed class RedeemPageTests
{
    private const string Path = "/api/wallet/redeem";

    [Fact]
    public async Task A_code_pays_once_and_every_wrong_one_is_answered_alike()
    {
        await using var hub = await SmallHub.StartAsync([], usd: 1);
        var other = await hub.Home.Identity.CreateUserAsync(new UserDraft { Email = "other@example.com" });
        var codes = (await hub.Home.Codes.CreateAsync(new CodeDraft(4, NanoUsd.FromUsd(2.5m), null, null, "campaign", "test"))).Codes;
        var paid = await hub.PostAsync(Path, Body(codes[0]));
        ((int)paid.Head.StatusCode).ShouldBe(200, paid.Body);
        using (var json = JsonDocument.Parse(paid.Body))
        {
            (json.RootElement.GetProperty("amount_usd").GetString(), json.RootElement.GetProperty("balance_usd").GetString()).ShouldBe(("2.500000000", "3.500000000"));
        }

        hub.Holds.BalanceOf(AccountRef.Wallet(hub.Key.Owner)).ShouldBe(NanoUsd.FromUsd(3.5m), "calls may spend it at once");
        var again = await hub.PostAsync(Path, Body(codes[0]));
        ((int)again.Head.StatusCode, Code(again.Head)).ShouldBe((409, "code_redeemed"));

        // Redeemed by somebody else, revoked, unknown, and no code at all: a stranger cannot tell them apart.
        await hub.Home.Codes.RedeemAsync(codes[1], new UserId(other.Id), "test");
        await hub.Home.Codes.RevokeAsync((await hub.Home.Codes.ListAsync()).Single(code => code.Masked.EndsWith(codes[2][^4..], StringComparison.Ordinal) && code.State == CodeState.Open).Id, null, null, "test");
        var answers = new List<string>();
        var times = new List<double>();
        foreach (var wrong in new[] { codes[1], codes[2], "AIO-00000-00000-00000-00000", "nonsense" })
        {
            var watch = Stopwatch.StartNew();
            var answer = await hub.PostAsync(Path, Body(wrong));
            times.Add(watch.Elapsed.TotalMilliseconds);
            using var json = JsonDocument.Parse(answer.Body);
            var error = json.RootElement.GetProperty("error");
            answers.Add($"{(int)answer.Head.StatusCode} {Code(answer.Head)} {error.GetProperty("message").GetString()!.Split(" (", 2)[0]}");
        }

        answers.Distinct().ShouldHaveSingleItem().ShouldStartWith("400 code_invalid ");
        times.Min().ShouldBeGreaterThan(290, "all of them are as slow as the slowest");
    }

    [Fact]
    public async Task Wrong_tries_are_bounded_also_in_a_race()
    {
        await using var hub = await SmallHub.StartAsync([], usd: 1);
        var code = (await hub.Home.Codes.CreateAsync(new CodeDraft(1, NanoUsd.FromUsd(1), null, null, "campaign", "test"))).Codes[0];
        var answers = await Task.WhenAll(Enumerable.Range(0, 25).Select(i => hub.PostAsync(Path, Body($"AIO-00000-00000-00000-000{i:00}"))));
        answers.Count(static answer => (int)answer.Head.StatusCode == 400).ShouldBe(CodeTries.MostOfUser);
        var refused = answers.Where(static answer => (int)answer.Head.StatusCode == 429).ToList();
        refused.Count.ShouldBe(25 - CodeTries.MostOfUser);
        refused.ShouldAllBe(static answer => answer.Head.Headers.RetryAfter!.Delta!.Value.TotalMinutes > 55);
        ((int)(await hub.PostAsync(Path, Body(code))).Head.StatusCode).ShouldBe(429, "a right one does not get around it");
        hub.Holds.BalanceOf(AccountRef.Wallet(hub.Key.Owner)).ShouldBe(NanoUsd.FromUsd(1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"code":7}""")]
    [InlineData("""{"code":"\ud800"}""")]
    [InlineData("""{"code":""}""")]
    public async Task What_holds_no_code_is_a_bad_request(string body)
    {
        await using var hub = await SmallHub.StartAsync([]);
        var answer = await hub.PostAsync(Path, body);
        ((int)answer.Head.StatusCode, Code(answer.Head)).ShouldBe((400, "invalid_request"), answer.Body);
        ((int)(await hub.Client.PostAsync(Path, null)).StatusCode).ShouldBe(401);
    }

    private static string Body(string code) => JsonSerializer.Serialize(new { code });

    private static string Code(HttpResponseMessage head) => head.Headers.GetValues("x-aiohub-error").Single();
}
