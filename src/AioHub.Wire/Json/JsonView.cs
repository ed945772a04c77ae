using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace AioHub.Wire.Json;

/// <summary>What kind of JSON value a <see cref="JsonView"/> shows.</summary>
public enum JsonKind
{
    /// <summary>There is no such value.</summary>
    Absent,
    Null,
    False,
    True,
    Number,
    Text,
    Array,
    Object,
}

/// <summary>
/// One value of a JSON text, looked at where it stands: no tree, no copy. The text was judged whole by <see cref="TryOver"/>, so nothing below it can be malformed;
/// what is asked of a value of the wrong kind is answered as if it were absent.
/// </summary>
public readonly ref struct JsonView
{
    private readonly ReadOnlySpan<byte> _text;

    private JsonView(ReadOnlySpan<byte> text, int start, int length)
    {
        _text = text;
        Start = start;
        Length = length;
    }

    /// <summary>Offset of the value in the text that <see cref="TryOver"/> was given.</summary>
    public int Start { get; }

    /// <summary>Bytes of the value; 0 = absent.</summary>
    public int Length { get; }

    public bool Exists => Length > 0;

    /// <summary>The value as it stands, strings with their quotes.</summary>
    public ReadOnlySpan<byte> Raw => _text.Slice(Start, Length);

    public JsonKind Kind => Length == 0 ? JsonKind.Absent : _text[Start] switch
    {
        (byte)'{' => JsonKind.Object,
        (byte)'[' => JsonKind.Array,
        (byte)'"' => JsonKind.Text,
        (byte)'t' => JsonKind.True,
        (byte)'f' => JsonKind.False,
        (byte)'n' => JsonKind.Null,
        _ => JsonKind.Number,
    };

    public bool IsObject => Kind == JsonKind.Object;
    public bool IsArray => Kind == JsonKind.Array;
    public bool IsText => Kind == JsonKind.Text;
    public bool IsTrue => Kind == JsonKind.True;

    /// <summary>Absent or null.</summary>
    public bool IsNothing => Kind is JsonKind.Absent or JsonKind.Null;

    /// <summary>The members of an object, in their order; none of anything else.</summary>
    public MemberWalk Members => new(_text, Start, IsObject ? Length : 0);

    /// <summary>The items of an array, in their order; none of anything else.</summary>
    public ItemWalk Items => new(_text, Start, IsArray ? Length : 0);

    /// <summary>The member of an object by its name; of several the last. Steps over the members: whoever wants many of them walks <see cref="Members"/>.</summary>
    public JsonView this[ReadOnlySpan<byte> name]
    {
        get
        {
            var found = default(JsonView);
            foreach (var field in Members)
            {
                if (field.Is(name))
                    found = field.Value;
            }

            return found;
        }
    }

    /// <summary>Judges a whole text: valid JSON (at most <see cref="JsonPeek.MaxDepth"/> deep) in valid UTF-8, nothing behind it. Never throws.</summary>
    public static bool TryOver(ReadOnlySpan<byte> text, out JsonView view)
    {
        view = default;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonPeek.MaxDepth });
            if (!reader.Read())
                return false;

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (reader.Read() || !Utf8.IsValid(text))
                return false;

            view = new JsonView(text, start, end - start);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The same bytes in the memory that the text is a view of.</summary>
    /// <param name="text">The whole text, as <see cref="TryOver"/> was given it.</param>
    public ReadOnlyMemory<byte> In(ReadOnlyMemory<byte> text) => text.Slice(Start, Length);

    /// <summary>Whether it is a string of these characters.</summary>
    /// <param name="plain">UTF-8 without escapes.</param>
    public bool Is(ReadOnlySpan<byte> plain) => IsText && JsonStrings.AreSame(Raw[1..^1], plain);

    /// <summary>A string's text; null when it is none, or longer than that.</summary>
    /// <param name="maxLength">In UTF-16 units.</param>
    public string? AsString(int maxLength = int.MaxValue / 8) => IsText && JsonValue.TryReadString(Raw, maxLength, out var text) ? text : null;

    /// <summary>A whole number; null when it is none.</summary>
    public long? AsInteger() => Kind == JsonKind.Number && JsonValue.TryReadInt64(Raw, out var number) ? number : null;

    /// <summary>Steps over a value whose first byte stands at an offset; gives the offset behind it.</summary>
    private static int Skip(ReadOnlySpan<byte> text, int at)
    {
        switch (text[at])
        {
            case (byte)'"':
                return JsonLexemes.SkipString(text, at + 1, out _);
            case (byte)'{' or (byte)'[':
                return SkipContainer(text, at);
            default:
                var length = text[at..].IndexOfAny(Ends);
                return length < 0 ? text.Length : at + length;
        }
    }

    private static int SkipContainer(ReadOnlySpan<byte> text, int at)
    {
        var depth = 0;
        while (true)
        {
            at += text[at..].IndexOfAny(Brackets);
            switch (text[at])
            {
                case (byte)'"':
                    at = JsonLexemes.SkipString(text, at + 1, out _);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
                return at;
        }
    }

    private static readonly SearchValues<byte> Ends = SearchValues.Create(",]} \t\r\n"u8);
    private static readonly SearchValues<byte> Brackets = SearchValues.Create("\"{}[]"u8);

    /// <summary>One member of an object.</summary>
    public readonly ref struct Field
    {
        internal Field(JsonView name, JsonView value)
        {
            Name = name;
            Value = value;
        }

        /// <summary>The name as it stands, a string with its quotes.</summary>
        public JsonView Name { get; }
        public JsonView Value { get; }

        public bool Is(ReadOnlySpan<byte> plain) => Name.Is(plain);
    }

    /// <summary>Steps from member to member.</summary>
    public ref struct MemberWalk
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _at;

        internal MemberWalk(ReadOnlySpan<byte> text, int start, int length)
        {
            _text = text;
            _at = length == 0 ? -1 : start + 1;
            Current = default;
        }

        public Field Current { get; private set; }

        public readonly MemberWalk GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_at < 0)
                return false;

            var at = JsonLexemes.SkipBlanks(_text, _at);
            if (_text[at] == ',')
                at = JsonLexemes.SkipBlanks(_text, at + 1);

            if (_text[at] == '}')
            {
                _at = -1;
                return false;
            }

            var nameEnd = JsonLexemes.SkipString(_text, at + 1, out _);
            var valueAt = JsonLexemes.SkipBlanks(_text, JsonLexemes.SkipBlanks(_text, nameEnd) + 1);
            _at = Skip(_text, valueAt);
            Current = new Field(new JsonView(_text, at, nameEnd - at), new JsonView(_text, valueAt, _at - valueAt));
            return true;
        }
    }

    /// <summary>Steps from item to item.</summary>
    public ref struct ItemWalk
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _at;

        internal ItemWalk(ReadOnlySpan<byte> text, int start, int length)
        {
            _text = text;
            _at = length == 0 ? -1 : start + 1;
            Current = default;
        }

        public JsonView Current { get; private set; }

        public readonly ItemWalk GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_at < 0)
                return false;

            var at = JsonLexemes.SkipBlanks(_text, _at);
            if (_text[at] == ',')
                at = JsonLexemes.SkipBlanks(_text, at + 1);

            if (_text[at] == ']')
            {
                _at = -1;
                return false;
            }

            _at = Skip(_text, at);
            Current = new JsonView(_text, at, _at - at);
            return true;
        }
    }
}
