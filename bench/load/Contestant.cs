using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AioHub.Bench.Load;

/// <summary>A running contestant: started here, ended here, by its own process id.</summary>
internal sealed class Contestant(Entrant entrant, Plan plan) : IDisposable
{
    private Process? _process;

    public Entrant Entrant => entrant;
    public string Name => entrant.Name;
    public IPEndPoint Address { get; } = new(IPAddress.Loopback, entrant.Port);

    /// <summary>Why it takes no part any more; null = it does.</summary>
    public string? Out { get; set; }
    public ProcessTree Tree { get; private set; } = null!;
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    public bool Takes(Case c) => Out is null && plan.Wants(c.Name) && entrant.Cases.Contains(c.Name) && !Refused.Contains(c.Name);

    /// <summary>Starts it and waits until it is ready; milliseconds from start to ready, or null when it does not get there.</summary>
    public double? Start()
    {
        var info = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = Path.GetDirectoryName(entrant.Log) };
        // The shell only redirects: exec keeps the process id ours.
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add("exec >>\"$0\" 2>&1 </dev/null; exec \"$@\"");
        info.ArgumentList.Add(entrant.Log);
        foreach (string part in entrant.Command) info.ArgumentList.Add(part);
        info.Environment.Remove(Program.InlineSwitch);
        // A developer's own settings are no part of the measurement.
        foreach (string name in info.Environment.Keys.Where(k => k.StartsWith("AIOHUB", StringComparison.OrdinalIgnoreCase)).ToList()) info.Environment.Remove(name);
        long began = Stopwatch.GetTimestamp();
        _process = Process.Start(info)!;
        File.AppendAllText(plan.PidFile, $"{_process.Id}\n");
        byte[] request = Encoding.ASCII.GetBytes($"GET {entrant.Ready} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < entrant.ReadySeconds)
        {
            if (AnswersOk(request))
            {
                double ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                Thread.Sleep(50); // nginx forks its workers while it already listens
                Tree = new ProcessTree(_process.Id);
                return ms;
            }
            if (_process.HasExited) break;
            Thread.Sleep(4);
        }
        Out = _process.HasExited ? $"did not start (it exited with code {_process.ExitCode})" : $"did not start (`{entrant.Ready}` did not answer 200 in {entrant.ReadySeconds:0} s)";
        Stop();
        return null;
    }

    public void Stop()
    {
        if (_process is null) return;
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"])) kill.WaitForExit(2000);
            if (!_process.WaitForExit(8000)) _process.Kill(entireProcessTree: true);
            _process.WaitForExit(2000);
        }
        _process.Dispose();
        _process = null;
    }

    public void Dispose() => Stop();

    private bool AnswersOk(byte[] request)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000, SendTimeout = 2000, NoDelay = true };
            socket.Connect(Address);
            socket.Send(request);
            byte[] reply = new byte[256];
            int n = socket.Receive(reply);
            return reply.AsSpan(0, n).StartsWith("HTTP/1.1 200"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
