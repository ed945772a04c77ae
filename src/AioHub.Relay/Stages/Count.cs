using AioHub.Core.Metering;
using AioHub.Core.Routing;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Counting;
using AioHub.Relay.Failures;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>
/// Answers a question for the size of a prompt where the channel speaks another dialect: the upstream is asked in its own words where it has such a question, else the hub's own tokenizer
/// counts. Free either way, and no failure of the upstream reaches the caller.
/// </summary>
internal sealed class Count(Translate translate, CarrierTable carriers, Upstreams upstreams, TimeProvider time)
{
    private const int MostAnswerBytes = 64 * 1024;

    /// <summary>Clients ask before every turn: a count that comes late is worse than one that is nearly right.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>The upstream's own count; null = it has none, or did not give it in time.</summary>
    /// <param name="headers">The caller's, for the conditions of overrides.</param>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<long?> AskAsync(Envelope envelope, RouteAttempt attempt, IHeaderDictionary headers, CancellationToken caller)
    {
        if (translate.BuildTokenQuestion(envelope, attempt) is not { } request)
            return null;

        CallOverrides.Apply(request, attempt, new OverrideForm(attempt.Dialect, Operation.CountTokens, Stream: false), headers, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(caller);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), over, Longest, Timeout.InfiniteTimeSpan);
        try
        {
            using (request)
            {
                using var response = await upstreams.For(attempt.Channel).SendAsync(request, over.Token);
                return response.IsSuccessStatusCode ? await ReadAsync(response, DialectRooms.Upstream(attempt.Dialect), over.Token) : null;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            caller.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Whether a refusal to count says nothing of how the upstream serves, so that the hub counts.</summary>
    public bool IsLeftToHub(Envelope envelope, RouteAttempt attempt, Failure failure) =>
        envelope.Route.Operation == Operation.CountTokens && carriers.Of(attempt.Channel).LeavesCounting(failure.UpstreamStatus);

    /// <param name="tokens">What the upstream counted; null = the hub counts.</param>
    public static async ValueTask AnswerAsync(HttpContext http, Envelope envelope, Settlement settlement, long? tokens)
    {
        using var body = new PooledBytes(64);
        DialectRooms.Client(envelope.Route.ErrorDialect).WriteTokenCount(body, tokens ?? RequestTokens.Count(envelope.Body.Span).Tokens);
        settlement.NoteFirstByte();
        settlement.Settle(CallOutcome.Completed, tap: null, complete: true, StatusCodes.Status200OK, null);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        try
        {
            await http.Response.BodyWriter.WriteAsync(body.Memory, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // It cost nothing, and nobody waits for it.
        }
    }

    private static async ValueTask<long?> ReadAsync(HttpResponseMessage response, IUpstreamDialect dialect, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new PooledBytes(1024);
        while (body.Length < MostAnswerBytes)
        {
            var read = await stream.ReadAsync(body.GetMemory(1024), cancellation);
            if (read == 0)
                return dialect.TryReadTokenCount(body.Span, out var tokens) ? tokens : null;

            body.Advance(read);
        }

        return null;
    }
}
