using System.Buffers;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;

namespace AioHub.Wire.Conversations;

/// <summary>
/// The hub's own stop filter, for upstreams that take no stop sequences: cuts an answer's text before the first of them, wherever the upstream's pieces were cut. The
/// sequence that is complete first wins, as it would where the model is stopped; only text is looked at, no reasoning and no tool input. What may still become a
/// stop sequence is held back until the next piece. One instance a stream; not thread-safe.
/// </summary>
/// <param name="stops">The caller's stop sequences; empty ones are passed over.</param>
/// <param name="sink">Takes the events that are left.</param>
public sealed class StopSequences(IReadOnlyList<JsonText> stops, IStreamSink sink) : IStreamSink
{
    private readonly byte[][] _stops = Decoded(stops);
    private readonly SearchValues<byte> _firsts = SearchValues.Create([.. Decoded(stops).Select(stop => stop[0]).Distinct()]);
    private readonly List<Watch> _watches = [];

    /// <summary>A stop sequence was met in every answer seen so far: nothing more will come of this stream.</summary>
    public bool IsMet => _watches.Count > 0 && _watches.TrueForAll(watch => watch.Met);

    /// <summary>The same for a whole answer: what stands behind a stop sequence is gone, tool calls too.</summary>
    public static Reply Cut(Reply reply, IReadOnlyList<JsonText> stops)
    {
        var sought = Decoded(stops);
        return sought.Length == 0 ? reply : reply with { Answers = [.. reply.Answers.Select(answer => Cut(answer, sought))] };
    }

    public void On(in StreamEvent happening)
    {
        if (_stops.Length == 0 || happening.Kind == StreamEventKind.Begin)
        {
            sink.On(happening);
            return;
        }

        var watch = WatchOf(happening.Answer);
        if (watch.Met)
            return;

        switch (happening.Kind)
        {
            case StreamEventKind.Text:
                Take(watch, happening);
                break;
            case StreamEventKind.Citation or StreamEventKind.LogProbs:
                // They stand beside the text, not behind it.
                sink.On(happening);
                break;
            default:
                Release(watch, happening.Answer);
                sink.On(happening);
                break;
        }
    }

    private static byte[][] Decoded(IReadOnlyList<JsonText> stops) => [.. stops.Where(stop => !stop.IsEmpty).Select(stop => stop.Decode().ToArray())];

    private static Answer Cut(Answer answer, byte[][] stops)
    {
        for (var index = 0; index < answer.Blocks.Count; index++)
        {
            if (answer.Blocks[index] is not TextBlock { IsRefusal: false } text)
                continue;

            var said = text.Text.Decode();
            if (!TryFind(said.Span, stops, out var start, out var stop))
                continue;

            var left = said.Span[..start].IsEmpty ? [] : (Block[])[text with { Text = JsonText.Of(said.Span[..start]), Origin = null }];
            return answer with
            {
                Blocks = [.. answer.Blocks.Take(index), .. left], Stop = StopReason.StopSequence, StopSequence = JsonText.Of(stops[stop]), LogProbs = default,
            };
        }

        return answer;
    }

    /// <summary>Finds the stop sequence that ends first; of several that end together the longest.</summary>
    private static bool TryFind(ReadOnlySpan<byte> text, byte[][] stops, out int start, out int stop)
    {
        start = -1;
        stop = -1;
        var end = int.MaxValue;
        for (var index = 0; index < stops.Length; index++)
        {
            var at = text.IndexOf(stops[index]);
            var last = at + stops[index].Length;
            if (at < 0 || last > end || (last == end && at >= start))
                continue;

            (start, stop, end) = (at, index, last);
        }

        return stop >= 0;
    }

    private Watch WatchOf(int answer)
    {
        foreach (var watch in _watches)
        {
            if (watch.Answer == answer)
                return watch;
        }

        var added = new Watch(answer);
        _watches.Add(added);
        return added;
    }

    private void Take(Watch watch, in StreamEvent happening)
    {
        var inside = happening.Text.Length > 2 ? happening.Text[1..^1] : default;
        if (inside.IsEmpty)
            return;

        // Nothing held back, no escape, no sign that a stop begins with: the piece goes on as it came.
        if (watch.Held.WrittenCount == 0 && watch.Cut.WrittenCount == 0 && !inside.Contains((byte)'\\') && !inside.ContainsAny(_firsts))
        {
            sink.On(happening);
            return;
        }

        watch.Cut.Write(inside);
        var whole = watch.Cut.WrittenSpan;
        var halves = EndsInHalfOfAPair(whole) ? 6 : 0;
        JsonStrings.Unescape(whole[..^halves], watch.Held);
        var half = halves == 0 ? [] : whole[^halves..].ToArray();
        watch.Cut.ResetWrittenCount();
        watch.Cut.Write(half);

        if (TryFind(watch.Held.WrittenSpan, _stops, out var start, out var stop))
        {
            Say(watch, happening.Answer, start);
            watch.Met = true;
            sink.On(new StreamEvent(StreamEventKind.BlockEnd) { Answer = happening.Answer });
            sink.On(new StreamEvent(StreamEventKind.Stop) { Answer = happening.Answer, Stop = StopReason.StopSequence, StopSequence = JsonText.Of(_stops[stop]).Quoted });
            return;
        }

        Say(watch, happening.Answer, watch.Held.WrittenCount - Unsure(watch.Held.WrittenSpan));
    }

    /// <summary>How many bytes at the text's end a stop sequence may begin with.</summary>
    private int Unsure(ReadOnlySpan<byte> text)
    {
        var longest = 0;
        foreach (var stop in _stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(stop.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }

    /// <summary>A pair of escapes may be cut in two by the upstream's pieces; half of it has no UTF-8 form.</summary>
    private static bool EndsInHalfOfAPair(ReadOnlySpan<byte> inside)
    {
        if (inside.Length < 6 || inside[^6] != '\\' || inside[^5] != 'u' || (inside[^4] | 0x20) != 'd' || !"89abAB"u8.Contains(inside[^3]))
            return false;

        var escapes = inside[..^6];
        return (escapes.Length - escapes.TrimEnd((byte)'\\').Length) % 2 == 0;
    }

    /// <summary>The text ends here: what was held back is no stop sequence.</summary>
    private void Release(Watch watch, int answer)
    {
        JsonStrings.Unescape(watch.Cut.WrittenSpan, watch.Held);
        watch.Cut.ResetWrittenCount();
        Say(watch, answer, watch.Held.WrittenCount);
    }

    /// <summary>Tells the first of the bytes held back and keeps the others.</summary>
    private void Say(Watch watch, int answer, int length)
    {
        if (length <= 0)
            return;

        watch.Said.Write("\""u8);
        JsonStrings.Escape(watch.Held.WrittenSpan[..length], watch.Said);
        watch.Said.Write("\""u8);
        sink.On(new StreamEvent(StreamEventKind.Text) { Answer = answer, Text = watch.Said.WrittenSpan });
        watch.Said.ResetWrittenCount();

        watch.Said.Write(watch.Held.WrittenSpan[length..]);
        watch.Held.ResetWrittenCount();
        watch.Held.Write(watch.Said.WrittenSpan);
        watch.Said.ResetWrittenCount();
    }

    /// <summary>What is held back of one answer.</summary>
    private sealed class Watch(int answer)
    {
        public int Answer { get; } = answer;
        public bool Met { get; set; }

        /// <summary>Text in UTF-8 that was not told yet.</summary>
        public ArrayBufferWriter<byte> Held { get; } = new();

        /// <summary>Half of a surrogate pair as it is escaped, behind <see cref="Held"/>.</summary>
        public ArrayBufferWriter<byte> Cut { get; } = new();

        public ArrayBufferWriter<byte> Said { get; } = new();
    }
}
