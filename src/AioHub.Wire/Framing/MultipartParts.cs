namespace AioHub.Wire.Framing;

/// <summary>Walks over the parts of a multipart body.</summary>
/// <param name="delimiter">Two hyphens and the boundary.</param>
internal ref struct MultipartParts(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter)
{
    /// <summary>The most bytes that the headers of one part may have.</summary>
    private const int MaxHeaders = 8 * 1024;

    private readonly ReadOnlySpan<byte> _body = body;
    private readonly ReadOnlySpan<byte> _delimiter = delimiter;
    private int _at = -1;

    /// <summary>The part's headers without the blank line behind them.</summary>
    public Range Headers { get; private set; }

    public Range Content { get; private set; }

    /// <summary>The walk came to the closing delimiter, and nothing but line ends stands behind it.</summary>
    public bool Closed { get; private set; }

    /// <summary>Goes to the next part. False at the end, and wherever the body is not what RFC 2046 describes.</summary>
    public bool TryMoveNext()
    {
        if (_at < 0 && !TryStart())
        {
            return false;
        }

        var tail = _body[_at..];
        if (tail.StartsWith("--"u8))
        {
            Closed = !tail[2..].ContainsAnyExcept((byte)'\r', (byte)'\n');
            return false;
        }

        return tail.StartsWith("\r\n"u8) && TryReadPart(_at + 2);
    }

    private bool TryStart()
    {
        var start = _body.StartsWith("\r\n"u8) ? 2 : 0;
        if (!_body[start..].StartsWith(_delimiter))
        {
            return false;
        }

        _at = start + _delimiter.Length;
        return true;
    }

    private bool TryReadPart(int start)
    {
        // The blank line may stand at once: a part without headers.
        var window = _body[(start - 2)..Math.Min(_body.Length, start + MaxHeaders)];
        var blank = window.IndexOf("\r\n\r\n"u8);
        if (blank < 0)
        {
            return false;
        }

        Headers = start..Math.Max(start, start - 2 + blank);
        var content = start + 2 + blank;
        var next = FindDelimiter(start);
        if (next - 2 < content || !_body[(next - 2)..].StartsWith("\r\n"u8))
        {
            return false;
        }

        Content = content..(next - 2);
        _at = next + _delimiter.Length;
        return true;
    }

    /// <summary>
    /// The next place where a line begins with the delimiter; -1 when there is none. Lines are taken as widely as any reader takes them
    /// (a lone CR or LF counts), so that a delimiter which only some readers would see makes the body malformed here.
    /// </summary>
    private readonly int FindDelimiter(int from)
    {
        while (_body[from..].IndexOf(_delimiter) is >= 0 and var distance)
        {
            var at = from + distance;
            if (_body[at - 1] is (byte)'\n' or (byte)'\r')
            {
                return at;
            }

            from = at + 1;
        }

        return -1;
    }
}
