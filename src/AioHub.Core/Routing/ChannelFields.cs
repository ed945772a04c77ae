using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Routing.Presets;

namespace AioHub.Core.Routing;

/// <summary>A setting of channels as forms ask for it.</summary>
/// <param name="Name">As it stands among a channel's settings.</param>
/// <param name="Hint">What it is for, and what holds without it.</param>
public sealed record ChannelField(string Name, string Hint)
{
    /// <summary>All values that it takes; empty = it is free text.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>A value as people write it; null = one of the choices.</summary>
    public string? Example { get; init; }

    /// <summary>Most channels of the type want it; others are for special cases.</summary>
    public bool Usual { get; init; }
}

/// <summary>One way to write a channel's secret.</summary>
/// <param name="Name">Names the way: <c>key</c>, <c>aws</c>, <c>entra</c>, <c>service_account</c>.</param>
/// <param name="Parts">Members of the JSON object that the secret is; empty = it is one text.</param>
/// <param name="Optional">Those that may be left out.</param>
public sealed record SecretForm(string Name, ImmutableArray<string> Parts, ImmutableArray<string> Optional);

/// <summary>What forms of channels ask for, type by type: what <see cref="ChannelSettings"/> and the carriers read, as data, so that a form need not know any type.</summary>
public static class ChannelFields
{
    private static readonly ImmutableArray<string> OnOff = ["on", "off"];

    private static readonly ImmutableArray<ChannelField> Common =
    [
        new("context_window", "Tokens that the upstream takes, where that is less than the model's own window.") { Example = "128000" },
        new("endpoints", "What the upstream has beside conversations; without it what its type has.") { Example = "embeddings, images" },
        new("compaction", "Who makes compactions of Responses: the upstream itself, or the hub with it.") { Choices = ["upstream", "hub"] },
        new("usage_rules", "By which vendor's rules the upstream counts tokens; without it by type or address.") { Example = "openai" },
        new("cooldown", "Off: the channel is asked always, whatever it answered.") { Choices = OnOff },
        new("cooldown_longest", "No rest of its credentials is longer, whatever the upstream asks for.") { Example = "5m" },
    ];

    private static readonly ChannelField PriceRegion = new("region", "Where the upstream computes, for prices that differ by region.") { Example = "eu" };

    private static readonly SecretForm Key = new("key", [], []);

    private static readonly FrozenDictionary<ChannelType, ImmutableArray<ChannelField>> Own = new Dictionary<ChannelType, ImmutableArray<ChannelField>>
    {
        [ChannelType.OpenAiCompatible] =
        [
            new(ChannelPresets.Setting, "What is known of the host: its address, its dialects, what it takes. Without it by the address.") { Choices = [.. PresetTable.All.Select(static preset => preset.Name), "none"], Usual = true },
            new(ChannelPresets.MessagesSetting, "The address that speaks Anthropic's Messages, where the preset does not say it; none = the host speaks no Messages.") { Example = "https://host/anthropic" },
        ],
        [ChannelType.Azure] =
        [
            new(AzureSettings.ApiVersion, "A date: calls go to deployments. v1, preview, latest or nothing: to the v1 surface.") { Example = "2024-10-21", Usual = true },
            new(AzureSettings.Scope, "What an Entra token is asked for.") { Example = "https://cognitiveservices.azure.com/.default" },
            new(AzureSettings.Authority, "Where Entra tokens are asked for.") { Example = "https://login.microsoftonline.com" },
        ],
        [ChannelType.Bedrock] =
        [
            new(AwsSettings.Region, "Where Bedrock is called; us-east-1 unless set.") { Example = "us-east-1", Usual = true },
            new(AwsSettings.Api, "invoke: Claude by Anthropic's own bodies (the default). messages: Bedrock's Messages endpoint. converse: every model that chats.") { Choices = ["invoke", "messages", "converse"], Usual = true },
            new(AwsSettings.Profile, "Prefix of inference profiles, or none; by region unless set.") { Example = "eu" },
            new("betas", "Betas that Bedrock has learned to take since, with commas between them.") { Example = "context-1m-2025-08-07" },
        ],
        [ChannelType.Kiro] =
        [
            new(AwsSettings.Region, "Where Kiro is called; us-east-1 unless set.") { Example = "us-east-1", Usual = true },
            new(AwsSettings.ProfileArn, "Kiro's profile, where an account needs one.") { Example = "arn:aws:codewhisperer:us-east-1:123456789012:profile/ABCDEF" },
            new(KiroSettings.Hosts, "runtime, legacy or addresses, with commas between them: tried in this order.") { Example = "runtime, legacy" },
        ],
        [ChannelType.Vertex] =
        [
            new(VertexSettings.Location, "global (the default), us, eu or a region.") { Example = "global", Usual = true },
            new(VertexSettings.Project, "Whose calls they are; the key file's project unless set.") { Example = "my-project-123", Usual = true },
            new("betas", "Betas that Vertex has learned to take since, with commas between them.") { Example = "context-1m-2025-08-07" },
        ],
        [ChannelType.Codex] =
        [
            new("account_id", "Sent as ChatGPT-Account-ID with every credential.") { Example = "0f8fad5b-d9cb-469f-a165-70867728950e", Usual = true },
            new("websocket", "off: frames of passthrough groups go by HTTP.") { Choices = OnOff },
            new("account_usage", "show: passthrough groups pass on what the upstream tells of its account's own limits.") { Choices = ["show", "hide"] },
        ],
        [ChannelType.OpenAi] = [new("websocket", "off: frames of passthrough groups go by HTTP.") { Choices = OnOff }],
    }.ToFrozenDictionary();

    /// <summary>The usual ones first, those of every type last.</summary>
    public static ImmutableArray<ChannelField> Of(ChannelType type)
    {
        if (type == ChannelType.Sandbox)
        {
            return [];
        }

        var own = Own.GetValueOrDefault(type, []);
        return [.. own, .. Common, .. type is ChannelType.Bedrock or ChannelType.Kiro ? Array.Empty<ChannelField>() : [PriceRegion]];
    }

    /// <summary>How a secret of the type may be written, the usual way first; empty = it needs none.</summary>
    public static ImmutableArray<SecretForm> SecretsOf(ChannelType type) => type switch
    {
        ChannelType.Sandbox => [],
        ChannelType.Bedrock => [Key, new SecretForm("aws", ["access_key_id", "secret_access_key", "session_token"], ["session_token"])],
        ChannelType.Azure => [Key, new SecretForm("entra", ["tenant_id", "client_id", "client_secret"], [])],
        ChannelType.Vertex => [new SecretForm("service_account", ["client_email", "private_key", "project_id", "private_key_id", "token_uri"], ["project_id", "private_key_id", "token_uri"]), Key],
        _ => [Key],
    };

    /// <summary>Whether a channel of the type must say where its upstream stands, unless a preset does.</summary>
    public static bool NeedsAddress(ChannelType type) => RoutingRules.NeedsBaseUrl(type);
}
