using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Presets;
using AioHub.Host.Configuration;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>channels list|add|set|edit|enable|disable|remove|credentials|import-credentials|test|models|balance|preview|probe|health|reset|events</c>.</summary>
internal static class ChannelsVerb
{
    private const string FirstCredential = "default";

    public static Command Build(VerbFrame frame) => new("channels", "Channels: configured upstreams")
    {
        List(frame), Add(frame), Set(frame), Switch(frame, "enable", "Use a channel again", enabled: true), Switch(frame, "disable", "Stop using a channel", enabled: false), Remove(frame), ChannelProbeVerb.Build(frame),
        ChannelTestVerb.Build(frame), ChannelModelsVerb.Build(frame), ChannelBalanceVerb.Build(frame), ChannelPreviewVerb.Build(frame),
        ChannelHealthVerbs.Health(frame), ChannelHealthVerbs.Reset(frame), ChannelHealthVerbs.Events(frame),
        ChannelEditVerb.Build(frame), ChannelCredentialVerbs.Import(frame), ChannelCredentialVerbs.Build(frame),
    };

    private static Command List(VerbFrame frame)
    {
        var selection = new ChannelSelection();
        var command = new Command("list", "List channels; secrets are masked");
        selection.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var channels = new List<(ChannelListing Listing, NanoUsd? Quota)>();
            foreach (var listing in await selection.FindAsync(home, parsed, cancellation))
            {
                channels.Add((listing, listing.Channel.HasQuota ? await home.Ledger.BalanceAsync(AccountRef.Budget(listing.Channel.Id), cancellation) : null));
            }

            return new Answer(
                new JsonObject { ["channels"] = Shapes.List(channels, static entry => Shape(entry.Listing, entry.Quota)) },
                output => Table.Write(output, ["name", "type", "state", "address", "credentials", "models", "quota usd", "cost", "limits", "groups", "tags"], channels.Select(static entry => new[]
                {
                    entry.Listing.Channel.Name, ChannelTypes.Of(entry.Listing.Channel.Type).Name, entry.Listing.Channel.Enabled ? "enabled" : "disabled", AddressOf(entry.Listing.Channel),
                    Shapes.Joined(entry.Listing.Credentials.Select(static credential => $"{credential.Name} {credential.MaskedSecret}")),
                    Shapes.Joined(entry.Listing.Channel.Models),
                    entry.Quota is { } left ? Shapes.Usd(left) : null, CostOf(entry.Listing.Channel), LimitOptions.Tell(entry.Listing.Channel.Limits), Shapes.Joined(entry.Listing.Groups), Shapes.Joined(entry.Listing.Channel.Tags),
                })));
        });
        return command;
    }

    private static Command Add(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var type = new Option<string>("--type") { Description = Shapes.Joined(ChannelTypes.Names) + "; not needed with --preset" };
        var preset = new Option<string?>("--preset") { Description = "A host of type openai-compatible that needs no address: " + Shapes.Joined(PresetTable.All.Select(static known => known.Name)) };
        var url = new Option<string?>("--base-url") { Description = "With or without the version segment; without it the vendor's own" };
        var secret = new Option<string?>("--secret") { Description = "The upstream's key, for Bedrock also {\"access_key_id\":…,\"secret_access_key\":…}; - reads it from standard input" };
        var variable = new Option<string?>("--secret-env") { Description = "The environment variable that holds the key", HelpName = "NAME" };
        var models = new Option<string[]>("--model", "--models") { Description = "Globs of models (default *)", AllowMultipleArgumentsPerToken = true };
        var map = new Option<string[]>("--map") { Description = "Public name = the upstream's name; may be repeated", HelpName = "A=B" };
        var allow = new Option<bool>("--allow-private-network") { Description = "The address may be private, loopback or link-local" };
        var groups = new Option<string[]>("--group", "--groups") { Description = "Groups that it joins", AllowMultipleArgumentsPerToken = true };
        var settings = new Option<string[]>("--setting", "--settings") { Description = "A setting of the type = its value, such as region=eu-west-1; may be repeated", HelpName = "A=B" };
        var labels = new ChannelLabelOptions();
        var command = new Command("add", "Add a channel") { name, type, preset, url, secret, variable, models, map, allow, groups, settings };
        labels.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            if ((await home.Channels.ListAsync(cancellation)).Any(channel => channel.Channel.Name == wanted))
            {
                throw new AdminException("name", $"channel '{wanted}' exists already; `apply` changes it");
            }

            var key = await SecretAsync(parsed.GetValue(secret), parsed.GetValue(variable), cancellation);
            var draft = new ChannelDraft
            {
                Name = wanted,
                Type = parsed.GetValue(type) ?? (parsed.GetValue(preset) is null ? null : ChannelTypes.Of(ChannelType.OpenAiCompatible).Name),
                BaseUrl = parsed.GetValue(url),
                AllowPrivateNetwork = parsed.GetValue(allow),
                Credentials = key is null ? null : [new CredentialDraft(FirstCredential, key)],
                Models = parsed.GetValue(models) is { Length: > 0 } globs ? [.. globs] : null,
                ModelMap = parsed.GetValue(map) is { Length: > 0 } pairs ? pairs.Select(Pair).ToDictionary(StringComparer.Ordinal) : null,
                Settings = SettingsOf(parsed.GetValue(settings) ?? [], parsed.GetValue(preset)),
            };
            await using var transaction = await home.Database.BeginAsync(cancellation);
            var report = await home.Channels.UpsertAsync(labels.Read(parsed, draft), within: transaction, cancellation: cancellation);
            foreach (var group in parsed.GetValue(groups) ?? [])
            {
                await JoinAsync(home, group, wanted, transaction, cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return Shapes.Changed(report, json => json["groups"] = Shapes.Texts(parsed.GetValue(groups) ?? []));
        });
        return command;
    }

    private static Command Set(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var quota = new Option<bool?>("--quota") { Description = "Whether the channel has a budget of its own; `topup --channel` fills it" };
        var cost = new Option<decimal?>("--cost-multiplier") { Description = "What you pay of the list price: 0.8 with a discount of 20 %; callers pay the group's price" };
        var credit = new Option<string?>("--credit-price") { Description = "What one credit of the upstream costs you, where it tells the credits that a call took (Kiro); none = list price counts", HelpName = "USD" };
        var limits = new LimitOptions(queues: true);
        var capabilities = new CapabilityOptions();
        var labels = new ChannelLabelOptions();
        var command = new Command("set", "Change a channel's quota, cost, limits, capabilities, proxy, tags, notes and test model") { name, quota, cost, credit };
        labels.AddTo(command);
        limits.AddTo(command);
        capabilities.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var present = (await home.Channels.ListAsync(cancellation)).FirstOrDefault(channel => channel.Channel.Name == wanted)
                ?? throw new AdminException("name", $"there is no channel '{wanted}'; `channels list` shows all");
            var draft = new ChannelDraft
            {
                Name = wanted, HasQuota = parsed.GetValue(quota), CostMultiplier = parsed.GetValue(cost), CreditPrice = CreditPrice(parsed.GetValue(credit)), Limits = limits.Read(parsed, present.Channel.Limits),
            };
            return Shapes.Changed(await home.Channels.UpsertAsync(capabilities.Read(parsed, labels.Read(parsed, draft), present.Channel), cancellation: cancellation));
        });
        return command;
    }

    private static Named<decimal?> CreditPrice(string? text) => text switch
    {
        null => default,
        "none" => new Named<decimal?>(null),
        _ => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var usd) ? usd : throw new UsageException($"'{text}' is no amount of USD, and not none."),
    };

    private static Command Switch(VerbFrame frame, string verb, string description, bool enabled)
    {
        var name = new Argument<string>("NAME");
        var command = new Command(verb, description) { name };
        frame.OnData(command, async (home, parsed, cancellation) =>
            Shapes.Changed(await home.Channels.SetEnabledAsync(parsed.GetRequiredValue(name), enabled, cancellation: cancellation)));
        return command;
    }

    private static Command Remove(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var command = new Command("remove", "Remove a channel with its credentials from every group") { name };
        frame.OnData(command, async (home, parsed, cancellation) =>
            Shapes.Changed(await home.Channels.RemoveAsync(parsed.GetRequiredValue(name), cancellation: cancellation)));
        return command;
    }

    private static async Task JoinAsync(HubHome home, string group, string channel, Core.Storage.HubTransaction transaction, CancellationToken cancellation)
    {
        var present = (await home.Groups.ListAsync(cancellation)).FirstOrDefault(listing => listing.Group.Name == group)
            ?? throw new AdminException("group", $"there is no group '{group}'; `groups list` shows all");
        await home.Groups.SetMembersAsync(group, present.Channels.Add(new MemberDraft(channel)), transaction, cancellation);
    }

    private static async Task<string?> SecretAsync(string? secret, string? variable, CancellationToken cancellation)
    {
        if (variable is not null)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value
                : throw new AdminException("secret-env", $"the environment variable {variable} is not set");
        }

        return secret is "-" ? (await Console.In.ReadToEndAsync(cancellation)).Trim() : secret;
    }

    private static KeyValuePair<string, string> Pair(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } upstream] ? KeyValuePair.Create(name, upstream) : throw new UsageException($"'{text}' is not A=B.");

    private static Dictionary<string, string>? SettingsOf(string[] named, string? preset)
    {
        var settings = named.Select(Pair).ToDictionary(StringComparer.Ordinal);
        if (preset is not null && !settings.TryAdd(ChannelPresets.Setting, preset))
        {
            throw new UsageException("--preset and --setting preset=… name the same thing twice.");
        }

        return settings.Count == 0 ? null : settings;
    }

    private static string CostOf(Channel channel) => channel.CreditPrice is { } credit ? $"{Shapes.Usd(credit)} a credit" : Shapes.Number(channel.CostMultiplier);

    private static string AddressOf(Channel channel) => ChannelTypes.AddressOf(channel)?.OriginalString ?? "built in";

    private static JsonObject Shape(ChannelListing listing, NanoUsd? quota) => new()
    {
        ["id"] = listing.Channel.Id.Value,
        ["name"] = listing.Channel.Name,
        ["type"] = ChannelTypes.Of(listing.Channel.Type).Name,
        ["enabled"] = listing.Channel.Enabled,
        ["base_url"] = listing.Channel.BaseUrl?.OriginalString,
        ["allow_private_network"] = listing.Channel.AllowPrivateNetwork,
        ["credentials"] = Shapes.List(listing.Credentials, ChannelCredentialVerbs.Shape),
        ["limits"] = LimitOptions.Shape(listing.Channel.Limits),
        ["quota_nano_usd"] = quota?.Value,
        ["cost_multiplier"] = listing.Channel.CostMultiplier,
        ["credit_price_nano_usd"] = listing.Channel.CreditPrice?.Value,
        ["models"] = Shapes.Texts(listing.Channel.Models),
        ["model_map"] = new JsonObject(listing.Channel.ModelMap.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
        ["capabilities"] = ChannelReader.Write(listing.Channel),
        ["probed"] = Shapes.List(listing.Channel.Probed, static probed => new JsonObject
        {
            ["model"] = probed.Model, ["capability"] = CapabilityNames.Of(probed.Capability), ["can"] = probed.Can, ["on"] = Shapes.Day(probed.Day),
        }),
        ["groups"] = Shapes.Texts(listing.Groups),
        ["tags"] = Shapes.Texts(listing.Channel.Tags),
        ["notes"] = listing.Channel.Notes,
        ["test_model"] = listing.Channel.TestModel,
        ["proxy"] = listing.Channel.Proxy?.ToString(),
        ["overrides"] = OverridesReader.Write(listing.Channel.Overrides, static _ => "…", static text => text),
        ["timeouts"] = Timeouts(listing.Channel.Timeouts),
    };

    private static JsonObject Timeouts(ChannelTimeouts timeouts) => new()
    {
        ["connect_ms"] = timeouts.Connect?.TotalMilliseconds, ["first_byte_ms"] = timeouts.FirstByte?.TotalMilliseconds, ["idle_ms"] = timeouts.Idle?.TotalMilliseconds,
    };
}
