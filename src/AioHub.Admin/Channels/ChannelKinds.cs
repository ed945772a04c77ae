using AioHub.Admin.Frame;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Channels;

/// <summary>A setting that a form asks for.</summary>
/// <param name="Choices">All values; empty = free text.</param>
/// <param name="Usual">Most channels of the type want it.</param>
internal sealed record FieldShape(string Name, string Hint, IReadOnlyList<string> Choices, string? Example, bool Usual);

/// <summary>One way to write a secret.</summary>
/// <param name="Parts">Members of the JSON object that it is; empty = it is one text.</param>
/// <param name="Optional">Parts that may be left out.</param>
internal sealed record SecretFormShape(string Name, IReadOnlyList<string> Parts, IReadOnlyList<string> Optional);

/// <summary>A type of channel, with what its form asks for.</summary>
/// <param name="Address">The vendor's own; absent = it must be given, or follows from settings.</param>
/// <param name="NeedsAddress"><c>base_url</c> must be given unless a preset has one.</param>
/// <param name="AllowsAnonymous">It may have no credential.</param>
/// <param name="Presets">Whether its form offers presets.</param>
internal sealed record ChannelTypeShape(
    string Name, string? Address, bool NeedsAddress, bool AllowsAnonymous, bool Presets, IReadOnlyList<string> Dialects, IReadOnlyList<string> Capabilities, IReadOnlyList<FieldShape> Fields,
    IReadOnlyList<SecretFormShape> Secrets);

/// <summary>What is known of a host of type <c>openai-compatible</c>.</summary>
/// <param name="Address">Absent = everybody runs their own: <c>base_url</c> is needed.</param>
/// <param name="Dialects">That a channel speaks unless it is narrowed.</param>
internal sealed record PresetShape(string Name, string Vendor, string? Address, IReadOnlyList<string> Dialects);

/// <summary><c>GET /api/admin/channel-types</c>.</summary>
internal static class ListChannelTypes
{
    public static Page<ChannelTypeShape> Answer() => new(
        [.. Enum.GetValues<ChannelType>().Select(ChannelTypes.Of).Select(static info => new ChannelTypeShape(
            info.Name, info.BaseUrl?.ToString(), ChannelFields.NeedsAddress(info.Type), info.AllowsAnonymous, info.Type == ChannelType.OpenAiCompatible, [.. info.Dialects.Select(DialectNames.Of)],
            [.. CapabilityNames.ListOf(info.Capabilities)],
            [.. ChannelFields.Of(info.Type).Select(static field => new FieldShape(field.Name, field.Hint, field.Choices, field.Example, field.Usual))],
            [.. ChannelFields.SecretsOf(info.Type).Select(static form => new SecretFormShape(form.Name, form.Parts, form.Optional))]))],
        null);
}

/// <summary><c>GET /api/admin/channel-presets</c>.</summary>
internal static class ListChannelPresets
{
    public static Page<PresetShape> Answer() => new(
        [.. PresetTable.All.Select(static preset => new PresetShape(preset.Name, preset.Vendor, preset.BaseUrl?.ToString(), [.. preset.Dialects.Select(DialectNames.Of)]))], null);
}
