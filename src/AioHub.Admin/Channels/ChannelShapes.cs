using System.Text.Json;
using AioHub.Admin.Frame;
using AioHub.Admin.Health;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;
using Needs = AioHub.Wire.Vocabulary.Needs;

namespace AioHub.Admin.Channels;

/// <summary>A secret of a channel. The secret itself is written, never read.</summary>
/// <param name="Masked">Its ends; of short ones nothing.</param>
internal sealed record CredentialItem(long Id, string Name, string Masked, bool Enabled, LimitsShape Limits)
{
    public static CredentialItem Of(CredentialListing row) => new(row.Id.Value, row.Name, row.MaskedSecret, row.Enabled, LimitsShape.Of(row.Limits));
}

/// <summary>What is said of some models of a channel, by names of capabilities.</summary>
/// <param name="Models">A glob of public names.</param>
internal sealed record ModelCapabilitiesShape(string Models, IReadOnlyDictionary<string, bool> Capabilities);

/// <summary>How long an upstream may take, in milliseconds; absent = the hub's own.</summary>
internal sealed record TimeoutsShape(long? ConnectMs = null, long? FirstByteMs = null, long? IdleMs = null)
{
    public static TimeoutsShape Of(ChannelTimeouts timeouts) => new(Ms(timeouts.Connect), Ms(timeouts.FirstByte), Ms(timeouts.Idle));

    public ChannelTimeouts ToTimeouts() => new(Span(ConnectMs), Span(FirstByteMs), Span(IdleMs));

    private static long? Ms(TimeSpan? span) => span is { } value ? (long)value.TotalMilliseconds : null;

    /// <summary>What is out of all proportion is refused with the rest, by its field.</summary>
    private static TimeSpan? Span(long? ms) => ms is { } value ? TimeSpan.FromMilliseconds(Math.Clamp(value, -1, 86_400_000)) : null;
}

/// <summary>A channel in a list, with how it stands.</summary>
/// <param name="Address">Where its calls go; absent = nowhere outside the hub.</param>
/// <param name="State">All in a word; <paramref name="Tally"/> says how many credentials stand how.</param>
/// <param name="Groups">That it is a member of.</param>
internal sealed record ChannelItem(
    long Id, string Name, string Type, bool Enabled, string? Address, ChannelCondition State, CredentialTally Tally, IReadOnlyList<string> Groups, IReadOnlyList<string> Tags, IReadOnlyList<string> Models)
{
    public static ChannelItem Of(ChannelListing listing, Conditions conditions) => new(
        listing.Channel.Id.Value, listing.Channel.Name, ChannelTypes.Of(listing.Channel.Type).Name, listing.Channel.Enabled, ChannelTypes.AddressOf(listing.Channel)?.ToString(),
        conditions.Of(listing), conditions.TallyOf(listing), listing.Groups, listing.Channel.Tags, listing.Channel.Models);
}

/// <summary>A channel with all that can be set of it.</summary>
/// <param name="Type">A name of <c>GET /api/admin/channel-types</c>.</param>
/// <param name="BaseUrl">As it was set; absent = the vendor's own, or the preset's.</param>
/// <param name="Address">Where its calls go.</param>
/// <param name="Dialects">Narrows what it speaks; empty = all of it.</param>
/// <param name="Models">Globs of public names.</param>
/// <param name="ModelMap">Public name → the upstream's name.</param>
/// <param name="CostMultiplier">Of the list price: what its calls cost the operator.</param>
/// <param name="CreditPrice">USD for one credit of the upstream.</param>
/// <param name="Proxy">Its password masked. To keep it, leave the member out of a change.</param>
/// <param name="TestModel">The public name that tests call; absent = the cheapest.</param>
/// <param name="Settings">By the type's fields.</param>
/// <param name="Groups">That it is a member of.</param>
internal sealed record ChannelReply(
    long Id, string Name, string Type, bool Enabled, string? BaseUrl, string? Address, IReadOnlyList<string> Dialects, bool AllowPrivateNetwork, IReadOnlyList<string> Models,
    IReadOnlyDictionary<string, string> ModelMap, IReadOnlyDictionary<string, bool> Capabilities, IReadOnlyList<ModelCapabilitiesShape> CapabilitiesByModel, LimitsShape Limits, bool HasQuota,
    decimal CostMultiplier, decimal? CreditPrice, TimeoutsShape Timeouts, string? Proxy, OverridesShape Overrides, IReadOnlyList<string> Tags, string Notes, string? TestModel,
    IReadOnlyDictionary<string, string> Settings, IReadOnlyList<CredentialItem> Credentials, IReadOnlyList<string> Groups)
{
    public static ChannelReply Of(ChannelListing listing)
    {
        var channel = listing.Channel;
        return new ChannelReply(
            channel.Id.Value, channel.Name, ChannelTypes.Of(channel.Type).Name, channel.Enabled, channel.BaseUrl?.ToString().TrimEnd('/'), ChannelTypes.AddressOf(channel)?.ToString(),
            [.. channel.Dialects.Select(DialectNames.Of)], channel.AllowPrivateNetwork, channel.Models, Sorted(channel.ModelMap), Sorted(channel.Capabilities.ToDictionary(static pair => CapabilityNames.Of(pair.Key), static pair => pair.Value)),
            [.. channel.CapabilitiesByModel.Select(static said => new ModelCapabilitiesShape(
                said.Models, Sorted(CapabilityNames.ListOf(said.Can | said.Cannot).ToDictionary(static name => name, name => CapabilityNames.TryParse(name, out var need) && (said.Can & need) != Needs.None))))],
            LimitsShape.Of(channel.Limits), channel.HasQuota, channel.CostMultiplier, channel.CreditPrice?.ToUsd(), TimeoutsShape.Of(channel.Timeouts), channel.Proxy?.ToString(),
            OverridesShape.Of(channel.Overrides), channel.Tags, channel.Notes, channel.TestModel, Sorted(channel.Settings), [.. listing.Credentials.Select(CredentialItem.Of)], listing.Groups);
    }

    /// <summary>The same on every server: the resource's tag is a hash of it.</summary>
    private static SortedDictionary<string, T> Sorted<T>(IReadOnlyDictionary<string, T> map) => new(map.ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal), StringComparer.Ordinal);
}
