using System.Security.Cryptography;
using System.Text;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>The ids of calls and items.</summary>
internal static class OpenAiResponsesIds
{
    /// <summary>OpenAI refuses longer ids of calls and items.</summary>
    public const int Longest = 64;

    private const int LongestRequest = 40;

    /// <summary>A call's id as the upstream takes it: what fits stays, anything else becomes a hash of the whole, the same for the call and its result.</summary>
    public static string Fit(string id)
    {
        var fits = id.Length is > 0 and <= Longest;
        foreach (var sign in id)
            fits &= sign is > ' ' and < '\u007f' and not ('"' or '\\');

        return fits ? id : $"call_{Hash(id)[..32]}";
    }

    /// <summary>A text of 64 letters and digits that stands for another.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>What the ids of one answer end with.</summary>
    public static string OfRequest(string requestId) => requestId.Length <= LongestRequest ? requestId : requestId[^LongestRequest..];
}
