using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers.Aws;
using AioHub.Relay.Failures;
using AioHub.Wire.Json;

namespace AioHub.Relay.Carriers.Kiro;

/// <summary>
/// Delivers to a Kiro-compatible upstream: one operation, answered as an AWS event stream, whether or not the caller wants a stream. The hub says who it is and poses as no other
/// client.
/// </summary>
internal sealed class KiroCarrier(KiroQuota quotas) : Carrier
{
    private const string Operation = "generateAssistantResponse";
    private const string Target = "AmazonCodeWhispererStreamingService.GenerateAssistantResponse";

    public override HttpRequestMessage Translated(PooledBytes written, Envelope envelope, RouteAttempt attempt, bool stream, out Func<HttpResponseMessage, Stream, Stream>? unwrap)
    {
        unwrap = AwsEvents.Open;
        var channel = attempt.Channel;
        // The newer host is called by the name of the operation alone; others know its path, and pass over the name.
        var root = KiroHosts.Of(channel);
        var byTarget = root.EndsWith(".kiro.dev", StringComparison.OrdinalIgnoreCase);
        var address = new Uri($"{root}/{(byTarget ? "" : Operation)}");
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new SplicedContent(WithProfile(written.Memory, channel), byTarget ? "application/x-amz-json-1.0" : "application/json", written),
        };
        CallerHeaders.Introduce(request);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("accept", AwsEvents.ContentType);
        headers.TryAddWithoutValidation("x-amz-target", Target);
        headers.TryAddWithoutValidation("authorization", "Bearer " + attempt.Credential.Secret);
        headers.TryAddWithoutValidation("tokentype", "API_KEY");
        headers.TryAddWithoutValidation("x-amzn-codewhisperer-optout", "true");
        headers.TryAddWithoutValidation("x-amzn-kiro-agent-mode", "vibe");
        headers.TryAddWithoutValidation("amz-sdk-invocation-id", Guid.NewGuid().ToString());
        headers.TryAddWithoutValidation("amz-sdk-request", "attempt=1; max=1");
        return request;
    }

    /// <summary>When a quota comes back, where the error that told of its end named no date.</summary>
    public override async ValueTask<Failure> CompleteAsync(Failure failure, RouteAttempt attempt, CancellationToken cancellation) =>
        failure is { Attempt: AttemptFailure.QuotaExhausted, RetryAfter: null } ? failure with { RetryAfter = await quotas.ResetInAsync(attempt, cancellation) } : failure;

    public override bool MovesOn(Channel channel, Uri? asked, Failure failure, int repeats) => KiroHosts.MoveOn(channel, asked, failure, repeats);

    private static SplicedBytes WithProfile(ReadOnlyMemory<byte> body, Channel channel)
    {
        if (!channel.Settings.TryGetValue(AwsSettings.ProfileArn, out var arn))
            return new SplicedBytes(body, []);

        return new SplicedBytes(body, [JsonSplice.Insert(body.Span, "profileArn", JsonSplice.QuotedString(arn))]);
    }
}
