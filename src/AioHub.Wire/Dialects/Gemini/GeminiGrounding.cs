using System.Text.Json;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Names = AioHub.Wire.Dialects.Gemini.GeminiNames;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>
/// What an answer rests on: <c>groundingMetadata</c>, and <c>citationMetadata</c> where a model recites. Google counts where a citation stands in bytes of the text, others do
/// not: only its own figures are written back.
/// </summary>
internal static class GeminiGrounding
{
    private const int MostCitations = 1_000;

    /// <summary>The citations of a candidate's metadata; one for each place and source.</summary>
    public static List<Citation> Read(ReadOnlyMemory<byte> metadata)
    {
        var citations = new List<Citation>();
        if (metadata.IsEmpty || !JsonView.TryOver(metadata.Span, out var view))
            return citations;

        var origin = new Origin(Dialect.Gemini, metadata);
        foreach (var source in view[Names.CitationSources].Items)
            Recited(source, metadata, origin, citations);
        foreach (var source in view[Names.Citations].Items)
            Recited(source, metadata, origin, citations);

        var chunks = new List<Citation>();
        foreach (var chunk in view[Names.GroundingChunks].Items)
            chunks.Add(Chunk(chunk, metadata, origin));

        var cited = new bool[chunks.Count];
        foreach (var support in view[Names.GroundingSupports].Items)
        {
            var segment = support[Names.Segment];
            var start = Place(segment[Names.StartIndex]);
            var end = Place(segment[Names.EndIndex]);
            foreach (var index in support[Names.GroundingChunkIndices].Items)
            {
                if (index.AsInteger() is not (>= 0 and var at) || at >= chunks.Count || citations.Count >= MostCitations)
                    continue;

                // A first byte that is not told is the text's first.
                citations.Add(chunks[(int)at] with { Start = end is null ? start : start ?? 0, End = end });
                cited[at] = true;
            }
        }

        for (var at = 0; at < chunks.Count && citations.Count < MostCitations; at++)
        {
            if (!cited[at])
                citations.Add(chunks[at]);
        }

        citations.RemoveAll(citation => citation.Url.IsEmpty && citation.Title.IsEmpty && citation.Quote.IsEmpty);
        return citations;
    }

    /// <summary>Whether there is anything to cite in it: searches send an empty one with every chunk.</summary>
    public static bool Says(JsonView metadata) =>
        metadata[Names.GroundingChunks].Length > 2 || metadata[Names.CitationSources].Length > 2 || metadata[Names.Citations].Length > 2;

    /// <summary>Writes <c>groundingMetadata</c> as a member of the open candidate.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Citation> citations, LossLog losses)
    {
        if (citations.Count == 0)
            return;

        var chunks = new List<Citation>();
        var places = new List<int>();
        foreach (var citation in citations)
        {
            var at = chunks.FindIndex(chunk => chunk.Url == citation.Url && chunk.Title == citation.Title && chunk.Quote == citation.Quote);
            if (at < 0)
            {
                at = chunks.Count;
                chunks.Add(citation);
            }

            places.Add(at);
        }

        json.WriteStartObject(Names.GroundingMetadata);
        json.WriteStartArray(Names.GroundingChunks);
        foreach (var chunk in chunks)
            WriteChunk(json, chunk);

        json.WriteEndArray();
        json.WriteStartArray(Names.GroundingSupports);
        for (var index = 0; index < citations.Count; index++)
            WriteSupport(json, citations[index], places[index], losses);

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteChunk(Utf8JsonWriter json, Citation chunk)
    {
        json.WriteStartObject();
        json.WriteStartObject(chunk.Quote.Exists && !chunk.Url.Inside.StartsWith("http"u8) ? Names.RetrievedContext : Names.Web);
        WriteText(json, Names.Uri, chunk.Url);
        WriteText(json, Names.Title, chunk.Title);
        WriteText(json, Names.Text, chunk.Quote);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSupport(Utf8JsonWriter json, Citation citation, int chunk, LossLog losses)
    {
        if (citation.Start is null && citation.End is null)
            return;

        if (citation.Origin?.Dialect != Dialect.Gemini)
        {
            losses.Add("citations", "Where in the text a citation stands was left out: Gemini counts in bytes.", LossSeverity.Info);
            return;
        }

        json.WriteStartObject();
        json.WriteStartObject(Names.Segment);
        if (citation.Start is { } start)
            json.WriteNumber(Names.StartIndex, start);
        if (citation.End is { } end)
            json.WriteNumber(Names.EndIndex, end);

        json.WriteEndObject();
        json.WriteStartArray(Names.GroundingChunkIndices);
        json.WriteNumberValue(chunk);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonText text)
    {
        if (!text.Exists)
            return;

        json.WritePropertyName(name);
        json.WriteRawValue(text.Quoted, skipInputValidation: true);
    }

    private static Citation Chunk(JsonView chunk, ReadOnlyMemory<byte> metadata, Origin origin)
    {
        // web, retrievedContext, maps, image: each with an address and a title.
        var source = default(JsonView);
        foreach (var field in chunk.Members)
        {
            if (field.Value.IsObject)
                source = field.Value;
        }

        return new Citation(JsonText.From(source[Names.Uri], metadata), JsonText.From(source[Names.Title], metadata))
        {
            Quote = JsonText.From(source[Names.Text], metadata),
            Origin = origin,
        };
    }

    private static void Recited(JsonView source, ReadOnlyMemory<byte> metadata, Origin origin, List<Citation> citations)
    {
        if (citations.Count >= MostCitations)
            return;

        citations.Add(new Citation(JsonText.From(source[Names.Uri], metadata), JsonText.From(source[Names.Title], metadata))
        {
            Start = Place(source[Names.StartIndex]),
            End = Place(source[Names.EndIndex]),
            Origin = origin,
        });
    }

    private static int? Place(JsonView view) => view.AsInteger() is >= 0 and <= int.MaxValue and var place ? (int)place : null;
}
