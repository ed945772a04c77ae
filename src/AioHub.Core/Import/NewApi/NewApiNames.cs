using System.Security.Cryptography;
using System.Text;

namespace AioHub.Core.Import.NewApi;

/// <summary>Names of things that have to obey stricter rules here: the same name always becomes the same.</summary>
internal static class NewApiNames
{
    private const int Longest = 56;

    /// <summary>Small letters, digits and hyphens; a name without any of them becomes a part of its digest.</summary>
    public static string OfGroup(string name)
    {
        var plain = Clean(name.ToLowerInvariant(), static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c), '-');
        return plain.Length == 0 ? "group-" + Digest(name)
            : plain is "auto" ? "auto-" + Digest(name)
            : plain;
    }

    /// <summary>Letters, digits, hyphens, underscores and points.</summary>
    public static string OfChannel(string name, long id)
    {
        var plain = Clean(name, static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.', '-');
        return plain.Length == 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"channel-{id}") : plain;
    }

    /// <summary>Of the characters that tags may have; null = nothing is left.</summary>
    public static string? OfTag(string tag) => Clean(tag.ToLowerInvariant(), static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.', '-') is { Length: > 0 } plain ? plain : null;

    /// <summary>The first free one: the name, then with the id behind it.</summary>
    public static string Free(string name, long id, Func<string, bool> isTaken, string between = "-")
    {
        var numbered = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}{between}{id}");
        return !isTaken(name) ? name : !isTaken(numbered) ? numbered : $"{numbered}{between}{Digest(numbered)}";
    }

    /// <summary>Parts of a list with commas between them, each once.</summary>
    public static IEnumerable<string> Split(string list) => list.Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);

    private static string Clean(string name, Func<char, bool> isFine, char other)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (isFine(c))
            {
                plain.Append(c);
            }
            else if (plain.Length > 0 && plain[^1] != other)
            {
                plain.Append(other);
            }
        }

        return plain.Length > Longest ? plain.ToString(0, Longest).TrimEnd(other) : plain.ToString().TrimEnd(other);
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 3));
}
