using System.Collections.Immutable;
using System.IO.Enumeration;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Catalog.Sync;

/// <summary>Compares a document with the catalogue. Pure: the same catalogue, document and moment give the same plan.</summary>
internal static class PricePlanner
{
    /// <summary>A model's rows that stay in use; older ones remain on record.</summary>
    private const int MostRows = CatalogAdmin.MaxPrices / 2;

    public static PricePlan Plan(ModelCatalog catalog, PriceDocument document, string source, PriceScope scope, DateTime now)
    {
        var changes = new List<PriceChange>();
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, model, offer) in Chosen(catalog, document))
        {
            named.Add(id);
            if (InScope(scope, id) && (model is not null || !scope.KnownOnly))
            {
                changes.Add(Change(id, model, offer, now));
            }
        }

        var vendors = document.Offers.Select(offer => catalog.Find(offer.Name)?.Vendor ?? offer.Vendor).Where(static vendor => vendor.Length > 0).ToHashSet(StringComparer.Ordinal);
        changes.AddRange(catalog.Models
            .Where(model => vendors.Contains(model.Vendor) && !named.Contains(model.Id) && model.PriceAt(now) is not null && InScope(scope, model.Id))
            .Select(model => new PriceChange(model.Id, PriceVerdict.Gone, NewModel: false, [], model.PriceAt(now)!.Currency, null, "the document does not name it; its price stays", CanForce: false)));
        return new PricePlan(source, document.Format, [.. changes.OrderBy(static change => change.Model, StringComparer.Ordinal)], document.Faults)
        {
            Document = document,
            Scope = scope,
        };
    }

    /// <summary>One offer a model: the one under its own name, else the first under an alias.</summary>
    private static IEnumerable<(string Id, ModelInfo? Model, OfferedModel Offer)> Chosen(ModelCatalog catalog, PriceDocument document) =>
        document.Offers
            .Select(offer => (Model: catalog.Find(offer.Name), Offer: offer))
            .GroupBy(static pair => pair.Model?.Id ?? pair.Offer.Name, StringComparer.OrdinalIgnoreCase)
            .Select(static group =>
            {
                var (model, offer) = group.OrderBy(pair => string.Equals(pair.Offer.Name, group.Key, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
                    .ThenBy(static pair => pair.Model is not null && pair.Model.Vendor == pair.Offer.Vendor ? 0 : 1).First();
                return (group.Key, model, offer);
            });

    private static PriceChange Change(string id, ModelInfo? model, OfferedModel offer, DateTime now)
    {
        var former = model?.PriceAt(now);
        var plain = new PriceChange(id, PriceVerdict.Refused, model is null, [], former?.Currency ?? "USD", null, offer.Refusal, CanForce: false)
        {
            Before = Versions(model?.Prices ?? []),
            Offer = offer,
        };
        if (offer.Refusal is not null)
        {
            return plain;
        }

        if (model is null && BuiltinCatalog.Models.Any(builtin => string.Equals(builtin.Id, id, StringComparison.OrdinalIgnoreCase)))
        {
            return plain with { Reason = "an operator took the model out of the catalogue" };
        }

        if (!IsName(id))
        {
            return plain with { Reason = $"is no name for a model: 1 to {ModelName.MaxLength} characters without spaces and without [1m]" };
        }

        if (offer.Rows.Select(PriceSanity.Impossible).FirstOrDefault(static reason => reason is not null) is { } impossible)
        {
            return plain with { Reason = impossible };
        }

        try
        {
            return Judge(plain, model, former, offer, now);
        }
        catch (FormatException wrong)
        {
            return plain with { Reason = wrong.Message };
        }
    }

    private static PriceChange Judge(PriceChange plain, ModelInfo? model, PriceRow? former, OfferedModel offer, DateTime now)
    {
        var present = offer.Rows.LastOrDefault(row => row.From <= now && (row.To is not { } to || to > now));
        var later = offer.Rows.Where(row => row.From > now).ToList();
        var rows = new List<PriceRow>(model?.Prices ?? []);
        var next = present is null ? former
            // A hub's tiers mean what they say: a rate that one leaves out pays the tier's side there, and here.
            : offer.Whole ? present
            : former is null ? PriceMerge.Complete(plain.Model, present)
            : PriceMerge.Over(plain.Model, former, present);
        if (offer.Whole)
        {
            // What is announced for later may be announced anew; what has begun stays as it is.
            rows.RemoveAll(row => row.From > now);
            rows.AddRange(later.Select(row => PriceJson.Stamp(plain.Model, row)));
        }

        var same = present is null || (former is not null && PriceLines.TextOf(former) == PriceLines.TextOf(next!) && (!offer.Whole || former.To == next!.To));
        if (!same)
        {
            rows.Add(PriceJson.Stamp(plain.Model, next! with { From = After(rows, now) }));
        }

        var ordered = rows.OrderBy(static row => row.From).ToImmutableArray();
        if (Versions(ordered) == plain.Before)
        {
            return plain with { Verdict = PriceVerdict.Unchanged, Reason = null };
        }

        var doubts = same ? [] : PriceSanity.Doubts(former, next!).ToList();
        foreach (var row in later.Where(_ => offer.Whole))
        {
            doubts.AddRange(PriceSanity.Doubts(next, row).Select(doubt => $"from {row.From:yyyy-MM-dd} on {doubt}"));
        }

        return plain with
        {
            Verdict = doubts.Count > 0 ? PriceVerdict.Refused : former is null ? PriceVerdict.New : PriceVerdict.Changed,
            Rates = same ? Compare(model?.Prices.LastOrDefault(row => row.From > now) ?? former, later.LastOrDefault()) : Compare(former, next),
            Currency = next?.Currency ?? plain.Currency,
            From = same ? later.LastOrDefault()?.From : null,
            Reason = doubts.Count > 0 ? string.Join("; ", doubts) : null,
            CanForce = doubts.Count > 0,
            Rows = ordered.Length > MostRows ? [.. ordered.Skip(ordered.Length - MostRows)] : ordered,
        };
    }

    /// <summary>A row in force at once, and the last of those that are: two syncs of one microsecond must not tie.</summary>
    private static DateTime After(List<PriceRow> rows, DateTime now)
    {
        var from = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
        foreach (var row in rows.Where(row => row.From <= now && row.From >= from))
        {
            from = row.From.AddTicks(TimeSpan.TicksPerMicrosecond);
        }

        return from;
    }

    internal static ImmutableArray<RateChange> Compare(PriceRow? former, PriceRow? next)
    {
        var before = former is null ? [] : PriceLines.Of(former);
        var after = next is null ? [] : PriceLines.Of(next);
        return
        [
            .. before.Keys.Union(after.Keys, StringComparer.Ordinal)
                .Select(name => new RateChange(name, before.TryGetValue(name, out var old) ? old : null, after.TryGetValue(name, out var value) ? value : null))
                .Where(static change => change.Old != change.New),
        ];
    }

    private static string Versions(ImmutableArray<PriceRow> rows) => string.Join(' ', rows.Select(static row => row.Version).Order(StringComparer.Ordinal));

    private static bool InScope(PriceScope scope, string id) =>
        scope.Only.IsDefaultOrEmpty || scope.Only.Any(glob => FileSystemName.MatchesSimpleExpression(glob, id, ignoreCase: true));

    private static bool IsName(string name) =>
        name.Length is > 0 and <= ModelName.MaxLength && !name.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)) && !ModelName.Parse(name).LongContext;
}
