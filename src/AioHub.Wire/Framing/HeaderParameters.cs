namespace AioHub.Wire.Framing;

/// <summary>Walks over the parameters of a header's value: <c>; name=value; name="value"</c>.</summary>
internal ref struct HeaderParameters(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value without its quotes; escapes inside stay as they are.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Malformed { get; private set; }

    public bool TryMoveNext()
    {
        _rest = _rest.TrimStart(" \t"u8);
        if (_rest.IsEmpty)
        {
            return false;
        }

        var isSeparated = _rest[0] == ';';
        _rest = _rest[1..].TrimStart(" \t"u8);
        if (isSeparated && _rest.IsEmpty)
        {
            return false;
        }

        Malformed = !isSeparated || !TryReadName() || !TryReadValue();
        return !Malformed;
    }

    private bool TryReadName()
    {
        var length = _rest.IndexOf((byte)'=');
        if (length <= 0)
        {
            return false;
        }

        Name = _rest[..length];
        _rest = _rest[(length + 1)..];
        return !Name.ContainsAny("; \t\""u8);
    }

    private bool TryReadValue()
    {
        if (_rest.IsEmpty || _rest[0] != '"')
        {
            var length = _rest.IndexOf((byte)';') is >= 0 and var end ? end : _rest.Length;
            Value = _rest[..length].TrimEnd(" \t"u8);
            _rest = _rest[length..];
            return !Value.IsEmpty && !Value.ContainsAny((byte)' ', (byte)'\t', (byte)'"');
        }

        for (var at = 1; at < _rest.Length; at++)
        {
            if (_rest[at] == '"')
            {
                Value = _rest[1..at];
                _rest = _rest[(at + 1)..];
                return true;
            }

            at += _rest[at] == '\\' ? 1 : 0;
        }

        return false;
    }
}
