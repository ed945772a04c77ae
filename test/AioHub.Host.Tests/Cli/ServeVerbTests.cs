using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AioHub.Host.Cli;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

public sealed partial class ServeVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnOccupiedAddressIsOneLineAndTheFirstKeyIsNotLost()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://{taken.LocalEndpoint}";
        var (exit, error) = await RefusedAsync("serve", "--urls", url);
        exit.ShouldBe(1);
        error[^1].ShouldBe($"{url} is in use: stop what listens there, or choose another address with --urls.");
        error.ShouldContain(static line => line.Contains("shown once: sk-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--urls", "nonsense")]
    [InlineData("--config", "/no/such/file.yaml")]
    [InlineData("--database", "Host=127.0.0.1;Port=1;Timeout=1")]
    public async Task AWrongSettingIsALine(string flag, string value)
    {
        var (exit, error) = await RefusedAsync("serve", flag, value);
        exit.ShouldBe(1);
        error.ShouldNotContain(static line => line.StartsWith("   at ", StringComparison.Ordinal), string.Join('\n', error));
    }

    [Fact]
    public async Task TheProgramServesUntilItIsToldToStop()
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "aiohub.exe" : "aiohub");
        if (OperatingSystem.IsWindows() || !File.Exists(program))
        {
            Assert.Skip("The program itself does not stand beside the tests, or this system has no signals.");
        }

        var config = _folder.Write("hub.yaml", "version: 1\nkeys: [{ name: made, user: owner@localhost }]");
        using var process = Process.Start(new ProcessStartInfo(program, ["--urls", "http://127.0.0.1:0", "--data", _folder["data"], "--config", config])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var text = "";
            while (Ready().Match(text) is not { Success: true } && await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                text += line + "\n";
            }

            var said = Ready().Match(text);
            said.Success.ShouldBeTrue(text);
            using var output = new StringWriter();
            (await CommandLine.RunAsync(["doctor", "--url", said.Groups["url"].Value, "--key", said.Groups["key"].Value, "--json"], output, output)).ShouldBe(0, output.ToString());
            (await CommandLine.RunAsync(["verify-ledger", "--data", _folder["data"]], output, output)).ShouldBe(0, output.ToString());

            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
            await process.WaitForExitAsync(patience.Token);
            process.ExitCode.ShouldBe(0);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    // The file is applied before anything listens.
    [GeneratedRegex(@"Key 'made' of owner@localhost, shown once: (?<key>sk-\w+)[\s\S]*ready at (?<url>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ready();

    private async Task<(int Exit, string[] Error)> RefusedAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await CommandLine.RunAsync([.. args, "--data", _folder["data"]], output, error);
        return (exit, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
