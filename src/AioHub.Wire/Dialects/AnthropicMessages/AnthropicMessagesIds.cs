using System.Security.Cryptography;
using System.Text;

namespace AioHub.Wire.Dialects.AnthropicMessages;

/// <summary>Ids of tool calls as this dialect takes them: ASCII letters, digits, <c>_</c> and <c>-</c>, at least one.</summary>
internal static class AnthropicMessagesIds
{
    /// <summary>What an id of a tool begins with that Anthropic itself ran.</summary>
    public static ReadOnlySpan<byte> ServerPrefix => "srvtoolu_"u8;

    private const int LongestKept = 48;

    /// <summary>What fits stays; another is cleaned and told apart by a hash of the whole, so that call and result have the same in every call of a conversation.</summary>
    public static string Fitted(string id)
    {
        if (Fits(id))
            return id;

        var clean = new StringBuilder("toolu_");
        foreach (var sign in id.AsSpan(0, Math.Min(id.Length, LongestKept)))
            clean.Append(char.IsAsciiLetterOrDigit(sign) || sign is '_' or '-' ? sign : '_');

        return clean.Append('_').Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 6))).ToString();
    }

    private static bool Fits(string id)
    {
        if (id.Length is 0 or > 256)
            return false;

        foreach (var sign in id)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && sign is not ('_' or '-'))
                return false;
        }

        return true;
    }
}
