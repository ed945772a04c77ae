using System.Buffers;
using System.Text;

namespace AioHub.Wire.Json;

/// <summary>One change to a run of bytes.</summary>
/// <param name="Start">Offset of the first byte that goes.</param>
/// <param name="Length">How many bytes go; 0 = the replacement is put in before <paramref name="Start"/>.</param>
/// <param name="Replacement">What stands there instead.</param>
public readonly record struct Splice(int Start, int Length, ReadOnlyMemory<byte> Replacement);

/// <summary>
/// Makes the splices that change members of a body's root and leave every other byte alone. Bodies and members are those of a
/// <see cref="JsonPeek.Scan"/> that found no fault; offsets always count in the unchanged body, so that splices are made independently of each other.
/// </summary>
public static class JsonSplice
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (char)value), '"', '\\']);

    /// <summary>Another value for a member that stands in the body.</summary>
    /// <param name="value">The new value as JSON.</param>
    public static Splice Replace(JsonMember member, ReadOnlyMemory<byte> value)
    {
        ThrowIfAbsent(member);
        return new Splice(member.ValueStart, member.ValueLength, value);
    }

    /// <summary>Takes one member out, with the comma before it (for the first one: the comma behind it) and the white space between.</summary>
    /// <remarks>To take out several use <see cref="Remove(ReadOnlySpan{byte}, ReadOnlySpan{JsonMember})"/>: single removals of neighbours may claim the same comma.</remarks>
    public static Splice Remove(ReadOnlySpan<byte> body, JsonMember member)
    {
        ThrowIfAbsent(member);
        var end = member.ValueStart + member.ValueLength;
        var before = LastInk(body, member.NameStart);
        if (before >= 0 && body[before] == ',')
        {
            return new Splice(before, end - before, default);
        }

        return new Splice(member.NameStart, FollowingName(body, end) - member.NameStart, default);
    }

    /// <summary>Takes several members out; absent ones are passed over. Not to be combined with <c>Insert</c> when no member would be left.</summary>
    /// <returns>Splices in the body's order.</returns>
    public static Splice[] Remove(ReadOnlySpan<byte> body, params ReadOnlySpan<JsonMember> members)
    {
        var sorted = members.ToArray().Where(member => member.Exists).OrderBy(member => member.NameStart).ToArray();
        var splices = new List<Splice>(sorted.Length);
        foreach (var member in sorted)
        {
            // The comma before this member went with the first member already: the run of leading members just grows.
            if (splices.Count == 1 && splices[0].Start + splices[0].Length == member.NameStart)
            {
                var end = FollowingName(body, member.ValueStart + member.ValueLength);
                splices[0] = new Splice(splices[0].Start, end - splices[0].Start, default);
            }
            else
            {
                splices.Add(Remove(body, member));
            }
        }

        return [.. splices];
    }

    /// <summary>Puts a member in as the root's last one. Several for one body: <see cref="Insert(ReadOnlySpan{byte}, ReadOnlySpan{KeyValuePair{string, ReadOnlyMemory{byte}}})"/>.</summary>
    /// <param name="name">A name that the root does not have yet; escaped here.</param>
    /// <param name="value">The value as JSON.</param>
    /// <exception cref="ArgumentException">The body does not end with a closing brace.</exception>
    public static Splice Insert(ReadOnlySpan<byte> body, string name, ReadOnlyMemory<byte> value) =>
        Insert(body, new KeyValuePair<string, ReadOnlyMemory<byte>>(name, value));

    /// <summary>Puts members in as the root's last ones, in the given order.</summary>
    /// <exception cref="ArgumentException">The body does not end with a closing brace, or nothing is to be put in.</exception>
    public static Splice Insert(ReadOnlySpan<byte> body, params ReadOnlySpan<KeyValuePair<string, ReadOnlyMemory<byte>>> members)
    {
        var brace = LastInk(body, body.Length);
        var last = brace > 0 && body[brace] == '}' ? LastInk(body, brace) : -1;
        if (last < 0 || members.IsEmpty)
        {
            throw new ArgumentException("Members are put into an object that was scanned before.", nameof(body));
        }

        var text = new ArrayBufferWriter<byte>();
        var comma = body[last] != '{';
        foreach (var (name, value) in members)
        {
            if (comma)
            {
                text.Write(","u8);
            }

            comma = true;
            text.Write(QuotedString(name).Span);
            text.Write(":"u8);
            text.Write(value.Span);
        }

        return new Splice(last + 1, 0, text.WrittenMemory);
    }

    /// <summary>A text as a JSON string with its quotes. Half a surrogate pair becomes U+FFFD: it has no UTF-8 form.</summary>
    public static ReadOnlyMemory<byte> QuotedString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var quoted = new ArrayBufferWriter<byte>(text.Length + 2);
        quoted.Write("\""u8);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAny(Escaped) is >= 0 and var stop ? rest[..stop] : rest;
            Encoding.UTF8.GetBytes(plain, quoted);
            rest = rest[plain.Length..];
            if (!rest.IsEmpty)
            {
                WriteEscape(quoted, rest[0]);
                rest = rest[1..];
            }
        }

        quoted.Write("\""u8);
        return quoted.WrittenMemory;
    }

    private static void WriteEscape(ArrayBufferWriter<byte> output, char letter)
    {
        switch (letter)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            default:
                Encoding.ASCII.GetBytes($"\\u{(int)letter:x4}", output);
                break;
        }
    }

    /// <summary>Where the next member begins; <paramref name="end"/> itself when there is none.</summary>
    private static int FollowingName(ReadOnlySpan<byte> body, int end)
    {
        var comma = JsonLexemes.SkipBlanks(body, end);
        return comma < body.Length && body[comma] == ',' ? JsonLexemes.SkipBlanks(body, comma + 1) : end;
    }

    /// <summary>Offset of the last byte before <paramref name="end"/> that is no white space; -1 when there is none.</summary>
    private static int LastInk(ReadOnlySpan<byte> body, int end) => body[..end].LastIndexOfAnyExcept(" \t\r\n"u8);

    private static void ThrowIfAbsent(JsonMember member)
    {
        if (!member.Exists)
        {
            throw new ArgumentException("The member does not stand in the body.", nameof(member));
        }
    }
}
