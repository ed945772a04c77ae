using AioHub.Core.Storage;
using AioHub.Host.Cli;

namespace AioHub.Host.Tests.Cli;

/// <summary><c>doctor</c> against a hub that serves from its sandbox.</summary>
public sealed class DoctorVerbTests() : OnCommandLine(DatabaseEngine.Sqlite)
{
    private const string Key = "sk-doctor-0000000000000000000000000000";

    [Fact]
    public async Task Every_client_is_tried_with_a_model_of_the_keys_own_and_told_how_to_come_here()
    {
        await using var server = await ServeAsync();
        await JsonAsync("keys", "create", "--name", "doctor", "--secret", Key);
        await server.Home.Watch.RefreshAsync(TestContext.Current.CancellationToken);
        foreach (var client in ClientGuide.Names)
        {
            var told = await JsonAsync("doctor", "--url", server.Address, "--key", Key, "--client", client);
            told.GetProperty("ok").GetBoolean().ShouldBeTrue(client);
            var checks = told.GetProperty("checks").EnumerateArray().Select(static check => check.GetProperty("check").GetString()!).ToList();
            checks.ShouldContain($"{client}: stream");
            checks.ShouldContain($"{client}: tool call");
            (checks.Contains($"{client}: WebSocket") && checks.Contains($"{client}: compaction")).ShouldBe(client == "codex");
            var setup = told.GetProperty("clients")[0].GetProperty("setup").GetString()!;
            setup.ShouldContain(Key);
            setup.ShouldContain(server.Address.TrimEnd('/'));
        }

        // The sandbox's own model calls tools.
        var echo = await JsonAsync("doctor", "--url", server.Address, "--key", Key, "--client", "codex", "--model", "sandbox/echo");
        var tool = echo.GetProperty("checks").EnumerateArray().Single(static check => check.GetProperty("check").GetString() == "codex: tool call");
        tool.GetProperty("note").GetBoolean().ShouldBeFalse();
        tool.GetProperty("message").GetString()!.ShouldStartWith("called");
    }

    [Fact]
    public async Task What_fails_is_said_with_its_remedy()
    {
        await using var server = await ServeAsync();
        var (exit, output, _) = await RunAsync("doctor", "--url", server.Address, "--key", "sk-nobody", "--client", "claude");
        exit.ShouldBe(VerbFrame.Failed);
        output.ShouldContain("FAIL  key: ");
        output.ShouldContain("invalid_api_key");
        output.ShouldContain("aiohub keys create");

        await JsonAsync("keys", "create", "--name", "doctor", "--secret", Key);
        await server.Home.Watch.RefreshAsync(TestContext.Current.CancellationToken);
        (exit, output, _) = await RunAsync("doctor", "--url", server.Address, "--key", Key, "--client", "openai", "--model", "no-such-model");
        exit.ShouldBe(VerbFrame.Failed);
        output.ShouldContain("FAIL  openai: call of no-such-model: POST /v1/chat/completions answered 404 model_not_found");
        output.ShouldContain("GET /v1/models with this key lists what it can call");
    }
}
