using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Overrides;
using AioHub.Wire.Vocabulary;
using Needs = AioHub.Wire.Vocabulary.Needs;

namespace AioHub.Admin.Channels;

/// <param name="Secret">In clear: it is sealed at once and never shown again. Of several parts as the text of a JSON object.</param>
internal sealed record NewCredential(string Name, string Secret, bool? Enabled = null, LimitsShape? Limits = null)
{
    public CredentialDraft ToDraft() => new(Name, Secret, Enabled ?? true) { Limits = Limits?.ToLimits() };

    /// <summary>Never the secret.</summary>
    public override string ToString() => Name;
}

/// <param name="Type">A name of <c>GET /api/admin/channel-types</c>.</param>
/// <param name="Models">Globs; absent = all.</param>
/// <param name="Groups">That it becomes a member of, at priority 0 with weight 10; a channel without a group serves nobody.</param>
internal sealed record NewChannelRequest(
    string Name, string Type, bool? Enabled, string? BaseUrl, IReadOnlyList<string>? Dialects, bool? AllowPrivateNetwork, IReadOnlyList<string>? Models, IReadOnlyDictionary<string, string>? ModelMap,
    IReadOnlyDictionary<string, string>? Settings, IReadOnlyList<NewCredential>? Credentials, IReadOnlyList<string>? Groups, IReadOnlyList<string>? Tags, string? Notes, string? TestModel, string? Proxy,
    decimal? CostMultiplier, LimitsShape? Limits)
{
    public ChannelDraft ToDraft() => new()
    {
        Name = Name,
        Type = Type,
        Enabled = Enabled,
        BaseUrl = BaseUrl is { Length: > 0 } ? BaseUrl : default(Named<string?>),
        Dialects = Dialects is null ? null : Frame.Names.Dialects(Dialects),
        AllowPrivateNetwork = AllowPrivateNetwork,
        Models = Models?.ToImmutableArray(),
        ModelMap = ModelMap,
        Settings = Settings,
        Credentials = Credentials?.Select(static one => one.ToDraft()).ToImmutableArray(),
        Tags = Tags?.ToImmutableArray(),
        Notes = Notes,
        TestModel = TestModel is { Length: > 0 } ? TestModel : default(Named<string?>),
        Proxy = Proxy is { Length: > 0 } ? Proxy : default(Named<string?>),
        CostMultiplier = CostMultiplier,
        Limits = Limits?.ToLimits(),
    };
}

/// <summary>Absent members stay; null puts them back to their default. A channel keeps its name and type: calls of the past name it.</summary>
/// <param name="Overrides">Replaces all; secrets that are not given again stay.</param>
internal sealed record ChannelChangeRequest(
    Named<bool?> Enabled, Named<string?> BaseUrl, Named<IReadOnlyList<string>?> Dialects, Named<bool?> AllowPrivateNetwork, Named<IReadOnlyList<string>?> Models,
    Named<IReadOnlyDictionary<string, string>?> ModelMap, Named<IReadOnlyDictionary<string, bool>?> Capabilities, Named<IReadOnlyList<ModelCapabilitiesShape>?> CapabilitiesByModel,
    Named<LimitsShape?> Limits, Named<bool?> HasQuota, Named<decimal?> CostMultiplier, Named<decimal?> CreditPrice, Named<TimeoutsShape?> Timeouts, Named<string?> Proxy, Named<OverridesShape?> Overrides,
    Named<IReadOnlyList<string>?> Tags, Named<string?> Notes, Named<string?> TestModel, Named<IReadOnlyDictionary<string, string>?> Settings)
{
    /// <param name="name">The channel's.</param>
    /// <param name="present">Its overrides now, with their secrets.</param>
    /// <exception cref="Refused">A name in it is unknown.</exception>
    public ChannelDraft ToDraft(string name, ChannelOverrides? present)
    {
        if (Proxy.Value?.Contains('…', StringComparison.Ordinal) == true)
        {
            throw Refused.Invalid("proxy", "has its password masked: leave the member out to keep it, or give the password");
        }

        return new ChannelDraft
        {
            Name = name,
            Enabled = Enabled.IsNamed ? Enabled.Value ?? true : null,
            BaseUrl = BaseUrl,
            Dialects = Dialects.IsNamed ? Frame.Names.Dialects(Dialects.Value ?? []) : null,
            AllowPrivateNetwork = AllowPrivateNetwork.IsNamed ? AllowPrivateNetwork.Value ?? false : null,
            Models = Models.IsNamed ? [.. Models.Value ?? ["*"]] : null,
            ModelMap = ModelMap.IsNamed ? ModelMap.Value ?? ImmutableDictionary<string, string>.Empty : null,
            Capabilities = Capabilities.IsNamed ? Said(Capabilities.Value, "capabilities") : null,
            CapabilitiesByModel = CapabilitiesByModel.IsNamed ? [.. (CapabilitiesByModel.Value ?? []).Select(static one => OfModels(one))] : null,
            Limits = Limits.IsNamed ? Limits.Value?.ToLimits() ?? Core.Primitives.Limits.None : null,
            HasQuota = HasQuota.IsNamed ? HasQuota.Value ?? false : null,
            CostMultiplier = CostMultiplier.IsNamed ? CostMultiplier.Value ?? 1m : null,
            CreditPrice = CreditPrice,
            Timeouts = Timeouts.IsNamed ? Timeouts.Value?.ToTimeouts() ?? new ChannelTimeouts() : null,
            Proxy = Proxy,
            Overrides = Overrides.IsNamed ? Overrides.Value?.ToOverrides(present) ?? ChannelOverrides.None : null,
            Tags = Tags.IsNamed ? [.. Tags.Value ?? []] : null,
            Notes = Notes.IsNamed ? Notes.Value ?? "" : null,
            TestModel = TestModel,
            Settings = Settings.IsNamed ? Settings.Value ?? ImmutableDictionary<string, string>.Empty : null,
        };
    }

    private static Dictionary<Needs, bool> Said(IReadOnlyDictionary<string, bool>? named, string field)
    {
        var said = new Dictionary<Needs, bool>();
        foreach (var (name, can) in named ?? ImmutableDictionary<string, bool>.Empty)
        {
            said[Frame.Names.Capability(name, field)] = can;
        }

        return said;
    }

    private static ModelCapabilities OfModels(ModelCapabilitiesShape shape)
    {
        var said = Said(shape.Capabilities, "capabilities_by_model");
        return new ModelCapabilities(shape.Models, All(can: true), All(can: false));

        Needs All(bool can) => said.Where(pair => pair.Value == can).Aggregate(Needs.None, static (all, pair) => all | pair.Key);
    }
}

/// <summary>Absent members stay.</summary>
/// <param name="Secret">A new one, in clear; absent = the present one stays.</param>
internal sealed record CredentialChangeRequest(string? Secret, bool? Enabled, Named<LimitsShape?> Limits);
