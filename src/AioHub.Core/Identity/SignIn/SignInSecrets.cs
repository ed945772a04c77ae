using System.Security.Cryptography;
using System.Text;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity.SignIn;

/// <summary>Secrets of doors, and how they are kept: random, told once, stored as keyed hashes, so that a stolen database opens nothing.</summary>
internal static class SignInSecrets
{
    /// <summary>What a personal access token begins with.</summary>
    public const string TokenPrefix = "aha_";
    private const int Length = 43;
    private const int MaxLength = 256;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>256 bits unless said otherwise.</summary>
    public static string New(int length = Length) => RandomNumberGenerator.GetString(Base62, length);

    /// <param name="purpose">Hashes of one purpose are none of another: a link's secret is no session's.</param>
    public static byte[] Hash(SecretBox box, string purpose, string secret)
    {
        var mark = new byte[KeyHash.Length];
        box.Mark(purpose, Encoding.UTF8.GetBytes(secret.Length <= MaxLength ? secret : secret[..MaxLength]), mark);
        return mark;
    }
}
