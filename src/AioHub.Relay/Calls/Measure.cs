using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Calls;

/// <summary>What a reply used: as reported, or estimated from lengths when the report never came.</summary>
internal static class Measure
{
    /// <summary>English text and code run at about four bytes a token.</summary>
    private const int BytesPerToken = 4;

    /// <summary>What an image or a document in base64 is taken for when nobody counted it.</summary>
    private const int OpaqueTokens = 1000;

    /// <param name="complete">False: the reply broke off, so reported output may lag behind what was produced.</param>
    public static Usage Usage(ReplyTap tap, Envelope envelope, bool complete)
    {
        if (IsEmpty(tap, envelope))
        {
            return default;
        }

        var reported = tap.Usage;
        if (reported.Source == UsageSource.Reported && complete)
        {
            return reported;
        }

        var output = (tap.OutputBytes + BytesPerToken - 1) / BytesPerToken;
        if (reported.Source == UsageSource.Reported)
        {
            return output > reported.Output ? reported with { Output = output, Source = UsageSource.Estimated } : reported;
        }

        return new Usage { Input = EstimatedInput(envelope), Output = output, Source = UsageSource.Estimated };
    }

    /// <summary>An answer without content costs nothing, whatever the upstream counted and whatever a request costs.</summary>
    public static bool IsEmpty(ReplyTap tap, Envelope envelope) => !tap.HasContent && envelope.Route.Operation is (Operation.Generate or Operation.Complete);

    /// <summary>What the input is taken for when nobody counted it.</summary>
    public static long EstimatedInput(Envelope envelope)
    {
        var opaque = Math.Min(envelope.Peek.OpaqueBytes, envelope.Body.Length);
        return ((envelope.Body.Length - opaque) / BytesPerToken) + (opaque == 0 ? 0 : OpaqueTokens);
    }
}
