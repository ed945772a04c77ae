using System.Text.Json.Nodes;
using AioHub.Core.Routing.Probes;

namespace AioHub.Host.Cli;

/// <summary>How requests and replies of upstreams look in answers.</summary>
internal static class ExchangeShapes
{
    public static JsonObject Of(RawExchange exchange) => new()
    {
        ["method"] = exchange.Method,
        ["address"] = exchange.Address,
        ["headers"] = Headers(exchange.Headers),
        ["body"] = BodyOf(exchange.Body),
        ["status"] = exchange.Status,
        ["reply_headers"] = Headers(exchange.ReplyHeaders),
        ["reply"] = BodyOf(exchange.Reply),
    };

    public static void Print(TextWriter output, RawExchange exchange)
    {
        output.WriteLine($"    > {exchange.Method} {exchange.Address}");
        Lines("    > ", exchange.Headers, exchange.Body);
        if (exchange.Status is { } status)
        {
            output.WriteLine($"    < {status}");
            Lines("    < ", exchange.ReplyHeaders, exchange.Reply);
        }

        void Lines(string mark, IReadOnlyList<ShownHeader> headers, string? body)
        {
            foreach (var header in headers)
            {
                output.WriteLine($"{mark}{header.Name}: {header.Value}");
            }

            foreach (var line in string.IsNullOrEmpty(body) ? [] : body.Split('\n'))
            {
                output.WriteLine($"{mark}  {line.TrimEnd('\r')}");
            }
        }
    }

    /// <summary>JSON as such, so that it can be looked into; anything else as text.</summary>
    private static JsonNode? BodyOf(string? body)
    {
        try
        {
            return body is null ? null : JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return body;
        }
    }

    private static JsonArray Headers(IReadOnlyList<ShownHeader> headers) => Shapes.List(headers, static header => new JsonObject { ["name"] = header.Name, ["value"] = header.Value });
}
