using System.Buffers;
using AioHub.Wire.Conversations;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>
/// Hosts that do not tell reasoning from answer leave the model's tags in the text: an answer that begins with <c>&lt;think&gt;</c> is reasoning up to
/// <c>&lt;/think&gt;</c>. Fed with the text of one answer piece by piece, however it is cut.
/// </summary>
internal sealed class OpenAiChatThinkTags
{
    // Two, in turn: what one gives out stays good while the other takes what is held back of it.
    private ArrayBufferWriter<byte> _held = new(32);
    private ArrayBufferWriter<byte> _given = new(32);
    private State _state;

    private enum State
    {
        /// <summary>Nothing but blanks so far.</summary>
        Begin,
        Thinking,
        /// <summary>Blanks between the reasoning and the answer.</summary>
        Behind,
        Plain,
    }

    private static ReadOnlySpan<byte> Open => "<think>"u8;

    private static ReadOnlySpan<byte> Shut => "</think>"u8;

    /// <summary>Nothing is held back and nothing more will be: the text may pass by this.</summary>
    public bool IsPlain => _state == State.Plain;

    /// <summary>Takes a piece of text apart.</summary>
    /// <param name="inside">What stands between the quotes of a JSON string.</param>
    /// <param name="thought">Reasoning that it told, between its quotes; valid until the next call.</param>
    /// <param name="said">Text of the answer; valid until the next call.</param>
    public void Feed(ReadOnlySpan<byte> inside, out ReadOnlySpan<byte> thought, out ReadOnlySpan<byte> said)
    {
        thought = default;
        said = default;
        if (_state == State.Plain)
        {
            said = inside;
            return;
        }

        var text = Join(WithBareTags(inside));
        if (_state == State.Begin)
        {
            var begun = SkipBlanks(text);
            if (begun.StartsWith(Open))
            {
                text = begun[Open.Length..];
                _state = State.Thinking;
            }
            else if (Open.StartsWith(begun))
            {
                Hold(text);
                return;
            }
            else
            {
                _state = State.Plain;
                said = text;
                return;
            }
        }

        if (_state == State.Thinking)
        {
            var end = text.IndexOf(Shut);
            if (end < 0)
            {
                var kept = Overlap(text, Shut);
                thought = text[..^kept];
                Hold(text[^kept..]);
                return;
            }

            thought = text[..end];
            text = text[(end + Shut.Length)..];
            _state = State.Behind;
        }

        if (_state == State.Behind)
        {
            text = SkipBlanks(text);
            if (text.IsEmpty)
                return;

            _state = State.Plain;
        }

        said = text;
    }

    /// <summary>Gives what is still held when the text ends.</summary>
    /// <param name="isThought">It is reasoning.</param>
    public ReadOnlySpan<byte> Rest(out bool isThought)
    {
        isThought = _state == State.Thinking;
        _state = State.Plain;
        return Join(default);
    }

    /// <summary>Takes the tags out of a whole answer.</summary>
    public static void Split(List<Block> blocks)
    {
        if (blocks is not [TextBlock { IsRefusal: false } text, ..] || !SkipBlanks(WithBareTags(text.Text.Inside)).StartsWith(Open))
            return;

        var tags = new OpenAiChatThinkTags();
        tags.Feed(text.Text.Inside, out var thought, out var said);
        var left = tags.Rest(out var isThought);
        var reasoning = isThought ? JsonText.Join(default, Quoted(thought), Quoted(left)) : Quoted(thought);
        blocks[0] = text with { Text = Quoted(said) };
        if (blocks[0] is TextBlock { Text.IsEmpty: true, Citations.Count: 0 })
            blocks.RemoveAt(0);
        if (!reasoning.IsEmpty)
            blocks.Insert(0, new ThinkingBlock(reasoning));
    }

    private static JsonText Quoted(ReadOnlySpan<byte> inside) => JsonText.FromQuoted((byte[])[(byte)'"', .. inside, (byte)'"']);

    private static ReadOnlySpan<byte> SkipBlanks(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            if (text is [(byte)' ', ..])
                text = text[1..];
            else if (text.StartsWith("\\n"u8) || text.StartsWith("\\r"u8) || text.StartsWith("\\t"u8))
                text = text[2..];
            else
                return text;
        }
    }

    /// <summary>How much of the text's end may be the beginning of the tag.</summary>
    private static int Overlap(ReadOnlySpan<byte> text, ReadOnlySpan<byte> tag)
    {
        for (var length = Math.Min(text.Length, tag.Length - 1); length > 0; length--)
        {
            if (tag.StartsWith(text[^length..]))
                return length;
        }

        return 0;
    }

    /// <summary>Some hosts escape the angles (<c>\u003c</c>), so that tags are found either way.</summary>
    private static ReadOnlySpan<byte> WithBareTags(ReadOnlySpan<byte> inside)
    {
        if (inside.IndexOf("\\u003"u8) < 0)
            return inside;

        var bare = new ArrayBufferWriter<byte>(inside.Length);
        while (inside.IndexOf((byte)'\\') is var stop and >= 0)
        {
            bare.Write(inside[..stop]);
            inside = inside[stop..];
            var isOpen = inside.StartsWith("\\u003c"u8) || inside.StartsWith("\\u003C"u8);
            if (isOpen || inside.StartsWith("\\u003e"u8) || inside.StartsWith("\\u003E"u8))
            {
                bare.Write(isOpen ? "<"u8 : ">"u8);
                inside = inside[6..];
            }
            else
            {
                bare.Write(inside[..2]);
                inside = inside[2..];
            }
        }

        bare.Write(inside);
        return bare.WrittenSpan;
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> inside)
    {
        if (_held.WrittenCount == 0)
            return inside;

        _held.Write(inside);
        (_held, _given) = (_given, _held);
        _held.ResetWrittenCount();
        return _given.WrittenSpan;
    }

    private void Hold(ReadOnlySpan<byte> text) => _held.Write(text);
}
