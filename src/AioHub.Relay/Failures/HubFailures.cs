using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Failures;

/// <summary>The failures that the hub itself finds. Each message names the remedy.</summary>
internal static class HubFailures
{
    public static Failure NoKey { get; } = new(401, "invalid_api_key",
        "No API key was sent. Send it as 'Authorization: Bearer sk-…', 'x-api-key' or 'x-goog-api-key'.") { ShouldRetry = false };

    public static Failure ForeignSignature { get; } = new(403, "signature_unsupported",
        "The call is signed with an AWS access key, which the hub cannot check. Set AWS_BEARER_TOKEN_BEDROCK to a key of the hub's (sk-…), or use that key as the access key id.") { ShouldRetry = false };

    public static Failure WrongKey { get; } = new(401, "invalid_api_key",
        "The API key is unknown or was revoked. Check that it was copied whole, or create a new one.") { ShouldRetry = false };

    public static Failure DifferingKeys { get; } = new(401, "invalid_api_key",
        "Two different API keys were sent in different headers. Send one.") { ShouldRetry = false };

    public static Failure KeyDisabled { get; } = new(403, "key_disabled", "This API key is switched off. Ask its owner to switch it on.") { ShouldRetry = false };

    public static Failure KeyExpired(DateTime at) => new(403, "key_expired",
        $"This API key expired at {at:yyyy-MM-dd HH:mm} UTC. Ask its owner for a new one.") { ShouldRetry = false };

    public static Failure PlaygroundOver(DateTime at) => new(401, "playground_token_expired",
        $"This token of the playground ended at {at:yyyy-MM-dd HH:mm:ss} UTC. Get a new one: POST /api/me/playground/token.") { ShouldRetry = false };

    public static Failure RateLimited(in RateVerdict verdict, DateTime now) => Limited(
        verdict.Owner == LimitOwner.User ? "The owner of this API key, over all keys, is" : "This API key is", verdict, now);

    public static Failure GroupLimited(string group, in RateVerdict verdict, DateTime now) => Limited($"Group '{group}' is", verdict, now);

    /// <summary>All of a group's places stayed taken for as long as a call waits.</summary>
    public static Failure GroupFull(Group group, TimeSpan wait, DateTime now) =>
        GroupLimited(group.Name, new RateVerdict(false, LimitNames.Concurrency, wait) { Owner = LimitOwner.Group, Most = group.Limits.Concurrency ?? 0 }, now);

    /// <summary>A purse cannot pay for a call.</summary>
    /// <param name="amount">What the call may cost at most.</param>
    public static Failure NoMoney(in HoldResult result, string group, NanoUsd amount, DateTime now)
    {
        var wait = result.ResetsAt is { } at ? at - now : (TimeSpan?)null;
        var resets = result.ResetsAt is { } moment ? $" It starts anew at {moment:yyyy-MM-dd HH:mm} UTC." : "";
        var cost = $"cannot cover this call, which may cost up to {amount.ToUsd():0.######} USD";
        return result.Refusal switch
        {
            HoldRefusal.Wallet => new Failure(402, "insufficient_balance",
                $"The balance {cost} in group '{group}'. Top up, lower max_tokens, or use a cheaper group.") { ShouldRetry = false },
            HoldRefusal.KeyBudget => new Failure(402, "key_budget_exhausted",
                $"This API key's budget ({result.Limit}) {cost}.{resets} Raise the key's limit or use another key.") { ShouldRetry = false },
            HoldRefusal.UserBudget => new Failure(402, "user_budget_exhausted",
                $"The budget of this API key's owner over all keys ({result.Limit}) {cost}.{resets} An operator can raise it.") { ShouldRetry = false },
            HoldRefusal.GroupBudget => new Failure(503, "group_quota_exhausted",
                $"Group '{group}' has spent its limit on money ({result.Limit}).{resets} Meanwhile use a key with another group.") { RetryAfter = wait },
            HoldRefusal.GroupQuota => new Failure(503, "group_quota_exhausted",
                $"The quota of group '{group}' is used up. An operator can top it up ('aiohub topup --group {group}'); meanwhile use a key with another group."),
            // Channels are nothing that callers know of: what is told of all of them together is composed from these.
            _ when wait is not null => new Failure(429, "rate_limited", "The channel has spent its limit on money.") { RetryAfter = wait },
            _ => new Failure(503, "channel_quota_exhausted", "The channel has used up its budget."),
        };
    }

    /// <summary>Whole seconds, at least one: what clients are told to wait.</summary>
    public static long Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));

    private static Failure Limited(string who, in RateVerdict verdict, DateTime now) => new(429, "rate_limited",
        $"{who} at the limit of {LimitNames.Tell(verdict.Limit!, verdict.Most)}. Try again in {Seconds(verdict.RetryAfter)} s.")
    {
        RetryAfter = verdict.RetryAfter,
        Limit = new FailureLimit(verdict.Limit!, verdict.Most, now + verdict.RetryAfter),
    };

    /// <summary>An object that is not there, or is somebody else's: both read the same.</summary>
    public static Failure NoSuchObject(UpstreamObject named, bool inBody) => new(404, "object_not_found",
        $"There is no {named.Kind.Told()} '{Clip(named.Name)}' of this key's owner. It may have expired, been deleted, or been made with another account.")
    { Param = inBody ? named.Kind.FieldOf() : null, ShouldRetry = false };

    /// <summary>The body says something that the hub or its dialect does not take.</summary>
    public static Failure OfRequest(RequestFault fault) => new(400, fault.Code, fault.Message) { Param = fault.Param, ShouldRetry = false };

    /// <summary>An answer that neither the hub nor any upstream in reach keeps. OpenAI's words, which clients look for, and the remedy behind them.</summary>
    public static Failure NoPrevious(string name) => new(400, "previous_response_not_found",
        $"Previous response with id '{Clip(name)}' not found. It may have expired, been deleted, or been made with \"store\": false; send the whole conversation in \"input\" instead.")
    { Param = "previous_response_id", ShouldRetry = false };

    /// <summary>A conversation of OpenAI's, and no channel in reach keeps any.</summary>
    public static Failure NoConversations(string name) => new(400, "conversation_unsupported",
        $"Conversation '{Clip(name)}' cannot be used here: no channel of this key's groups keeps conversations. Go on from an answer by \"previous_response_id\", which the hub keeps for any channel, or send all items in \"input\".")
    { Param = "conversation", ShouldRetry = false };

    /// <summary>The call went through so many hubs that it must be going round.</summary>
    public static Failure Loop(int hops) => new(StatusCodes.Status508LoopDetected, "loop_detected",
        $"This call came through {hops} hubs already, so a channel seems to lead back to a hub that it came from. The operator has to correct the 'base_url' of that channel.") { ShouldRetry = false };

    public static Failure NothingToCancel(string name) => new(400, "response_not_in_background",
        $"Response '{Clip(name)}' was not made in the background, so there is nothing to cancel: it is complete.") { ShouldRetry = false };

    public static Failure NotStreamedAgain(string name) => InvalidField("stream", $"cannot be true: response '{Clip(name)}' was not made in the background. Read it whole, without 'stream'");

    /// <param name="what">What it must be, without a full stop.</param>
    public static Failure InvalidField(string field, string what) => new(400, "invalid_field", $"'{field}' {what}.") { Param = field, ShouldRetry = false };

    public static Failure ObjectsUnavailable { get; } = new(503, "objects_unavailable",
        "The hub cannot look up where the named object lives right now. Nothing was charged. Try again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <param name="group">Whose own price of the model lacks it; null = the model's own does.</param>
    public static Failure NoStoragePrice(string model, string? group = null) => new(403, "model_price_missing",
        $"Model '{model}' has no price for storage{(group is null ? "" : $" in group '{group}'")} ('storage_hour', per million stored tokens and hour), so nothing can be cached with it. "
        + $"An operator sets it in the {(group is null ? "model" : "group")}'s prices.") { ShouldRetry = false };

    /// <inheritdoc cref="NoStoragePrice"/>
    public static Failure NoSearchPrice(string model, string? group = null) => new(403, "model_price_missing",
        $"Model '{model}' has no price for a search{(group is null ? "" : $" in group '{group}'")} ('per_1k': {{'web_search': …}}), so none can be made with it. "
        + $"An operator sets it in the {(group is null ? "model" : "group")}'s prices.") { ShouldRetry = false };

    public static Failure TooLarge(long limit) => new(413, "request_too_large",
        $"The request body is larger than {limit:#,0} bytes (after decompression). Send less, or ask the operator to raise AIOHUB_MAX_REQUEST_BYTES.") { ShouldRetry = false };

    public static Failure UnsupportedEncoding(string encoding) => new(415, "unsupported_encoding",
        $"Content-Encoding '{Clip(encoding)}' is not supported. Use gzip, br, zstd, deflate or none.") { ShouldRetry = false };

    public static Failure BrokenEncoding(string encoding) => new(400, "invalid_encoding",
        $"The body could not be decompressed as '{encoding}'. Check Content-Encoding.") { ShouldRetry = false };

    /// <summary>The connection's framing of the body is broken: the web server gave up reading it.</summary>
    /// <param name="status">As the web server judges it: 400, 408 or 413.</param>
    public static Failure BrokenBody(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => new(status, "request_timeout", "The request body came too slowly. Send it again.") { ShouldRetry = true },
        StatusCodes.Status413PayloadTooLarge => new(status, "request_too_large", "The request body is too large.") { ShouldRetry = false },
        _ => new(StatusCodes.Status400BadRequest, "invalid_body", "The request body ended early or its chunks are malformed. Send it whole.") { ShouldRetry = false },
    };

    public static Failure EmptyBody { get; } = new(400, "invalid_json", "The request has no body. Send a JSON object.") { ShouldRetry = false };

    public static Failure NotMultipart { get; } = new(400, "invalid_multipart",
        "This endpoint takes multipart/form-data with a 'model' field that stands once.") { Param = "model", ShouldRetry = false };

    public static Failure NoRoom { get; } = new(503, "no_room",
        "The hub has no room to take in a body of this size right now. Nothing was charged. Try again, or send a smaller file.") { RetryAfter = TimeSpan.FromSeconds(10) };

    /// <summary>A field of a form that the hub and the upstream could read differently.</summary>
    public static Failure FieldTwice(string field) => new(400, "duplicate_field", $"'{field}' stands more than once in the form. Send it once.") { Param = field, ShouldRetry = false };

    public static Failure UnknownPath(string path) => new(404, "unknown_path",
        $"Nothing is served at {Clip(path)}. Set the client's base address to the hub's root or its /v1.") { ShouldRetry = false };

    public static Failure WrongMethod(string method, string path) => new(405, "method_not_allowed",
        $"{Clip(method)} is not supported at {Clip(path)}.") { ShouldRetry = false };

    /// <summary>Worded so that clients open another connection and send everything, as when one has served for as long as it may.</summary>
    public static Failure LaneMoved { get; } = new(400, "websocket_connection_limit_reached",
        "What serves this WebSocket was configured anew. Nothing was charged. Create a new websocket connection to continue.");

    public static Failure NoWebSocket { get; } = new(426, "websocket_unsupported",
        "Responses over WebSocket are not served here: use POST over HTTP.");

    /// <summary>What Ark alone has: asked of another vendor it would look like a model that is not there.</summary>
    public static Failure PicturesNotEmbedded { get; } = new(400, "endpoint_unsupported",
        "Embeddings of pictures ('/embeddings/multimodal') are an operation of Ark's, which no channel of this model here leads to. Use '/v1/embeddings', or a group with a channel of type doubao.")
        { Attempt = AttemptFailure.CallerFault, ShouldRetry = false };

    public static Failure ShuttingDown { get; } = new(503, "shutting_down",
        "The hub is being stopped, so it does not let calls wait. Nothing was charged. Try again in a moment.") { RetryAfter = TimeSpan.FromSeconds(2) };

    public static Failure Internal { get; } = new(500, "internal_error", "The hub failed on this call. It was not charged. The operator finds the cause under this request id.");

    public static Failure JournalUnavailable { get; } = new(503, "journal_unavailable",
        "The hub cannot record usage right now, so it does not answer. Nothing was charged.") { RetryAfter = TimeSpan.FromSeconds(10) };

    /// <summary>Foreign text inside a message: bounded, and without control characters.</summary>
    public static string Clip(string text)
    {
        var clipped = text.Length > 120 ? text[..120] + "…" : text;
        if (!clipped.AsSpan().ContainsAnyInRange('\u0000', '\u001f') && !clipped.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
        {
            return clipped;
        }

        return string.Create(clipped.Length, clipped, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        });
    }
}
