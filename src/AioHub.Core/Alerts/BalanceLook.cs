using System.Collections.Frozen;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>
/// Wallets below the level that their user set, told to the user, and wallets below the operators' level of those who called within a week. Over at a tenth above the level: a wallet that
/// goes up and down around it is told of once.
/// </summary>
internal sealed class BalanceLook(HubDatabase database, TimeProvider time) : IAlertLook
{
    private const int MostUsers = 500;
    private static readonly TimeSpan Active = TimeSpan.FromDays(7);

    public IReadOnlyCollection<string> Kinds { get; } = [AlertKinds.LowBalance];

    public async Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var begins = new List<Alert>();
        var holds = new HashSet<(long User, string Mark)>();
        foreach (var wish in await AlertTargetStore.WishesAsync(database, cancellation))
        {
            if (wish.Below is { } below)
            {
                See(wish.User, wish.Email, below, wish.Balance, own: true);
            }
        }

        var rule = rules[AlertKinds.LowBalance];
        if (rule.Enabled)
        {
            var below = NanoUsd.FromUsd(rule[AlertRuleAdmin.ThresholdUsd]).Value;
            foreach (var (user, email, balance) in await AlertTargetStore.PoorAsync(database, Above(below), now - Active, MostUsers, cancellation))
            {
                See(new UserId(user), email, below, balance, own: false);
            }
        }

        return new Sight(begins, one => holds.Contains((one.Id, one.Mark)));

        void See(UserId user, string email, long below, long balance, bool own)
        {
            var mark = own ? "own" : "";
            if (balance < below)
            {
                begins.Add(new Alert(now, AlertKinds.LowBalance, AlertOwner.User, user.Value, email, BudgetPeriod.None, new NanoUsd(below), new NanoUsd(balance))
                {
                    Mark = mark, User = own ? user : null,
                });
            }

            if (balance < Above(below))
            {
                holds.Add((user.Value, mark));
            }
        }
    }

    /// <summary>A tenth above.</summary>
    private static long Above(long level) => level + (level / 10);
}
