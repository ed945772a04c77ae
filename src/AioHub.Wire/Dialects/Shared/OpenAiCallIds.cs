using System.Security.Cryptography;
using System.Text;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>Ids of tool calls as OpenAI's dialects take them: what fits stays, another is cleaned the same way wherever it stands, in the call and in its result.</summary>
internal static class OpenAiCallIds
{
    /// <summary>OpenAI refuses longer ones.</summary>
    public const int MaxLength = 64;

    private const int HashLength = 12;

    /// <summary>Letters, digits, <c>_</c> and <c>-</c>.</summary>
    public static string Clean(string id)
    {
        if (id.Length is > 0 and <= MaxLength && IsPlain(id))
            return id;

        var kept = string.Concat(id.Where(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '_' or '-').Take(MaxLength - HashLength - 1));
        return $"{kept}_{Hash(id)[..HashLength]}";
    }

    /// <summary>Mistral's rule: exactly nine letters and digits.</summary>
    public static string Nine(string id)
    {
        if (id.Length == 9 && id.All(char.IsAsciiLetterOrDigit))
            return id;

        return Hash(id)[..9];
    }

    private static string Hash(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static bool IsPlain(string id)
    {
        foreach (var sign in id)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && sign is not ('_' or '-'))
                return false;
        }

        return true;
    }
}
