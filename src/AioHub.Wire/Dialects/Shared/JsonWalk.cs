using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>
/// Steps over one JSON text with <see cref="Utf8JsonReader"/>, tolerant of wrong types: what is not of the expected kind is skipped whole.
/// What is no JSON throws, which the taps catch around a whole event: see <see cref="IsMalformed"/>.
/// </summary>
internal static class JsonWalk
{
    /// <summary>Longer names (of a model, a tier) are nobody's; they are ignored.</summary>
    private const int MaxNameBytes = 1024;

    /// <summary>No real count comes near it; sums of counts below it cannot overflow.</summary>
    public const long MaxCount = 1_000_000_000_000;

    public const long Absent = -1;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    public static Utf8JsonReader Over(ReadOnlySpan<byte> json) => new(json, Options);

    /// <summary>Whether an exception only says that the bytes are no JSON; the reader names half a surrogate pair an invalid operation.</summary>
    public static bool IsMalformed(Exception e) => e is JsonException or InvalidOperationException;

    /// <summary>A byte order mark before a body is not JSON, but some hosts send it.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    /// <summary>Whether the name or string that the reader stands on is this one. Most names differ in length already, which costs nothing to see.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        reader.ValueIsEscaped ? reader.ValueTextEquals(text) : reader.ValueSpan.Length == text.Length && reader.ValueSpan.SequenceEqual(text);

    /// <summary>Steps from a name onto its value; true when that is an object, else the value is skipped.</summary>
    public static bool EnterObject(ref Utf8JsonReader reader) => reader.Read() && IsObject(ref reader);

    /// <summary>Steps from a name onto its value; true when that is an array, else the value is skipped.</summary>
    public static bool EnterArray(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;

        reader.Skip();
        return false;
    }

    /// <summary>Whether the value that the reader stands on is an object; else it is skipped.</summary>
    public static bool IsObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;

        reader.Skip();
        return false;
    }

    /// <summary>Steps onto the next member's name; false at the object's end.</summary>
    public static bool NextName(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Steps onto the next item; false at the array's end.</summary>
    public static bool NextItem(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>Reads the value behind a name as a count of something.</summary>
    /// <param name="odd">Set when the figure is negative or absurd.</param>
    /// <returns><see cref="Absent"/> for null and for anything that is no number.</returns>
    public static long Count(ref Utf8JsonReader reader, ref bool odd)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
        {
            reader.Skip();
            return Absent;
        }

        if (!reader.TryGetInt64(out var count))
        {
            if (!reader.TryGetDouble(out var number) || double.IsNaN(number))
                return Absent;

            count = (long)Math.Ceiling(Math.Clamp(number, -1, MaxCount + 1));
        }

        if (count is >= 0 and <= MaxCount)
            return count;

        odd = true;
        return Math.Clamp(count, 0, MaxCount);
    }

    /// <summary>
    /// The length of the string behind a name as it stands in the JSON (escapes included: close enough for an estimate and free to know); 0 for anything else.
    /// </summary>
    public static int TextBytes(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueSpan.Length;

        reader.Skip();
        return 0;
    }

    /// <summary>As <see cref="TextBytes(ref Utf8JsonReader)"/>; the text's beginning is kept, should it have to be counted.</summary>
    public static int TextBytes(ref Utf8JsonReader reader, ReplyTap? keep)
    {
        var bytes = TextBytes(ref reader);
        if (bytes > 0)
            keep?.Keep(reader.ValueSpan);

        return bytes;
    }

    /// <summary>The string behind a name; gives <paramref name="known"/> back when it is the same, so that a repeated name costs nothing.</summary>
    public static string? Name(ref Utf8JsonReader reader, string? known)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return known;
        }

        if (reader.ValueSpan.Length is 0 or > MaxNameBytes)
            return known;

        try
        {
            return known is not null && reader.ValueTextEquals(known) ? known : reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // A string that is no valid UTF-8 or holds half a surrogate pair.
            return known;
        }
    }

    /// <summary>Steps over the value behind a name and tells whether it says anything: not null, not false, not an empty string, array or object.</summary>
    public static bool Says(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null or JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return reader.ValueSpan.Length > 0;
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                var depth = reader.CurrentDepth;
                reader.Read();
                var says = reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject);
                while (reader.CurrentDepth > depth && reader.Read())
                {
                }

                return says;
            default:
                return true;
        }
    }

    /// <summary>Counts the items of the array behind a name; 0 for anything else.</summary>
    public static int Items(ref Utf8JsonReader reader)
    {
        if (!EnterArray(ref reader))
            return 0;

        var items = 0;
        while (NextItem(ref reader))
        {
            reader.Skip();
            items++;
        }

        return items;
    }

    /// <summary>Adds up the strings under the given member name at any depth of the value that the reader stands on, and steps over it.</summary>
    public static long TextsUnder(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName, ReplyTap? keep = null)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            return 0;

        var depth = reader.CurrentDepth;
        long bytes = 0;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && (reader.ValueTextEquals(name) || reader.ValueTextEquals(otherName)))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    keep?.Keep(reader.ValueSpan);
                    bytes += reader.ValueSpan.Length;
                }
            }
        }

        return bytes;
    }

    /// <summary>Throws when anything but blanks follows the root value.</summary>
    public static void Finish(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }
}
