using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using AioHub.Wire.Json;

namespace AioHub.Wire.Conversations;

/// <summary>One row of an <see cref="EmbeddingAnswer"/>, written as its reader wants it: numbers as they came, or floats.</summary>
internal static class EmbeddingRow
{
    private const int FloatBytes = sizeof(float);

    /// <summary>How far a row's length may be from one and still count as one.</summary>
    private const double Unit = 1e-3;

    public static bool IsBase64(ReadOnlySpan<byte> quoted) =>
        Base64.IsValid(quoted[1..^1], out var bytes) && bytes > 0 && bytes % FloatBytes == 0;

    /// <summary>Writes a JSON array of numbers; those that need no change keep the digits that they came with.</summary>
    /// <param name="row">A row of an answer.</param>
    /// <param name="toUnit">Its length is made one.</param>
    public static void WriteNumbers(IBufferWriter<byte> output, ReadOnlySpan<byte> row, bool toUnit)
    {
        if (row[0] == '"' || (toUnit && ScaleOf(Floats(row)) is not 1))
        {
            WriteFloats(output, Floats(row), toUnit);
            return;
        }

        JsonView.TryOver(row, out var view);
        var first = true;
        foreach (var item in view.Items)
        {
            output.Write(first ? "["u8 : ","u8);
            output.Write(item.Raw);
            first = false;
        }

        output.Write("]"u8);
    }

    /// <summary>Writes a JSON string: base64 of little-endian 32-bit floats.</summary>
    /// <inheritdoc cref="WriteNumbers"/>
    public static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<byte> row, bool toUnit)
    {
        var floats = Floats(row);
        var scale = toUnit ? ScaleOf(floats) : 1;
        var bytes = new byte[floats.Length * FloatBytes];
        for (var i = 0; i < floats.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * FloatBytes), (float)(floats[i] * scale));

        var room = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2);
        room[0] = (byte)'"';
        Base64.EncodeToUtf8(bytes, room[1..], out _, out var written);
        room[written + 1] = (byte)'"';
        output.Advance(written + 2);
    }

    private static void WriteFloats(IBufferWriter<byte> output, double[] floats, bool toUnit)
    {
        var scale = toUnit ? ScaleOf(floats) : 1;
        for (var i = 0; i < floats.Length; i++)
        {
            output.Write(i == 0 ? "["u8 : ","u8);
            var room = output.GetSpan(32);
            ((float)(floats[i] * scale)).TryFormat(room, out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
        }

        output.Write("]"u8);
    }

    private static double[] Floats(ReadOnlySpan<byte> row)
    {
        var floats = new List<double>();
        if (row[0] == '"')
        {
            var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(row.Length)];
            Base64.DecodeFromUtf8(row[1..^1], bytes, out _, out var length);
            for (var at = 0; at + FloatBytes <= length; at += FloatBytes)
                floats.Add(Finite(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at))));
        }
        else
        {
            JsonView.TryOver(row, out var view);
            foreach (var item in view.Items)
                floats.Add(double.TryParse(item.Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Finite(number) : 0);
        }

        return [.. floats];
    }

    /// <summary>JSON has no words for what is none.</summary>
    private static double Finite(double number) => double.IsFinite(number) && Math.Abs(number) <= float.MaxValue ? number : 0;

    /// <summary>By what a row is multiplied so that its length is one; 1 = it is already, or is nothing but zeros.</summary>
    private static double ScaleOf(double[] floats)
    {
        var square = 0.0;
        foreach (var number in floats)
            square += number * number;

        var length = Math.Sqrt(square);
        return length is 0 || !double.IsFinite(length) || Math.Abs(length - 1) <= Unit ? 1 : 1 / length;
    }
}
