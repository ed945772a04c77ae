using System.IO.Compression;
using ZstdSharp;

namespace AioHub.Relay.Carriers;

/// <summary>Content encodings that are understood, from callers and from upstreams.</summary>
internal static class Decoding
{
    /// <summary>Null: the encoding is unknown.</summary>
    /// <param name="leaveOpen">The source is somebody else's to close.</param>
    public static Stream? Open(string encoding, Stream source, bool leaveOpen) => encoding.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress, leaveOpen),
        "br" => new BrotliDecoder(source),
        // RFC 9110 8.4.1.2: "deflate" is the zlib format.
        "deflate" => new ZLibStream(source, CompressionMode.Decompress, leaveOpen),
        "zstd" => new DecompressionStream(source, leaveOpen: leaveOpen),
        _ => null,
    };

    /// <summary>A decoder met bytes that are none of its encoding.</summary>
    public static bool IsBroken(Exception exception) => exception is InvalidDataException or ZstdException or EndOfStreamException;
}
