using AioHub.Core.Metering;
using AioHub.Relay.Calls;
using AioHub.Relay.Carriers;
using AioHub.Relay.Failures;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Delivery;

/// <summary>Brings embeddings of an upstream of another grammar: read, settled, and only then written in the caller's.</summary>
internal sealed class TranslatedEmbeddings(HttpContext http, UpstreamReply reply, ReplyTap tap, CallClock clock, Settlement settlement, RelayOptions options)
{
    private readonly EmbeddingTranslation _translation = reply.Call.Embeddings!;

    public async ValueTask<Outcome> RunAsync()
    {
        using var body = new PooledBytes();
        var gathered = await ReplyBody.GatherAsync(reply, body, clock, options);
        if (gathered.CallerLeft)
        {
            settlement.Settle(CallOutcome.Cancelled, tap: null, complete: false, 499, null);
            return Outcome.Cancelled;
        }

        if (gathered.Failure is { } failure)
            return new Outcome(CallOutcome.Failed, failure);

        if (body.Length == 0)
            return new Outcome(CallOutcome.Failed, UpstreamFailures.Empty);

        // A row too few would give every text behind it another's numbers.
        if (!tap.OnReply(body.Span) || !_translation.Upstream.TryReadEmbeddingReply(body.Memory, out var answer) || answer.Rows.Count != _translation.Question.Texts.Count)
            return new Outcome(CallOutcome.Failed, Discretion.For(reply.Call.Attempt.Channel).Over(UpstreamFailures.FromReply(tap.Error, vendor: ErrorTable.VendorOf(reply.Call.Attempt.Channel))));

        settlement.NoteFirstByte();
        var receipt = settlement.Settle(CallOutcome.Completed, tap, complete: true, StatusCodes.Status200OK, null);
        var envelope = reply.Call.Envelope;
        using var output = new PooledBytes(body.Length + (body.Length / 4));
        envelope.Dialect.WriteEmbeddings(output, _translation.Question, answer, receipt.Usage.TotalInput, envelope.RequestedModel);

        var response = http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/json";
        response.ContentLength = output.Length;
        response.Headers["x-aiohub-cost-usd"] = receipt.Charge.Total.ToUsdString();
        if (Translation.HeaderOf(_translation.Losses) is { } losses)
            response.Headers["x-aiohub-losses"] = losses;

        try
        {
            await response.BodyWriter.WriteAsync(output.Memory, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The whole answer was produced and settled; that its caller is gone changes nothing.
        }

        return Outcome.Completed;
    }
}
