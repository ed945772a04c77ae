using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Ledger;

/// <summary>What one limit, quota or balance says to a call that would come now.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Name">The owner's name, for people.</param>
/// <param name="Limit">As in settings (<c>usd_per_day</c>, <c>rpm</c>, …), or <see cref="LimitReading.Quota"/> or <see cref="LimitReading.Balance"/>.</param>
/// <param name="State"><c>ok</c>, <c>soft</c> (so much is spent that an alert is raised), <c>low</c> (a call may need more than is left), <c>used_up</c>, <c>at_limit</c>
/// or <c>unknown</c> (only the running server counts it).</param>
public sealed record LimitState(LimitOwner Owner, string Name, string Limit, string State)
{
    /// <summary>The limit: USD, requests, tokens or calls. Null for a quota or balance.</summary>
    public decimal? Most { get; init; }

    /// <summary>USD that were spent in the present window; null for rates.</summary>
    public decimal? Used { get; init; }

    /// <summary>USD that calls have not spent, some of which they may have set aside.</summary>
    public decimal? Left { get; init; }

    /// <summary>When the window ends, UTC; null = it never does.</summary>
    public DateTime? ResetsAt { get; init; }

    /// <summary>When trying again may help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Calls that wait for a place; null = nobody can, or there is one.</summary>
    public int? Waiting { get; init; }

    /// <summary>Whether the call would be turned away by it.</summary>
    public bool Refuses => State is "used_up" or "at_limit";
}

/// <summary>Says whether a rate has room; implemented where rates are counted.</summary>
public interface IRateReadings
{
    /// <summary>What the first of the limits that has no room says; nothing is counted.</summary>
    /// <param name="tokens">What the call is expected to need.</param>
    RateVerdict Look(LimitOwner owner, long id, Limits limits, long tokens);
}

/// <summary>Reads limits, quotas and balances for people: each by itself, whether or not another would refuse before.</summary>
/// <param name="rates">Null = rates are counted in another process.</param>
public sealed class LimitReading(LocalHoldBook book, IRateReadings? rates, TimeProvider time)
{
    public const string Quota = "quota_usd";
    public const string Balance = "balance_usd";

    /// <summary>All that is set, in one order; empty when nothing is.</summary>
    /// <param name="need">What the call may cost.</param>
    /// <param name="tokens">Input and output that it is expected to need.</param>
    public ImmutableArray<LimitState> Of(Bounded who, NanoUsd need, long tokens)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var all = ImmutableArray.CreateBuilder<LimitState>();
        for (var period = BudgetPeriod.Day; period <= BudgetPeriod.Total; period++)
        {
            if (SpendingWindow.LimitOf(period, who.Limits) is { } limit)
            {
                all.Add(OfMoney(who, period, limit, need, now));
            }
        }

        foreach (var one in Rates(who.Limits))
        {
            var (name, most) = LimitNames.All(one).Single();
            var verdict = rates?.Look(who.Owner, who.Id, one, tokens);
            all.Add(new LimitState(who.Owner, who.Name, name, verdict is not { } known ? "unknown" : known.Allowed ? "ok" : "at_limit")
            {
                Most = most,
                RetryAfter = verdict is { Allowed: false } refused ? refused.RetryAfter : null,
                Waiting = who.Owner >= LimitOwner.Group && one.Concurrency is not null && verdict is { Allowed: false } full ? full.Waiting : null,
            });
        }

        return all.ToImmutable();
    }

    /// <summary>A wallet, or the quota of a group or channel.</summary>
    public LimitState Of(LimitOwner owner, string name, AccountRef account, NanoUsd need)
    {
        var left = book.BalanceOf(account);
        return new LimitState(owner, name, account.Kind == AccountKind.Wallet ? Balance : Quota, left <= NanoUsd.Zero && need > NanoUsd.Zero ? "used_up" : left < need ? "low" : "ok")
        {
            Left = Usd(left),
        };
    }

    private LimitState OfMoney(Bounded who, BudgetPeriod period, NanoUsd limit, NanoUsd need, DateTime now)
    {
        var name = SpendingWindow.NameOf(period)!;
        if (book.SpentOf(who.Owner, who.Id, period) is not { } spent)
        {
            return new LimitState(who.Owner, who.Name, name, "unknown") { Most = Usd(limit) };
        }

        var state = spent >= limit && need > NanoUsd.Zero ? "used_up"
            : limit - spent < need ? "low"
            : who.Limits.Soft is { } soft && spent.Value >= limit.Value * soft ? "soft"
            : "ok";
        return new LimitState(who.Owner, who.Name, name, state)
        {
            Most = Usd(limit), Used = Usd(spent), Left = Usd(limit - spent), ResetsAt = SpendingWindow.End(period, now),
        };
    }

    private static IEnumerable<Limits> Rates(Limits limits)
    {
        Limits[] all = [new() { Rpm = limits.Rpm }, new() { Rpd = limits.Rpd }, new() { Tpm = limits.Tpm }, new() { Concurrency = limits.Concurrency }];
        return all.Where(static one => one.HasRates);
    }

    /// <summary>Without the zeros of a division.</summary>
    private static decimal Usd(NanoUsd amount) => amount.ToUsd() / 1.0000000000000000000000000000m;
}
