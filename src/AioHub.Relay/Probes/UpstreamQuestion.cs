using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Carriers;
using AioHub.Relay.Carriers.Aws;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Probes;

/// <summary>What an upstream answered to a question that is no call.</summary>
/// <param name="Body">Its JSON; null = there is none, and <paramref name="Problem"/> says why.</param>
/// <param name="Problem">Null = it answered.</param>
/// <param name="Exchange">Null = nothing was sent.</param>
internal sealed record UpstreamReplyText(string? Body, string? Problem, RawExchange? Exchange)
{
    public int? Status => Exchange?.Status;
}

/// <summary>Asks an upstream about a channel's account, with its credential, headers and proxy, and only where its calls may go.</summary>
internal static partial class UpstreamQuestion
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostShown = 64 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>The channel's address up to the host.</summary>
    public static string Host(Channel channel) => ChannelTypes.AddressOf(channel)!.GetLeftPart(UriPartial.Authority);

    /// <summary>The channel's address with a version segment, the vendor's own where it names none.</summary>
    public static string Root(Channel channel)
    {
        var root = ChannelTypes.AddressOf(channel)!.AbsoluteUri.TrimEnd('/');
        return channel.Type == ChannelType.Doubao ? ArkAddress.RootOf(root, Dialect.OpenAiChat)
            : VersionSegment().IsMatch(root) ? root : root + (channel.Type == ChannelType.Gemini ? "/v1beta" : "/v1");
    }

    /// <summary>Sends a GET. An answer that is no success is a problem, told with its words.</summary>
    public static async Task<UpstreamReplyText> AskAsync(ChannelBench bench, Channel channel, Credential credential, string address, CancellationToken cancellation)
    {
        var mask = new MaskedExchange(channel);
        using var late = new CancellationTokenSource(Longest, bench.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        using var request = NewRequest(channel, credential, address, bench.Time.GetUtcNow().UtcDateTime);
        CallerHeaders.Introduce(request);
        CallOverrides.Apply(request, channel);
        try
        {
            using var response = await bench.Upstreams.For(channel).SendAsync(request, both.Token);
            using var answer = new PooledBytes();
            await ReadAsync(response, unwrap: null, answer, MostBytes, both.Token);
            var text = Encoding.UTF8.GetString(answer.Span);
            var exchange = mask.Over(request, null, response, text.Length > MostShown ? text[..MostShown] : text);
            return response.IsSuccessStatusCode
                ? new UpstreamReplyText(text, null, exchange)
                : new UpstreamReplyText(null, $"{mask.Over(address)} answered {(int)response.StatusCode} {response.ReasonPhrase}: {Short(mask.Over(text))}", exchange);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new UpstreamReplyText(null, $"no answer in {Longest.TotalSeconds:0} seconds", mask.Over(request, null, null, null));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || Decoding.IsBroken(failure))
        {
            return new UpstreamReplyText(null, mask.Over(Tell(failure)), mask.Over(request, null, null, null));
        }
    }

    /// <summary>Why nothing came, and what to do where the hub itself refused.</summary>
    public static string Tell(Exception failure) => TypedAddresses.IsRefused(failure)
        ? $"{failure.GetBaseException().Message} Set allow_private_network to let the channel go there."
        : ReferenceEquals(failure.GetBaseException(), failure) ? failure.Message : $"{failure.Message} {failure.GetBaseException().Message}";

    public static string Short(string body) => body.ReplaceLineEndings(" ") is { Length: > 300 } text ? text[..300] + "…" : body.ReplaceLineEndings(" ");

    /// <summary>Null = it is none.</summary>
    public static JsonElement? Json(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads an answer as its carrier frames it.</summary>
    /// <param name="unwrap">How; null = as it comes.</param>
    /// <param name="most">Bytes after which nothing more is read.</param>
    public static async Task ReadAsync(HttpResponseMessage response, Func<HttpResponseMessage, Stream, Stream>? unwrap, PooledBytes into, int most, CancellationToken cancellation)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellation);
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            stream = Decoding.Open(encodings.ToString(), stream, leaveOpen: false) ?? stream;
        }

        stream = unwrap?.Invoke(response, stream) ?? stream;
        await using (stream)
        {
            while (into.Length < most && await stream.ReadAsync(into.GetMemory(4096), cancellation) is var read and > 0)
            {
                into.Advance(read);
            }
        }
    }

    /// <summary>With the credential as calls of the channel carry it; one that buys tokens gets its token on the way out.</summary>
    private static HttpRequestMessage NewRequest(Channel channel, Credential credential, string address, DateTime now)
    {
        var request = UpstreamAuth.NewRequest(HttpMethod.Get, new Uri(address), channel, credential);
        switch (channel.Type)
        {
            case ChannelType.Anthropic:
                UpstreamAuth.Identify(request, channel, credential, Dialect.AnthropicMessages);
                request.Headers.TryAddWithoutValidation(UpstreamAuth.AnthropicVersion, UpstreamAuth.DefaultAnthropicVersion);
                break;
            case ChannelType.Gemini:
                UpstreamAuth.Identify(request, channel, credential, Dialect.Gemini);
                break;
            case ChannelType.Vertex when VertexModels.PayerOf(channel, credential) is { } payer:
                request.Headers.TryAddWithoutValidation("x-goog-user-project", payer);
                break;
            case ChannelType.Bedrock:
                AwsAuth.Apply(request, channel, credential, new SplicedBytes(default, []), "bedrock", now);
                break;
            case ChannelType.Kiro:
                request.Headers.TryAddWithoutValidation("authorization", "Bearer " + credential.Secret);
                request.Headers.TryAddWithoutValidation("tokentype", "API_KEY");
                break;
            default:
                UpstreamAuth.Identify(request, channel, credential, Dialect.OpenAiChat);
                break;
        }

        return request;
    }

    [GeneratedRegex(@"/v\d+[a-z]*\d*(/openai)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionSegment();
}
