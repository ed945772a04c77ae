using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>channels models</c>: what the upstream lists beside what the channel offers.</summary>
internal static class ChannelModelsVerb
{
    public static Command Build(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var credential = new Option<string?>("--credential") { HelpName = "NAME", Description = "The credential that asks; without it the first that is enabled" };
        var command = new Command("models", "Compare the upstream's list of models with what the channel offers; costs nothing") { name, credential };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var channel = ChannelTestVerb.Find(home, parsed.GetRequiredValue(name));
            using var bench = home.OpenBench();
            var (listed, comparison) = await home.Trials.CompareAsync(bench, channel, parsed.GetValue(credential), cancellation);
            if (!listed.Ok)
            {
                throw new AdminException("name", $"{channel.Name}/{listed.Credential}: {listed.Message}");
            }

            return new Answer(
                new JsonObject
                {
                    ["channel"] = channel.Name,
                    ["message"] = listed.Message,
                    ["callable"] = listed.IsCallable,
                    ["models"] = Shapes.List(comparison.Listed, line => new JsonObject
                    {
                        ["upstream_model"] = line.UpstreamModel, ["offered_as"] = Shapes.Texts(line.OfferedAs), ["note"] = listed.Notes.GetValueOrDefault(line.UpstreamModel),
                    }),
                    ["missing"] = Shapes.List(comparison.Missing, static line => new JsonObject { ["upstream_model"] = line.UpstreamModel, ["offered_as"] = Shapes.Texts(line.OfferedAs) }),
                },
                output =>
                {
                    output.WriteLine(listed.Message);
                    Table.Write(output, listed.Notes.Count == 0 ? ["upstream", "offered as"] : ["upstream", "offered as", "the upstream says"], comparison.Listed.Select(line => new[]
                    {
                        line.UpstreamModel, line.OfferedAs.Count == 0 ? "not offered" : Shapes.Joined(line.OfferedAs), listed.Notes.GetValueOrDefault(line.UpstreamModel),
                    }.Take(listed.Notes.Count == 0 ? 2 : 3).ToArray()));
                    foreach (var line in comparison.Missing)
                    {
                        output.WriteLine(listed.IsCallable
                            ? $"MISSING  {line.UpstreamModel}, offered as {Shapes.Joined(line.OfferedAs)}: the upstream does not list it"
                            : $"unlisted {line.UpstreamModel}, offered as {Shapes.Joined(line.OfferedAs)}: the list does not say whether it answers; `channels test {channel.Name} --model {line.OfferedAs[0]}` does");
                    }
                });
        });
        return command;
    }
}
