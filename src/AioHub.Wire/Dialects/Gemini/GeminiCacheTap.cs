using System.Globalization;
using System.Text.Json;
using AioHub.Wire.Dialects.Shared;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// Reads what Google tells of a cached content when it is made, read, changed or deleted: its name, its end, how many tokens it keeps (ai.google.dev,
/// "cachedContents"). The tokens are the input that a creation is charged for.
/// </summary>
internal sealed class GeminiCacheTap(Operation operation) : ReplyTap
{
    /// <summary>No endpoint of caches streams.</summary>
    public override EventKind OnEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => EventKind.Handshake;

    public override bool OnReply(ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var facts = default(Facts);
        if (!TryRead(body, ref facts))
            return false;

        if (facts.Failed || (operation == Operation.CreateCache && !UpstreamObject.IsName(facts.Name)))
        {
            Error = VendorErrors.Find(body);
            Stop = StopReason.Error;
            return false;
        }

        if (UpstreamObject.IsName(facts.Name))
            Made = new MadeObject(new UpstreamObject(ObjectKind.CachedContent, facts.Name), facts.CreatedAt, facts.ExpiresAt, facts.Tokens);
        if (operation == Operation.CreateCache && facts.Tokens > 0)
            Usage = new Usage { Input = facts.Tokens, Source = UsageSource.Reported };

        HasContent = Ended = true;
        return true;
    }

    private static bool TryRead(ReadOnlySpan<byte> data, ref Facts facts)
    {
        if (data.IsEmpty)
            return false;

        try
        {
            var reader = Over(data);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return false;

            ReadRoot(ref reader, ref facts);
            Finish(ref reader);
            return true;
        }
        catch (Exception e) when (JsonWalk.IsMalformed(e))
        {
            return false;
        }
    }

    private static void ReadRoot(ref Utf8JsonReader reader, ref Facts facts)
    {
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.Name))
                facts.Name = Name(ref reader, null);
            else if (Is(ref reader, Names.CreateTime))
                facts.CreatedAt = Moment(ref reader);
            else if (Is(ref reader, Names.ExpireTime))
                facts.ExpiresAt = Moment(ref reader);
            else if (Is(ref reader, Names.UsageMetadata) || Is(ref reader, Names.UsageMetadataSnake))
                ReadUsage(ref reader, ref facts);
            else if (Is(ref reader, Names.Error))
                facts.Failed |= Says(ref reader);
            else
                reader.Skip();
        }
    }

    private static void ReadUsage(ref Utf8JsonReader reader, ref Facts facts)
    {
        if (!EnterObject(ref reader))
            return;

        var odd = false;
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.TotalTokenCount))
                facts.Tokens = Math.Max(0, Count(ref reader, ref odd));
            else
                reader.Skip();
        }
    }

    private static DateTime? Moment(ref Utf8JsonReader reader) =>
        Name(ref reader, null) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.UtcDateTime : null;

    private struct Facts
    {
        public string? Name;
        public DateTime? CreatedAt;
        public DateTime? ExpiresAt;
        public long Tokens;
        public bool Failed;
    }
}
