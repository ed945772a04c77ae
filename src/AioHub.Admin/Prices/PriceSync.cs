using System.Text.Json;
using AioHub.Admin.Frame;
using AioHub.Core.Catalog.Sync;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Prices;

/// <param name="Source">Where the document is: an address of http or https. One of <c>source</c> and <c>document</c>.</param>
/// <param name="Document">The document itself, for hubs that reach nothing outside.</param>
/// <param name="Format"><c>models.dev</c>, <c>litellm</c>, <c>hub</c> or <c>new-api</c>; absent = the document shows it.</param>
/// <param name="Provider">Whose prices to take of a list with many sellers.</param>
/// <param name="Group">Of a hub's page: what this group pays there.</param>
/// <param name="Only">Globs of models; absent = all.</param>
/// <param name="KnownOnly">Leave models alone that the catalogue does not know.</param>
/// <param name="AllowPrivateNetwork">The address may lie in a private network or on this machine.</param>
/// <param name="Force">Of <c>apply</c>: also what is refused as doubtful.</param>
internal sealed record PriceSyncRequest(
    string? Source, JsonElement? Document, string? Format, string? Provider, string? Group, IReadOnlyList<string>? Only, bool? KnownOnly, bool? AllowPrivateNetwork, bool? Force);

/// <summary>What the document means for one model.</summary>
/// <param name="From">When the new price comes into force; absent = when it is applied.</param>
/// <param name="Reason">Why it is refused, or what is doubtful.</param>
/// <param name="CanForce">A refusal that a person may overrule.</param>
/// <param name="Groups">Groups whose price moves with it: those that offer the model and have no price of their own.</param>
internal sealed record SyncChangeShape(
    string Model, PriceVerdict Verdict, bool NewModel, string Currency, DateTime? From, string? Reason, bool CanForce, IReadOnlyList<RateChangeShape> Rates, IReadOnlyList<string> Groups);

/// <summary>What a sync would do.</summary>
/// <param name="Unchanged">How many models stay as they are; they are not listed.</param>
/// <param name="Faults">Entries that break the format: with any, nothing can be applied.</param>
internal sealed record SyncPlanReply(string Source, string Format, int Unchanged, IReadOnlyList<SyncChangeShape> Changes, IReadOnlyList<string> Faults)
{
    public static SyncPlanReply Of(PricePlan plan, ModelOffers offers)
    {
        var offered = offers.Of(static _ => true).ToDictionary(static model => model.Model.Id, static model => model, StringComparer.OrdinalIgnoreCase);
        return new SyncPlanReply(
            plan.Source, PriceFormats.NameOf(plan.Format), plan.Changes.Count(static change => change.Verdict == PriceVerdict.Unchanged),
            [
                .. plan.Changes.Where(static change => change.Verdict != PriceVerdict.Unchanged).Select(change => new SyncChangeShape(
                    change.Model, change.Verdict, change.NewModel, change.Currency, change.From, change.Reason, change.CanForce, [.. change.Rates.Select(RateChangeShape.Of)],
                    change.Rates.IsEmpty ? [] : [.. (offered.GetValueOrDefault(change.Model)?.Offers ?? []).Where(static offer => !offer.IsOwn).Select(static offer => offer.Group.Name)])),
            ],
            plan.Faults);
    }
}

/// <summary>One line of a sync's progress; the last has the plan, or why there is none.</summary>
/// <param name="Step"><c>fetching</c>, <c>reading</c>, <c>comparing</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Bytes">That came so far.</param>
/// <param name="Of">How many there will be, where the source says so.</param>
/// <param name="Tag">For <c>If-Match</c> of <c>apply</c>.</param>
/// <param name="Errors">What is wrong with each field.</param>
internal sealed record SyncLine(string Step, long? Bytes = null, long? Of = null, SyncPlanReply? Plan = null, string? Tag = null, string? Detail = null, IReadOnlyDictionary<string, string[]>? Errors = null);

/// <summary>Reads documents and compares them with the catalogue, telling how far it is.</summary>
internal sealed class PriceReader(PriceSyncAdmin prices, OpenTypedAddress open, TimeProvider time)
{
    private const long EachBytes = 256 * 1024;

    /// <exception cref="Refused">The document cannot be had or read.</exception>
    public async Task<PricePlan> PlanAsync(PriceSyncRequest wanted, Func<SyncLine, Task> tell, CancellationToken cancellation)
    {
        var format = wanted.Format is { } named ? PriceFormats.Find(named) ?? throw Refused.Invalid("format", $"must be one of {string.Join(", ", Enum.GetValues<PriceFormat>().Select(PriceFormats.NameOf))}") : (PriceFormat?)null;
        var bytes = await FetchAsync(wanted, tell, cancellation);
        await tell(new SyncLine("reading", bytes.Length));
        PriceDocument document;
        try
        {
            document = PriceDocumentReader.Read(bytes, new PriceReading { Format = format, Provider = wanted.Provider, Group = wanted.Group });
        }
        catch (FormatException broken)
        {
            throw Refused.Invalid(wanted.Document is null ? "source" : "document", broken.Message);
        }

        await tell(new SyncLine("comparing", bytes.Length));
        return await prices.PlanAsync(document, wanted.Source ?? "document", new PriceScope { Only = [.. wanted.Only ?? []], KnownOnly = wanted.KnownOnly ?? false }, cancellation);
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(PriceSyncRequest wanted, Func<SyncLine, Task> tell, CancellationToken cancellation)
    {
        if (wanted.Document is { } here)
        {
            return wanted.Source is null ? JsonSerializer.SerializeToUtf8Bytes(here) : throw Refused.Invalid("document", "cannot stand beside 'source': name one of the two");
        }

        if (!Uri.TryCreate(wanted.Source, UriKind.Absolute, out var address))
        {
            throw Refused.Invalid("source", "must be an address such as https://models.dev/api.json");
        }

        await tell(new SyncLine("fetching", 0));
        var told = 0L;
        try
        {
            using var http = open(wanted.AllowPrivateNetwork ?? false);
            return await new PriceDownload(http, time).FetchAsync(address, cancellation, async (came, of) =>
            {
                if (came - told >= EachBytes)
                {
                    told = came;
                    await tell(new SyncLine("fetching", came, of));
                }
            });
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or FormatException)
        {
            throw Refused.Invalid("source", failure.GetBaseException().Message);
        }
    }
}

/// <summary><c>POST /api/admin/prices/sync/preview</c>: lines of JSON, as the work goes on. Writes nothing.</summary>
internal static class PreviewSync
{
    public static Task AnswerAsync(Body<PriceSyncRequest> body, HttpContext http, PriceReader reader, ModelOffers offers)
    {
        if (body.Value is { Source: null, Document: null })
        {
            throw Refused.Invalid("source", "is missing: name an address, or send the document");
        }

        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers["x-accel-buffering"] = "no";
        return RunAsync(body.Value, http, reader, offers);
    }

    private static async Task RunAsync(PriceSyncRequest wanted, HttpContext http, PriceReader reader, ModelOffers offers)
    {
        try
        {
            var plan = SyncPlanReply.Of(await reader.PlanAsync(wanted, TellAsync, http.RequestAborted), offers);
            await TellAsync(new SyncLine("done", Plan: plan, Tag: EntityTags.Of(plan)));
        }
        catch (Refused refused)
        {
            // The answer has begun: what went wrong is its last line.
            await TellAsync(new SyncLine("failed", Detail: refused.Message, Errors: refused.Errors));
        }
        catch (AdminException refused)
        {
            await TellAsync(new SyncLine("failed", Detail: refused.Message, Errors: Problems.Of(refused).Errors));
        }

        async Task TellAsync(SyncLine line)
        {
            await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ManagementJson.Options), http.RequestAborted);
            await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}

/// <param name="Sync">Its number, to undo it; absent = there was nothing to apply.</param>
/// <param name="Models">Models whose prices it changed.</param>
internal sealed record SyncAppliedReply(long? Sync, IReadOnlyList<string> Models);

/// <summary><c>POST /api/admin/prices/sync/apply</c>: reads the document again; where it, or the catalogue, is no longer what was seen, nothing is done.</summary>
internal static class ApplySync
{
    public static async Task<SyncAppliedReply> AnswerAsync(Body<PriceSyncRequest> body, HttpContext http, Who who, PriceReader reader, PriceSyncAdmin prices, ModelOffers offers)
    {
        var wanted = http.Request.Headers.IfMatch.ToString();
        if (wanted.Length == 0)
        {
            throw new Refused(RefusalCode.IfMatchRequired, "Send the tag of the preview as If-Match, so that what was seen is what is done.");
        }

        var plan = await reader.PlanAsync(body.Value, static _ => Task.CompletedTask, http.RequestAborted);
        var shown = SyncPlanReply.Of(plan, offers);
        var tag = EntityTags.Of(shown);
        if (tag != wanted)
        {
            http.Response.Headers.ETag = tag;
            throw new Refused(RefusalCode.ChangedMeanwhile, "The document or the catalogue changed since the preview. Look at 'current', and try again with its ETag.") { Present = shown };
        }

        var force = body.Value.Force ?? false;
        return new SyncAppliedReply(await prices.ApplyAsync(plan, force, who.Known.Email, http.RequestAborted), [.. plan.Applicable(force).Select(static change => change.Model)]);
    }
}

/// <param name="Forced">Doubtful changes were applied too.</param>
/// <param name="Models">How many it changed.</param>
internal sealed record SyncItem(long Id, string Source, string Format, DateTime At, string Actor, bool Forced, int Models, DateTime? UndoneAt, string? UndoneBy);

/// <summary><c>GET /api/admin/prices/syncs</c>: the newest hundred, newest first.</summary>
internal static class ListSyncs
{
    public static async Task<Page<SyncItem>> AnswerAsync(HttpContext http, PriceSyncAdmin prices) => new(
        [
            .. (await prices.ListAsync(cancellation: http.RequestAborted))
                .Select(static sync => new SyncItem(sync.Id, sync.Source, sync.Format, sync.At, sync.Actor, sync.Forced, sync.Models, sync.UndoneAt, sync.UndoneBy)),
        ],
        null);
}

/// <summary><c>POST /api/admin/prices/syncs/{id}/undo</c>: puts the prices back into use that it replaced.</summary>
internal static class UndoSync
{
    public static async Task<SyncAppliedReply> AnswerAsync(long id, HttpContext http, Who who, PriceSyncAdmin prices) =>
        new(id, await prices.UndoAsync(id, who.Known.Email, http.RequestAborted));
}
