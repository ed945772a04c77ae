using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers.Aws;
using AioHub.Relay.Front;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Carriers.Bedrock;

/// <summary>
/// Delivers to Amazon Bedrock by the door that the channel names: InvokeModel and Bedrock's own Messages endpoint for Claude, Converse for every model. The model stands in
/// the address (but for Messages); answers stream as AWS events (but for Messages).
/// </summary>
internal sealed class BedrockCarrier(TimeProvider time) : Carrier
{
    /// <summary>Betas that the operator knows Bedrock to take, with commas.</summary>
    public const string BetasSetting = "betas";

    private const string Service = "bedrock";
    private const string MantleService = "bedrock-mantle";
    private const string AnthropicBeta = "anthropic-beta";

    /// <summary>Nobody knows how much the model gives: what the smallest of them gives.</summary>
    private const int UsualMaxTokens = 4096;

    public override UpstreamCall Build(IHeaderDictionary headers, QueryString query, Envelope envelope, RouteAttempt attempt, IReadOnlyList<Splice>? opened)
    {
        var body = CallerBytes.Without(envelope, opened);
        var now = time.GetUtcNow().UtcDateTime;
        if (envelope.Route.Dialect == Dialect.BedrockConverse)
            return Converse(envelope, body, attempt, now);

        string[] betas = headers.TryGetValue(AnthropicBeta, out var asked) ? [.. asked.OfType<string>()] : [];
        var isCount = envelope.Route.Operation == Operation.CountTokens;
        if (AwsSettings.ApiOf(attempt.Channel) != BedrockApi.Messages)
        {
            return isCount ? Count(envelope, body, attempt, betas, now)
                : new UpstreamCall(envelope, attempt, Invoke(body, owner: null, attempt, envelope.Stream, betas, now), HideUsage: false) { Unwrap = AwsEvents.OpenMessages };
        }

        if (envelope.Route.IsInvoke && BedrockBody.WithoutOwn(body.Span) is { Count: > 0 } without)
            body = new SplicedBytes(body, [.. without]).ToArray();

        var request = Messages(MessagesBody(body, attempt), owner: null, attempt, isCount, betas, now);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false);
    }

    public override HttpRequestMessage Translated(PooledBytes written, Envelope envelope, RouteAttempt attempt, bool stream, out Func<HttpResponseMessage, Stream, Stream>? unwrap)
    {
        var now = time.GetUtcNow().UtcDateTime;
        switch (AwsSettings.ApiOf(attempt.Channel))
        {
            case BedrockApi.Converse:
                unwrap = AwsEvents.Open;
                return Send(Post(attempt, stream ? "converse-stream" : "converse"), new SplicedBytes(written.Memory, []), written, attempt, stream, now);
            case BedrockApi.Messages:
                unwrap = null;
                return Messages(new SplicedBytes(written.Memory, []), written, attempt, isCount: false, [], now);
            default:
                unwrap = AwsEvents.OpenMessages;
                return Invoke(written.Memory, written, attempt, stream, [], now);
        }
    }

    /// <summary>Bedrock counts for some models and regions only, and a key that may call a model need not be allowed to count for it.</summary>
    public override bool LeavesCounting(int? status) => status is 400 or 403 or 404;

    /// <summary>Converse has them in the body.</summary>
    public override IReadOnlyList<string> BetasIn(RouteAttempt attempt) => attempt.Dialect == Dialect.BedrockConverse ? BedrockRules.BetasOf([], attempt.LongContext, more: null) : [];

    /// <summary>Bytes as the caller sent them; a count wants them wrapped, and is for the model itself.</summary>
    private static UpstreamCall Converse(Envelope envelope, ReadOnlyMemory<byte> body, RouteAttempt attempt, DateTime now)
    {
        if (envelope.Route.Operation == Operation.CountTokens)
        {
            var wrapped = new SplicedBytes((byte[])[.. "{\"input\":{\"converse\":"u8, .. body.Span, .. "}}"u8], []);
            return new UpstreamCall(envelope, attempt, Send(Post(attempt, "count-tokens", BedrockCount.ModelOf(attempt.UpstreamModel)), wrapped, owner: null, attempt, stream: false, now), HideUsage: false);
        }

        var request = Send(Post(attempt, envelope.Stream ? "converse-stream" : "converse"), ConverseBody.Of(body, attempt.LongContext), owner: null, attempt, envelope.Stream, now);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false) { Unwrap = AwsEvents.Open };
    }

    private static HttpRequestMessage Invoke(ReadOnlyMemory<byte> body, IDisposable? owner, RouteAttempt attempt, bool stream, string[] betas, DateTime now) =>
        Send(Post(attempt, stream ? "invoke-with-response-stream" : "invoke"), InvokeBody.Of(body, TermsOf(attempt, betas)), owner, attempt, stream, now);

    /// <summary>Bedrock counts for the model itself, not for a profile that routes to it, and wants the body wrapped.</summary>
    private static UpstreamCall Count(Envelope envelope, ReadOnlyMemory<byte> body, RouteAttempt attempt, string[] betas, DateTime now)
    {
        var terms = TermsOf(attempt, betas) with { MaxTokens = attempt.Model.MaxOutputTokens ?? UsualMaxTokens };
        var inner = Convert.ToBase64String(InvokeBody.Of(body, terms).ToArray());
        var wrapped = new SplicedBytes(System.Text.Encoding.ASCII.GetBytes("{\"input\":{\"invokeModel\":{\"body\":\"" + inner + "\"}}}"), []);
        var request = Send(Post(attempt, "count-tokens", BedrockCount.ModelOf(attempt.UpstreamModel)), wrapped, owner: null, attempt, stream: false, now);
        return new UpstreamCall(envelope, attempt, request, HideUsage: false) { Unwrap = BedrockCount.Open };
    }

    private static SplicedBytes MessagesBody(ReadOnlyMemory<byte> body, RouteAttempt attempt)
    {
        var splices = new List<Splice>(2);
        if (JsonView.TryOver(body.Span, out var root))
        {
            if (root["model"u8] is { Exists: true } model)
                splices.Add(new Splice(model.Start, model.Length, JsonSplice.QuotedString(attempt.UpstreamModel)));
            // Empty instructions may be refused: alone, the block stays.
            if (InvokeBody.BillingIn(body.Span, root) is { IsAll: false } billing)
                splices.Add(new Splice(billing.Start, billing.Length, default));
        }

        splices.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        return new SplicedBytes(body, splices.ToArray());
    }

    /// <summary>Bedrock's own Messages endpoint: Anthropic's bodies and events, with the betas that Bedrock knows.</summary>
    private static HttpRequestMessage Messages(SplicedBytes body, IDisposable? owner, RouteAttempt attempt, bool isCount, string[] betas, DateTime now)
    {
        var address = UpstreamAddress.Of(attempt.Channel, isCount ? "messages/count_tokens" : "messages", model: null, static (root, path, _) => MessagesRoot(root) + "/" + path);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new SplicedContent(body, "application/json", owner) };
        CallerHeaders.Introduce(request);
        var sent = BedrockRules.BetasOf(betas, attempt.LongContext, attempt.Channel.Settings.GetValueOrDefault(BetasSetting));
        if (sent.Count > 0)
            request.Headers.TryAddWithoutValidation(AnthropicBeta, string.Join(',', sent));

        request.Headers.TryAddWithoutValidation(UpstreamAuth.AnthropicVersion, UpstreamAuth.DefaultAnthropicVersion);
        var isMantle = address.Host.StartsWith(MantleService + ".", StringComparison.OrdinalIgnoreCase);
        AwsAuth.Apply(request, attempt, body, isMantle ? MantleService : Service, now, isMantle ? "x-api-key" : null);
        return request;
    }

    private static HttpRequestMessage Send(HttpRequestMessage request, SplicedBytes body, IDisposable? owner, RouteAttempt attempt, bool stream, DateTime now)
    {
        request.Content = new SplicedContent(body, "application/json", owner);
        CallerHeaders.Introduce(request);
        request.Headers.TryAddWithoutValidation("accept", stream ? AwsEvents.ContentType : "application/json");
        AwsAuth.Apply(request, attempt, body, Service, now);
        return request;
    }

    private static HttpRequestMessage Post(RouteAttempt attempt, string verb, string? model = null) => new(
        HttpMethod.Post,
        // A colon is allowed in a path and an ARN's slashes are none: both are escaped, as AWS's own clients do.
        UpstreamAddress.Of(attempt.Channel, verb, model ?? attempt.UpstreamModel, static (root, verb, model) => $"{root}/model/{Uri.EscapeDataString(model!)}/{verb}"));

    private static InvokeTerms TermsOf(RouteAttempt attempt, string[] betas) => new(
        BedrockRules.IsOlder(attempt.UpstreamModel.Contains("claude-", StringComparison.OrdinalIgnoreCase) ? attempt.UpstreamModel : attempt.Model.Id), betas, attempt.LongContext,
        attempt.Channel.Settings.GetValueOrDefault(BetasSetting));

    /// <summary>The address may be given with or without what Bedrock puts before the version.</summary>
    private static string MessagesRoot(string root) =>
        root.EndsWith("/anthropic/v1", StringComparison.OrdinalIgnoreCase) ? root
        : root.EndsWith("/anthropic", StringComparison.OrdinalIgnoreCase) ? root + "/v1"
        : root + "/anthropic/v1";
}
