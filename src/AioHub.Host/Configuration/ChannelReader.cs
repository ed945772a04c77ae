using System.Collections.Immutable;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Routing;
using AioHub.Wire.Dialects;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>Reads an entry of <c>channels</c>.</summary>
internal static class ChannelReader
{
    public static IEnumerable<string> AllDialects => Enum.GetValues<Dialect>().Select(DialectNames.Of);

    public static DeclaredChannel Read(YamlSection channel)
    {
        var quota = ConfigurationReader.Quota(channel);
        return new DeclaredChannel(Draft(channel) with { HasQuota = quota.IsNamed ? quota.Value is not null : null }, quota.Value);
    }

    private static ChannelDraft Draft(YamlSection channel) => new()
    {
        Name = channel.RequiredText("name"),
        Type = channel.Text("type"),
        Enabled = channel.Flag("enabled"),
        BaseUrl = channel.NamedText("base_url"),
        Dialects = channel.Names<Dialect>("dialects", "dialect", DialectNames.TryParse, AllDialects),
        AllowPrivateNetwork = channel.Flag("allow_private_network"),
        Credentials = channel.Sections("credentials", "a credential") is { } credentials ? [.. credentials.Select(ReadCredential)] : null,
        Models = channel.Texts("models"),
        ModelMap = channel.Map("model_map"),
        Capabilities = ReadCapabilities(channel),
        Limits = LimitsReader.Read(channel, "a channel", queues: true),
        CostMultiplier = channel.Number("cost_multiplier"),
        CreditPrice = channel.NamedNumber("credit_price"),
        Timeouts = channel.Section("timeouts", "the timeouts of a channel") is { } timeouts ? ReadTimeouts(timeouts) : null,
        Settings = ReadSettings(channel),
    };

    /// <summary>Settings are free text to the hub's core; a misspelled name of a vendor would silently bill by other rules.</summary>
    private static Dictionary<string, string>? ReadSettings(YamlSection channel)
    {
        var settings = channel.Map("settings");
        if (settings?.GetValueOrDefault("usage_rules") is { } rules && VendorUsage.Find(rules) is null)
        {
            channel.Report("settings", $"knows no usage_rules '{rules}'; there are {string.Join(", ", VendorUsage.Names)}");
        }

        return settings;
    }

    private static CredentialDraft ReadCredential(YamlSection credential)
    {
        var secret = credential.Text("secret");
        var accessKeyId = credential.Text("access_key_id");
        var secretAccessKey = credential.Text("secret_access_key");
        var sessionToken = credential.Text("session_token");
        if (accessKeyId is not null || secretAccessKey is not null || sessionToken is not null)
        {
            if (secret is not null || accessKeyId is null || secretAccessKey is null)
            {
                credential.Report("secret", "write either 'secret', or 'access_key_id' with 'secret_access_key' (and 'session_token')");
            }

            // A pair of keys is one secret: they are of no use apart.
            var pair = new JsonObject { ["access_key_id"] = accessKeyId, ["secret_access_key"] = secretAccessKey };
            if (sessionToken is not null)
            {
                pair["session_token"] = sessionToken;
            }

            secret = pair.ToJsonString();
        }

        var draft = new CredentialDraft(credential.RequiredText("name"), secret, credential.Flag("enabled") ?? true) { Limits = LimitsReader.Read(credential, "a credential", queues: true) };
        credential.Done();
        return draft;
    }

    private static ImmutableDictionary<Needs, bool>? ReadCapabilities(YamlSection channel)
    {
        if (channel.Flags("capabilities") is not { } flags)
        {
            return null;
        }

        var capabilities = ImmutableDictionary.CreateBuilder<Needs, bool>();
        foreach (var (name, can) in flags)
        {
            if (CapabilityNames.TryParse(name, out var capability))
            {
                capabilities[capability] = can;
            }
            else
            {
                channel.Report("capabilities", $"there is no capability '{name}'; known are {string.Join(", ", CapabilityNames.All)}");
            }
        }

        return capabilities.ToImmutable();
    }

    private static ChannelTimeouts ReadTimeouts(YamlSection timeouts)
    {
        var read = new ChannelTimeouts(timeouts.Duration("connect"), timeouts.Duration("first_byte"), timeouts.Duration("idle"));
        timeouts.Done();
        return read;
    }
}
