using System.Reflection;

namespace AioHub.Admin.Tests;

/// <summary>The management API and the data path are strangers: neither assembly may come to need the other.</summary>
public sealed class StaircaseTests
{
    [Fact]
    public void The_management_API_does_not_know_the_data_path() => References("AioHub.Admin").ShouldNotContain("AioHub.Relay");

    [Fact]
    public void The_management_API_does_not_know_the_host() => References("AioHub.Admin").ShouldNotContain("aiohub");

    private static string?[] References(string assembly) => [.. Assembly.Load(assembly).GetReferencedAssemblies().Select(static reference => reference.Name)];
}
