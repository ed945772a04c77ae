using System.CommandLine;
using AioHub.Host.Configuration;

namespace AioHub.Host.Cli;

/// <summary><c>export</c>: the configuration as a file that <c>apply</c> takes back, without secrets.</summary>
internal static class ExportVerb
{
    public static Command Build(VerbFrame frame)
    {
        var command = new Command("export", "Write the configuration as YAML, without secrets");
        frame.OnData(command, async (home, _, cancellation) =>
        {
            var tree = await ConfigurationExport.ReadAsync(home, cancellation);
            return new Answer(tree, output => output.Write(YamlText.Of(tree)));
        });
        return command;
    }
}
