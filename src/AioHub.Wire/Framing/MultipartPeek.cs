using System.Buffers;
using System.Text;

namespace AioHub.Wire.Framing;

/// <summary>
/// Finds small text fields in a <c>multipart/form-data</c> body (RFC 7578, RFC 2046) that lies in memory. Strict on purpose: where the hub and an
/// upstream could read different fields from the same bytes (stray boundaries, folded or doubled headers, <c>name*</c>), nothing is found.
/// Never throws on any bytes.
/// </summary>
public static class MultipartPeek
{
    /// <summary>The longest boundary (RFC 2046, section 5.1.1).</summary>
    public const int MaxBoundary = 70;

    private const int MaxContentType = 1024;

    private static readonly SearchValues<byte> BoundarySigns = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? "u8);

    /// <inheritdoc cref="TryFind(ReadOnlySpan{byte}, ReadOnlySpan{byte}, string, int, out Range, out bool)"/>
    public static bool TryFind(ReadOnlySpan<byte> body, ReadOnlySpan<byte> boundary, string field, int maxLength, out Range value) =>
        TryFind(body, boundary, field, maxLength, out value, out _);

    /// <summary>Finds a field.</summary>
    /// <param name="boundary">As <see cref="TryGetBoundary"/> gives it, in bytes.</param>
    /// <param name="field">The field's name; compared byte by byte.</param>
    /// <param name="maxLength">The longest value that is accepted, in bytes.</param>
    /// <param name="value">Where the value stands in the body.</param>
    /// <param name="twice">The field stands there more than once: the hub and the upstream could read different ones.</param>
    /// <returns>False when the field is absent, doubled, a file, encoded, or too long, or when anything in the body is malformed or ambiguous.</returns>
    public static bool TryFind(
        ReadOnlySpan<byte> body, ReadOnlySpan<byte> boundary, string field, int maxLength, out Range value, out bool twice)
    {
        ArgumentNullException.ThrowIfNull(field);
        value = default;
        twice = false;
        if (!IsBoundary(boundary))
        {
            return false;
        }

        Span<byte> delimiter = stackalloc byte[2 + MaxBoundary];
        "--"u8.CopyTo(delimiter);
        boundary.CopyTo(delimiter[2..]);
        var name = Encoding.UTF8.GetBytes(field);
        var parts = new MultipartParts(body, delimiter[..(2 + boundary.Length)]);
        var count = 0;
        var found = 0..0;
        var isText = false;
        while (parts.TryMoveNext())
        {
            if (!MultipartHeaders.TryRead(body[parts.Headers], out var headers))
            {
                return false;
            }

            if (headers.Name.SequenceEqual(name))
            {
                count++;
                found = parts.Content;
                isText = headers.IsText;
            }
        }

        twice = count > 1;
        if (!parts.Closed || count != 1 || !isText || found.End.Value - found.Start.Value > maxLength)
        {
            return false;
        }

        value = found;
        return true;
    }

    /// <summary>Reads the boundary from a Content-Type header.</summary>
    /// <returns>False when the type is not <c>multipart/form-data</c>, or has no boundary, two, or one that RFC 2046 does not allow.</returns>
    public static bool TryGetBoundary(string contentType, out string boundary)
    {
        boundary = "";
        if (contentType is not { Length: > 0 and <= MaxContentType } || !Ascii.IsValid(contentType))
        {
            return false;
        }

        var header = Encoding.ASCII.GetBytes(contentType).AsSpan();
        var type = header.IndexOf((byte)';') is >= 0 and var end ? header[..end] : header;
        if (!Ascii.EqualsIgnoreCase(type.Trim(" \t"u8), "multipart/form-data"u8))
        {
            return false;
        }

        var parameters = new HeaderParameters(header[type.Length..]);
        while (parameters.TryMoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(parameters.Name, "boundary"u8))
            {
                continue;
            }

            if (boundary.Length > 0 || !IsBoundary(parameters.Value))
            {
                boundary = "";
                return false;
            }

            boundary = Encoding.ASCII.GetString(parameters.Value);
        }

        boundary = parameters.Malformed ? "" : boundary;
        return boundary.Length > 0;
    }

    private static bool IsBoundary(ReadOnlySpan<byte> boundary) =>
        boundary.Length is > 0 and <= MaxBoundary && boundary[^1] != ' ' && !boundary.ContainsAnyExcept(BoundarySigns);
}
