using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace AioHub.TestKit;

/// <summary>
/// One PostgreSQL server for all tests of this process: the one in <c>AIOHUB_TEST_POSTGRES</c> (a connection string whose role may create
/// databases), else a private cluster in a temporary folder, started on first use and gone with the process, however that ends.
/// </summary>
public static class PostgresServer
{
    private const string Variable = "AIOHUB_TEST_POSTGRES";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly string? Given = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;
    private static readonly string? Binaries = FindBinaries();
    private static readonly Lazy<Task<string>> Server = new(StartAsync);

    /// <summary>Whether there is a server or the means to start one; nothing is started by asking.</summary>
    public static bool Available => Given is not null || Binaries is not null;

    /// <summary>One line for <c>Assert.Skip</c> and its like.</summary>
    public static string SkipReason => $"Skipped: needs PostgreSQL; no initdb under /usr/lib/postgresql, none on the PATH, and {Variable} is not set.";

    /// <summary>Makes an empty database of its own and gives its connection string.</summary>
    /// <exception cref="InvalidOperationException">No server is there or it did not start; the message holds its log.</exception>
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = await Server.Value;
        var name = "aiohub_test_" + Guid.NewGuid().ToString("n");
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        if (Given is not null)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(server, name);
        }

        return new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true }.ConnectionString;
    }

    /// <summary>The newest installed version's folder.</summary>
    private static string? FindBinaries()
    {
        const string installed = "/usr/lib/postgresql";
        var versions = Directory.Exists(installed) ? Directory.EnumerateDirectories(installed) : [];
        return versions
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(folder => !OperatingSystem.IsWindows() && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static async Task<string> StartAsync()
    {
        if (Given is not null)
        {
            return Given;
        }

        if (Binaries is null)
        {
            throw new InvalidOperationException(SkipReason);
        }

        var folder = Directory.CreateTempSubdirectory("aiohub-postgres-").FullName;
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", ["postgres", folder], asServer: false);
        }

        var data = Path.Combine(folder, "data");
        await RunAsync(Path.Combine(Binaries, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], asServer: true);
        var port = FreePort();
        Launch(folder, data, port);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = "postgres", Database = "postgres", Pooling = false, Timeout = 5,
        }.ConnectionString;
        await WaitUntilUpAsync(connection, Path.Combine(folder, "log"));
        return connection;
    }

    /// <summary>
    /// The shell holds the server for us: its standard input is a pipe from this process, so when this process ends, even by a kill, the pipe
    /// ends, the shell stops the server and deletes the folder.
    /// </summary>
    private static void Launch(string folder, string data, int port)
    {
        const string script = """
            folder=$1; shift
            cd "$folder"
            "$@" >"$folder/log" 2>&1 </dev/null &
            pid=$!
            cat >/dev/null
            kill -QUIT "$pid"
            wait "$pid"
            cd /
            rm -rf "$folder"
            """;
        string[] server =
        [
            Path.Combine(Binaries!, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200",
        ];
        var start = StartInfo("sh", ["-c", script, "sh", folder, .. server], asServer: true);
        start.RedirectStandardInput = true;
        var holder = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // Not waited for: hundreds of databases take longer to delete than a test run may take to end, which would then fail.
            NpgsqlConnection.ClearAllPools();
            holder.StandardInput.Close();
        };
    }

    private static async Task WaitUntilUpAsync(string connection, string log)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ExecuteAsync(connection, "SELECT 1");
                return;
            }
            catch (NpgsqlException failure)
            {
                if (watch.Elapsed > StartPatience)
                {
                    var said = File.Exists(log) ? await File.ReadAllTextAsync(log) : "(no log)";
                    throw new InvalidOperationException($"PostgreSQL did not start: {failure.Message}\n{said}", failure);
                }

                await Task.Delay(50);
            }
        }
    }

    private static async Task RunAsync(string program, string[] arguments, bool asServer)
    {
        var start = StartInfo(program, arguments, asServer);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        }
    }

    /// <summary>PostgreSQL refuses to run as root: there it runs as the user that its package made.</summary>
    private static ProcessStartInfo StartInfo(string program, string[] arguments, bool asServer) =>
        asServer && Environment.UserName == "root"
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program, .. arguments]) { WorkingDirectory = "/" }
            : new(program, arguments) { WorkingDirectory = "/" };

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names are made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static void Drop(string server, string name)
    {
        try
        {
            ExecuteAsync(server, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)").GetAwaiter().GetResult();
        }
        catch (NpgsqlException)
        {
            // Left behind on a server that is going away anyway.
        }
    }
}
