using System.Buffers;
using AioHub.Wire.Json;

namespace AioHub.Wire.Framing;

/// <summary>
/// Reads the elements of a JSON array from chunks that are cut anywhere: the form of Gemini's streams that are no event streams. It finds where
/// elements begin and end and does not validate what is inside. A lone object instead of an array is one element.
/// One instance a stream; not thread-safe; never throws on any bytes.
/// </summary>
public sealed class JsonArrayTap : IDisposable
{
    /// <summary>The longest element that is held unless told otherwise, in bytes.</summary>
    public const int DefaultMaxElement = 16 * 1024 * 1024;

    /// <summary>Memory beyond this is given back after the element: thousands of streams are held at once.</summary>
    private const int KeepMemory = 64 * 1024;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> ScalarEnds = SearchValues.Create(",]} \t\r\n"u8);

    private readonly int _maxElement;
    private readonly PooledBytes _element = new();

    private Place _place = Place.BeforeArray;
    private int _depth;
    private bool _alone;
    private bool _delivered;

    /// <param name="maxElement">The longest element that is held, in bytes.</param>
    public JsonArrayTap(int maxElement = DefaultMaxElement)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxElement);
        _maxElement = maxElement;
    }

    private enum Place
    {
        BeforeArray,
        Between,
        /// <summary>In an object or array, outside its strings.</summary>
        Container,
        Text,
        /// <summary>Behind a backslash.</summary>
        Escape,
        Scalar,
        After,
    }

    /// <summary>The closing bracket was seen, or the lone object's end. Bytes after it are passed over.</summary>
    public bool Ended => _place == Place.After && !Malformed;

    /// <summary>The stream is neither an array nor an object: all of it is passed over.</summary>
    public bool Malformed { get; private set; }

    /// <summary>The element given last was longer than the tap holds: it was dropped and came out empty.</summary>
    public bool Oversize { get; private set; }

    /// <summary>Reads on until an element ends or the chunk is used up.</summary>
    /// <param name="chunk">The next bytes of the stream: what the last call left over, then the next chunk.</param>
    /// <param name="consumed">How many bytes of the chunk were read: all of them when false is returned.</param>
    /// <param name="element">The element's bytes; valid until the next call.</param>
    public bool TryRead(ReadOnlySpan<byte> chunk, out int consumed, out ReadOnlySpan<byte> element)
    {
        ForgetDelivered();
        var at = 0;
        var start = IsInside ? 0 : -1;
        while (at < chunk.Length)
        {
            var wasInside = IsInside;
            var next = Step(chunk, at);
            if (!wasInside && IsInside)
            {
                start = at;
            }
            else if (wasInside && !IsInside)
            {
                consumed = next;
                element = Deliver(chunk[start..next]);
                return true;
            }

            at = next;
        }

        if (start >= 0)
        {
            Append(chunk[start..]);
        }

        consumed = chunk.Length;
        element = default;
        return false;
    }

    public void Dispose() => _element.Dispose();

    private bool IsInside => _place is Place.Container or Place.Text or Place.Escape or Place.Scalar;

    /// <summary>Goes on to the next byte that matters; gives the offset behind it.</summary>
    private int Step(ReadOnlySpan<byte> chunk, int at) => _place switch
    {
        Place.Container => StepContainer(chunk, at),
        Place.Text => StepText(chunk, at),
        Place.Escape => StepEscape(at),
        Place.Scalar => StepScalar(chunk, at),
        Place.After => chunk.Length,
        _ => StepBetween(chunk, at),
    };

    private int StepBetween(ReadOnlySpan<byte> chunk, int at)
    {
        var sign = chunk[at];
        if (sign is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            return at + 1;
        }

        if (_place == Place.BeforeArray)
        {
            return Begin(sign, at);
        }

        switch (sign)
        {
            case (byte)',':
                break;
            case (byte)']':
                _place = Place.After;
                break;
            case (byte)'{':
            case (byte)'[':
                _depth = 1;
                _place = Place.Container;
                break;
            case (byte)'"':
                _place = Place.Text;
                break;
            case (byte)'}':
            case (byte)':':
                Malformed = true;
                _place = Place.After;
                break;
            default:
                _place = Place.Scalar;
                break;
        }

        return at + 1;
    }

    private int Begin(byte sign, int at)
    {
        _alone = sign == '{';
        Malformed = sign is not ((byte)'{' or (byte)'[');
        _depth = _alone ? 1 : 0;
        _place = Malformed ? Place.After : _alone ? Place.Container : Place.Between;
        return at + 1;
    }

    private int StepContainer(ReadOnlySpan<byte> chunk, int at)
    {
        var run = chunk[at..].IndexOfAny(Structure);
        if (run < 0)
        {
            return chunk.Length;
        }

        at += run;
        switch (chunk[at])
        {
            case (byte)'"':
                _place = Place.Text;
                break;
            case (byte)'{':
            case (byte)'[':
                _depth++;
                break;
            default:
                _depth--;
                break;
        }

        if (_depth == 0)
        {
            EndElement();
        }

        return at + 1;
    }

    private int StepText(ReadOnlySpan<byte> chunk, int at)
    {
        var run = chunk[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (run < 0)
        {
            return chunk.Length;
        }

        at += run;
        if (chunk[at] == '\\')
        {
            _place = Place.Escape;
        }
        else if (_depth > 0)
        {
            _place = Place.Container;
        }
        else
        {
            EndElement();
        }

        return at + 1;
    }

    private int StepEscape(int at)
    {
        _place = Place.Text;
        return at + 1;
    }

    /// <summary>A number or word ends before the byte that cannot belong to it.</summary>
    private int StepScalar(ReadOnlySpan<byte> chunk, int at)
    {
        var run = chunk[at..].IndexOfAny(ScalarEnds);
        if (run < 0)
        {
            return chunk.Length;
        }

        EndElement();
        return at + run;
    }

    private void EndElement()
    {
        _depth = 0;
        _place = _alone ? Place.After : Place.Between;
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (Oversize || piece.Length > _maxElement - _element.Length)
        {
            Oversize = true;
            _element.Release();
            return;
        }

        _element.Append(piece);
    }

    private ReadOnlySpan<byte> Deliver(ReadOnlySpan<byte> piece)
    {
        _delivered = true;
        if (_element.Length == 0 && !Oversize && piece.Length <= _maxElement)
        {
            return piece;
        }

        Append(piece);
        return _element.Span;
    }

    private void ForgetDelivered()
    {
        if (!_delivered)
        {
            return;
        }

        _delivered = false;
        Oversize = false;
        if (_element.Length > KeepMemory)
        {
            _element.Release();
        }

        _element.Clear();
    }
}
