using System.Text;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Tests.Running;

/// <summary>What a caller got.</summary>
/// <param name="Broken">The connection ended before the reply did: a reset, or a missing last chunk.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Broken)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public string RequestId => Header("x-aiohub-request-id").ShouldNotBeNull();

    /// <summary>The hub's code in the header.</summary>
    public string? Error => Header("x-aiohub-error");

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<Answer> ReadAsync(HttpClient client, HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await ReadAsync(response);
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        using var body = new MemoryStream();
        var broken = false;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync();
            await stream.CopyToAsync(body);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            broken = true;
        }

        return new Answer((int)response.StatusCode, headers, body.ToArray(), broken);
    }

    /// <summary>The code inside the body, where the dialect has it.</summary>
    public string? CodeIn(Dialect dialect) => CodeIn(dialect, Json);

    public static string? CodeIn(Dialect dialect, JsonElement body) => dialect == Dialect.Gemini
        ? body.GetProperty("error").GetProperty("details")[0].GetProperty("reason").GetString()
        : body.GetProperty("error").GetProperty("code").GetString();
}
