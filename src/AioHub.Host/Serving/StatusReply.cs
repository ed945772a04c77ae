using System.Text.Json.Serialization;

namespace AioHub.Host.Serving;

/// <summary><c>GET /api/status</c>.</summary>
internal sealed record StatusReply(string Product, string Version, DateTime Time);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusReply))]
internal sealed partial class StatusJson : JsonSerializerContext;
