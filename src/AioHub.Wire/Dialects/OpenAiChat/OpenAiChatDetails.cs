using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// Puts the pieces of <c>reasoning_details</c> together that a stream gives: neighbours of the same type and index are one entry, whose texts are joined and whose other
/// members are told in any of the pieces.
/// </summary>
internal sealed class OpenAiChatDetails
{
    /// <summary>More belongs to no answer.</summary>
    private const int MostEntries = 1024;

    private readonly List<Entry> _entries = [];
    private bool _isTold = true;

    /// <summary>Something was added since it was given out.</summary>
    public bool Waits => !_isTold;

    public void Add(JsonView details)
    {
        foreach (var piece in details.Items)
        {
            if (!piece.IsObject)
                continue;

            var entry = Find(piece);
            if (entry is null)
                continue;

            _isTold = false;
            entry.Add(piece);
        }
    }

    /// <summary>What the vendor wants back: the whole array, or, where it says nothing but the text, the name of the field beside it.</summary>
    public Sealed Take()
    {
        _isTold = true;
        if (_entries.TrueForAll(static entry => entry.IsPlain))
        {
            _entries.Clear();
            return OpenAiChatReasoning.ByReasoning;
        }

        var array = new ArrayBufferWriter<byte>();
        foreach (var entry in _entries)
        {
            array.Write(array.WrittenCount == 0 ? "["u8 : ","u8);
            entry.WriteTo(array);
        }

        array.Write("]"u8);
        var hides = _entries.TrueForAll(static entry => !entry.HasText);
        _entries.Clear();
        return OpenAiChatReasoning.ByDetails(array.WrittenSpan, hides);
    }

    private Entry? Find(JsonView piece)
    {
        var type = piece[Chat.Type];
        var index = piece[Chat.Index].AsInteger();
        var id = piece[Chat.Id];
        if (_entries.Count > 0 && _entries[^1].IsSame(type, index, id))
            return _entries[^1];

        if (_entries.Count >= MostEntries)
            return null;

        var entry = new Entry(type.IsText ? type.Raw.ToArray() : [], index);
        _entries.Add(entry);
        return entry;
    }

    private sealed class Entry(byte[] type, long? index)
    {
        private readonly ArrayBufferWriter<byte> _text = new();
        private readonly ArrayBufferWriter<byte> _summary = new();
        private readonly ArrayBufferWriter<byte> _data = new();
        private readonly List<(byte[] Name, byte[] Value)> _others = [];

        /// <summary>It tells nothing that the text beside it does not.</summary>
        public bool IsPlain => _data.WrittenCount == 0 && _summary.WrittenCount == 0 && _others.Count == 0;

        public bool HasText => _text.WrittenCount + _summary.WrittenCount > 0;

        public bool IsSame(JsonView otherType, long? otherIndex, JsonView id) =>
            index == otherIndex && otherType.Raw.SequenceEqual(type) && _data.WrittenCount == 0 && (id.IsNothing || !Has(Chat.Id) || Is(Chat.Id, id));

        public void Add(JsonView piece)
        {
            foreach (var field in piece.Members)
            {
                if (field.Value.IsNothing || field.Is(Chat.Type) || field.Is(Chat.Index))
                    continue;

                if (field.Is(Chat.Text) && field.Value.IsText)
                    _text.Write(field.Value.Raw[1..^1]);
                else if (field.Is(Chat.Summary) && field.Value.IsText)
                    _summary.Write(field.Value.Raw[1..^1]);
                else if (field.Is(Chat.Data) && field.Value.IsText)
                    _data.Write(field.Value.Raw[1..^1]);
                else if (field.Value is { IsText: true, Length: 2 } || field.Value.Is("unknown"u8) || (!field.Is(Chat.Signature) && Has(field.Name)))
                    continue;
                else
                    Set(field.Name, field.Value);
            }
        }

        public void WriteTo(ArrayBufferWriter<byte> output)
        {
            output.Write("{\"type\":"u8);
            output.Write(type.Length == 0 ? "\"reasoning.text\""u8 : type);
            Write(output, ",\"text\":\""u8, _text);
            Write(output, ",\"summary\":\""u8, _summary);
            Write(output, ",\"data\":\""u8, _data);
            foreach (var (name, value) in _others)
            {
                output.Write(","u8);
                output.Write(name);
                output.Write(":"u8);
                output.Write(value);
            }

            if (index is { } number)
            {
                output.Write(",\"index\":"u8);
                number.TryFormat(output.GetSpan(20), out var written);
                output.Advance(written);
            }

            output.Write("}"u8);
        }

        private static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> head, ArrayBufferWriter<byte> text)
        {
            if (text.WrittenCount == 0)
                return;

            output.Write(head);
            output.Write(text.WrittenSpan);
            output.Write("\""u8);
        }

        private bool Has(JsonView name) => Find(name.Raw[1..^1]) >= 0;

        private bool Has(ReadOnlySpan<byte> name) => Find(name) >= 0;

        private bool Is(ReadOnlySpan<byte> name, JsonView value) => Find(name) is var at and >= 0 && _others[at].Value.AsSpan().SequenceEqual(value.Raw);

        private int Find(ReadOnlySpan<byte> name)
        {
            for (var at = 0; at < _others.Count; at++)
            {
                if (_others[at].Name.AsSpan()[1..^1].SequenceEqual(name))
                    return at;
            }

            return -1;
        }

        private void Set(JsonView name, JsonView value)
        {
            var at = Find(name.Raw[1..^1]);
            if (at >= 0)
                _others.RemoveAt(at);

            _others.Add((name.Raw.ToArray(), value.Raw.ToArray()));
        }
    }
}
