using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace AioHub.Host.Tests.Serving;

/// <summary>The first minute with a hub, and the starts that must fail with one clear line.</summary>
[Collection(ServingCollection.Name)]
public sealed class StartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_first_start_prints_a_curl_line_that_answers_as_it_stands()
    {
        using var folder = await HubFolder.CreateAsync();
        await using (var hub = folder.Serve())
        {
            output.WriteLine($"first start: ready after {(await hub.WaitUntilReadyAsync()).TotalSeconds:0.00} s");
            var line = await CurlLineAsync(hub);
            hub.Output.ShouldContain("shown once: sk-");

            var (exit, answer) = await BashAsync(line);
            Assert.SkipWhen(exit == 127, "Skipped: needs curl.");
            exit.ShouldBe(0, answer);
            using var reply = JsonDocument.Parse(answer);
            reply.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe("Hello from AIOHub");
            (await hub.StopAsync()).ShouldBe(0, hub.Errors);
            hub.Errors.ShouldBeEmpty();
        }

        await using var second = folder.Serve();
        output.WriteLine($"second start: ready after {(await second.WaitUntilReadyAsync()).TotalSeconds:0.00} s");
        (await second.StopAsync()).ShouldBe(0, second.Errors);
        second.Output.ShouldNotContain("sk-", customMessage: "the key is shown once");
    }

    [Fact]
    public async Task A_database_of_another_master_key_is_refused_with_one_line()
    {
        using var folder = await HubFolder.CreateAsync();
        await folder.WithAsync(static _ => Task.CompletedTask);
        await ShouldFailAsync(folder, "AIOHUB_MASTER_KEY", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), "master key");
    }

    [Theory]
    [InlineData("AIOHUB_MASTER_KEY", "c2hvcnQ=", "32 bytes")]
    [InlineData("AIOHUB_MAX_REQUEST_BYTES", "plenty", "AIOHUB_MAX_REQUEST_BYTES")]
    [InlineData("AIOHUB_MAX_REQUEST_BYTES", "3", "MaxRequestBytes")]
    [InlineData("AIOHUB__RELAY__IDLETIMEOUT", "soon", "IdleTimeout")]
    [InlineData("AIOHUB__RELAY__IDLETIMEOUT", "3.00:00:00", "IdleTimeout")]
    [InlineData("AIOHUB_URLS", "nonsense", "nonsense")]
    [InlineData("AIOHUB_DATABASE", "Host=127.0.0.1;Port=1;Timeout=2", "127.0.0.1:1")]
    [InlineData("AIOHUB_DATABASE", "nonsense", "onnection string")]
    [InlineData("AIOHUB_CONFIG", "/nowhere/hub.yaml", "/nowhere/hub.yaml")]
    public async Task A_broken_setting_is_refused_with_one_line(string variable, string value, string named)
    {
        using var folder = await HubFolder.CreateAsync();
        await ShouldFailAsync(folder, variable, value, named);
    }

    private static async Task ShouldFailAsync(HubFolder folder, string variable, string value, string named)
    {
        // Without the flag that would win over the variable.
        var shell = variable == "AIOHUB_URLS" ? "set -- serve --data \"$PWD\"" : null;
        await using var hub = folder.Serve(environment: new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value }, shell: shell);
        (await hub.WaitForExitAsync()).ShouldNotBe(0);
        hub.Output.ShouldBeEmpty();
        hub.FailureLines.ShouldHaveSingleItem().ShouldContain(named, Case.Insensitive);
    }

    /// <summary>Printed right after the address is open.</summary>
    private static async Task<string> CurlLineAsync(HubProcess hub)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (hub.Output.Split('\n').FirstOrDefault(static line => line.StartsWith("curl ", StringComparison.Ordinal)) is { } line)
            {
                return line.TrimEnd();
            }

            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), hub.Output);
            await Task.Delay(20);
        }
    }

    private static async Task<(int Exit, string Output)> BashAsync(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, process.ExitCode == 0 ? await text : await text + await errors);
    }
}
