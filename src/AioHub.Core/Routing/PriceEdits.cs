using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing;

/// <summary>Rows that a model, or a group for it, shall have and have no longer. Rows never change: a change is one that goes and one that comes.</summary>
/// <param name="Model">By id or alias, in any case.</param>
/// <param name="Group">Whose own price it is; null = the model's.</param>
/// <param name="Add">A row that begins at <c>default</c> begins when it is applied.</param>
/// <param name="Retire">Versions of rows in use.</param>
public sealed record PriceEdit(string Model, string? Group, ImmutableArray<PriceRow> Add, ImmutableArray<string> Retire);

/// <summary>What calls of a model pay differently in one group from a moment on.</summary>
/// <param name="Group">Null = the model's own price, which every group pays that has none of its own.</param>
/// <param name="Multiplier">The group's, which comes on top of either price.</param>
/// <param name="At">UTC; null = as soon as it is applied.</param>
/// <param name="Rates">Before the multiplier, in <paramref name="Currency"/>.</param>
/// <param name="Currency">Of the new amounts; of the old ones where there are no new ones.</param>
/// <param name="Doubts">Why this looks like a slip.</param>
public sealed record PriceMove(string? Group, decimal Multiplier, DateTime? At, ImmutableArray<RateChange> Rates, string Currency, ImmutableArray<string> Doubts);

/// <summary>What an edit would do: shown first, applied when somebody says yes.</summary>
/// <param name="NewModel">The catalogue does not know the model yet.</param>
/// <param name="Added">Rows that come into use.</param>
/// <param name="Retired">Rows that go out of use.</param>
/// <param name="Moves">The model's own price first, then groups by name, each in order of time.</param>
public sealed record PriceEditPlan(PriceEdit Edit, string Model, bool NewModel, ImmutableArray<PriceRow> Added, ImmutableArray<PriceRow> Retired, ImmutableArray<PriceMove> Moves)
{
    /// <summary>The moment of the plan (UTC): rows that begin when they are applied begin then.</summary>
    internal DateTime Now { get; init; }

    /// <summary>All rows that the model shall have.</summary>
    internal ImmutableArray<PriceRow> Rows { get; init; } = [];

    /// <summary>Why the change looks like a slip: who applies it has to insist.</summary>
    public ImmutableArray<string> Doubts => [.. Moves.SelectMany(static move => move.Doubts).Distinct(StringComparer.Ordinal)];
}

/// <summary>Changes of prices by hand: first a plan that tells what every group will pay, and when; then just that.</summary>
public sealed class PriceEdits(RoutingDirectory routing, CatalogAdmin catalog, GroupPriceAdmin groupPrices, ModelOffers offers, TimeProvider time)
{
    /// <summary>What an edit would change. Changes nothing.</summary>
    /// <exception cref="AdminException">There is no such group or row, or the edit says nothing.</exception>
    public async Task<PriceEditPlan> PlanAsync(PriceEdit edit, CancellationToken cancellation = default)
    {
        var now = Now();
        var model = new ModelCatalog(await catalog.ListAsync(cancellation)).Find(edit.Model);
        var id = model?.Id ?? edit.Model;
        var group = edit.Group is null ? null : routing.Current.FindGroup(edit.Group) ?? throw new AdminException("group", $"there is no group '{edit.Group}'");
        var list = model?.Prices ?? [];
        var present = group is null ? list : OwnOf(group, model, id);
        Check(edit, present, id);
        var added = edit.Add.Select(row => PriceJson.Stamp(id, row.From == default ? row with { From = now } : row, group?.Id)).ToImmutableArray();
        var retired = present.Where(row => edit.Retire.Contains(row.Version, StringComparer.Ordinal)).ToImmutableArray();
        var next = present.RemoveRange(retired).AddRange(added.Where(row => !present.Any(one => one.Version == row.Version))).Sort(static (left, right) => left.From.CompareTo(right.From));
        var moves = new List<PriceMove>();
        if (group is null)
        {
            moves.AddRange(Moves(null, 1m, list, [], next, [], now));
        }

        var serving = offers.Find(id, static _ => true)?.Offers.Select(static offer => offer.Group) ?? [];
        foreach (var one in group is null ? serving.OrderBy(static one => one.Name, StringComparer.Ordinal) : Enumerable.Repeat(group, 1))
        {
            var own = OwnOf(one, model, id);
            moves.AddRange(Moves(one.Name, one.Multiplier, list, own, group is null ? next : list, group is null ? own : next, now));
        }

        return new PriceEditPlan(edit, id, model is null, added, retired, [.. moves]) { Now = now, Rows = next };
    }

    /// <summary>Applies a plan that was made inside the same transaction: nobody changed anything since.</summary>
    /// <param name="force">Also what looks like a slip.</param>
    /// <param name="actor">Who said yes.</param>
    /// <param name="within">The caller commits it.</param>
    /// <param name="cancellation">Undoes it.</param>
    /// <exception cref="AdminException">The plan is doubtful and not forced, or a row is wrong.</exception>
    public async Task ApplyAsync(PriceEditPlan plan, bool force, string actor, HubTransaction within, CancellationToken cancellation = default)
    {
        if (!force && !plan.Doubts.IsEmpty)
        {
            throw new AdminException("force", $"must be true, as this looks like a slip: {string.Join("; ", plan.Doubts)}");
        }

        if (plan.Edit.Group is not { } group)
        {
            await catalog.UpsertModelAsync(new ModelDraft { Id = plan.Model, Prices = plan.Rows, Actor = actor }, within: within, cancellation: cancellation);
            return;
        }

        foreach (var row in plan.Retired)
        {
            await groupPrices.RetireAsync(group, row.Version, actor, within, cancellation);
        }

        foreach (var row in plan.Added)
        {
            await groupPrices.AddAsync(group, new GroupPrice(plan.Model, row), actor, within, cancellation);
        }
    }

    private static void Check(PriceEdit edit, ImmutableArray<PriceRow> present, string model)
    {
        var problems = new ProblemList();
        problems.Require(!edit.Add.IsEmpty || !edit.Retire.IsEmpty, "add", "is empty, and so is 'retire': there is nothing to change");
        foreach (var version in edit.Retire.Where(version => !present.Any(row => row.Version == version)))
        {
            problems.Add("retire", $"model '{model}' has no price '{version}' in use{(edit.Group is null ? "" : $" in group '{edit.Group}'")}");
        }

        foreach (var row in edit.Add)
        {
            problems.Require(!PriceLines.Of(row).Keys.All(static name => name.StartsWith("service_tiers", StringComparison.Ordinal)), "add", "has a row that prices nothing: name a rate such as input and output; 0 is written out");
        }

        CatalogAdmin.CheckPrices(edit.Add, problems);
        problems.ThrowIfAny();
    }

    /// <summary>Each moment from now on at which the price differs from what it would have been, told once.</summary>
    private static IEnumerable<PriceMove> Moves(
        string? group, decimal multiplier, ImmutableArray<PriceRow> list, ImmutableArray<PriceRow> own, ImmutableArray<PriceRow> nextList, ImmutableArray<PriceRow> nextOwn, DateTime now)
    {
        var (before, after) = (PriceTimeline.Of(own, list, now), PriceTimeline.Of(nextOwn, nextList, now));
        var told = (Former: default(string), Next: default(string));
        foreach (var moment in before.Concat(after).SelectMany(static row => new[] { row.From, row.To }).OfType<DateTime>().Where(moment => moment > now).Append(now).Distinct().Order())
        {
            var (former, next) = (PriceRow.InForce(before, moment), PriceRow.InForce(after, moment));
            var here = (Former: former is null ? null : PriceLines.TextOf(former), Next: next is null ? null : PriceLines.TextOf(next));
            if (here.Former != here.Next && here != told)
            {
                yield return new PriceMove(
                    group, multiplier, moment == now ? null : moment, PricePlanner.Compare(former, next), next?.Currency ?? former!.Currency,
                    next is null ? [$"{(group is null ? "the model" : $"the model in group {group}")} would have no price, and its calls would be refused"] : [.. PriceSanity.Doubts(former, next)]);
            }

            told = here;
        }
    }

    private static ImmutableArray<PriceRow> OwnOf(Group group, ModelInfo? model, string id) =>
        group.Prices.For(model ?? new ModelInfo { Id = id, Vendor = "", DisplayName = id });

    /// <summary>Whole microseconds: what PostgreSQL keeps.</summary>
    private DateTime Now() => time.GetUtcNow().UtcDateTime is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : default;
}
