using System.Security.Cryptography;
using AioHub.Core.Primitives;

namespace AioHub.Core.Identity;

/// <summary>How secrets of API keys look.</summary>
public static class ApiKeySecret
{
    public const string Prefix = "sk-";
    public const int MinLength = 16;
    private const int RandomLength = 48;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new secret: <c>sk-</c> and 48 random characters, some 285 bits.</summary>
    public static string New() => Prefix + RandomNumberGenerator.GetString(Base62, RandomLength);

    /// <summary>What may be shown of a secret later: its last four characters.</summary>
    internal static string LastFour(string secret) => secret[^4..];

    internal static string Mask(string lastFour) => $"{Prefix}…{lastFour}";

    /// <summary>A secret chosen by an operator.</summary>
    internal static void Check(string secret, ProblemList problems)
    {
        problems.Require(
            secret.StartsWith(Prefix, StringComparison.Ordinal)
                && secret.Length is >= MinLength and <= KeyHasher.MaxSecretLength
                && !secret.AsSpan().ContainsAnyExceptInRange('!', '~'),
            "secret",
            $"must start with '{Prefix}' and have {MinLength} to {KeyHasher.MaxSecretLength} printable ASCII characters without spaces; leave it out to get a random one");
    }
}
