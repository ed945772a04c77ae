using AioHub.Admin.Frame;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AioHub.Admin.Session;

/// <summary>Passwords: their rules, their hash (PBKDF2-HMAC-SHA512 of ASP.NET Core Identity), and the time that looking at one takes, known user or not.</summary>
internal sealed class Passwords
{
    public const int MinLength = 10;
    public const int MaxLength = 128;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512 (Password Storage Cheat Sheet, read 2026-11).</summary>
    private const int Iterations = 210_000;

    private readonly PasswordHasher<Person> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _nobodys;

    public Passwords() => _nobodys = new(() => _hasher.HashPassword(null!, Guid.NewGuid().ToString("N")));

    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Whether the password is the user's; takes as long for a user who does not exist or has none.</summary>
    public PasswordVerificationResult Look(SignInRecord? user, string password)
    {
        // Longer ones were never taken; hashing them would cost whoever sends them nothing and the hub much.
        var text = password.Length <= MaxLength ? password : "";
        var result = _hasher.VerifyHashedPassword(null!, user?.PasswordHash ?? _nobodys.Value, text);
        return user?.PasswordHash is null || text.Length == 0 ? PasswordVerificationResult.Failed : result;
    }

    /// <exception cref="Refused">The password is too short or too long, or the e-mail address itself.</exception>
    public static void Check(string password, string? email, string field = "password")
    {
        if (password.Length is < MinLength or > MaxLength)
        {
            throw Refused.Invalid(field, $"must have {MinLength} to {MaxLength} characters");
        }

        if (email is not null && string.Equals(password, email, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused.Invalid(field, "must not be the e-mail address");
        }

        if (password.Distinct().Count() < 4)
        {
            throw Refused.Invalid(field, "has too few different characters");
        }
    }
}
