using System.Buffers.Binary;
using System.Text;

namespace AioHub.Wire.Tests.Dialects;

/// <summary>AWS event-stream frames in the plainest way: whole ones of the bytes that came so far. Checksums are not looked at.</summary>
internal sealed class EventFrames
{
    private const int Prelude = 12;
    private const int Checksum = 4;

    private readonly List<byte> _bytes = [];

    /// <summary>The frames that the chunk completes, by the name of their event or exception.</summary>
    public IEnumerable<(string Type, byte[] Payload)> Read(byte[] chunk)
    {
        _bytes.AddRange(chunk);
        while (_bytes.Count >= Prelude)
        {
            var total = (int)BinaryPrimitives.ReadUInt32BigEndian(_bytes.GetRange(0, 4).ToArray());
            var headers = (int)BinaryPrimitives.ReadUInt32BigEndian(_bytes.GetRange(4, 4).ToArray());
            if (_bytes.Count < total)
                yield break;

            var frame = _bytes.GetRange(0, total).ToArray();
            _bytes.RemoveRange(0, total);
            var named = Headers(frame.AsSpan(Prelude, headers));
            yield return (named.GetValueOrDefault(":event-type") ?? named.GetValueOrDefault(":exception-type") ?? "", frame[(Prelude + headers)..^Checksum]);
        }
    }

    public static List<(string Type, byte[] Payload)> All(byte[] stream) => [.. new EventFrames().Read(stream)];

    /// <summary>Text alone: AWS names its events by nothing else.</summary>
    private static Dictionary<string, string> Headers(ReadOnlySpan<byte> bytes)
    {
        const byte text = 7;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!bytes.IsEmpty)
        {
            var name = Encoding.UTF8.GetString(bytes.Slice(1, bytes[0]));
            bytes = bytes[(1 + bytes[0])..];
            bytes[0].ShouldBe(text);
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
            found[name] = Encoding.UTF8.GetString(bytes.Slice(3, length));
            bytes = bytes[(3 + length)..];
        }

        return found;
    }
}
