namespace AioHub.Core.Reports;

/// <summary>Calls of the log in the order of their numbers, added up: what one pass of the rollups writes.</summary>
/// <param name="mark">Up to which number calls are in the sums already.</param>
internal sealed class RollupBatch(long mark)
{
    private readonly List<LogBlock> _blocks = [];

    public long Mark { get; } = mark;

    /// <summary>What the mark becomes.</summary>
    public long Last { get; private set; } = mark;

    public UsageTally Tally { get; } = new();

    /// <summary>Calls that are new.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows that were read from the database for them.</summary>
    public int Read { get; set; }

    /// <summary>Blocks into which no number can come any more: numbers are given in the order of commits.</summary>
    public IEnumerable<LogBlock> Closed => _blocks.Where(block => block.Number < LogBlock.Of(Last));

    public int Blocks => _blocks.Count;

    /// <summary>The block in which <see cref="Last"/> stands, with all that it holds up to there.</summary>
    public OpenBlock? Open => _blocks.Count > 0 && _blocks[^1].Number == LogBlock.Of(Last) ? new OpenBlock(_blocks[^1], Last) : null;

    public void Add(in LogCall call)
    {
        Tally.Add(call);
        var block = LogBlock.Of(call.Seq);
        if (_blocks.Count == 0 || _blocks[^1].Number != block)
        {
            _blocks.Add(new LogBlock(block));
        }

        _blocks[^1].Add(call);
        Last = call.Seq;
        Rows++;
    }

    /// <summary>Puts in front what the block of <see cref="Mark"/> held before, which this spoils.</summary>
    public void GoOnFrom(LogBlock block)
    {
        if (_blocks.Count > 0 && _blocks[0].Number == block.Number)
        {
            _blocks[0].Join(block);
        }
        else
        {
            _blocks.Insert(0, block);
        }
    }
}

/// <summary>A block that is not complete yet, as far as it is known.</summary>
/// <param name="Through">Up to which number.</param>
internal sealed record OpenBlock(LogBlock Block, long Through);
