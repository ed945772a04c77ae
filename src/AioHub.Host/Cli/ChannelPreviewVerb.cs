using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Relay.Probes;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary><c>channels preview</c>: what a call would send, and what of it the channel's overrides changed. Nothing is sent.</summary>
internal static class ChannelPreviewVerb
{
    private const string StandardInput = "-";

    public static Command Build(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var body = new Option<string>("--body") { HelpName = "FILE", Description = "A caller's body; - reads standard input", Required = true };
        var path = new Option<string>("--path") { Description = "Where the caller sends it", DefaultValueFactory = static _ => "/v1/chat/completions" };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = "The group that the call comes through; without it one of mode gateway" };
        var headers = new Option<string[]>("--header") { HelpName = "A:B", Description = "A header of the caller; may be repeated" };
        var credential = new Option<string?>("--credential") { HelpName = "NAME", Description = "Without it the first that is enabled" };
        var command = new Command("preview", "Show what a call would send through a channel, secrets masked; nothing is sent") { name, body, path, group, headers, credential };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var channel = ChannelTestVerb.Find(home, parsed.GetRequiredValue(name));
            var through = parsed.GetValue(group) is { } wanted
                ? home.Routing.Current.FindGroup(wanted) ?? throw new AdminException("group", $"there is no group '{wanted}'; `groups list` shows all") : null;
            var asking = ChannelTrials.CredentialsOf(channel, parsed.GetValue(credential));
            using var bench = home.OpenBench();
            var preview = await ChannelPreview.RunAsync(bench, new PreviewOrder(
                channel, asking.FirstOrDefault(static one => one.Enabled) ?? asking[0], parsed.GetRequiredValue(path), await ReadAsync(parsed.GetRequiredValue(body), cancellation),
                (parsed.GetValue(headers) ?? []).Select(Pair).ToDictionary(StringComparer.OrdinalIgnoreCase), model => ProbeTarget.Find(channel, home.Catalog.Current, model), through?.Mode ?? GroupMode.Gateway), cancellation);
            return new Answer(
                new JsonObject
                {
                    ["channel"] = channel.Name,
                    ["dialect"] = DialectNames.Of(preview.Dialect),
                    ["request"] = ExchangeShapes.Of(preview.Exchange),
                    ["header_changes"] = Shapes.Texts(preview.HeaderChanges),
                    ["body_changes"] = Shapes.Texts(preview.BodyChanges),
                    ["losses"] = Shapes.Texts(preview.Losses),
                    ["notes"] = Shapes.Texts(preview.Notes),
                },
                output =>
                {
                    ExchangeShapes.Print(output, preview.Exchange);
                    Told("Headers changed by overrides:", preview.HeaderChanges);
                    Told("Body changed by overrides:", preview.BodyChanges);
                    Told("Lost in translation:", preview.Losses);
                    Told("Note:", preview.Notes);

                    void Told(string heading, IReadOnlyCollection<string> lines)
                    {
                        if (lines.Count > 0)
                        {
                            output.WriteLine(heading);
                            foreach (var line in lines)
                            {
                                output.WriteLine("    " + line);
                            }
                        }
                    }
                });
        });
        return command;
    }

    private static KeyValuePair<string, string> Pair(string text) =>
        text.Split(':', 2) is [{ Length: > 0 } name, var value] ? KeyValuePair.Create(name.Trim(), value.Trim()) : throw new UsageException($"'{text}' is not A:B.");

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return path == StandardInput ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(path, $"cannot be read: {failure.Message}");
        }
    }
}
