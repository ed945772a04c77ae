using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;
using Ability = AioHub.Wire.Vocabulary.Needs;

namespace AioHub.Admin.Models;

/// <summary>What the built-in catalogue says of a model.</summary>
internal sealed record BuiltinFacts(
    string DisplayName, string Vendor, ModelKind Kind, IReadOnlyList<string> Aliases, int? ContextWindow, int? LongContextWindow, int? MaxOutputTokens, IReadOnlyList<string> Capabilities, bool OpenWeights,
    DateOnly? ReleasedOn)
{
    public static BuiltinFacts Of(ModelInfo model) => new(
        model.DisplayName, model.Vendor, model.Kind, model.Aliases, model.ContextWindow, model.LongContextWindow, model.MaxOutputTokens, [.. CapabilityNames.ListOf(model.Capabilities)], model.OpenWeights,
        model.ReleasedOn);
}

/// <summary>A model of the catalogue. Its prices stand at <c>/api/admin/prices/{name}</c>.</summary>
/// <param name="Origin"><c>builtin</c> = as the hub came; <c>changed</c> = a built-in one that was changed; <c>own</c> = an operator's; <c>removed</c> = a built-in one that was taken out.</param>
/// <param name="Changed">Members, by name, in which it differs from the built-in one.</param>
/// <param name="Builtin">What the built-in catalogue says; absent = it does not know the model, or nothing was changed.</param>
/// <param name="LongContextWindow">Of the variant <c>[1m]</c>; only for models that do not have it without asking.</param>
/// <param name="Capabilities">Empty = nobody said anything, and nothing is refused; otherwise what is not listed is.</param>
internal sealed record ModelItem(
    string Id, string DisplayName, string Vendor, ModelKind Kind, string Origin, IReadOnlyList<string> Aliases, int? ContextWindow, int? LongContextWindow, int? MaxOutputTokens,
    IReadOnlyList<string> Capabilities, bool OpenWeights, DateOnly? ReleasedOn, string? Source, DateOnly? SourceDate, IReadOnlyList<string> Changed, BuiltinFacts? Builtin)
{
    public static ModelItem Of(ModelInfo model)
    {
        if (BuiltinCatalog.Find(model.Id) is not { } builtin)
        {
            return Shown(model, "own", [], builtin: null);
        }

        var (was, now) = (BuiltinFacts.Of(builtin), BuiltinFacts.Of(model));
        string[] changed =
        [
            .. Differs("display_name", was.DisplayName, now.DisplayName), .. Differs("vendor", was.Vendor, now.Vendor), .. Differs("kind", was.Kind, now.Kind),
            .. was.Aliases.SequenceEqual(now.Aliases, StringComparer.Ordinal) ? [] : new[] { "aliases" }, .. Differs("context_window", was.ContextWindow, now.ContextWindow),
            .. Differs("long_context_window", was.LongContextWindow, now.LongContextWindow), .. Differs("max_output_tokens", was.MaxOutputTokens, now.MaxOutputTokens),
            .. Differs("capabilities", builtin.Capabilities, model.Capabilities), .. Differs("open_weights", was.OpenWeights, now.OpenWeights), .. Differs("released_on", was.ReleasedOn, now.ReleasedOn),
        ];
        return Shown(model, changed.Length > 0 ? "changed" : "builtin", changed, changed.Length > 0 ? was : null);

        static string[] Differs<T>(string member, T was, T now) => EqualityComparer<T>.Default.Equals(was, now) ? [] : [member];
    }

    /// <summary>A built-in model that is not in the catalogue any more.</summary>
    public static ModelItem OfRemoved(ModelInfo model) => Shown(model, "removed", [], builtin: null);

    private static ModelItem Shown(ModelInfo model, string origin, IReadOnlyList<string> changed, BuiltinFacts? builtin) => new(
        model.Id, model.DisplayName, model.Vendor, model.Kind, origin, model.Aliases, model.ContextWindow, model.LongContextWindow, model.MaxOutputTokens,
        [.. CapabilityNames.ListOf(model.Capabilities)], model.OpenWeights, model.ReleasedOn, model.Source.Length > 0 ? model.Source : null, model.SourceDate, changed, builtin);
}

/// <summary><c>GET /api/admin/models</c>: by id.</summary>
internal static class ListModels
{
    /// <param name="text">Part of id, name or alias, in any case.</param>
    /// <param name="origin"><c>builtin</c>, <c>changed</c>, <c>own</c>; or <c>removed</c>: built-in ones that were taken out, which no other list shows.</param>
    public static async Task<Page<ModelItem>> AnswerAsync(Paging paging, string? text, string? vendor, ModelKind? kind, string? origin, HttpContext http, CatalogAdmin catalog)
    {
        paging.SortOf("id");
        var after = paging.AfterName;
        var removed = origin == "removed";
        var rows = (removed ? await catalog.ListRemovedAsync(http.RequestAborted) : await catalog.ListAsync(http.RequestAborted))
            .Where(model => after is null || string.CompareOrdinal(model.Id, after) > 0)
            .Where(model => text is null || model.Id.Contains(text, StringComparison.OrdinalIgnoreCase) || model.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase)
                || model.Aliases.Any(alias => alias.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .Where(model => vendor is null || string.Equals(model.Vendor, vendor, StringComparison.OrdinalIgnoreCase))
            .Where(model => kind is null || model.Kind == kind)
            .Select(model => removed ? ModelItem.OfRemoved(model) : ModelItem.Of(model)).Where(item => origin is null || item.Origin == origin).Take(paging.Ask).ToList();
        return paging.Of(rows, static row => row, static row => row.Id);
    }
}

/// <summary><c>GET /api/admin/models/{name}</c>: by id or alias.</summary>
internal static class ShowModel
{
    public static async Task<IResult> AnswerAsync(string name, HttpContext http, CatalogAdmin catalog) =>
        EntityTags.Show(http, await FindAsync(catalog, name, http.RequestAborted) ?? throw Refused.NotFound("model"));

    internal static async Task<ModelItem?> FindAsync(CatalogAdmin catalog, string name, CancellationToken cancellation) =>
        new ModelCatalog(await catalog.ListAsync(cancellation)).Find(Uri.UnescapeDataString(name)) is { } model ? ModelItem.Of(model) : null;

    internal static Ability? NeedsOf(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return null;
        }

        var needs = Ability.None;
        foreach (var name in names)
        {
            needs |= CapabilityNames.TryParse(name, out var one) ? one : throw Refused.Invalid("capabilities", $"there is no capability '{name}'; there are {string.Join(", ", CapabilityNames.All)}");
        }

        return needs;
    }
}

/// <param name="Id">As calls name it, without <c>[1m]</c>.</param>
internal sealed record NewModelRequest(
    string Id, string? DisplayName, string? Vendor, ModelKind? Kind, IReadOnlyList<string>? Aliases, int? ContextWindow, int? LongContextWindow, int? MaxOutputTokens,
    IReadOnlyList<string>? Capabilities, bool? OpenWeights, DateOnly? ReleasedOn);

/// <summary><c>POST /api/admin/models</c>: a new one, or a built-in one that was removed. It has no price yet.</summary>
internal static class MakeModel
{
    public static async Task<IResult> AnswerAsync(Body<NewModelRequest> body, HttpContext http, HubDatabase database, CatalogAdmin catalog)
    {
        var wanted = body.Value;
        await using var transaction = await database.BeginAsync(http.RequestAborted);
        if (await ShowModel.FindAsync(catalog, wanted.Id, http.RequestAborted) is { } present)
        {
            throw new Refused(RefusalCode.Conflict, $"There is a model of that name already: {present.Id}. Change that one, or take another name.")
            {
                Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["id"] = [$"is a name of {present.Id} already; change that one, or take another name"] },
            };
        }

        await catalog.UpsertModelAsync(
            new ModelDraft
            {
                Id = wanted.Id, DisplayName = wanted.DisplayName, Vendor = wanted.Vendor, Kind = wanted.Kind, Aliases = wanted.Aliases?.ToImmutableArray(), ContextWindow = wanted.ContextWindow,
                LongContextWindow = wanted.LongContextWindow, MaxOutputTokens = wanted.MaxOutputTokens, Capabilities = ShowModel.NeedsOf(wanted.Capabilities), OpenWeights = wanted.OpenWeights,
                ReleasedOn = wanted.ReleasedOn,
            },
            within: transaction, cancellation: http.RequestAborted);
        await transaction.CommitAsync(http.RequestAborted);
        var made = await ShowModel.FindAsync(catalog, wanted.Id, http.RequestAborted) ?? throw Refused.NotFound("model");
        return EntityTags.Made(http, $"/api/admin/models/{Uri.EscapeDataString(made.Id)}", made);
    }
}

/// <summary>Absent members stay; null puts them back to the built-in model's, or to being unknown.</summary>
internal sealed record ModelChangeRequest(
    Named<string?> DisplayName, Named<string?> Vendor, Named<ModelKind?> Kind, Named<IReadOnlyList<string>?> Aliases, Named<int?> ContextWindow, Named<int?> LongContextWindow,
    Named<int?> MaxOutputTokens, Named<IReadOnlyList<string>?> Capabilities, Named<bool?> OpenWeights, Named<DateOnly?> ReleasedOn)
{
    public ModelDraft ToDraft(string id)
    {
        var forgotten = ImmutableArray.CreateBuilder<string>();
        return new ModelDraft
        {
            Id = id, DisplayName = Take("display_name", DisplayName), Vendor = Take("vendor", Vendor), Kind = Take("kind", Kind), Aliases = Take("aliases", Aliases)?.ToImmutableArray(),
            ContextWindow = Take("context_window", ContextWindow), LongContextWindow = Take("long_context_window", LongContextWindow), MaxOutputTokens = Take("max_output_tokens", MaxOutputTokens),
            Capabilities = ShowModel.NeedsOf(Take("capabilities", Capabilities)), OpenWeights = Take("open_weights", OpenWeights), ReleasedOn = Take("released_on", ReleasedOn),
            Forgotten = forgotten.ToImmutable(),
        };

        T? Take<T>(string member, Named<T?> value)
        {
            if (value is { IsNamed: true, Value: null })
            {
                forgotten.Add(member);
            }

            return value.Value;
        }
    }
}

/// <summary><c>PATCH /api/admin/models/{name}</c>.</summary>
internal static class ChangeModel
{
    public static async Task<IResult> AnswerAsync(string name, Body<ModelChangeRequest> body, HttpContext http, HubDatabase database, CatalogAdmin catalog)
    {
        await EntityTags.ChangeAsync(
            database, http, () => ShowModel.FindAsync(catalog, name, http.RequestAborted), "model",
            (present, transaction) => catalog.UpsertModelAsync(body.Value.ToDraft(present.Id), within: transaction, cancellation: http.RequestAborted));
        return EntityTags.Show(http, await ShowModel.FindAsync(catalog, name, http.RequestAborted) ?? throw Refused.NotFound("model"));
    }
}

/// <summary><c>DELETE /api/admin/models/{name}</c>: out of the catalogue, a built-in one too. Its prices stay on record.</summary>
internal static class RemoveModel
{
    public static async Task<IResult> AnswerAsync(string name, HttpContext http, HubDatabase database, CatalogAdmin catalog)
    {
        await EntityTags.ChangeAsync(
            database, http, () => ShowModel.FindAsync(catalog, name, http.RequestAborted), "model",
            (present, transaction) => catalog.RemoveModelAsync(present.Id, transaction, http.RequestAborted));
        return Results.NoContent();
    }
}
