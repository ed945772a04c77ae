namespace AioHub.Relay.Tests;

public sealed class RelayPathsTests
{
    /// <summary>The web server decodes a path but for its slashes.</summary>
    [Theory]
    [InlineData("/v1beta/models/sandbox%2Fecho:generateContent")]
    [InlineData("/v1beta/models/sandbox/echo:generateContent")]
    public void A_slash_in_a_models_name_may_be_encoded(string path) =>
        RelayPaths.Resolve("POST", path).Route.ShouldNotBeNull().Model.ShouldBe("sandbox/echo");
}
