using System.CommandLine;
using AioHub.Core.Routing;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary>Options by which channels are chosen: all that are named must hold.</summary>
internal sealed class ChannelSelection
{
    private readonly Option<string[]> _tags = new("--tag", "--tags") { Description = "Channels with all these tags", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _type = new("--type") { Description = "Channels of a type" };
    private readonly Option<string?> _name = new("--name") { Description = "Channels whose name is like this", HelpName = "GLOB" };

    public void AddTo(Command command)
    {
        command.Add(_tags);
        command.Add(_type);
        command.Add(_name);
    }

    public bool IsNamed(ParseResult parsed) => parsed.GetResult(_tags) is not null || parsed.GetResult(_type) is not null || parsed.GetResult(_name) is not null;

    public async Task<IReadOnlyList<ChannelListing>> FindAsync(HubHome home, ParseResult parsed, CancellationToken cancellation) =>
        ChannelLabels.Find(await home.Channels.ListAsync(cancellation), parsed.GetValue(_tags) ?? [], parsed.GetValue(_type), parsed.GetValue(_name));
}
