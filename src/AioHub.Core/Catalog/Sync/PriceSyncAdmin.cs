using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Catalog.Sync;

/// <summary>One sync as it stands on record.</summary>
/// <param name="Models">How many it changed.</param>
public sealed record PriceSyncInfo(long Id, string Source, string Format, DateTime At, string Actor, bool Forced, int Models, DateTime? UndoneAt, string? UndoneBy);

/// <summary>One row that a model has or had.</summary>
/// <param name="AddedAt">Null: the row came with the hub.</param>
/// <param name="RetiredAt">When it went out of use other than by a later row.</param>
/// <param name="Sync">The sync that brought it; null = an operator by hand, or the built-in catalogue.</param>
public sealed record PriceHistoryRow(PriceRow Price, bool Builtin, bool InForce, DateTime? AddedAt, DateTime? RetiredAt, PriceSyncInfo? Sync)
{
    /// <summary>Who set it; null = it is not known, or it came with the hub.</summary>
    public string? AddedBy { get; init; }

    /// <summary>Who took it out of use.</summary>
    public string? RetiredBy { get; init; }
}

/// <summary>
/// Brings the prices of a document into the catalogue: first a plan, which anybody may look at, then the application of just that plan, all of it or
/// nothing. Past rows are never changed: a new price is a new row from the moment of the sync, or from the later day that the document names.
/// </summary>
public sealed class PriceSyncAdmin(HubDatabase database, TimeProvider time)
{
    private const int MostSyncs = 1_000;
    private readonly CatalogAdmin _catalog = new(database, time);

    /// <summary>What the document means for the catalogue as it is now. Changes nothing.</summary>
    /// <param name="source">For the record; user name, password, query and fragment of an address are left out.</param>
    public async Task<PricePlan> PlanAsync(PriceDocument document, string source, PriceScope scope, CancellationToken cancellation = default) =>
        PricePlanner.Plan(new ModelCatalog(await _catalog.ListAsync(cancellation)), document, Plain(source), scope, Now());

    /// <summary>Applies a plan in one transaction.</summary>
    /// <param name="force">Also what is refused only because it is doubtful.</param>
    /// <param name="actor">Who said yes.</param>
    /// <returns>The number of the sync, for <see cref="UndoAsync"/>; null = there was nothing to apply.</returns>
    /// <exception cref="AdminException">The document has faults, or a price that it changes is no longer the one that was shown.</exception>
    public async Task<long?> ApplyAsync(PricePlan plan, bool force, string actor, CancellationToken cancellation = default)
    {
        if (plan.Faults.Length > 0)
        {
            throw new AdminException(plan.Faults.Select(static fault => new Problem("document", fault))
                .Prepend(new Problem("document", $"{plan.Faults.Length} entries break the format {PriceFormats.NameOf(plan.Format)}, so nothing is applied")));
        }

        var shown = plan.Applicable(force).ToDictionary(static change => change.Model, StringComparer.Ordinal);
        if (shown.Count == 0)
        {
            return null;
        }

        // From here on nobody else changes the configuration; what is read now is what is changed.
        await using var transaction = await HubTransaction.BeginAsync(database, [ChangeAreas.Configuration], cancellation);
        var now = Now();
        var fresh = PricePlanner.Plan(new ModelCatalog(await _catalog.ListAsync(cancellation)), plan.Document, plan.Source, plan.Scope, now);
        var changes = fresh.Applicable(force).Where(change => shown.ContainsKey(change.Model)).ToList();
        var stale = shown.Values.Where(change => changes.Find(next => next.Model == change.Model)?.Before != change.Before).Select(static change => change.Model).ToList();
        if (stale.Count > 0)
        {
            throw new AdminException("prices", $"changed since they were shown: {string.Join(", ", stale)}. Look at the difference again");
        }

        var records = new List<PriceSyncModelRow>();
        foreach (var change in changes)
        {
            records.Add(await ApplyAsync(change, actor, transaction, cancellation));
        }

        var id = await PriceSyncStore.AddAsync(
            transaction.Context,
            new PriceSyncRow { Source = plan.Source, Format = PriceFormats.NameOf(plan.Format), At = now, Actor = actor, Forced = force },
            records,
            cancellation);
        foreach (var model in records.Where(static record => record.Created))
        {
            // An undo takes away only what nobody touched since: the two moments are then the same.
            (await CatalogStore.FindAsync(transaction.Context, model.ModelId, cancellation))!.ChangedAt = now;
        }

        await transaction.Context.SaveChangesAsync(cancellation);
        await transaction.NoteAsync(
            new ChangeReport($"price sync {id}", id, Created: true, [$"source: {plan.Source}", .. records.Select(static record => $"prices of {record.ModelId}")]), cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <summary>
    /// Puts the prices back into use that were in use before a sync. Its rows stay on record, retired: calls that were charged by them name them.
    /// </summary>
    /// <returns>The models.</returns>
    /// <exception cref="AdminException">There is no such sync, it is undone already, or a price was changed since, which the message names.</exception>
    public async Task<ImmutableArray<string>> UndoAsync(long id, string actor, CancellationToken cancellation = default)
    {
        await using var transaction = await HubTransaction.BeginAsync(database, [ChangeAreas.Configuration], cancellation);
        var sync = await PriceSyncStore.FindAsync(transaction.Context, id, cancellation) ?? throw new AdminException("sync", $"there is no sync {id}; `prices history` lists them");
        if (sync.UndoneAt is { } undone)
        {
            throw new AdminException("sync", $"sync {id} was undone on {undone:yyyy-MM-dd HH:mm} by {sync.UndoneBy}");
        }

        var now = Now();
        (sync.UndoneAt, sync.UndoneBy) = (now, actor);
        await transaction.Context.SaveChangesAsync(cancellation);
        var models = await PriceSyncStore.ModelsOfAsync(transaction.Context, id, cancellation);
        var problems = new ProblemList();
        foreach (var model in models)
        {
            problems.Require(
                await PriceSyncStore.RestoreAsync(transaction.Context, model, sync.At, now, actor, cancellation), model.ModelId, "its prices were changed after this sync; undo the later change first, or set the price by hand");
        }

        problems.ThrowIfAny();
        await transaction.NoteAsync(
            new ChangeReport($"price sync {id}", id, Created: false, [.. models.Select(static model => $"prices of {model.ModelId}")]) { Action = "undone" }, cancellation);
        await transaction.CommitAsync(cancellation);
        return [.. models.Select(static model => model.ModelId)];
    }

    /// <summary>Newest first.</summary>
    public async Task<ImmutableArray<PriceSyncInfo>> ListAsync(int limit = 100, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await PriceSyncStore.ListAsync(context, Math.Clamp(limit, 1, MostSyncs), cancellation)).Select(static row => Info(row.Sync, row.Models))];
    }

    /// <summary>Every row that a model has or had, oldest first.</summary>
    public async Task<ImmutableArray<PriceHistoryRow>> HistoryAsync(ModelInfo model, CancellationToken cancellation = default)
    {
        var now = Now();
        var inForce = model.PriceAt(now)?.Version;
        await using var context = database.CreateContext();
        var syncs = await PriceSyncStore.OfModelAsync(context, model.Id, cancellation);
        var own = await CatalogStore.ListPricesAsync(context, model.Id, cancellation);
        var known = own.Select(static row => row.Version).ToHashSet(StringComparer.Ordinal);
        var builtin = BuiltinCatalog.Models.FirstOrDefault(one => string.Equals(one.Id, model.Id, StringComparison.OrdinalIgnoreCase))?.Prices ?? [];
        var rows = own.Select(record => new PriceHistoryRow(
                CatalogStore.ReadPrices(model.Id, [record.Content])[0], builtin.Any(price => price.Version == record.Version), record.Version == inForce, record.AddedAt, record.RetiredAt,
                syncs.Where(sync => sync.Model.After.Contains(record.Version, StringComparison.Ordinal) && !sync.Model.Before.Contains(record.Version, StringComparison.Ordinal))
                    .Select(static sync => Info(sync.Sync, 0)).FirstOrDefault()) { AddedBy = record.AddedBy, RetiredBy = record.RetiredBy })
            .Concat(builtin.Where(price => !known.Contains(price.Version)).Select(price => new PriceHistoryRow(price, Builtin: true, price.Version == inForce, null, null, null)));
        return [.. rows.OrderBy(static row => row.Price.From).ThenBy(static row => row.AddedAt)];
    }

    private async Task<PriceSyncModelRow> ApplyAsync(PriceChange change, string actor, HubTransaction transaction, CancellationToken cancellation)
    {
        var own = await PriceSyncStore.HasOwnPricesAsync(transaction.Context, change.Model, cancellation);
        var draft = new ModelDraft { Id = change.Model, Prices = change.Rows, Actor = actor };
        if (change is { NewModel: true, Offer: { } offer })
        {
            draft = draft with
            {
                Vendor = offer.Vendor,
                DisplayName = offer.DisplayName,
                Kind = offer.Kind,
                ContextWindow = offer.ContextWindow,
                MaxOutputTokens = offer.MaxOutputTokens,
            };
        }

        await _catalog.UpsertModelAsync(draft, dryRun: false, transaction, cancellation);
        return new PriceSyncModelRow
        {
            ModelId = change.Model,
            Created = change.NewModel,
            WasBuiltin = own is not true && !change.NewModel,
            Before = change.Before,
            After = await PriceSyncStore.OwnVersionsAsync(transaction.Context, change.Model, cancellation),
        };
    }

    private static PriceSyncInfo Info(PriceSyncRow row, int models) => new(row.Id, row.Source, row.Format, row.At, row.Actor, row.Forced, models, row.UndoneAt, row.UndoneBy);

    /// <summary>Secrets stand in user names, passwords and queries.</summary>
    private static string Plain(string source)
    {
        var plain = Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : Path.GetFileName(source);
        return plain.Length > 2000 ? plain[..2000] : plain;
    }

    /// <summary>Whole microseconds: what PostgreSQL keeps.</summary>
    private DateTime Now() => time.GetUtcNow().UtcDateTime is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : default;
}
