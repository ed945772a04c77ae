using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;

namespace AioHub.Host.Cli;

/// <summary>Price rows as answers show them: spelled as in files, with their version.</summary>
internal static class PriceShapes
{
    /// <param name="model">Null = it is told elsewhere.</param>
    public static JsonObject Row(PriceRow row, string? model = null)
    {
        var shape = new JsonObject();
        if (model is not null)
        {
            shape["model"] = model;
        }

        foreach (var (name, value) in (JsonObject)JsonNode.Parse(PriceJson.Write(row))!)
        {
            shape[name] = value?.DeepClone();
        }

        shape["version"] = row.Version;
        return shape;
    }

    public static JsonObject Record(GroupPriceRecord record, bool inForce)
    {
        var shape = Row(record.Price.Row, record.Price.Model);
        shape["group"] = record.Group;
        shape["group_id"] = record.GroupId.Value;
        shape["in_force"] = inForce;
        shape["added_at"] = Shapes.Moment(record.AddedAt);
        shape["added_by"] = record.AddedBy;
        shape["retired_at"] = Shapes.Moment(record.RetiredAt);
        shape["retired_by"] = record.RetiredBy;
        return shape;
    }

    /// <summary>A group by its name, or by its number when it is no more.</summary>
    public static string GroupOf(GroupPriceRecord record) => record.Group ?? $"(group {record.GroupId.Value}, removed)";
}
