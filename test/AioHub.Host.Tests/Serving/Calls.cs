using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Tests.Serving;

/// <summary>One call to make.</summary>
/// <param name="Text">What the model is told: see <see cref="ScriptedModel"/>.</param>
internal sealed record Call(Dialect Dialect, bool Stream, string Model, string Text, int MaxTokens);

/// <summary>How a call came back.</summary>
/// <param name="RequestId">Null: not even headers came.</param>
/// <param name="Status">0: not even headers came.</param>
/// <param name="SawEnd">The caller saw the answer end as its dialect ends.</param>
/// <param name="Clean">The body ended as HTTP ends a body.</param>
/// <param name="Code">The header <c>x-aiohub-error</c>.</param>
/// <param name="Broken">Why it ended otherwise.</param>
internal sealed record CallResult(string? RequestId, int Status, string Body, bool SawEnd, bool Clean, string? Code, string? Group, Exception? Broken)
{
    public bool Refused => Status is not (0 or 200);

    /// <summary>The machine-readable code where the dialect keeps it.</summary>
    public string? CodeInBody(Dialect dialect)
    {
        using var document = JsonDocument.Parse(Body);
        var error = document.RootElement.GetProperty("error");
        return dialect == Dialect.Gemini
            ? error.GetProperty("details").EnumerateArray().Select(static detail => detail.TryGetProperty("reason", out var reason) ? reason.GetString() : null).First(static reason => reason is not null)
            : error.GetProperty("code").GetString();
    }
}

/// <summary>A caller of the hub: raw HTTP, every byte looked at.</summary>
internal sealed class Caller(Uri hub, string secret) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(20) }) { BaseAddress = hub, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A call as clients of this dialect make it. Never throws for what the network does.</summary>
    /// <param name="onFirstBytes">Called once, when content has come.</param>
    public async Task<CallResult> SendAsync(Call call, Action? onFirstBytes = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var request = Build(call);
        HttpResponseMessage reply;
        try
        {
            reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return new CallResult(null, 0, "", false, false, null, null, failure);
        }

        using (reply)
        {
            var body = new MemoryStream();
            Exception? broken = null;
            try
            {
                await using var stream = await reply.Content.ReadAsStreamAsync(limit.Token);
                var buffer = new byte[4096];
                for (int read; (read = await stream.ReadAsync(buffer, limit.Token)) > 0;)
                {
                    if (body.Length == 0)
                    {
                        onFirstBytes?.Invoke();
                    }

                    body.Write(buffer, 0, read);
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
            {
                broken = failure;
            }

            var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
            var clean = broken is null;
            var ended = reply.IsSuccessStatusCode && SawEnd(call, text, clean);
            return new CallResult(Header(reply, "x-aiohub-request-id"), (int)reply.StatusCode, text, ended, clean, Header(reply, "x-aiohub-error"), Header(reply, "x-aiohub-group"), broken);
        }
    }

    /// <summary>A figure of <c>GET /api/usage/token</c>.</summary>
    public async Task<JsonElement> TokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/usage/token");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var reply = await _http.SendAsync(request, limit.Token);
        reply.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(limit.Token));
        return document.RootElement.Clone();
    }

    public async Task<long> BalanceAsync() => (await TokenAsync()).GetProperty("balance_nano_usd").GetInt64();

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Build(Call call)
    {
        var text = JsonSerializer.Serialize(call.Text);
        var stream = call.Stream ? "true" : "false";
        var max = call.MaxTokens.ToString(CultureInfo.InvariantCulture);
        var (path, body) = call.Dialect switch
        {
            Dialect.OpenAiChat => ("v1/chat/completions", $$"""{"model":"{{call.Model}}","stream":{{stream}},"max_tokens":{{max}},"messages":[{"role":"user","content":{{text}}}]}"""),
            Dialect.OpenAiResponses => ("v1/responses", $$"""{"model":"{{call.Model}}","stream":{{stream}},"max_output_tokens":{{max}},"input":{{text}}}"""),
            Dialect.AnthropicMessages => ("v1/messages", $$"""{"model":"{{call.Model}}","stream":{{stream}},"max_tokens":{{max}},"messages":[{"role":"user","content":{{text}}}]}"""),
            Dialect.Gemini => (
                $"v1beta/models/{call.Model}:streamGenerateContent?alt=sse",
                $$$"""{"contents":[{"role":"user","parts":[{"text":{{{text}}}}]}],"generationConfig":{"maxOutputTokens":{{{max}}}}}"""),
            _ => throw new ArgumentOutOfRangeException(nameof(call)),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        switch (call.Dialect)
        {
            case Dialect.AnthropicMessages:
                request.Headers.Add("x-api-key", secret);
                request.Headers.Add("anthropic-version", "2023-06-01");
                break;
            case Dialect.Gemini:
                request.Headers.Add("x-goog-api-key", secret);
                break;
            default:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                break;
        }

        return request;
    }

    private static bool SawEnd(Call call, string text, bool clean) => call.Dialect switch
    {
        _ when !call.Stream => clean,
        Dialect.OpenAiChat => text.Contains("data: [DONE]", StringComparison.Ordinal),
        Dialect.OpenAiResponses => text.Contains("\"type\":\"response.completed\"", StringComparison.Ordinal),
        Dialect.AnthropicMessages => text.Contains("\"type\":\"message_stop\"", StringComparison.Ordinal),
        // No event is the last here: a finish reason and a clean end are.
        _ => clean && text.Contains("\"finishReason\"", StringComparison.Ordinal),
    };

    private static string? Header(HttpResponseMessage reply, string name) => reply.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
