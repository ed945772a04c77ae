using AioHub.Host.Serving;

namespace AioHub.Host.Cli;

internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var flags = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal))
            {
                flags[args[i][2..]] = args[i + 1];
            }
        }

        await using var server = await HubServer.StartAsync(HubSettings.Read(flags), TimeProvider.System, static logging => logging.AddSimpleConsole(), CancellationToken.None);
        FirstStart.Tell(Console.Out, server.Address, server.Seeded);
        await server.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }
}
