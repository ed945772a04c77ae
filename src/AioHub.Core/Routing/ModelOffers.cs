using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What one group makes of a model.</summary>
/// <param name="Status">Now.</param>
/// <param name="Price">In force now, before the group's multiplier; null = the group refuses the model for want of one.</param>
/// <param name="IsOwn">The price is the group's own, not the model's.</param>
/// <param name="IsFallback">The price is the hub's for models that have none.</param>
/// <param name="Always">What each of its channels for the model can do.</param>
/// <param name="Sometimes">What at least one of them can do.</param>
/// <param name="LongContext">A window of a million tokens or more: native, or by the <c>[1m]</c> variant.</param>
/// <param name="MostTokens">The widest window of its channels where they bound it; null = the model's own counts.</param>
public sealed record ModelOffer(Group Group, GroupStatus Status, PriceRow? Price, bool IsOwn, bool IsFallback, Needs Always, Needs Sometimes, bool LongContext, int? MostTokens)
{
    /// <summary>A call would be served now.</summary>
    public bool Available => Status == GroupStatus.Active && Price is not null;
}

/// <summary>A model and the groups that have channels for it.</summary>
/// <param name="InCatalog">False: only lists of channels name it.</param>
/// <param name="Offers">In the order in which <c>auto</c> goes through groups, hidden ones behind them.</param>
public sealed record ModelOffering(ModelInfo Model, bool InCatalog, ImmutableArray<ModelOffer> Offers);

/// <summary>Which models which groups offer, and at what price: what pages compare. Calls ask the router instead.</summary>
public sealed class ModelOffers(Router router)
{
    /// <summary>Models that at least one of the groups has a channel for, by id.</summary>
    /// <param name="may">Which groups count.</param>
    public ImmutableArray<ModelOffering> Of(Func<Group, bool> may)
    {
        var index = router.Index();
        var now = router.Time.GetUtcNow().UtcDateTime;
        var groups = Groups(index, may);
        return
        [
            .. index.Catalog.Models.Select(static model => model.Id).Concat(index.UncataloguedNames).Select(index.FindModel).OfType<ModelEntry>().Distinct()
                .Select(model => Offered(index, groups, model, now)).Where(static model => !model.Offers.IsEmpty).OrderBy(static model => model.Model.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>One of them by id or alias, in any case; null = no group has a channel for it, or nobody knows it.</summary>
    public ModelOffering? Find(string name, Func<Group, bool> may)
    {
        var index = router.Index();
        var found = index.FindModel(ModelName.Parse(name).Base) is { } model ? Offered(index, Groups(index, may), model, router.Time.GetUtcNow().UtcDateTime) : null;
        return found is { Offers.IsEmpty: false } ? found : null;
    }

    private ModelOffering Offered(RouteIndex index, GroupEntry[] groups, ModelEntry model, DateTime now)
    {
        var offers = ImmutableArray.CreateBuilder<ModelOffer>();
        foreach (var group in groups)
        {
            var list = index.Candidates(group, model);
            if (!list.IsEmpty)
                offers.Add(OfferOf(group, model, list, now));
        }

        return new ModelOffering(model.Info, model.InCatalog, offers.ToImmutable());
    }

    private ModelOffer OfferOf(GroupEntry group, ModelEntry model, CandidateList list, DateTime now)
    {
        var (always, sometimes, window) = (~Needs.None, Needs.None, 0);
        foreach (var candidate in list.Tiers.SelectMany(static tier => tier.Items))
        {
            // A wish is granted by everybody, only not gladly: what is told is what is really done.
            var can = (candidate.Able & ~NeedsExtensions.Soft) | candidate.Gladly;
            always &= can;
            sometimes |= can;
            window = Math.Max(window, candidate.Window);
        }

        var own = list.PriceAt(now);
        var price = own ?? model.Info.PriceAt(now);
        var wide = model.NativelyLong || (model.Info.LongContextWindow is not null && list.Able(Needs.LongContext));
        return new ModelOffer(
            group.Group, group.StatusAt(now), price ?? router.Settings.FallbackPrice, own is not null, price is null && router.Settings.FallbackPrice is not null, always, sometimes, wide,
            window < (model.Info.WindowFor(wide) ?? int.MaxValue) ? window : null);
    }

    private static GroupEntry[] Groups(RouteIndex index, Func<Group, bool> may) =>
    [
        .. index.AutoOrder(rule: null)
            .Concat(index.Table.Groups.Where(static group => group is { IsAuto: false, Visibility: GroupVisibility.Hidden }).OrderBy(static group => group.Name, StringComparer.Ordinal)
                .Select(group => index.Find(group.Name)).OfType<GroupEntry>())
            .Where(group => may(group.Group)),
    ];
}
