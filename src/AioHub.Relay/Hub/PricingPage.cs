using AioHub.Relay.Calls;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>
/// <c>GET /api/pricing</c>, public: the shape that the ecosystem's tools read (new-api's, ratios included), plus the hub's groups and exact
/// prices. Built at most once a few seconds for one state of the configuration.
/// </summary>
internal sealed class PricingPage(RoutingDirectory routing, CatalogDirectory catalog, ModelListing listing, TimeProvider time)
{
    /// <summary>new-api's ratio 1 means 2 USD per million input tokens.</summary>
    private const decimal UsdPerRatio = 2m;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private volatile Kept? _kept;

    public async Task ShowAsync(HttpContext http)
    {
        var bytes = Current();
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.CacheControl = "public, max-age=10";
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }

    private byte[] Current()
    {
        var table = routing.Current;
        var models = catalog.Current;
        var kept = _kept;
        if (kept is not null && ReferenceEquals(kept.Table, table) && ReferenceEquals(kept.Models, models) && time.GetElapsedTime(kept.At) < KeptFor)
        {
            return kept.Bytes;
        }

        using var bytes = JsonReply.Render(writer => Write(writer, table));
        kept = new Kept(table, models, time.GetTimestamp(), bytes.Span.ToArray());
        _kept = kept;
        return kept.Bytes;
    }

    private void Write(Utf8JsonWriter writer, RoutingTable table)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var groups = table.Groups.Where(static group => group.Visibility == GroupVisibility.Public && !group.IsAuto).ToList();
        var served = groups.ToDictionary(static group => group, group => group.Status == GroupStatus.Active ? listing.OfGroup(group) : []);
        var byModel = served.SelectMany(static pair => pair.Value.Select(model => (pair.Key, Model: model)))
            .GroupBy(static pair => pair.Model)
            .OrderBy(static group => group.Key.Id, StringComparer.Ordinal);

        writer.WriteStartObject();
        writer.WriteBoolean("success", true);
        writer.WriteStartArray("data");
        foreach (var model in byModel)
        {
            if (model.Key.PriceAt(now) is { } price)
            {
                WriteModel(writer, model.Key, price, [.. model.Select(static pair => pair.Key)]);
            }
        }

        writer.WriteEndArray();
        WriteVendors(writer, served.Values.SelectMany(static models => models));
        writer.WriteStartObject("group_ratio");
        foreach (var group in groups)
        {
            writer.WriteNumber(group.Name, group.Multiplier);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("usable_group");
        foreach (var group in groups.Where(static group => group.Status == GroupStatus.Active))
        {
            writer.WriteString(group.Name, group.CommonUse.Length > 0 ? group.CommonUse : group.DisplayName);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("supported_endpoint");
        WriteEndpoint(writer, "openai", "/v1/chat/completions");
        WriteEndpoint(writer, "openai-response", "/v1/responses");
        WriteEndpoint(writer, "anthropic", "/v1/messages");
        WriteEndpoint(writer, "gemini", "/v1beta/models/{model}:generateContent");
        WriteEndpoint(writer, "embeddings", "/v1/embeddings");
        WriteEndpoint(writer, "image-generation", "/v1/images/generations");
        WriteEndpoint(writer, "jina-rerank", "/v1/rerank");
        writer.WriteEndObject();
        writer.WriteStartArray("auto_groups");
        foreach (var name in table.Auto.Order)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        WriteGroups(writer, table, served);
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, ModelInfo model, PriceRow price, Group[] groups)
    {
        var rates = price.Rates;
        var perCall = price.PerRequest is not null && rates.Input is null;
        writer.WriteStartObject();
        writer.WriteString("model_name", model.Id);
        writer.WriteString("description", model.DisplayName);
        writer.WriteString("vendor_id", model.Vendor);
        writer.WriteNumber("quota_type", perCall ? 1 : 0);
        writer.WriteNumber("model_ratio", perCall ? 0 : (rates.Input ?? 0) / UsdPerRatio);
        writer.WriteNumber("model_price", perCall ? price.PerRequest!.Value : 0);
        writer.WriteString("owner_by", "");
        writer.WriteNumber("completion_ratio", Ratio(rates.Output, rates.Input) ?? 1);
        WriteRatio(writer, "cache_ratio", rates.CacheRead, rates.Input);
        WriteRatio(writer, "create_cache_ratio", rates.CacheWrite5m ?? rates.CacheWriteOther, rates.Input);
        WriteRatio(writer, "image_ratio", rates.InputImage, rates.Input);
        WriteRatio(writer, "audio_ratio", rates.InputAudio, rates.Input);
        WriteRatio(writer, "audio_completion_ratio", rates.OutputAudio, rates.InputAudio);
        writer.WriteStartArray("enable_groups");
        foreach (var group in groups)
        {
            writer.WriteStringValue(group.Name);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("supported_endpoint_types");
        foreach (var type in EndpointTypes(model))
        {
            writer.WriteStringValue(type);
        }

        writer.WriteEndArray();
        ExactPrices.Write(writer, model, price, groups);
        writer.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter writer, RoutingTable table, Dictionary<Group, System.Collections.Immutable.ImmutableArray<ModelInfo>> served)
    {
        writer.WriteStartArray("groups");
        foreach (var group in table.Groups.Where(static group => group.Visibility == GroupVisibility.Public))
        {
            writer.WriteStartObject();
            writer.WriteString("name", group.Name);
            writer.WriteString("display_name", group.DisplayName);
            writer.WriteString("common_use", group.CommonUse);
            writer.WriteString("notes", group.Notes);
            writer.WriteString("status", JsonNamingPolicy.SnakeCaseLower.ConvertName(group.Status.ToString()));
            writer.WriteString("expired_on", group.ExpiredOn?.ToString("yyyy-MM-dd"));
            writer.WriteString("reason", group.Reason);
            writer.WriteString("replacement", group.Replacement);
            writer.WriteNumber("multiplier", group.Multiplier);
            writer.WriteStartArray("models");
            foreach (var id in group.IsAuto ? served.Values.SelectMany(static models => models).Select(static model => model.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                : served[group].Select(static model => model.Id))
            {
                writer.WriteStringValue(id);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteVendors(Utf8JsonWriter writer, IEnumerable<ModelInfo> models)
    {
        writer.WriteStartArray("vendors");
        foreach (var vendor in models.Select(static model => model.Vendor).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("id", vendor);
            writer.WriteString("name", vendor);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static IEnumerable<string> EndpointTypes(ModelInfo model) => model.Kind switch
    {
        ModelKind.Embedding => ["embeddings"],
        ModelKind.Image => ["image-generation"],
        ModelKind.Rerank => ["jina-rerank"],
        _ => model.Vendor switch
        {
            "anthropic" => ["anthropic"],
            "google" => ["gemini"],
            "openai" => ["openai-response", "openai"],
            _ => ["openai"],
        },
    };

    private static void WriteEndpoint(Utf8JsonWriter writer, string type, string path)
    {
        writer.WriteStartObject(type);
        writer.WriteString("path", path);
        writer.WriteString("method", "POST");
        writer.WriteEndObject();
    }

    private static void WriteRatio(Utf8JsonWriter writer, string name, decimal? rate, decimal? basis)
    {
        if (Ratio(rate, basis) is { } ratio)
        {
            writer.WriteNumber(name, ratio);
        }
    }

    private static decimal? Ratio(decimal? rate, decimal? basis) => rate is { } some && basis is > 0 ? some / basis.Value : null;

    private sealed record Kept(RoutingTable Table, ModelCatalog Models, long At, byte[] Bytes);
}
