using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Metering;

/// <summary>
/// Statements of a user's wallet, a month each. An entry belongs to the month in which it was made, a call to the month in which it began, so that
/// months fit together without gap or overlap. All of one statement is of one moment.
/// </summary>
public sealed class Statements(HubDatabase database)
{
    /// <summary>Writes a statement. Rows are passed on as they are read.</summary>
    /// <param name="month">Any day of it.</param>
    /// <exception cref="AdminException">There is no such user.</exception>
    /// <exception cref="InvalidDataException">The lines do not add up to the closing balance; what was written so far is worthless.</exception>
    public async Task<StatementSums> WriteAsync(string email, DateOnly month, IStatementWriter writer, CancellationToken cancellation = default)
    {
        var from = new DateTime(month.Year, month.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        var to = from.AddMonths(1);
        await using var store = await StatementStore.OpenAsync(database, cancellation);
        var user = await store.FindUserAsync(email.Trim().ToLowerInvariant(), cancellation) ?? throw new AdminException("user", $"there is no user {email}; `users list` shows all");
        var opening = await store.BalanceAsync(user.Id, from, cancellation);
        var closing = await store.BalanceAsync(user.Id, to, cancellation);
        await writer.BeginAsync(new StatementHead(user.Id, user.Email, DateOnly.FromDateTime(from), opening), cancellation);
        var (entries, charges, calls) = (NanoUsd.Zero, NanoUsd.Zero, 0L);
        await foreach (var entry in store.EntriesAsync(user.Id, from, to, cancellation))
        {
            entries += entry.Amount;
            await writer.EntryAsync(entry, cancellation);
        }

        await foreach (var day in store.DaysAsync(user.Id, from, to, cancellation))
        {
            charges += day.Charge;
            calls = checked(calls + day.Calls);
            await writer.DayAsync(day, cancellation);
        }

        if (opening + entries - charges != closing)
        {
            throw new InvalidDataException($"The statement does not add up: {opening} + {entries} - {charges} is not {closing}. `verify-ledger` tells more.");
        }

        var sums = new StatementSums(opening, entries, charges, calls, closing);
        await writer.EndAsync(sums, cancellation);
        return sums;
    }
}
