using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary>How values look in answers.</summary>
internal static class Shapes
{
    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);

    public static JsonArray List<T>(IEnumerable<T> all, Func<T, JsonNode> shape) => new([.. all.Select(shape)]);

    public static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string? Moment(DateTime? moment) => moment?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Number(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    public static string Usd(NanoUsd amount) => amount.ToUsd().ToString("0.00#######", CultureInfo.InvariantCulture);

    public static string Joined(IEnumerable<string> texts) => string.Join(", ", texts);

    public static JsonObject Change(ChangeReport report) => new()
    {
        ["what"] = report.What,
        ["created"] = report.Created,
        ["changes"] = Texts(report.Changes),
    };

    /// <summary>The answer of a command that changes one thing.</summary>
    public static Answer Changed(ChangeReport report, Action<JsonObject>? more = null)
    {
        var json = Change(report);
        json["changed"] = report.Any;
        more?.Invoke(json);
        return new Answer(json, output => Print(output, report));
    }

    public static void Print(TextWriter output, ChangeReport report)
    {
        output.WriteLine(report switch
        {
            { Created: true } => $"+ {report.What}",
            { Any: true } => $"~ {report.What}",
            _ => $"{report.What}: nothing to change",
        });
        foreach (var line in report.Changes)
        {
            output.WriteLine($"    {line}");
        }
    }
}
