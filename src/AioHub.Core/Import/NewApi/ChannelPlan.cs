using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Overrides;
using AioHub.Core.Routing.Presets;

namespace AioHub.Core.Import.NewApi;

/// <summary>A channel that comes over.</summary>
/// <param name="Groups">As new-api names them.</param>
/// <param name="Models">As its callers name them.</param>
internal sealed record PlannedChannel(ChannelDraft Draft, NewApiChannel Source, ImmutableArray<string> Groups, ImmutableArray<string> Models);

/// <summary>Makes channels of channels. One that came over before is found by its tag (<c>new-api:12</c>), whatever it is called by now.</summary>
internal sealed class ChannelPlan(NewApiContent content, ImportState state, string origin, ImportNotes notes)
{
    private readonly HashSet<string> _names = [.. state.Channels.Select(static one => one.Channel.Name)];

    public ImmutableArray<PlannedChannel> All() => [.. content.Channels.Select(One).OfType<PlannedChannel>()];

    private PlannedChannel? One(NewApiChannel channel)
    {
        var what = channel.ToString();
        if (ChannelKinds.Find(channel.Type) is not { } kind)
        {
            notes.Left(what, string.Create(CultureInfo.InvariantCulture, $"its type {channel.Type} is unknown"), "add it by hand: `aiohub channels add --help`");
            return null;
        }

        if (kind.Type is null)
        {
            notes.Left(what, $"type {kind.Name}: {kind.Missing.Reason}", kind.Missing.Remedy);
            return null;
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Address(channel, kind, settings) is not { } address)
        {
            return null;
        }

        var type = address.Type;
        var tag = string.Create(CultureInfo.InvariantCulture, $"{origin}:{channel.Id}");
        var present = state.Channels.FirstOrDefault(one => one.Channel.Tags.Contains(tag, StringComparer.Ordinal));
        var name = present?.Channel.Name ?? NewApiNames.Free(NewApiNames.OfChannel(channel.Name, channel.Id), channel.Id, _names.Contains);
        _names.Add(name);
        if (present is null && name != channel.Name)
        {
            notes.Adjusted(what, $"it is called '{name}' here: names of channels have letters, digits, '-', '_' and '.', and each its own");
        }

        var credentials = CredentialPlan.Of(channel, type, notes, out var region);
        Special(channel, type, region, settings);
        var models = Models(channel);
        var more = SettingPlan.Read(channel, notes);
        var own = channel.Tag.Length > 0 ? NewApiNames.OfTag(channel.Tag) : null;
        ImmutableArray<string> tags = [.. (present?.Channel.Tags ?? []).Append(tag).Concat(own is null ? [] : [own]).Distinct(StringComparer.Ordinal)];
        // Without its proxy it would go straight.
        var enabled = channel.Status == 1 && !more.IsUnusable;
        var needsKey = credentials.IsEmpty && !ChannelTypes.Find(type)!.AllowsAnonymous;
        if (content.HasSecrets ? needsKey : present is null)
        {
            notes.Left(what, content.HasSecrets ? "it has no key; it came disabled" : "the API does not give channels' keys out; it came disabled",
                $"put it in (`aiohub channels import-credentials {name} --file …`) and enable the channel (`aiohub channels enable {name}`); or import from the database");
        }

        var draft = new ChannelDraft
        {
            Name = name,
            Type = type,
            Enabled = needsKey || !content.HasSecrets ? (present is null ? false : null) : enabled,
            BaseUrl = new Named<string?>(address.Url),
            AllowPrivateNetwork = address.Url is { } url && IsPrivate(new Uri(url).Host) ? true : null,
            Credentials = Credentials(credentials, present, needsKey),
            Models = models.IsEmpty ? [] : models,
            ModelMap = Mapping(channel),
            Tags = tags,
            // What new-api does not say stays as it was made here.
            Proxy = more.Proxy is { } proxy ? new Named<string?>(proxy) : default,
            Overrides = OverridesOf(channel) is { IsEmpty: false } overrides ? overrides : null,
            Notes = channel.Remark.Length > 0 ? channel.Remark : null,
            TestModel = channel.TestModel.Trim() is { Length: > 0 } test && IsModel(test) ? new Named<string?>(test) : default,
            Settings = Merged(present, settings),
        };
        Tell(channel, what, draft);
        return new PlannedChannel(draft, channel, [.. NewApiNames.Split(channel.Group.Length > 0 ? channel.Group : "default")], models);
    }

    /// <summary>What was set here beside what an import sets.</summary>
    private static Dictionary<string, string> Merged(ChannelListing? present, Dictionary<string, string> settings)
    {
        string[] own = [ChannelPresets.Setting, AwsSettings.Region, AzureSettings.ApiVersion, VertexSettings.Location];
        return (present?.Channel.Settings ?? System.Collections.Frozen.FrozenDictionary<string, string>.Empty).Where(pair => !own.Contains(pair.Key, StringComparer.Ordinal) && !settings.ContainsKey(pair.Key)).Concat(settings).ToDictionary(StringComparer.Ordinal);
    }

    private ImmutableArray<CredentialDraft>? Credentials(ImmutableArray<CredentialDraft> wanted, ChannelListing? present, bool needsKey)
    {
        if (needsKey || !content.HasSecrets)
        {
            return present is not null || !needsKey ? null : [new CredentialDraft("key-1", CredentialPlan.Placeholder, Enabled: false)];
        }

        // What was added here by hand stays.
        return [.. wanted, .. (present?.Credentials ?? []).Where(static one => !CredentialPlan.IsImported(one.Name)).Select(static one => new CredentialDraft(one.Name, Secret: null, one.Enabled))];
    }

    /// <summary>Null = it has none that could be called; that is noted.</summary>
    private (string Type, string? Url)? Address(NewApiChannel channel, ChannelKind kind, Dictionary<string, string> settings)
    {
        var (type, text) = (kind.Type!, channel.BaseUrl.TrimEnd('/'));
        if (ChannelKinds.IsPlan(text, out var plan))
        {
            if (plan.Preset is null)
            {
                return (type, plan.Address);
            }

            settings[ChannelPresets.Setting] = plan.Preset;
            return ("openai-compatible", null);
        }

        if (text.Length > 0 && Checked(text) is not { } good)
        {
            notes.Left(channel.ToString(), $"its address '{text}' is none", "put it right in new-api and import again");
            return null;
        }

        if (channel.Type == 8 && text.Length > 0)
        {
            // Custom channels name a whole address.
            var operation = text.IndexOf("/chat/completions", StringComparison.OrdinalIgnoreCase);
            text = operation > 0 ? text[..operation] : text;
            notes.Told(channel.ToString(), $"its address is taken as {text}, below which the operations stand", "`aiohub channels test` shows whether it is right");
        }

        if (type == "openai" && text.Length > 0 && !IsHost(text, ChannelTypes.Of(ChannelType.OpenAi).BaseUrl!))
        {
            type = "openai-compatible";
        }

        if (type != "openai-compatible")
        {
            var own = ChannelTypes.Find(type)!.BaseUrl;
            if (type == "azure" && text.Length == 0)
            {
                notes.Left(channel.ToString(), "it names no address of an Azure resource", "set its address in new-api, or add it here with --base-url");
                return null;
            }

            // Bedrock's and Vertex's addresses come of their regions.
            return (type, text.Length == 0 || type is "bedrock" or "vertex" || (own is not null && IsHost(text, own)) ? null : text);
        }

        if (text.Length > 0 && PresetTable.ForHost(new Uri(text).Host) is { } known)
        {
            settings[ChannelPresets.Setting] = known.Name;
            return (type, known.BaseUrl is null ? text : null);
        }

        if (kind.Preset is { } preset)
        {
            settings[ChannelPresets.Setting] = preset;
            return (type, text.Length > 0 ? text + kind.Path : kind.Address);
        }

        var address = text.Length > 0 ? text : kind.Address;
        if (address is null)
        {
            notes.Left(channel.ToString(), $"type {kind.Name} names no address", "set its address in new-api, or add it here as openai-compatible with --base-url");
            return null;
        }

        return (type, channel.Type == 39 ? $"{address}/client/v4/accounts/{channel.Other}/ai/v1" : address + kind.Path);
    }

    private void Special(NewApiChannel channel, string type, string? region, Dictionary<string, string> settings)
    {
        var what = channel.ToString();
        switch (type)
        {
            case "bedrock" when region is not null:
                settings[AwsSettings.Region] = region;
                break;
            case "azure" when channel.Other.Length > 0:
                settings[AzureSettings.ApiVersion] = channel.Other;
                break;
            case "vertex" when channel.Other.Length > 0:
                var byModel = JsonMembers.Of(channel.Other);
                settings[VertexSettings.Location] = byModel is null ? channel.Other : byModel.GetValueOrDefault("default") ?? VertexSettings.Everywhere;
                if (byModel is { Count: > 1 })
                {
                    notes.Left(what, $"its models have regions of their own; all are asked in '{settings[VertexSettings.Location]}'", "add a channel for each region, with settings.location");
                }

                break;
            default:
                break;
        }

        if (ProblemsOf(problems => ChannelSettings.Check(ChannelTypes.Find(type)!.Type, settings, problems)) is { } problem)
        {
            notes.Left(what, problem, "set it here: `aiohub channels edit --name … --set settings.…`");
            settings.Remove(AwsSettings.Region);
            settings.Remove(AzureSettings.ApiVersion);
            settings.Remove(VertexSettings.Location);
        }
    }

    private ImmutableArray<string> Models(NewApiChannel channel)
    {
        var all = NewApiNames.Split(channel.Models).ToList();
        var fine = all.Where(IsModel).ToList();
        if (fine.Count < all.Count)
        {
            notes.Left(channel.ToString(), $"of its models {string.Join(", ", all.Except(fine, StringComparer.Ordinal).Take(5))} have blanks or wildcards in their names", "offer them by other names, with model_map");
        }

        if (fine.Count > RoutingRules.MaxGlobs)
        {
            notes.Left(channel.ToString(), string.Create(CultureInfo.InvariantCulture, $"of its {fine.Count} models the first {RoutingRules.MaxGlobs} came over"), "write patterns such as gpt-* in their place: `aiohub channels edit --name … --set models=…`");
            fine = fine[..RoutingRules.MaxGlobs];
        }

        if (fine.Count == 0)
        {
            notes.Told(channel.ToString(), "it offers no models", "`aiohub channels edit --name … --set models=…`");
        }

        return [.. fine];
    }

    /// <summary>New-api follows a mapping from name to name; here each name says where it ends.</summary>
    private Dictionary<string, string> Mapping(NewApiChannel channel)
    {
        var ends = new Dictionary<string, string>(StringComparer.Ordinal);
        if (channel.ModelMapping.Trim() is "" or "{}" or "null")
        {
            return ends;
        }

        if (JsonMembers.Of(channel.ModelMapping) is not { } steps)
        {
            notes.Left(channel.ToString(), "model_mapping is no JSON object", "set model_map here");
            return ends;
        }

        foreach (var (name, first) in steps.Where(static step => step.Key.Length > 0))
        {
            var (end, seen) = (first, new HashSet<string>(StringComparer.Ordinal) { name });
            while (end.Length > 0 && seen.Add(end) && steps.TryGetValue(end, out var next) && next != end)
            {
                end = next;
            }

            if (string.Equals(end, name, StringComparison.Ordinal) && first == name)
            {
                continue;
            }

            if (end == name || !IsModel(name) || !IsModel(end))
            {
                notes.Left(channel.ToString(), end == name ? $"model_mapping of '{name}' goes in a circle" : $"model_mapping '{name}' → '{end}' has blanks or wildcards in it", "set model_map here");
                continue;
            }

            ends[name] = end;
        }

        return ends;
    }

    private ChannelOverrides OverridesOf(NewApiChannel channel)
    {
        var overrides = OverridePlan.Of(channel, notes);
        return channel.Organization.Trim() is { Length: > 0 } organization
            ? overrides with { Headers = overrides.Headers.RemoveAll(static rule => rule.Target == "openai-organization").Add(new OverrideRule(OverrideAction.Set, "openai-organization") { Value = organization }) }
            : overrides;
    }

    private void Tell(NewApiChannel channel, string what, ChannelDraft draft)
    {
        if (channel.Status is 3)
        {
            var why = JsonMembers.Of(channel.OtherInfo)?.GetValueOrDefault("status_reason");
            notes.Told(what, $"new-api had disabled it by itself{(string.IsNullOrEmpty(why) ? "" : $" ({why})")}; it came disabled", $"`aiohub channels enable {draft.Name}`, then `aiohub channels test {draft.Name}`");
        }

        if (channel.StatusCodeMapping.Trim() is not ("" or "{}" or "null"))
        {
            notes.Left(what, "status_code_mapping: statuses are judged by the table of vendors' errors here", "see docs/channels/errors.md");
        }

        if (!channel.AutoBan)
        {
            notes.Told(what, "it was never to be disabled by itself; here nothing is, but its keys rest for a while after failures", "settings.cooldown = off, if it shall be asked always");
        }

        if (draft.AllowPrivateNetwork is true)
        {
            notes.Told(what, $"its address {draft.BaseUrl.Value} is a private one; allow_private_network is set");
        }

        if (channel.Type is 59 or 60)
        {
            notes.Told(what, "it is asked in OpenAI's shapes", "if it also takes Messages and Gemini's, its type may be aiohub");
        }
    }

    private static bool IsModel(string name) => name.Length is > 0 and <= Wire.Vocabulary.ModelName.MaxLength && !name.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '*' or '?');

    private static bool IsHost(string text, Uri own) => string.Equals(new Uri(text).Host, own.Host, StringComparison.OrdinalIgnoreCase);

    private static string? Checked(string text)
    {
        string? url = null;
        return ProblemsOf(problems => url = RoutingRules.CheckUrl(text, problems)) is null ? url : null;
    }

    private static string? ProblemsOf(Action<ProblemList> check)
    {
        var problems = new ProblemList();
        check(problems);
        try
        {
            problems.ThrowIfAny();
            return null;
        }
        catch (AdminException refused)
        {
            return string.Join("; ", refused.Problems);
        }
    }

    /// <summary>Loopback, private and link-local addresses, and names without a domain, such as containers have.</summary>
    private static bool IsPrivate(string host)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return !host.Contains('.', StringComparison.Ordinal) || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return IPAddress.IsLoopback(address) || (bytes.Length == 4
            ? bytes[0] is 10 or 0 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128)
            : address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal);
    }
}
