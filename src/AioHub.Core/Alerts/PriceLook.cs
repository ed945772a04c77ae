using System.Collections.Frozen;
using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>Models that calls asked for and that no price stands for. Over when the model has a price, or nobody has asked for it for a day.</summary>
internal sealed class PriceLook(HubDatabase database, CatalogDirectory catalog, TimeProvider time) : IAlertLook
{
    private const int MostModels = 50;
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly CallLog _log = new(database, time);

    /// <summary>When each was last asked for, as far as this server has seen.</summary>
    private readonly Dictionary<string, DateTime> _asked = new(StringComparer.Ordinal);
    private DateTime? _since;

    public IReadOnlyCollection<string> Kinds { get; } = [AlertKinds.PriceMissing];

    public async Task<Sight> LookAsync(FrozenDictionary<string, AlertRule> rules, CancellationToken cancellation)
    {
        if (!rules[AlertKinds.PriceMissing].Enabled)
        {
            return Sight.Nothing;
        }

        var now = time.GetUtcNow().UtcDateTime;
        // A server that starts looks back over all that may be open; later ones look at what is new.
        var from = _since is null ? now - Kept : now - Recent;
        var page = await _log.ReadAsync(
            ReportScope.Everybody, new CallFilter { ErrorCode = RouteCodes.ModelPriceMissing, From = from }, limit: CallLog.MostLimit, cancellation: cancellation);
        _since = now;
        foreach (var call in page.Items)
        {
            _asked[call.RequestedModel] = _asked.TryGetValue(call.RequestedModel, out var before) && before > call.At ? before : call.At;
        }

        foreach (var old in _asked.Where(pair => pair.Value < now - Kept).Select(static pair => pair.Key).ToList())
        {
            _asked.Remove(old);
        }

        var missing = _asked.Keys.Where(model => catalog.Current.Find(model)?.PriceAt(now) is null).ToHashSet(StringComparer.Ordinal);
        return new Sight(
            [.. missing.Where(model => _asked[model] >= now - Recent).Order(StringComparer.Ordinal).Take(MostModels).Select(model =>
                new Alert(now, AlertKinds.PriceMissing, AlertOwner.Model, 0, Cut(model, 254), BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero) { Mark = Cut(model, AlertRow.MaxMark) })],
            one => missing.Any(model => Cut(model, AlertRow.MaxMark) == one.Mark));
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
