using AioHub.Core.Ledger;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Stages;

/// <summary>Stage 4: sets the most that an attempt can cost aside, or says which purse is too light.</summary>
internal sealed class Reserve(IHoldBook book)
{
    /// <summary>The first hold of a call, or its move to a dearer or another group. On failure an earlier hold stands.</summary>
    public async ValueTask<Step<Hold>> HoldAsync(Order order, RouteAttempt attempt, Hold? held, CancellationToken cancellation)
    {
        var amount = Quote.Bound(order, attempt);
        var result = held is null
            ? await book.ReserveAsync(order.Envelope.Caller.Key, attempt.Group.Quota, amount, cancellation)
            : await book.MoveAsync(held, attempt.Group.Quota, amount, cancellation);
        return result.Refusal switch
        {
            HoldRefusal.None => result.Hold!,
            HoldRefusal.Wallet => new Failure(402, "insufficient_balance",
                $"The balance cannot cover this call, which may cost up to {amount.ToUsd():0.######} USD in group '{attempt.Group.Name}'. Top up, lower max_tokens, or use a cheaper group.") { ShouldRetry = false },
            HoldRefusal.KeyBudget => new Failure(402, "key_budget_exhausted",
                $"This API key's budget cannot cover this call, which may cost up to {amount.ToUsd():0.######} USD.{Resets(result.ResetsAt)} Raise the key's limit or use another key.")
                { ShouldRetry = false },
            _ => new Failure(503, "group_quota_exhausted",
                $"The quota of group '{attempt.Group.Name}' is used up. An operator can top it up ('aiohub topup --group {attempt.Group.Name}'); meanwhile use a key with another group."),
        };
    }

    private static string Resets(DateTime? at) => at is { } moment ? $" It starts anew at {moment:yyyy-MM-dd HH:mm} UTC." : "";
}
