using System.ComponentModel.DataAnnotations;
using AioHub.Admin.Session;
using Microsoft.Extensions.Configuration;

namespace AioHub.Admin.Tests.Session;

/// <summary>Settings of signing in, as file and environment write them.</summary>
public sealed class SignInSettingsTests
{
    [Fact]
    public void A_providers_name_may_come_in_upper_case_from_the_environment()
    {
        // Variables of their own: those of the hub would be read by every hub that starts meanwhile.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OIDCNAMETEST_AIOHUB__SIGNIN__PROVIDERS__ACME__AUTHORITY"] = "https://accounts.example.com",
            ["OIDCNAMETEST_AIOHUB__SIGNIN__PROVIDERS__ACME__CLIENTID"] = "hub",
            ["OIDCNAMETEST_AIOHUB__SIGNIN__PROVIDERS__ACME__TITLE"] = "Acme",
        };
        try
        {
            foreach (var (name, value) in variables)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            var settings = new SignInSettings();
            new ConfigurationBuilder().AddEnvironmentVariables("OIDCNAMETEST_").Build().GetSection("AioHub:SignIn").Bind(settings);
            settings.Check();
            var (provider, said) = settings.Providers.ShouldHaveSingleItem();
            (provider, said.Title, said.ClientId).ShouldBe(("acme", "Acme", "hub"));
        }
        finally
        {
            foreach (var name in variables.Keys)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }

    [Fact]
    public void Two_spellings_of_one_name_and_names_that_addresses_cannot_have_are_refused_with_the_remedy()
    {
        var twice = new SignInSettings { Providers = { ["acme"] = Provider(), ["Acme"] = Provider() } };
        Should.Throw<ValidationException>(twice.Check).Message.ShouldContain("keep one of them");
        var wrong = new SignInSettings { Providers = { ["ACME_SSO"] = Provider() } };
        var told = Should.Throw<ValidationException>(wrong.Check).Message;
        told.ShouldContain("'acme_sso'");
        told.ShouldContain("appsettings.json");
    }

    private static ProviderOptions Provider() => new() { Authority = "https://accounts.example.com", ClientId = "hub" };
}
