using AioHub.Core.Pins;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Ledger;

/// <summary>Turns what is due of stored stretches into refunds.</summary>
internal static class StorageRefundStore
{
    private const string Actor = "hub";

    /// <summary>The calls of which something is due, a few at a time.</summary>
    public static async Task<List<string>> DueAsync(HubDatabase database, int most, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """SELECT "RequestId" FROM stored_stretches WHERE "DueNano" > "DoneNano" ORDER BY "RequestId" LIMIT $1""", static row => row.GetString(0), cancellation, most);
    }

    /// <summary>
    /// The refund's entry and the mark that it was made are one transaction, under the ledger's lock that writers of receipts take too: whoever looks second finds
    /// nothing due. The entry's key holds the sum that is given back in all: should a row that was swept come back by a replay, its refund is known.
    /// </summary>
    /// <returns>What was given back; null = nothing.</returns>
    public static async Task<NanoUsd?> PayAsync(HubDatabase database, string request, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        await ChangeCounter.RaiseAsync(context, ChangeAreas.Ledger, cancellation);
        var stretch = await context.Set<StoredStretchRow>().SingleOrDefaultAsync(row => row.RequestId == request, cancellation);
        if (stretch is null || stretch.DueNano <= stretch.DoneNano || !RequestId.TryParse(request, out var id)
            || await MovementStore.FindChargedAsync(context, id, cancellation) is not { } call)
        {
            return null;
        }

        // An operator may have given the whole charge back already.
        var due = new NanoUsd(Math.Min(stretch.DueNano - stretch.DoneNano, Math.Max(0, call.Left.Value)));
        var entry = new NewEntry(EntryKind.Refund, due, $"unused storage of {stretch.Name}", Actor, id, now) { Key = $"storage {request} {stretch.DueNano}" };
        var isNew = due > NanoUsd.Zero && !await context.Set<EntryRow>().AnyAsync(row => row.Key == entry.Key, cancellation);
        if (isNew)
        {
            await MovementStore.GiveBackAsync(context, call, entry, cancellation);
        }

        stretch.DoneNano = stretch.DueNano;
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return isNew ? due : null;
    }
}
