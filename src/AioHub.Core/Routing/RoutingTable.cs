using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Routing;

/// <summary>All groups and channels at one moment, immutable: what a request reads once and carries.</summary>
public sealed class RoutingTable
{
    private readonly FrozenDictionary<string, Group> _groups;
    private readonly FrozenDictionary<ChannelId, Channel> _channels;

    public RoutingTable(IEnumerable<Group> groups, IEnumerable<Channel> channels, AutoPolicy auto)
    {
        Groups = [.. groups];
        Auto = auto;
        _groups = Groups.ToFrozenDictionary(static group => group.Name, StringComparer.Ordinal);
        _channels = channels.ToFrozenDictionary(static channel => channel.Id);
    }

    public static RoutingTable Empty { get; } = new([], [], new AutoPolicy([], []));

    /// <summary>In the order that lists show them.</summary>
    public ImmutableArray<Group> Groups { get; }

    public AutoPolicy Auto { get; }

    public IReadOnlyCollection<Channel> Channels => _channels.Values;

    public Group? FindGroup(string name) => _groups.GetValueOrDefault(name);

    public Channel? FindChannel(ChannelId id) => _channels.GetValueOrDefault(id);
}

/// <summary>The routing table in force.</summary>
public sealed class RoutingDirectory
{
    private readonly Snapshot<RoutingTable> _table = new(RoutingTable.Empty);

    public RoutingTable Current => _table.Current;

    internal void Publish(RoutingTable table) => _table.Publish(table);
}
