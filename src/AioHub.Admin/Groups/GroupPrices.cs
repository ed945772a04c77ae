using System.Text.Json;
using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Groups;

/// <summary>What a model costs in a group, in place of its own price; the group's multiplier comes on top.</summary>
/// <param name="Version">Names the row for ever.</param>
/// <param name="Price">As configuration files spell price rows: USD per million tokens.</param>
internal sealed record GroupPriceShape(string Version, string Model, JsonElement Price)
{
    public static GroupPriceShape Of(GroupPrice price) => new(price.Row.Version, price.Model, JsonElement.Parse(PriceJson.Write(price.Row)));
}

/// <param name="Price">A price row; without <c>from</c> it begins at once.</param>
internal sealed record NewGroupPriceRequest(string Model, JsonElement Price);

/// <summary><c>POST /api/admin/groups/{name}/prices</c>: the answer is the group. Rows are added and retired, never changed: calls of the past name them.</summary>
internal static class AddGroupPrice
{
    public static async Task<IResult> AnswerAsync(string name, Body<NewGroupPriceRequest> body, HttpContext http, Who who, HubDatabase database, GroupPriceAdmin prices, GroupShelf shelf, TimeProvider time)
    {
        var (model, price) = body.Value;
        var row = Read(model, price, time.GetUtcNow().UtcDateTime);
        await EntityTags.ChangeAsync(database, http, () => shelf.FindAsync(name, http.RequestAborted), "group", (_, transaction) =>
            prices.AddAsync(name, new GroupPrice(model, row), who.Known.Email, transaction, http.RequestAborted));
        return EntityTags.Show(http, await shelf.TakeAsync(name, http.RequestAborted));
    }

    private static PriceRow Read(string model, JsonElement price, DateTime now)
    {
        try
        {
            if (price.ValueKind != JsonValueKind.Object || price.TryGetProperty("from", out _))
            {
                return PriceJson.Read(model, price);
            }

            // From the second that is running: a price for later is said to be so.
            var members = price.EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value, StringComparer.Ordinal);
            members["from"] = JsonSerializer.SerializeToElement(now, ManagementJson.Options);
            return PriceJson.Read(model, JsonSerializer.SerializeToElement(members));
        }
        catch (FormatException wrong)
        {
            throw Refused.Invalid("price", wrong.Message);
        }
    }
}

/// <summary><c>DELETE /api/admin/groups/{name}/prices/{version}</c>: the row is retired; the answer is the group.</summary>
internal static class RetireGroupPrice
{
    public static async Task<IResult> AnswerAsync(string name, string version, HttpContext http, Who who, HubDatabase database, GroupPriceAdmin prices, GroupShelf shelf)
    {
        await EntityTags.ChangeAsync(database, http, () => shelf.FindAsync(name, http.RequestAborted), "group", (present, transaction) =>
            present.Prices.Any(price => string.Equals(price.Version, version, StringComparison.Ordinal))
                ? prices.RetireAsync(name, version, who.Known.Email, transaction, http.RequestAborted)
                : throw Refused.NotFound("price"));
        return EntityTags.Show(http, await shelf.TakeAsync(name, http.RequestAborted));
    }
}
