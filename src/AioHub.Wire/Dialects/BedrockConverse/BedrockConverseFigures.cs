using System.Text.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.JsonWalk;
using Names = AioHub.Wire.Dialects.BedrockConverse.BedrockConverseNames;

namespace AioHub.Wire.Dialects.BedrockConverse;

/// <summary>
/// The figures of one usage object. They are disjoint: <c>inputTokens</c> leaves out what the cache served and stored, and <c>totalTokens</c> is the sum of all
/// four (AWS, "Prompt caching"; every recorded reply). Bedrock tells no reasoning apart.
/// </summary>
internal struct BedrockConverseFigures
{
    private long _input, _output, _total, _read, _readAgain, _write, _writeAgain, _write5m, _write1h, _writeOther;
    private bool _odd;

    public bool Any { get; private set; }

    /// <summary>Reads the usage object that the reader stands on.</summary>
    public static BedrockConverseFigures Read(ref Utf8JsonReader reader)
    {
        var figures = new BedrockConverseFigures { _input = Absent, _output = Absent, _total = Absent, _read = Absent, _readAgain = Absent, _write = Absent, _writeAgain = Absent };
        while (NextName(ref reader))
        {
            if (Is(ref reader, Names.InputTokens))
                figures.Main(ref reader, ref figures._input);
            else if (Is(ref reader, Names.OutputTokens))
                figures.Main(ref reader, ref figures._output);
            else if (Is(ref reader, Names.TotalTokens))
                figures._total = Count(ref reader, ref figures._odd);
            else if (Is(ref reader, Names.CacheReadInputTokens))
                figures.Main(ref reader, ref figures._read);
            else if (Is(ref reader, Names.CacheWriteInputTokens))
                figures.Main(ref reader, ref figures._write);
            else if (Is(ref reader, Names.CacheReadInputTokenCount))
                figures.Main(ref reader, ref figures._readAgain);
            else if (Is(ref reader, Names.CacheWriteInputTokenCount))
                figures.Main(ref reader, ref figures._writeAgain);
            else if (Is(ref reader, Names.CacheDetails))
                figures.ReadDetails(ref reader);
            else
                reader.Skip();
        }

        return figures;
    }

    public readonly Usage ToUsage()
    {
        var clamped = _odd;
        var output = Math.Max(_output, 0);
        var read = Math.Max(_read == Absent ? _readAgain : _read, 0);
        var (write5m, write1h, writeOther) = Split(_write == Absent ? _writeAgain : _write, ref clamped);
        var input = _input;
        if (input == Absent)
        {
            // Left out, it is what the total leaves; without a total nothing.
            input = _total == Absent ? 0 : _total - output - read - write5m - write1h - writeOther;
            clamped |= input < 0;
            input = Math.Max(input, 0);
        }

        return new Usage
        {
            Input = input, CacheRead = read, CacheWrite5m = write5m, CacheWrite1h = write1h, CacheWriteOther = writeOther, Output = output, Source = UsageSource.Reported, Clamped = clamped,
        };
    }

    /// <summary>The sum is what is billed; what its details leave over has the default lifetime of five minutes.</summary>
    private readonly (long FiveMinutes, long OneHour, long Other) Split(long sum, ref bool clamped)
    {
        if (sum == Absent)
            return (_write5m, _write1h, _writeOther);

        clamped |= _write5m + _write1h + _writeOther > sum;
        var hour = Math.Min(_write1h, sum);
        var other = Math.Min(_writeOther, sum - hour);
        return (sum - hour - other, hour, other);
    }

    private void Main(ref Utf8JsonReader reader, ref long target)
    {
        target = Count(ref reader, ref _odd);
        Any |= target != Absent;
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        if (!EnterArray(ref reader))
            return;

        _write5m = _write1h = _writeOther = 0;
        while (NextItem(ref reader))
        {
            if (!IsObject(ref reader))
                continue;

            var lifetime = ' ';
            long count = 0;
            while (NextName(ref reader))
            {
                if (Is(ref reader, Names.Ttl))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String)
                        lifetime = Is(ref reader, "5m"u8) ? 'm' : Is(ref reader, "1h"u8) ? 'h' : 'o';

                    reader.Skip();
                }
                else if (Is(ref reader, Names.InputTokens))
                {
                    count = Math.Max(Count(ref reader, ref _odd), 0);
                }
                else
                {
                    reader.Skip();
                }
            }

            Any |= count > 0;
            if (lifetime == 'h')
                _write1h = Plus(_write1h, count);
            else if (lifetime == 'o')
                _writeOther = Plus(_writeOther, count);
            else
                _write5m = Plus(_write5m, count);
        }
    }

    private static long Plus(long sum, long figure) => Math.Min(sum + figure, MaxCount);
}
