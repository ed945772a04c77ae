using System.Collections;
using System.Runtime.CompilerServices;

namespace AioHub.Host.Tests;

/// <summary>Keys and addresses that a developer's shell holds would become channels and settings of the hubs under test.</summary>
internal static class CleanEnvironment
{
    private static readonly string[] Ends = ["_API_KEY", "_BASE_URL"];
    private static readonly string[] Starts = ["AIOHUB_", "AWS_"];

    [ModuleInitializer]
    internal static void Clear()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static entry => (string)entry.Key))
        {
            if (Starts.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)) || Ends.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }
}
