using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Telling;

/// <summary>A figure as bytes: numbered fields (a number never changes its meaning), compressed, behind their length.</summary>
internal static class FigureBytes
{
    /// <summary>No figure that is kept comes near it; what says that it is longer is none.</summary>
    private const int Longest = 1 << 20;
    private const int Quality = 5;
    private const int Window = 18;

    public static RouteFigure Write(Figure figure)
    {
        var to = new FieldWriter(new byte[4096], sizeof(int));
        to.Text(1, figure.Model);
        if (figure.Price is { } price)
        {
            to.Text(2, PriceJson.Write(price));
            to.Text(3, price.Version);
        }

        foreach (var group in figure.Groups)
        {
            var begun = to.Begin(4);
            Write(ref to, group);
            to.End(begun);
        }

        to.Number(5, figure.More);
        if (figure.Needs is { } needs)
            to.Number(6, (long)needs + 1);

        var plain = to.Buffer.AsSpan(sizeof(int), to.Position - sizeof(int));
        var bytes = new byte[sizeof(int) + BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, plain.Length);
        if (!BrotliEncoder.TryCompress(plain, bytes.AsSpan(sizeof(int)), out var length, Quality, Window))
            throw new InvalidOperationException("A figure does not fit where everything fits.");

        var id = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(plain));
        return new RouteFigure(id, bytes.AsMemory(0, sizeof(int) + length).ToArray());
    }

    /// <summary>Null when the bytes are no figure.</summary>
    public static Figure? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(bytes) is not (>= 0 and <= Longest and var length))
            return null;

        var plain = new byte[length];
        if (!BrotliDecoder.TryDecompress(bytes[sizeof(int)..], plain, out var written) || written != length)
            return null;

        var from = new FieldReader(plain);
        var (model, price, version, more, needs) = ("", (string?)null, "", 0, (Needs?)null);
        var groups = new List<FigureGroup>();
        while (from.Next(out var field))
        {
            switch (field)
            {
                case 1: model = from.Text; break;
                case 2: price = from.Text; break;
                case 3: version = from.Text; break;
                case 4: groups.Add(ReadGroup(ref from, model)); break;
                case 5: more = from.Small; break;
                case 6: needs = (Needs)Math.Max(0, from.Number - 1); break;
            }
        }

        return from.Broken ? null : new Figure(model, PriceOf(model, price, version), [.. groups], more) { Needs = needs };
    }

    private static void Write(ref FieldWriter to, FigureGroup group)
    {
        to.Text(1, group.Name);
        to.Number(2, group.Id);
        if (!string.Equals(group.Own, group.Name, StringComparison.Ordinal))
            to.Text(3, group.Own);
        to.Text(4, group.Code);
        to.Text(5, group.Message);
        to.Number(6, group.Rank + 1);
        if (group.Multiplier != 1m)
            to.Decimal(7, group.Multiplier);
        to.Number(8, (long)group.Selection);
        foreach (var channel in group.Channels)
        {
            var begun = to.Begin(9);
            to.Number(1, channel.Id);
            to.Text(2, channel.Name);
            to.Flag(3, channel.Lack is not null);
            to.Text(4, channel.Lack);
            to.Number(5, channel.Priority);
            to.Number(6, channel.Weight);
            to.Number(7, channel.Window);
            to.Number(8, (long)channel.Behind);
            to.Text(9, channel.Remark.Length == 0 ? null : channel.Remark);
            to.Flag(10, channel.IsForeign);
            to.End(begun);
        }

        to.Number(10, group.More);
        if (group.Price is { } price)
        {
            to.Text(11, PriceJson.Write(price));
            to.Text(12, price.Version);
        }

        to.Text(13, group.Ending.Length == 0 ? null : group.Ending);
    }

    private static FigureGroup ReadGroup(ref FieldReader outer, string model)
    {
        var group = new FigureGroup("", 0, "", null, "", -1);
        var own = (string?)null;
        var (price, version) = ((string?)null, "");
        var channels = new List<FigureChannel>();
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            switch (field)
            {
                case 1: group = group with { Name = from.Text }; break;
                case 2: group = group with { Id = from.Number }; break;
                case 3: own = from.Text; break;
                case 4: group = group with { Code = from.Text }; break;
                case 5: group = group with { Message = from.Text }; break;
                case 6: group = group with { Rank = Math.Max(0, from.Small) - 1 }; break;
                case 7: group = group with { Multiplier = from.Decimal() }; break;
                case 8: group = group with { Selection = from.Name<SelectionPolicy>() }; break;
                case 9: channels.Add(ReadChannel(ref from)); break;
                case 10: group = group with { More = from.Small }; break;
                case 11: price = from.Text; break;
                case 12: version = from.Text; break;
                case 13: group = group with { Ending = from.Text }; break;
            }
        }

        outer.Fail(from.Broken);
        return group with { Own = own ?? group.Name, Channels = [.. channels], Price = PriceOf(model, price, version) };
    }

    private static FigureChannel ReadChannel(ref FieldReader outer)
    {
        var channel = new FigureChannel(0, "", null);
        var from = new FieldReader(outer.Data);
        while (from.Next(out var field))
        {
            channel = field switch
            {
                1 => channel with { Id = from.Number },
                2 => channel with { Name = from.Text },
                3 => channel with { Lack = from.Flag ? "" : null },
                4 => channel with { Lack = from.Text },
                5 => channel with { Priority = from.Small },
                6 => channel with { Weight = from.Small },
                7 => channel with { Window = from.Small },
                8 => channel with { Behind = (Needs)from.Number },
                9 => channel with { Remark = from.Text },
                10 => channel with { IsForeign = from.Flag },
                _ => channel,
            };
        }

        outer.Fail(from.Broken);
        return channel;
    }

    /// <summary>The story goes without a price whose row is spelled in a way that is no longer known.</summary>
    private static PriceRow? PriceOf(string model, string? json, string version)
    {
        if (json is null)
            return null;

        try
        {
            using var document = JsonDocument.Parse(json);
            return PriceJson.Read(model, document.RootElement) with { Version = version };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
