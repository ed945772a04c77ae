namespace AioHub.Wire.Framing;

// The slow path: a line that a chunk's end cuts is read on place by place.
public sealed partial class SseTap
{
    /// <summary>Goes on with a line, or with the mark, that an earlier chunk began or that this one does not end.</summary>
    private int ReadOn(ref Block block, int at)
    {
        var next = _place switch
        {
            Place.ByteOrderMark => ReadMark(block.Chunk, at),
            Place.Name => ReadName(ref block, at),
            Place.ValueStart => ReadValueStart(block.Chunk, at),
            _ => ReadValue(block.Chunk, at),
        };
        if (_place != Place.Value || next == block.Chunk.Length || block.Chunk[next] is not ((byte)'\n' or (byte)'\r'))
        {
            return next;
        }

        return EndLine(block.Chunk, next);
    }

    private int ReadMark(ReadOnlySpan<byte> chunk, int at)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (chunk[at] != mark[_matched])
        {
            // Two bytes of a mark without the third are the start of a line with a strange name.
            _place = _matched == 0 ? Place.LineStart : Place.Value;
            return at;
        }

        _matched++;
        _pending++;
        if (_matched == mark.Length)
        {
            _place = Place.LineStart;
            _pending = 0;
        }

        return at + 1;
    }

    private int ReadName(ref Block block, int at)
    {
        var name = _field switch { Field.Data => "data"u8, Field.Event => "event"u8, _ => default };
        while (_matched < name.Length && at < block.Chunk.Length && block.Chunk[at] == name[_matched])
        {
            at++;
            _matched++;
            _pending++;
        }

        if (at == block.Chunk.Length)
        {
            return at;
        }

        var isWhole = _matched == name.Length && block.Chunk[at] is (byte)':' or (byte)'\n' or (byte)'\r';
        if (!isWhole || _field == Field.Other)
        {
            _field = Field.Other;
            _place = Place.Value;
            return at;
        }

        BeginField(ref block);
        if (block.Chunk[at] != ':')
        {
            _place = Place.Value;
            return at;
        }

        _place = Place.ValueStart;
        _pending++;
        return at + 1;
    }

    private int ReadValueStart(ReadOnlySpan<byte> chunk, int at)
    {
        _place = Place.Value;
        if (chunk[at] != ' ')
        {
            return at;
        }

        _pending++;
        return at + 1;
    }

    private int ReadValue(ReadOnlySpan<byte> chunk, int at)
    {
        var rest = chunk[at..];
        var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
        var piece = length < 0 ? rest : rest[..length];
        if (_field == Field.Data)
        {
            AppendData(piece);
        }
        else if (_field == Field.Event)
        {
            AppendType(piece);
        }

        _pending += piece.Length;
        return at + piece.Length;
    }

    // ---- the event under way
}
