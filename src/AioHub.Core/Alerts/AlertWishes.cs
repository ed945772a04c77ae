using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>What a user is told of by e-mail.</summary>
/// <param name="ByEmail">All of it, or nothing.</param>
/// <param name="Below">The wallet's balance below which they are told; null = not.</param>
/// <param name="KeyBudgets">When 80, 95 and 100 % of a limit of one of their keys are spent.</param>
/// <param name="KeysExpiring">When one of their keys ends soon.</param>
public sealed record AlertWishes(bool ByEmail, NanoUsd? Below, bool KeyBudgets, bool KeysExpiring)
{
    public static AlertWishes None { get; } = new(false, null, true, true);
}

/// <summary>What is not named stays.</summary>
public sealed record AlertWishDraft(bool? ByEmail, Named<NanoUsd?> Below, bool? KeyBudgets, bool? KeysExpiring);

/// <summary>Commands on what users want to be told of.</summary>
public sealed class AlertWishAdmin(HubDatabase database)
{
    private static readonly NanoUsd Most = NanoUsd.FromUsd(1_000_000);

    public async Task<AlertWishes> ReadAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await AlertTargetStore.WishAsync(context, user.Value, cancellation) is { } row ? Of(row) : AlertWishes.None;
    }

    /// <summary>Users who want to hear of their keys' limits.</summary>
    public async Task<IReadOnlySet<UserId>> OfBudgetsAsync(CancellationToken cancellation = default) =>
        (await AlertTargetStore.WishesAsync(database, cancellation)).Where(static wish => wish.Budgets).Select(static wish => wish.User).ToHashSet();

    /// <exception cref="AdminException">A member cannot be.</exception>
    public Task<ChangeReport> SetAsync(UserId user, AlertWishDraft draft, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            if (draft.Below.Value is { } below && (below <= NanoUsd.Zero || below > Most))
            {
                throw new AdminException("low_balance_usd", "must be above 0 and at most 1000000");
            }

            var context = transaction.Context;
            var row = await AlertTargetStore.WishAsync(context, user.Value, cancellation);
            if (row is null)
            {
                row = new AlertWishRow { UserId = user.Value, KeyBudgets = AlertWishes.None.KeyBudgets, KeysExpiring = AlertWishes.None.KeysExpiring };
                context.Add(row);
            }

            var lines = new ChangeLines();
            row.ByEmail = lines.Set("by_email", row.ByEmail, draft.ByEmail ?? row.ByEmail);
            row.BalanceNano = lines.Set("low_balance_nano_usd", row.BalanceNano, draft.Below.IsNamed ? draft.Below.Value?.Value : row.BalanceNano);
            row.KeyBudgets = lines.Set("key_budgets", row.KeyBudgets, draft.KeyBudgets ?? row.KeyBudgets);
            row.KeysExpiring = lines.Set("keys_expiring", row.KeysExpiring, draft.KeysExpiring ?? row.KeysExpiring);
            await context.SaveChangesAsync(cancellation);
            return (lines.Report($"alerts of user {user.Value}", user.Value, created: false), lines.Any);
        }, cancellation);

    private static AlertWishes Of(AlertWishRow row) => new(row.ByEmail, row.BalanceNano is { } nano ? new NanoUsd(nano) : null, row.KeyBudgets, row.KeysExpiring);
}
