using Microsoft.ML.Tokenizers;

namespace AioHub.Relay.Counting;

/// <summary>
/// Counts tokens with o200k_base. The vocabulary (about 40 MB, a quarter of a second) is loaded by the first call that
/// counts, so a hub that never counts never pays for it: upstreams report what they used, only the sandbox and silent ones are counted.
/// </summary>
internal static class TextTokens
{
    // The merge loop is quadratic in the length of one unbroken run (64,000 times "a" takes 0.8 s), so long texts are
    // counted slice by slice. A slice ends before a space, where o200k would end a token anyway.
    private const int Slice = 4096;

    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>Tokens in <paramref name="text"/>; 0 for an empty text.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var total = 0;
        for (var start = 0; start < text.Length;)
        {
            var length = SliceAt(text, start);
            total += Tokenizer.Value.CountTokens(text.Slice(start, length));
            start += length;
        }

        return total;
    }

    /// <summary>The longest beginning of <paramref name="text"/> that has at most <paramref name="limit"/> tokens.</summary>
    public static string Take(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        for (var start = 0; start < text.Length;)
        {
            if (limit <= 0)
                return text[..start];
            var length = SliceAt(text, start);
            var end = Tokenizer.Value.GetIndexByTokenCount(text.AsSpan(start, length), limit, out _, out var used);
            if (end < length)
            {
                var cut = start + end;
                return cut > 0 && char.IsHighSurrogate(text[cut - 1]) ? text[..(cut - 1)] : text[..cut];
            }

            limit -= used;
            start += length;
        }

        return text;
    }

    private static int SliceAt(ReadOnlySpan<char> text, int start)
    {
        if (text.Length - start <= Slice)
            return text.Length - start;
        var space = text.Slice(start, Slice).LastIndexOf(' ');
        if (space > 0)
            return space;
        return char.IsHighSurrogate(text[start + Slice - 1]) ? Slice - 1 : Slice;
    }
}
