using System.Buffers;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>A tool call of a stream while its pieces come.</summary>
internal sealed class OpenAiChatCall(long? index)
{
    private static readonly SearchValues<byte> Signs = SearchValues.Create("\\{}[]"u8);

    private ArrayBufferWriter<byte>? _held;
    private int _depth;
    private bool _isBegun, _isInText, _isEscaped;

    public long? Index { get; } = index;

    /// <summary>A JSON string with its quotes; empty = not told.</summary>
    public byte[] Id { get; set; } = [];

    /// <inheritdoc cref="Id"/>
    public byte[] Name { get; set; } = [];

    public ToolKind Kind { get; set; }

    public Sealed? Sealed { get; set; }

    /// <summary>Its beginning was told.</summary>
    public bool IsTold { get; set; }

    /// <summary>Its input is a whole JSON value, so nothing more of it can come; free text never says so.</summary>
    public bool IsWhole => Kind == ToolKind.Freeform || (_isBegun && _depth == 0);

    /// <summary>Input that came before the call could be told: between quotes once given out; empty = none.</summary>
    public ReadOnlySpan<byte> TakeHeld()
    {
        if (_held is null)
            return default;

        _held.Write("\""u8);
        var held = _held.WrittenSpan;
        _held = null;
        return held;
    }

    /// <summary>Keeps a piece of input for later.</summary>
    /// <param name="quoted">A JSON string.</param>
    public void Hold(ReadOnlySpan<byte> quoted)
    {
        if (_held is null)
        {
            _held = new ArrayBufferWriter<byte>();
            _held.Write("\""u8);
        }

        _held.Write(quoted[1..^1]);
    }

    /// <summary>Follows the JSON in a piece of input, however it is cut.</summary>
    /// <param name="inside">What stands between the quotes of the JSON string that the piece is.</param>
    public void Follow(ReadOnlySpan<byte> inside)
    {
        for (var at = 0; at < inside.Length;)
        {
            if (!_isEscaped)
            {
                var skip = inside[at..].IndexOfAny(Signs);
                if (skip < 0)
                    return;

                at += skip;
            }

            var sign = (char)inside[at];
            if (sign != '\\')
                at++;
            else if (inside[at + 1] == 'u' && JsonLexemes.TryReadUnit(inside[(at + 2)..], out sign))
                at += 6;
            else
            {
                sign = (char)JsonLexemes.ShortEscape(inside[at + 1]);
                at += 2;
            }

            Step(sign);
        }
    }

    private void Step(char sign)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            return;
        }

        switch (sign)
        {
            case '\\' when _isInText:
                _isEscaped = true;
                break;
            case '"':
                _isInText = !_isInText;
                break;
            case '{' or '[' when !_isInText:
                _isBegun = true;
                _depth++;
                break;
            case '}' or ']' when !_isInText:
                _depth--;
                break;
        }
    }
}
