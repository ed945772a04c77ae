using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Catalog;

namespace AioHub.Core.Import.NewApi;

/// <summary>
/// Makes price rows of ratios, for models that a channel offers: a ratio of 1 is one of new-api's money for a token of input, that is 2 USD a million at 500,000 to a dollar. What comes to the
/// catalogue's own price is not written, so that it goes on following the catalogue.
/// </summary>
internal sealed class RatioPlan(NewApiOptions options, ImportState state, ImportNotes notes)
{
    /// <summary>New-api knows no history; one day for all makes the same ratio the same row.</summary>
    private static readonly DateTime Since = new(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private const int Decimals = 9;
    private const int MostNamed = 20;

    /// <summary>What new-api takes for writing to a cache where nothing is said, and for an hour in place of five minutes.</summary>
    private const decimal UsualWrite = 1.25m;
    private const decimal HourOverFiveMinutes = 1.6m;

    public ImmutableArray<ModelDraft> All(IEnumerable<string> offered)
    {
        var names = offered.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        var drafts = ImmutableArray.CreateBuilder<ModelDraft>();
        var (byCatalogue, without) = (new List<string>(), new List<string>());
        var expressions = options.Texts("billing_mode") ?? FrozenDictionary<string, string>.Empty;
        foreach (var name in names)
        {
            var info = state.Catalog.Find(name);
            var present = info?.PriceAt(state.Now);
            if (expressions.TryGetValue(name, out var mode) && mode == "tiered_expr")
            {
                notes.Left($"model {name}", "its price is an expression, which cannot be said here", present is null ? "give it prices with tiers: docs/catalogue.md" : "the catalogue's price counts; give it prices with tiers if they differ: docs/catalogue.md");
                continue;
            }

            var row = RowOf(name, info, present);
            if (row is null)
            {
                (present is null ? without : byCatalogue).Add(name);
                continue;
            }

            if (present is null || !Same(row, present))
            {
                drafts.Add(Draft(name, info, row));
            }
        }

        Many(byCatalogue, "have no ratio in new-api; the catalogue's price counts", "compare: `aiohub prices`");
        Many(without, "have no price, neither in new-api nor in the catalogue: their calls are refused", "`aiohub prices set`, or settings.fallback_price");
        if (options.ModelRatio is null)
        {
            notes.Told("option ModelRatio", "it was never saved: what that version of new-api has built in is not known", "compare the prices before you switch over: `aiohub prices`");
        }

        return drafts.ToImmutable();

        void Many(List<string> models, string reason, string remedy)
        {
            if (models.Count > 0)
            {
                notes.Told($"{models.Count} models", $"{string.Join(", ", models.Take(MostNamed))}{(models.Count > MostNamed ? ", …" : "")} {reason}", remedy);
            }
        }
    }

    private PriceRow? RowOf(string name, ModelInfo? info, PriceRow? present)
    {
        if (options.ModelPrice?.TryGetValue(name, out var each) is true && each >= 0)
        {
            return info?.Kind == ModelKind.Image
                ? Row(new Rates()) with { PerImage = [new ImagePrice(null, null, Round(each))] }
                : Row(new Rates()) with { PerRequest = Round(each) };
        }

        if (options.ModelRatio?.TryGetValue(name, out var ratio) is not true)
        {
            return null;
        }

        if (ratio < 0)
        {
            notes.Left($"model {name}", $"its ratio {ratio} is below zero", "set its price here: `aiohub prices set`");
            return null;
        }

        var input = ratio * 1_000_000m / options.QuotaPerUsd;
        var rates = new Rates
        {
            Input = Round(input),
            Output = Round(input * CompletionOf(name, present)),
            CacheRead = Of(options.CacheRatio, name) is { } read ? Round(input * read) : options.CacheRatio is null ? Scaled(present?.Rates.CacheRead) : null,
            InputImage = Of(options.ImageRatio, name) is { } image ? Round(input * image) : null,
            InputAudio = Of(options.AudioRatio, name) is { } audio ? Round(input * audio) : null,
            OutputAudio = Of(options.AudioRatio, name) is { } spoken && Of(options.AudioCompletionRatio, name) is { } completion ? Round(input * spoken * completion) : null,
        };
        // Only where writing is paid at all: elsewhere nobody reports such tokens.
        if (Of(options.CreateCacheRatio, name) is { } write || (present?.Rates.CacheWrite5m is not null && (write = UsualWrite) > 0))
        {
            rates = rates with { CacheWrite5m = Round(input * write), CacheWrite1h = Round(input * write * HourOverFiveMinutes) };
        }

        return Row(rates);

        decimal? Scaled(decimal? rate) => rate is { } usd && present?.Rates.Input is > 0 and var whole ? Round(usd / whole * input) : null;
    }

    private decimal CompletionOf(string name, PriceRow? present)
    {
        if (Of(options.CompletionRatio, name) is { } said)
        {
            return said;
        }

        if (present?.Rates is { Input: > 0 and var input, Output: { } output })
        {
            return output / input;
        }

        notes.Told($"model {name}", "its CompletionRatio was never saved and the catalogue does not know the model: output is priced like input", "`aiohub prices set` puts it right");
        return 1m;
    }

    private static decimal? Of(IReadOnlyDictionary<string, decimal>? ratios, string name) => ratios?.TryGetValue(name, out var ratio) is true && ratio >= 0 ? ratio : null;

    /// <summary>Whether calls would cost the same by what the row says; of what it does not say, the catalogue knows more.</summary>
    private static bool Same(PriceRow row, PriceRow present)
    {
        var (said, known) = (row.Rates, present.Rates);
        return present.Currency == row.Currency && row.PerRequest == present.PerRequest && (row.PerImage.IsEmpty || row.PerImage.SequenceEqual(present.PerImage))
            && Equal(said.Input, known.Input) && Equal(said.Output, known.Output)
            && Equal(said.CacheRead ?? said.Input, known.CacheRead ?? known.Input)
            && (said.CacheWrite5m is null || Equal(said.CacheWrite5m, known.CacheWrite5m ?? known.Input))
            && (said.InputImage is null || Equal(said.InputImage, known.InputImage ?? known.Input))
            && (said.InputAudio is null || Equal(said.InputAudio, known.InputAudio ?? known.Input))
            && (said.OutputAudio is null || Equal(said.OutputAudio, known.OutputAudio ?? known.Output));
    }

    private static bool Equal(decimal? one, decimal? other) => one is null ? other is null : other is { } value && Math.Abs(one.Value - value) < 0.000001m;

    private static ModelDraft Draft(string name, ModelInfo? info, PriceRow row)
    {
        var draft = new ModelDraft { Id = info is not null && string.Equals(info.Id, name, StringComparison.OrdinalIgnoreCase) ? info.Id : name, Prices = [row] };
        // A name beside another of the catalogue's, with a price of its own: what is known of the model stays known.
        return info is null || draft.Id == info.Id ? draft
            : draft with { Vendor = info.Vendor, Kind = info.Kind, ContextWindow = info.ContextWindow, LongContextWindow = info.LongContextWindow, MaxOutputTokens = info.MaxOutputTokens, Capabilities = info.Capabilities };
    }

    private static PriceRow Row(Rates rates) => new() { Version = "", From = Since, Rates = rates };

    private static decimal Round(decimal usd) => decimal.Round(usd, Decimals, MidpointRounding.AwayFromZero);
}
