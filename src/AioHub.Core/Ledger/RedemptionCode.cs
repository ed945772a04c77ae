using System.Security.Cryptography;
using System.Text;

namespace AioHub.Core.Ledger;

/// <summary>How codes look: <c>AIO-</c> and twenty characters of Crockford's base 32 in four groups, which is 100 random bits.</summary>
internal static class RedemptionCode
{
    public const string Prefix = "AIO";
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 20;
    private const int GroupLength = 5;
    private const int LongestTyped = 100;

    public static string New() => string.Join('-', RandomNumberGenerator.GetString(Alphabet, Length).Chunk(GroupLength).Select(static part => new string(part)).Prepend(Prefix));

    public static string Mask(string lastFour) => $"{Prefix}-…{lastFour}";

    /// <summary>The keyed hash of a code as somebody typed it; null = no code looks like that.</summary>
    public static byte[]? Hash(byte[] key, string typed)
    {
        var plain = Plain(typed);
        return plain.Length == Length && plain.All(static c => Alphabet.Contains(c, StringComparison.Ordinal)) ? HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(plain)) : null;
    }

    /// <summary>Without prefix, hyphens and blanks; O is 0, I and L are 1, as Crockford has it.</summary>
    public static string Plain(string typed)
    {
        if (typed.Length > LongestTyped)
        {
            return "";
        }

        var plain = new StringBuilder(Length);
        foreach (var c in typed.Trim().ToUpperInvariant())
        {
            if (c is not ('-' or ' '))
            {
                plain.Append(c);
            }
        }

        if (plain.Length == Prefix.Length + Length)
        {
            plain.Remove(0, Prefix.Length);
        }

        return plain.Replace('O', '0').Replace('I', '1').Replace('L', '1').ToString();
    }
}
