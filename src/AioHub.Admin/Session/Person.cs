using AioHub.Core.Identity.SignIn;

namespace AioHub.Admin.Session;

/// <summary>A user as ASP.NET Core Identity's parts know them: hasher and passkey handler.</summary>
internal sealed record Person(SignInRecord Record)
{
    public string Id => Record.User.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
