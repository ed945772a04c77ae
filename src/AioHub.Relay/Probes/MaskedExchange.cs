using System.Text;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Overrides;
using AioHub.Core.Routing.Probes;

namespace AioHub.Relay.Probes;

/// <summary>Takes the secrets of a channel out of what is shown to its operator: a screen is looked at by others too, and its text ends up in reports.</summary>
internal sealed class MaskedExchange
{
    private const string Hidden = "…";

    /// <summary>A shorter one would blot out ordinary words.</summary>
    private const int ShortestSecret = 4;

    private static readonly HashSet<string> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        "authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "x-amz-security-token", "cookie", "set-cookie",
    };

    private readonly string[] _secrets;
    private readonly HashSet<string> _headers;

    public MaskedExchange(Channel channel)
    {
        var headers = (channel.Overrides?.Headers ?? []).Where(static rule => rule.IsSecret).ToArray();
        // The parts of a key file or of an application are secrets, or ids of an account: neither is for a screen.
        var secrets = channel.Credentials.SelectMany(static credential => JsonSecret.PartsOf(credential.Secret).Append(credential.Secret))
            .Concat(headers.Select(static rule => rule.Value ?? "")).Append(channel.Proxy?.Password ?? "").Append(channel.Settings.GetValueOrDefault(VertexSettings.Project, ""));
        _secrets = [.. secrets.Where(static secret => secret.Length >= ShortestSecret).OrderByDescending(static secret => secret.Length)];
        _headers = headers.Select(static rule => rule.Target).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    public string Over(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    public IReadOnlyList<ShownHeader> Over(params IEnumerable<KeyValuePair<string, IEnumerable<string>>>?[] headers) =>
        [.. headers.SelectMany(static part => part ?? []).Select(header => new ShownHeader(header.Key.ToLowerInvariant(), Over(header.Key, string.Join(", ", header.Value))))];

    public RawExchange Over(HttpRequestMessage request, string? body, HttpResponseMessage? response, string? reply) => new(
        request.Method.Method, Over(request.RequestUri!.AbsoluteUri), HeadersOf(request), body is null ? null : Over(body),
        (int?)response?.StatusCode, response is null ? [] : Over(Read(response.Headers), Read(response.Content.Headers)), reply is null ? null : Over(reply));

    public IReadOnlyList<ShownHeader> HeadersOf(HttpRequestMessage request) => Over(Read(request.Headers), request.Content is null ? null : Read(request.Content.Headers));

    /// <summary>Those of the request's kind that hold secrets by their name, whatever stands there.</summary>
    private string Over(string name, string value)
    {
        if (!Named.Contains(name) && !_headers.Contains(name))
        {
            return Over(value);
        }

        // How a credential is sent is worth knowing: Bearer, AWS4-HMAC-SHA256.
        var scheme = value.IndexOf(' ', StringComparison.Ordinal);
        return scheme > 0 && name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase) ? value[..scheme] + " " + Hidden : Hidden;
    }

    private static IEnumerable<KeyValuePair<string, IEnumerable<string>>> Read(System.Net.Http.Headers.HttpHeaders headers) =>
        headers.NonValidated.Select(static header => KeyValuePair.Create(header.Key, (IEnumerable<string>)[header.Value.ToString()]));
}
