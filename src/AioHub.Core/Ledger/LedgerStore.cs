using System.Collections.Immutable;
using System.Data;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Ledger;

internal sealed record NewEntry(EntryKind Kind, NanoUsd Amount, string Reason, string Actor, RequestId? Request, DateTime At)
{
    /// <summary>See <see cref="EntryRow.Key"/>.</summary>
    public string? Key { get; init; }

    /// <summary>See <see cref="EntryRow.CodeId"/>.</summary>
    public long? CodeId { get; init; }

    /// <summary>See <see cref="EntryRow.PairId"/>.</summary>
    public long? PairId { get; init; }
}

/// <summary>Reads and writes accounts and entries through EF Core; the charges of calls are rows of the request log, posted in bulk (<see cref="ChargeStore"/>).</summary>
internal static class LedgerStore
{
    /// <summary>One entry in a transaction of its own. An entry that stands there already under the same key changes nothing.</summary>
    public static async Task<Posted> AddAsync(HubDatabase database, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        if (entry.Key is not null)
        {
            await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
            if (await MovementStore.FindRepeatedAsync(context, account, entry, cancellation) is { } repeated)
            {
                return repeated;
            }
        }

        var posted = await AddAsync(context, account, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return posted;
    }

    /// <summary>Inside a transaction that the caller commits. The ledger's counter comes last in the order of areas, so it may be raised late.</summary>
    public static async Task<Posted> AddAsync(HubContext context, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var kind = LedgerNames.Of(account.Kind);
        var row = await context.Set<AccountRow>().SingleOrDefaultAsync(candidate => candidate.Kind == kind && candidate.OwnerId == account.OwnerId, cancellation);
        if (row is null)
        {
            row = new AccountRow { Kind = kind, OwnerId = account.OwnerId };
            context.Add(row);
            await context.SaveChangesAsync(cancellation);
        }

        row.BalanceNano = checked(row.BalanceNano + entry.Amount.Value);
        var through = await ThroughAsync(context, cancellation);
        var written = new EntryRow
        {
            Id = Math.Max(through, await LastAsync(context, cancellation)) + 1,
            AccountId = row.Id,
            Kind = LedgerNames.Of(entry.Kind),
            AmountNano = entry.Amount.Value,
            RequestId = entry.Request?.ToString(),
            Reason = entry.Reason,
            Actor = entry.Actor,
            At = EntrySeal.Whole(entry.At),
            Key = entry.Key,
            CodeId = entry.CodeId,
            PairId = entry.PairId,
            Seal = [],
        };
        var previous = await context.Set<EntryRow>().OrderByDescending(static other => other.Id).Select(static other => other.Seal).FirstOrDefaultAsync(cancellation);
        written.Seal = EntrySeal.Of(written, previous ?? []);
        context.Add(written);
        var balance = checked(row.BalanceNano - await UnpostedAsync(context, account, through, cancellation));
        await context.SaveChangesAsync(cancellation);
        await ChangeLogStore.AddAsync(
            context, written.At, new ChangeReport($"{kind} {account.OwnerId}", account.OwnerId, Created: false, [$"{written.Kind}: {entry.Amount} USD", $"entry: {written.Id}", $"reason: {entry.Reason}"]), cancellation);
        return new Posted(written.Id, entry.Amount, new NanoUsd(balance), Repeated: false);
    }

    /// <summary>The same, unless an entry stands under its key already. The counter's lock comes first: who looks at the same moment waits.</summary>
    public static async Task<PostedOnce> AddOnceAsync(HubContext context, AccountRef account, NewEntry entry, CancellationToken cancellation)
    {
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var found = await (
            from row in context.Set<EntryRow>().AsNoTracking()
            join owner in context.Set<AccountRow>().AsNoTracking() on row.AccountId equals owner.Id
            where row.Key == entry.Key
            select new { row.Id, row.AmountNano, owner.Kind, owner.OwnerId }).SingleOrDefaultAsync(cancellation);
        if (found is null)
        {
            return new PostedOnce(await AddAsync(context, account, entry, cancellation), account);
        }

        var standing = new AccountRef(LedgerNames.AccountKindOf(found.Kind), found.OwnerId);
        return new PostedOnce(new Posted(found.Id, new NanoUsd(found.AmountNano), new NanoUsd(await BalanceAsync(context, standing, cancellation)), Repeated: true), standing);
    }

    /// <summary>All that was put in or put right for one reason.</summary>
    public static async Task<long> SumAsync(HubContext context, AccountRef account, string reason, CancellationToken cancellation)
    {
        var kind = LedgerNames.Of(account.Kind);
        return await (
            from entry in context.Set<EntryRow>()
            join owner in context.Set<AccountRow>() on entry.AccountId equals owner.Id
            where owner.Kind == kind && owner.OwnerId == account.OwnerId && entry.Reason == reason
            select (long?)entry.AmountNano).SumAsync(cancellation) ?? 0;
    }

    public static async Task<long> BalanceAsync(HubDatabase database, AccountRef account, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var snapshot = await BeginSnapshotAsync(context, cancellation);
        return await BalanceAsync(context, account, cancellation);
    }

    /// <summary>What the account holds by all that this transaction sees.</summary>
    public static async Task<long> BalanceAsync(HubContext context, AccountRef account, CancellationToken cancellation)
    {
        var kind = LedgerNames.Of(account.Kind);
        var balance = await context.Set<AccountRow>().Where(row => row.Kind == kind && row.OwnerId == account.OwnerId).Select(static row => row.BalanceNano).SingleOrDefaultAsync(cancellation);
        return balance - await UnpostedAsync(context, account, await ThroughAsync(context, cancellation), cancellation);
    }

    /// <summary>Entries and charged calls, which share one row of numbers, newest first.</summary>
    public static async Task<ImmutableArray<Entry>> EntriesAsync(HubDatabase database, AccountRef account, long? before, int limit, bool withCharges, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var snapshot = await BeginSnapshotAsync(context, cancellation);
        var kind = LedgerNames.Of(account.Kind);
        var below = before ?? long.MaxValue;
        var rows = await (
            from entry in context.Set<EntryRow>().AsNoTracking()
            join owner in context.Set<AccountRow>() on entry.AccountId equals owner.Id
            where owner.Kind == kind && owner.OwnerId == account.OwnerId && entry.Id < below
            orderby entry.Id descending
            select entry).Take(limit).ToListAsync(cancellation);
        var entries = rows.ConvertAll(row =>
            new Entry(row.Id, account, LedgerNames.EntryKindOf(row.Kind), new NanoUsd(row.AmountNano), row.RequestId, row.Reason, row.Actor, row.At));
        foreach (var calls in withCharges ? CallsOf(context, account, await ThroughAsync(context, cancellation)) : [])
        {
            var charges = await (
                from call in calls
                where call.ChargeNano != 0 && call.Seq < below
                orderby call.Seq descending
                select new
                {
                    call.Seq,
                    call.Id,
                    call.ChargeNano,
                    Model = call.ServedModel == "" ? call.RequestedModel : call.ServedModel,
                    Key = context.Set<ApiKeyRow>().Where(key => key.Id == call.KeyId).Select(static key => key.Name).FirstOrDefault(),
                    call.KeyId,
                    call.StartedAt,
                }).Take(limit).ToListAsync(cancellation);
            entries.AddRange(charges.Select(charge => new Entry(
                charge.Seq, account, EntryKind.Charge, new NanoUsd(-charge.ChargeNano), RequestLogRow.IdOf(charge.Id).ToString(),
                charge.Model.Length > 0 ? charge.Model : "call", charge.Key ?? $"key {charge.KeyId}", charge.StartedAt)));
        }

        return [.. entries.OrderByDescending(static entry => entry.Id).Take(limit)];
    }

    /// <summary>The newest number of an entry or a call.</summary>
    public static async Task<long> LastAsync(HubContext context, CancellationToken cancellation) => Math.Max(
        await context.Set<EntryRow>().MaxAsync(static row => (long?)row.Id, cancellation) ?? 0,
        await context.Set<RequestLogRow>().MaxAsync(static row => (long?)row.Seq, cancellation) ?? 0);

    /// <summary>A transaction that sees one moment. SQLite: a deferred one, so that readers never wait for the writer.</summary>
    public static async Task<IAsyncDisposable> BeginSnapshotAsync(HubContext context, CancellationToken cancellation)
    {
        if (context.Database.IsNpgsql())
        {
            return await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        }

        await context.Database.OpenConnectionAsync(cancellation);
        var connection = (Microsoft.Data.Sqlite.SqliteConnection)context.Database.GetDbConnection();
        var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: true);
        await context.Database.UseTransactionAsync(transaction, cancellation);
        return transaction;
    }

    /// <summary>Up to which number calls are in balances, windows and the list by user.</summary>
    public static async Task<long> ThroughAsync(HubContext context, CancellationToken cancellation) =>
        await context.Set<PostingRow>().Where(static row => row.Id == PostingRow.TheOne).Select(static row => row.Through).SingleOrDefaultAsync(cancellation);

    /// <summary>What calls above the posting's mark took from an account.</summary>
    private static async Task<long> UnpostedAsync(HubContext context, AccountRef account, long through, CancellationToken cancellation)
    {
        var calls = context.Set<RequestLogRow>().Where(row => row.Seq > through && row.ChargeNano != 0);
        return account.Kind switch
        {
            AccountKind.Wallet => await calls.Where(row => row.UserId == account.OwnerId).SumAsync(static row => row.ChargeNano, cancellation),
            AccountKind.GroupQuota => await calls.Where(row => row.QuotaGroupId == account.OwnerId).SumAsync(static row => row.ChargeNano, cancellation),
            AccountKind.ChannelBudget => await calls.Where(row => row.BudgetChannelId == account.OwnerId).SumAsync(static row => row.ChargeNano, cancellation),
            _ => 0,
        };
    }

    /// <summary>The calls that an account pays for: those that no list names yet, and those that one does.</summary>
    private static IEnumerable<IQueryable<RequestLogRow>> CallsOf(HubContext context, AccountRef account, long through)
    {
        var calls = context.Set<RequestLogRow>().AsNoTracking();
        switch (account.Kind)
        {
            case AccountKind.Wallet:
                yield return calls.Where(row => row.Seq > through && row.UserId == account.OwnerId);
                yield return from listed in context.Set<UserCallRow>()
                             join call in calls on listed.Seq equals call.Seq
                             where listed.UserId == account.OwnerId
                             select call;
                break;
            case AccountKind.GroupQuota:
                yield return calls.Where(row => row.QuotaGroupId == account.OwnerId);
                break;
            case AccountKind.ChannelBudget:
                yield return calls.Where(row => row.BudgetChannelId == account.OwnerId);
                break;
            default:
                break;
        }
    }
}
