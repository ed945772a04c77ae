using System.Buffers.Binary;

namespace AioHub.Relay.Probes;

/// <summary>What probes show to models: as small as hosts take, and with something in it that an answer can prove to have seen.</summary>
internal static class ProbeSamples
{
    /// <summary>What a model that saw <see cref="Png"/> says.</summary>
    public const string Colour = "red";

    /// <summary>What stands in <see cref="Pdf"/>.</summary>
    public const string Word = "pelican";

    /// <summary>A red picture of 32 × 32 points, in base64: several hosts refuse pictures of less than 10 or 28 points, which says nothing of their models.</summary>
    public const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAJ0lEQVR42u3NsQkAAAjAsP7/tF7hIASyp6lTCQQCgUAgEAgEgi/BAjLD/C5w/SM9AAAAAElFTkSuQmCC";

    /// <summary>One page with one word, in base64.</summary>
    public const string Pdf =
        "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+IGVuZG9iagoyIDAgb2JqPDwvVHlwZS9QYWdlcy9LaWRzWzMgMCBSXS9Db3VudCAxPj4gZW5kb2JqCjMgMCBvYmo8PC" +
        "9UeXBlL1BhZ2UvUGFyZW50IDIgMCBSL01lZGlhQm94WzAgMCAzMDAgMTQ0XS9Db250ZW50cyA0IDAgUi9SZXNvdXJjZXM8PC9Gb250PDwvRjEgNSAwIFI+Pj4+Pj4gZW5kb2JqCjQgMCBvYmo8PC9M" +
        "ZW5ndGggMzc+PnN0cmVhbQpCVCAvRjEgMjQgVGYgNDAgNzAgVGQgKFBFTElDQU4pIFRqIEVUCmVuZHN0cmVhbSBlbmRvYmoKNSAwIG9iajw8L1R5cGUvRm9udC9TdWJ0eXBlL1R5cGUxL0Jhc2VGb2" +
        "50L0hlbHZldGljYT4+IGVuZG9iagp4cmVmCjAgNgowMDAwMDAwMDAwIDY1NTM1IGYgCjAwMDAwMDAwMDkgMDAwMDAgbiAKMDAwMDAwMDA1MyAwMDAwMCBuIAowMDAwMDAwMTAzIDAwMDAwIG4gCjAw" +
        "MDAwMDAyMTQgMDAwMDAgbiAKMDAwMDAwMDI5NyAwMDAwMCBuIAp0cmFpbGVyPDwvU2l6ZSA2L1Jvb3QgMSAwIFI+PgpzdGFydHhyZWYKMzU5CiUlRU9GCg==";

    private const int Rate = 8000;
    private const int Samples = Rate / 2;
    private const int HeaderBytes = 44;

    /// <summary>Half a second of a tone, in base64: a WAV file of 16 bits, one channel.</summary>
    public static string Wav { get; } = MakeWav();

    private static string MakeWav()
    {
        var wav = new byte[HeaderBytes + (2 * Samples)];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), 2 * Samples);
        for (var i = 0; i < Samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(HeaderBytes + (2 * i)), (short)(8000 * Math.Sin(2 * Math.PI * 440 * i / Rate)));
        }

        return Convert.ToBase64String(wav);
    }
}
