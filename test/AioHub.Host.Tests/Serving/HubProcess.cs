using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Serving;

/// <summary>How a verb of the hub came back.</summary>
internal sealed record VerbResult(int Exit, string Output, string Errors);

/// <summary>One process of the built <c>aiohub</c> executable, started here and ended here, by its own id.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Knock = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Stopwatch _since;

    private HubProcess(ProcessStartInfo start, int port)
    {
        Port = port;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _since = Stopwatch.StartNew();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    /// <summary>What it said of its failure. That it filled a new folder, with the key that is shown once, is told besides.</summary>
    public string[] FailureLines =>
        [.. Errors.Trim().Split('\n').Where(static line => !line.StartsWith("The data folder ", StringComparison.Ordinal) || !line.Contains("shown once: sk-", StringComparison.Ordinal))];

    /// <summary>The host's own output folder; where only the tests were built, the copy beside them.</summary>
    private static string Executable { get; } = FindExecutable();

    /// <param name="port">0 = any free one.</param>
    /// <param name="database">A PostgreSQL connection string; null = SQLite in the data folder.</param>
    /// <param name="environment">On top of an environment without any key, address or setting of the machine.</param>
    /// <param name="shell">Shell commands to run before the executable takes the shell's place; null = no shell.</param>
    public static HubProcess Serve(
        string dataFolder, int port = 0, string? database = null, IReadOnlyDictionary<string, string>? environment = null, string? shell = null)
    {
        port = port == 0 ? FreePort() : port;
        string[] arguments = ["serve", "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--data", dataFolder,
            .. database is null ? [] : new[] { "--database", database }];
        return new HubProcess(StartInfo(dataFolder, arguments, environment, shell), port);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<VerbResult> RunAsync(string dataFolder, params string[] arguments)
    {
        await using var process = new HubProcess(StartInfo(dataFolder, [.. arguments, "--data", dataFolder], null, null), 0);
        var exit = await process.WaitForExitAsync();
        return new VerbResult(exit, process.Output, process.Errors);
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits for <c>/readyz</c>.</summary>
    /// <returns>How long after its start the process was ready.</returns>
    public async Task<TimeSpan> WaitUntilReadyAsync()
    {
        while (true)
        {
            try
            {
                using var reply = await Knock.GetAsync(new Uri(Address, "readyz"));
                if (reply.IsSuccessStatusCode)
                {
                    return _since.Elapsed;
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                // Not listening yet.
            }

            if (HasExited || _since.Elapsed > Patience)
            {
                throw new InvalidOperationException($"The hub did not get ready ({(HasExited ? "it has ended" : "it runs")}).\n{Output}\n{Errors}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary><c>kill -9</c>; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary><c>kill -TERM</c>; returns at once.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit(10_000);
    }

    /// <exception cref="TimeoutException">It did not end; it is killed when this object is disposed of.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The process did not end.\n{Output}\n{Errors}", late);
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it as an operator would, and says how it went.</summary>
    public Task<int> StopAsync()
    {
        Terminate();
        return WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string folder, string[] arguments, IReadOnlyDictionary<string, string>? environment, string? shell)
    {
        Directory.CreateDirectory(folder);
        var start = shell is null
            ? new ProcessStartInfo(Executable, arguments)
            : new ProcessStartInfo("bash", ["-c", shell + "\nexec \"$0\" \"$@\"", Executable, .. arguments]);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static pair => (string)pair.Key).ToList())
        {
            // What the machine has set must not become channels or settings.
            if (name.StartsWith("AIOHUB", StringComparison.OrdinalIgnoreCase) || name.StartsWith("AWS_", StringComparison.Ordinal)
                || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("DOTNET_URLS", StringComparison.Ordinal)
                || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name.EndsWith("_BASE_URL", StringComparison.Ordinal))
            {
                start.Environment.Remove(name);
            }
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string FindExecutable()
    {
        // …/test/AioHub.Host.Tests/bin/Debug/net10.0 and …/src/AioHub.Host/bin/Debug/net10.0 differ in the middle alone.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var name = OperatingSystem.IsWindows() ? "aiohub.exe" : "aiohub";
        var built = Repository.PathOf($"src/AioHub.Host/bin/{framework.Parent!.Name}/{framework.Name}/{name}");
        return File.Exists(built) ? built : Path.Combine(AppContext.BaseDirectory, name);
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
