using AioHub.Core.Metering;
using AioHub.Relay.Calls;
using AioHub.Relay.Counting;
using AioHub.Wire.Json;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Stages;

/// <summary>Answers a question for the size of a prompt where no channel speaks the caller's dialect: by the hub's own tokenizer, for nothing.</summary>
internal static class Count
{
    public static async ValueTask AnswerAsync(HttpContext http, Envelope envelope, Settlement settlement)
    {
        using var body = new PooledBytes(64);
        envelope.Dialect.WriteTokenCount(body, RequestTokens.Count(envelope.Body.Span).Tokens);
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
}
