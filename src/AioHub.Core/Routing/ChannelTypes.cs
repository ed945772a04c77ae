using System.Collections.Frozen;
using System.Collections.Immutable;
using AioHub.Core.Routing.Presets;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>What a type of channel is, before anything is configured.</summary>
/// <param name="Name">As settings spell it.</param>
/// <param name="BaseUrl">The vendor's own address, without a version segment; null = must be configured.</param>
/// <param name="Dialects">Dialects that the type speaks.</param>
/// <param name="Capabilities">What its models can be offered with.</param>
public sealed record ChannelTypeInfo(ChannelType Type, string Name, Uri? BaseUrl, ImmutableArray<Dialect> Dialects, Needs Capabilities)
{
    /// <summary>Into which dialects calls of another one are translated, the richest first.</summary>
    public ImmutableArray<Dialect> Preferred { get; init; } = [Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini, Dialect.OpenAiChat, Dialect.BedrockConverse, Dialect.Kiro];

    /// <summary>The upstream makes compactions of Responses itself; else the hub makes them with it.</summary>
    public bool Compacts { get; init; }

    /// <summary>What its upstreams have beside conversations; a channel's setting <c>endpoints</c> narrows or widens it.</summary>
    public EndpointSet Endpoints { get; init; } = EndpointSet.None;

    /// <summary>A channel without any credential is called without one (local servers, the sandbox).</summary>
    public bool AllowsAnonymous { get; init; }
}

/// <summary>The table of channel types.</summary>
public static class ChannelTypes
{
    private const Needs Everything = Needs.Streaming | Needs.Tools | Needs.Images | Needs.Documents | Needs.Audio | Needs.JsonSchema | Needs.Reasoning
        | Needs.LongContext | Needs.PromptCaching | Needs.ServerTools | Needs.Stateful | Needs.ParallelTools;

    // These hosts know no switch to a model's 1M-token variant: they serve the window that they serve.
    private const Needs OneWindow = Everything & ~Needs.LongContext;

    // Models without their vendor's own tools, files and stored answers; none of them hears.
    private const Needs Hosted = Everything & ~(Needs.Audio | Needs.ServerTools | Needs.Stateful);

    // The vendor's own has no rerank, Azure neither that nor moderations and variations (learn.microsoft.com, Azure OpenAI reference, read 2026-11-23).
    private static readonly EndpointSet OfOpenAi = EndpointSet.Of(
        Operation.Complete, Operation.Embed, Operation.GenerateImage, Operation.EditImage, Operation.VaryImage, Operation.Speak, Operation.Transcribe, Operation.TranslateSpeech, Operation.Moderate);

    private static readonly EndpointSet OfAzure = EndpointSet.Of(
        Operation.Complete, Operation.Embed, Operation.GenerateImage, Operation.EditImage, Operation.Speak, Operation.Transcribe, Operation.TranslateSpeech);

    // As far as is known (2026-11; the setting `endpoints` corrects it): xAI speaks and hears by endpoints of its own shape, Ark does not at all.
    private static readonly EndpointSet OfXai = EndpointSet.Of(Operation.Complete, Operation.Embed, Operation.GenerateImage, Operation.EditImage);

    private static readonly EndpointSet OfArk = EndpointSet.Of(Operation.Embed, Operation.GenerateImage);

    private static readonly EndpointSet OfSandbox = EndpointSet.Of(Operation.Complete, Operation.Embed, Operation.GenerateImage, Operation.EditImage, Operation.Moderate);

    private static readonly EndpointSet Embeddings = EndpointSet.Of(Operation.Embed);

    private static readonly FrozenDictionary<ChannelType, ChannelTypeInfo> ByType = new ChannelTypeInfo[]
    {
        new(ChannelType.OpenAi, "openai", new Uri("https://api.openai.com"), [Dialect.OpenAiChat, Dialect.OpenAiResponses], Everything) { Compacts = true, Endpoints = OfOpenAi },
        new(ChannelType.OpenAiCompatible, "openai-compatible", null, [Dialect.OpenAiChat, Dialect.OpenAiResponses], OneWindow & ~Needs.ServerTools) { AllowsAnonymous = true, Endpoints = EndpointSet.All, Preferred = [Dialect.OpenAiChat] },
        new(ChannelType.Azure, "azure", null, [Dialect.OpenAiChat, Dialect.OpenAiResponses], Everything) { Compacts = true, Endpoints = OfAzure },
        new(ChannelType.Anthropic, "anthropic", new Uri("https://api.anthropic.com"), [Dialect.AnthropicMessages], Everything),
        new(ChannelType.Bedrock, "bedrock", null, [Dialect.AnthropicMessages, Dialect.BedrockConverse], Hosted),
        new(ChannelType.Kiro, "kiro", null, [Dialect.Kiro], Hosted & ~Needs.Documents),
        new(ChannelType.Codex, "codex", new Uri("https://api.openai.com"), [Dialect.OpenAiResponses], Everything) { Compacts = true, Endpoints = EndpointSet.Of(Operation.GenerateImage, Operation.EditImage) },
        new(ChannelType.Gemini, "gemini", new Uri("https://generativelanguage.googleapis.com"), [Dialect.Gemini], Everything) { Endpoints = Embeddings },
        // Nothing is kept there for calls to name: no files by id, and caches only under the project's own name.
        new(ChannelType.Vertex, "vertex", null, [Dialect.Gemini, Dialect.AnthropicMessages], Everything & ~Needs.Stateful) { Endpoints = Embeddings },
        new(ChannelType.Xai, "xai", new Uri("https://api.x.ai"), [Dialect.OpenAiChat, Dialect.OpenAiResponses], OneWindow) { Endpoints = OfXai },
        new(ChannelType.Doubao, "doubao", new Uri("https://ark.cn-beijing.volces.com"), [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages], OneWindow) { Preferred = [Dialect.OpenAiChat], Endpoints = OfArk },
        new(ChannelType.AioHub, "aiohub", null, [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini], Everything) { Compacts = true, Endpoints = EndpointSet.All },
        new(ChannelType.Sandbox, "sandbox", null, [Dialect.OpenAiChat, Dialect.OpenAiResponses, Dialect.AnthropicMessages, Dialect.Gemini], Everything) { AllowsAnonymous = true, Compacts = true, Endpoints = OfSandbox },
    }.ToFrozenDictionary(static info => info.Type);

    private static readonly FrozenDictionary<string, ChannelTypeInfo> ByName =
        ByType.Values.ToFrozenDictionary(static info => info.Name, StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => ByType.Values.OrderBy(static info => info.Type).Select(static info => info.Name);

    public static ChannelTypeInfo Of(ChannelType type) => ByType[type];

    /// <summary>What a channel speaks, before an operator narrows it: of Bedrock's dialects the one of the door that it is called by.</summary>
    public static ImmutableArray<Dialect> DialectsOf(Channel channel) => channel.Type switch
    {
        ChannelType.Bedrock when AwsSettings.ApiOf(channel) == BedrockApi.Converse => [Dialect.BedrockConverse],
        ChannelType.Bedrock => [Dialect.AnthropicMessages],
        ChannelType.OpenAiCompatible => ChannelPresets.DialectsOf(channel),
        ChannelType.Doubao => ArkAddress.DialectsAt(channel.BaseUrl),
        _ => Of(channel.Type).Dialects,
    };

    /// <summary>What it speaks with one model, as an operator narrows it.</summary>
    /// <param name="upstreamModel">As the upstream calls it.</param>
    public static ImmutableArray<Dialect> DialectsOf(Channel channel, string upstreamModel)
    {
        var spoken = DialectsOf(channel.Type, DialectSet.Of(DialectsOf(channel)), upstreamModel);
        return [.. DialectsOf(channel).Where(dialect => spoken.Has(dialect) && (channel.Dialects.IsDefaultOrEmpty || channel.Dialects.Contains(dialect)))];
    }

    /// <summary>What it speaks of that with one model: Vertex carries each vendor's models in the vendor's own dialect.</summary>
    /// <param name="spoken">Of the channel as a whole.</param>
    /// <param name="upstreamModel">As the upstream calls it.</param>
    internal static DialectSet DialectsOf(ChannelType type, DialectSet spoken, string upstreamModel) =>
        type == ChannelType.Vertex ? spoken & DialectSet.Of([VendorModels.IsClaude(upstreamModel) ? Dialect.AnthropicMessages : Dialect.Gemini]) : spoken;

    /// <summary>Where a channel's calls go, with or without a version segment; null = nowhere outside this process.</summary>
    public static Uri? AddressOf(Channel channel) => channel.BaseUrl ?? channel.Type switch
    {
        ChannelType.Bedrock => new Uri($"https://bedrock-runtime.{AwsSettings.RegionOf(channel)}.amazonaws.com"),
        ChannelType.OpenAiCompatible => ChannelPresets.Of(channel)?.BaseUrl,
        ChannelType.Vertex => new Uri($"https://{VertexSettings.HostOf(VertexSettings.LocationOf(channel))}"),
        ChannelType.Kiro => new Uri($"https://runtime.{AwsSettings.RegionOf(channel)}.kiro.dev"),
        _ => Of(channel.Type).BaseUrl,
    };

    /// <summary>The same for one dialect: some hosts speak each at an address of its own.</summary>
    public static Uri? AddressOf(Channel channel, Dialect dialect) => ChannelPresets.AddressOf(channel, dialect) ?? AddressOf(channel);

    public static ChannelTypeInfo? Find(string name) => ByName.GetValueOrDefault(name);
}
