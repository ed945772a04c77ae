using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers.Tokens;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers;

/// <summary>The credential and the few headers without which a vendor refuses a call.</summary>
internal static class UpstreamAuth
{
    /// <summary>Whose account a ChatGPT sign-in uses: the credential's, never the caller's.</summary>
    public const string ChatGptAccount = "chatgpt-account-id";

    /// <summary>Setting of a codex channel: that account; with <c>.NAME</c> behind it that of one credential.</summary>
    private const string AccountSetting = "account_id";

    public const string AnthropicVersion = "anthropic-version";
    private const string AnthropicBeta = "anthropic-beta";

    /// <summary>What a caller gets who names no version: the one that every model and every older client knows.</summary>
    public const string DefaultAnthropicVersion = "2023-06-01";

    /// <summary>Anthropic's beta for the 1M-token window (Claude Code sends the same for <c>[1m]</c> models).</summary>
    private const string LongContextBeta = "context-1m-2025-08-07";

    /// <summary>A request that its credential's token is put into on the way out, or a plain one.</summary>
    public static HttpRequestMessage NewRequest(HttpMethod method, Uri address, RouteAttempt attempt) => NewRequest(method, address, attempt.Channel, attempt.Credential);

    /// <inheritdoc cref="NewRequest(HttpMethod, Uri, RouteAttempt)"/>
    public static HttpRequestMessage NewRequest(HttpMethod method, Uri address, Channel channel, Credential credential) =>
        TokenGrant.Of(channel, credential) is { } grant ? new TokenedRequest(method, address, grant) : new HttpRequestMessage(method, address);

    /// <param name="dialect">What is spoken upstream.</param>
    public static void Apply(HttpRequestMessage request, RouteAttempt attempt, Dialect dialect)
    {
        Identify(request, attempt.Channel, attempt.Credential, dialect);
        if (attempt.Channel.Type == ChannelType.Vertex)
        {
            // Who pays is the credential's affair, not the caller's.
            request.Headers.Remove("x-goog-user-project");
        }
        else if (dialect == Dialect.AnthropicMessages)
        {
            Anthropic(request, attempt);
        }
        else if (attempt.Channel.Type == ChannelType.Codex && AccountOf(attempt) is { Length: > 0 } account)
        {
            request.Headers.TryAddWithoutValidation(ChatGptAccount, account);
        }
    }

    /// <summary>The secret where it is sent as it is; a request that gets a token on the way out stays as it is.</summary>
    /// <param name="dialect">What is spoken upstream.</param>
    public static void Identify(HttpRequestMessage request, Channel channel, Credential credential, Dialect dialect)
    {
        if (request is TokenedRequest || credential.Secret is not { Length: > 0 } secret)
        {
            return;
        }

        var (header, value) = dialect switch
        {
            _ when channel.Type == ChannelType.Azure => ("api-key", secret),
            _ when channel.Type == ChannelType.Vertex => ("x-goog-api-key", secret),
            // The coding plans take their keys as they do in OpenAI's shapes.
            Dialect.AnthropicMessages when channel.Type == ChannelType.Doubao => ("authorization", "Bearer " + secret),
            Dialect.AnthropicMessages => ("x-api-key", secret),
            Dialect.Gemini => ("x-goog-api-key", secret),
            _ => ("authorization", "Bearer " + secret),
        };
        request.Headers.TryAddWithoutValidation(header, value);
        if (channel.Type == ChannelType.OpenAiCompatible && dialect == Dialect.AnthropicMessages)
        {
            // Ollama's cloud and MiniMax in China heed no other header; the rest heed either (docs.ollama.com/api/anthropic-compatibility, MiniMax-AI/cli issue 59; 2026-11-23).
            request.Headers.TryAddWithoutValidation("authorization", "Bearer " + secret);
        }
    }

    private static string? AccountOf(RouteAttempt attempt) =>
        attempt.Channel.Settings.GetValueOrDefault(AccountSetting + "." + attempt.Credential.Name) ?? attempt.Channel.Settings.GetValueOrDefault(AccountSetting);

    private static void Anthropic(HttpRequestMessage request, RouteAttempt attempt)
    {
        if (request.Headers.NonValidated.TryGetValues(AnthropicVersion, out var versions))
        {
            // A doubled version fails every call.
            if (versions.ToString().Split(',') is [var first, _, ..])
            {
                request.Headers.Remove(AnthropicVersion);
                request.Headers.TryAddWithoutValidation(AnthropicVersion, first.Trim());
            }
        }
        else
        {
            request.Headers.TryAddWithoutValidation(AnthropicVersion, DefaultAnthropicVersion);
        }

        if (!attempt.LongContext)
        {
            return;
        }

        var asked = request.Headers.NonValidated.TryGetValues(AnthropicBeta, out var values) ? values.ToString() : "";
        if (!asked.Contains(CallQuestion.LongContextBeta, StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.Remove(AnthropicBeta);
            request.Headers.TryAddWithoutValidation(AnthropicBeta, asked.Length == 0 ? LongContextBeta : asked + "," + LongContextBeta);
        }
    }
}
