using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Catalog;

/// <summary>What a model shall be. A null member stays as it is: the built-in model's, or unknown.</summary>
public sealed record ModelDraft
{
    /// <summary>Names the model, without a variant suffix.</summary>
    public required string Id { get; init; }
    public string? Vendor { get; init; }
    public string? DisplayName { get; init; }
    public ModelKind? Kind { get; init; }
    public ImmutableArray<string>? Aliases { get; init; }
    public int? ContextWindow { get; init; }
    public int? LongContextWindow { get; init; }
    public int? MaxOutputTokens { get; init; }
    public Needs? Capabilities { get; init; }
    public bool? OpenWeights { get; init; }
    public DateOnly? ReleasedOn { get; init; }
    /// <summary>Replaces all prices of the model, the built-in ones too. <see cref="PriceRow.Version"/> is computed.</summary>
    public ImmutableArray<PriceRow>? Prices { get; init; }
    /// <summary>Who sets the prices, for the record; null = it is not known.</summary>
    public string? Actor { get; init; }
    /// <summary>Members, spelled as files do, that go back to the built-in model's, or to being unknown, before what the draft names is set.</summary>
    public ImmutableArray<string> Forgotten { get; init; } = [];
}

/// <summary>
/// Commands on models and their prices. Each checks first and refuses with an <see cref="AdminException"/>; <c>within</c> makes it part of a
/// larger change, which the caller commits.
/// </summary>
public sealed class CatalogAdmin(HubDatabase database, TimeProvider time)
{
    public const int MaxPrices = 100;

    /// <summary>Adds the model or changes what the draft names; doing so twice changes nothing.</summary>
    /// <exception cref="AdminException">The draft is wrong.</exception>
    public Task<ChangeReport> UpsertModelAsync(ModelDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun, async transaction =>
        {
            Check(draft);
            var context = transaction.Context;
            await CheckAliasesAsync(context, draft, cancellation);
            var builtin = FindBuiltin(draft.Id);
            var id = builtin?.Id ?? draft.Id;
            var row = await CatalogStore.FindAsync(context, id, cancellation);
            var created = row is null or { Hidden: true } && (builtin is null || row is { Hidden: true });
            var lines = new ChangeLines();
            row ??= context.Add(new ModelRow { Id = id }).Entity;
            row.Hidden = false;
            var before = Shown(row, builtin);
            Forget(row, draft.Forgotten);
            row.Vendor = Keep(row.Vendor, draft.Vendor, builtin?.Vendor);
            row.DisplayName = Keep(row.DisplayName, draft.DisplayName, builtin?.DisplayName);
            row.Kind = Keep(row.Kind, draft.Kind, builtin?.Kind);
            row.Aliases = Keep(row.Aliases, draft.Aliases is { } aliases ? JsonText.Of(aliases) : null, builtin is null ? null : JsonText.Of(builtin.Aliases));
            row.ContextWindow = Keep(row.ContextWindow, draft.ContextWindow, builtin?.ContextWindow);
            row.LongContextWindow = Keep(row.LongContextWindow, draft.LongContextWindow, builtin?.LongContextWindow);
            row.MaxOutputTokens = Keep(row.MaxOutputTokens, draft.MaxOutputTokens, builtin?.MaxOutputTokens);
            row.Capabilities = Keep(row.Capabilities, (int?)draft.Capabilities, (int?)builtin?.Capabilities);
            row.OpenWeights = Keep(row.OpenWeights, draft.OpenWeights, builtin?.OpenWeights);
            row.ReleasedOn = Keep(row.ReleasedOn, draft.ReleasedOn, builtin?.ReleasedOn);
            foreach (var ((field, present), (_, next)) in before.Zip(Shown(row, builtin)))
            {
                lines.Set(field, present, next);
            }

            if (draft.Prices is { } prices)
            {
                await ReplacePricesAsync(context, row, builtin, prices, draft.Actor, lines, cancellation);
            }

            var changed = created || lines.Any;
            if (changed)
            {
                row.ChangedAt = time.GetUtcNow().UtcDateTime;
                await context.SaveChangesAsync(cancellation);
            }
            else
            {
                context.ChangeTracker.Clear();
            }

            return (lines.Report($"model {row.Id}", 0, created), changed);
        }, cancellation);

    /// <summary>Takes a model out of the catalogue, a built-in one too; naming it in an upsert brings it back. Its prices stay on record.</summary>
    /// <exception cref="AdminException">There is no such model.</exception>
    public Task<ChangeReport> RemoveModelAsync(string id, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var builtin = FindBuiltin(id);
            id = builtin?.Id ?? id;
            var row = await CatalogStore.FindAsync(context, id, cancellation);
            if (row is { Hidden: true } || (row is null && builtin is null))
            {
                throw new AdminException("id", $"there is no model '{id}'");
            }

            if (row is not null)
            {
                context.Remove(row);
            }

            var moment = time.GetUtcNow().UtcDateTime;
            foreach (var price in await CatalogStore.ListPricesAsync(context, id, cancellation))
            {
                price.Retire(moment, by: null);
            }

            await context.SaveChangesAsync(cancellation);
            if (builtin is not null)
            {
                context.Add(new ModelRow { Id = builtin.Id, Hidden = true, ChangedAt = moment });
                await context.SaveChangesAsync(cancellation);
            }

            return (new ChangeReport($"model {id}", 0, Created: false, ["removed"]), true);
        }, cancellation);

    /// <summary>The whole catalogue as the database has it now, by id.</summary>
    public async Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken cancellation = default)
    {
        var directory = new CatalogDirectory();
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        await CatalogStore.ReloadAsync(reader, directory, cancellation);
        return directory.Current.Models;
    }

    private async Task ReplacePricesAsync(
        HubContext context, ModelRow row, ModelInfo? builtin, ImmutableArray<PriceRow> prices, string? actor, ChangeLines lines, CancellationToken cancellation)
    {
        var records = await CatalogStore.ListPricesAsync(context, row.Id, cancellation);
        var stamped = prices.Select(price => PriceJson.Stamp(row.Id, price)).OrderBy(static price => price.From).ToList();
        var present = row.HasPrices
            ? records.Where(static record => record.RetiredAt is null).Select(static record => record.Version).ToHashSet(StringComparer.Ordinal)
            : (builtin?.Prices ?? []).Select(static price => price.Version).ToHashSet(StringComparer.Ordinal);
        if (present.SetEquals(stamped.Select(static price => price.Version)))
        {
            return;
        }

        var moment = time.GetUtcNow().UtcDateTime;
        var former = row.HasPrices
            ? CatalogStore.ReadPrices(row.Id, records.Where(static record => record.RetiredAt is null).Select(static record => record.Content))
            : builtin?.Prices ?? [];
        foreach (var price in former.Where(price => !stamped.Exists(next => string.Equals(next.Version, price.Version, StringComparison.Ordinal))))
        {
            lines.Add($"prices: − {PriceJson.Write(price)}");
        }

        foreach (var price in stamped.Where(price => !present.Contains(price.Version)))
        {
            lines.Add($"prices: + {PriceJson.Write(price)}");
        }

        foreach (var record in records)
        {
            var stays = stamped.Exists(price => string.Equals(price.Version, record.Version, StringComparison.Ordinal));
            record.Retire(stays ? null : moment, actor);
        }

        foreach (var price in stamped.DistinctBy(static price => price.Version)
                     .Where(price => !records.Exists(record => string.Equals(record.Version, price.Version, StringComparison.Ordinal))))
        {
            context.Add(new PriceRecordRow { Version = price.Version, ModelId = row.Id, Content = PriceJson.Write(price), AddedAt = moment, AddedBy = actor });
        }

        row.HasPrices = true;
    }

    /// <summary>Built-in models that were taken out of the catalogue, by id.</summary>
    public async Task<IReadOnlyList<ModelInfo>> ListRemovedAsync(CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        var hidden = (await CatalogStore.ListAsync(context, cancellation)).Where(static row => row.Hidden).Select(static row => row.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. BuiltinCatalog.Models.Where(model => hidden.Contains(model.Id))];
    }

    private static ModelInfo? FindBuiltin(string id) => BuiltinCatalog.Find(id);

    private static void Check(ModelDraft draft)
    {
        var problems = new ProblemList();
        problems.Require(IsName(draft.Id), "id", $"must have 1 to {ModelName.MaxLength} characters without spaces");
        problems.Require(!ModelName.Parse(draft.Id).LongContext, "id", "is a variant; name the model without [1m] and set long_context_window");
        problems.Require(draft.Aliases is not { } aliases || aliases.All(IsName), "aliases", "an alias is empty, too long, or has spaces in it");
        problems.Require(draft.ContextWindow is null or > 0, "context_window", "must be greater than 0");
        problems.Require(draft.LongContextWindow is null or > 0, "long_context_window", "must be greater than 0");
        problems.Require(draft.MaxOutputTokens is null or > 0, "max_output_tokens", "must be greater than 0");
        CheckPrices(draft.Prices ?? [], problems);
        problems.ThrowIfAny();
    }

    /// <summary>A name leads to one model: an alias that another one has already would never be heard.</summary>
    private static async Task CheckAliasesAsync(HubContext context, ModelDraft draft, CancellationToken cancellation)
    {
        if (draft.Aliases is not { IsEmpty: false } aliases)
        {
            return;
        }

        var rows = await CatalogStore.ListAsync(context, cancellation);
        var others = new ModelCatalog(CatalogStore.Merge(rows, static _ => []).Where(model => !string.Equals(model.Id, draft.Id, StringComparison.OrdinalIgnoreCase)));
        var problems = new ProblemList();
        foreach (var alias in aliases)
        {
            problems.Require(others.Find(alias) is null, "aliases", $"'{alias}' is a name of {others.Find(alias)?.Id} already; a name leads to one model");
        }

        problems.ThrowIfAny();
    }

    /// <summary>The rows of one model, its own or those that a group has for it.</summary>
    internal static void CheckPrices(ImmutableArray<PriceRow> prices, ProblemList problems)
    {
        problems.Require(prices.Length <= MaxPrices, "prices", $"has more than {MaxPrices} rows");
        foreach (var price in prices)
        {
            problems.Require(price.To is not { } to || to > price.From, "prices", "a row ends ('to') before it begins ('from')");
            foreach (var window in price.Schedule)
            {
                // Unknown to this machine, it would stop every call of the model.
                problems.Require(
                    TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _), "prices", $"'{window.TimeZone}' is not a time zone; write one such as Asia/Shanghai, or UTC");
            }
        }
    }

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= ModelName.MaxLength && !name.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static void Forget(ModelRow row, ImmutableArray<string> members)
    {
        foreach (var member in members)
        {
            switch (member)
            {
                case "vendor": row.Vendor = null; break;
                case "display_name": row.DisplayName = null; break;
                case "kind": row.Kind = null; break;
                case "aliases": row.Aliases = null; break;
                case "context_window": row.ContextWindow = null; break;
                case "long_context_window": row.LongContextWindow = null; break;
                case "max_output_tokens": row.MaxOutputTokens = null; break;
                case "capabilities": row.Capabilities = null; break;
                case "open_weights": row.OpenWeights = null; break;
                case "released_on": row.ReleasedOn = null; break;
                default: throw new ArgumentOutOfRangeException(nameof(members), member, "A model has no such member.");
            }
        }
    }

    // A value equal to the built-in one is not stored: the model goes on following the built-in catalogue.
    private static T? Keep<T>(T? present, T? next, T? builtin)
    {
        if (next is null)
        {
            return present;
        }

        return EqualityComparer<T?>.Default.Equals(next, builtin) ? default : next;
    }

    private static List<(string Field, string? Value)> Shown(ModelRow row, ModelInfo? builtin) =>
    [
        ("vendor", row.Vendor ?? builtin?.Vendor),
        ("display_name", row.DisplayName ?? builtin?.DisplayName),
        ("kind", (row.Kind ?? builtin?.Kind)?.ToString().ToLowerInvariant()),
        ("aliases", row.Aliases ?? (builtin is null ? null : JsonText.Of(builtin.Aliases))),
        ("context_window", (row.ContextWindow ?? builtin?.ContextWindow)?.ToString()),
        ("long_context_window", (row.LongContextWindow ?? builtin?.LongContextWindow)?.ToString()),
        ("max_output_tokens", (row.MaxOutputTokens ?? builtin?.MaxOutputTokens)?.ToString()),
        ("capabilities", JsonText.Of(CapabilityNames.ListOf((Needs?)row.Capabilities ?? builtin?.Capabilities ?? Needs.None))),
        ("open_weights", (row.OpenWeights ?? builtin?.OpenWeights)?.ToString()),
        ("released_on", (row.ReleasedOn ?? builtin?.ReleasedOn)?.ToString("yyyy-MM-dd")),
    ];
}
