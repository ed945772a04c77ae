using System.ComponentModel.DataAnnotations;
using AioHub.Core.Identity.SignIn;

namespace AioHub.Admin.Session;

/// <summary>How people sign in: section <c>AioHub:SignIn</c>.</summary>
public sealed class SignInSettings
{
    /// <summary>Null = as owners set it in the console, which is <c>invite</c> until they do.</summary>
    public SignUpMode? SignUp { get; set; }

    /// <summary>The domain that passkeys are bound to, such as <c>hub.example.com</c>; null = the one that the browser asks for.</summary>
    public string? Domain { get; set; }

    /// <summary>OpenID Connect providers, by the name that stands in their addresses.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes providers' names in lower case, which variables of the environment seldom have, and looks whether they are whole.</summary>
    /// <exception cref="ValidationException">A provider lacks something; the message names it.</exception>
    public void Check()
    {
        foreach (var (name, provider) in Providers.Where(static pair => pair.Key.Any(char.IsAsciiLetterUpper)).ToList())
        {
            Providers.Remove(name);
            var lower = name.ToLowerInvariant();
            if (!Providers.TryAdd(lower, provider))
                throw new ValidationException($"AioHub:SignIn:Providers has '{lower}' and '{name}', which are one name in addresses: keep one of them.");
        }

        foreach (var (name, provider) in Providers)
        {
            if (name.Length is 0 or > 32 || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                throw new ValidationException($"AioHub:SignIn:Providers has '{name}': names have 1 to 32 letters, digits and hyphens. Where a variable of the environment cannot have a hyphen, leave it out or set the provider in appsettings.json.");
            if (!Uri.TryCreate(provider.Authority, UriKind.Absolute, out var authority) || (authority.Scheme != Uri.UriSchemeHttps && !authority.IsLoopback))
                throw new ValidationException($"AioHub:SignIn:Providers:{name}:Authority must be an https address such as https://accounts.example.com.");
            if (string.IsNullOrEmpty(provider.ClientId))
                throw new ValidationException($"AioHub:SignIn:Providers:{name}:ClientId is missing.");
        }
    }
}

/// <summary>One OpenID Connect provider.</summary>
public sealed class ProviderOptions
{
    /// <summary>What the button says; the name unless set.</summary>
    public string? Title { get; set; }

    /// <summary>The issuer's address.</summary>
    public string Authority { get; set; } = "";

    public string ClientId { get; set; } = "";

    public string? ClientSecret { get; set; }

    /// <summary>Somebody whom the hub does not know may sign up through it, also where sign-up is by invitation: the provider's own list of people is the invitation.</summary>
    public bool SignUp { get; set; }
}
