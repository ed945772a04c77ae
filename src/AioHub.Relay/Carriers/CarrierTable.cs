using AioHub.Core.Routing;
using AioHub.Relay.Carriers.Ark;
using AioHub.Relay.Carriers.Azure;
using AioHub.Relay.Carriers.Bedrock;
using AioHub.Relay.Carriers.Kiro;
using AioHub.Relay.Carriers.Vertex;
using AioHub.Relay.Carriers.Xai;
using AioHub.Wire.Vocabulary;

namespace AioHub.Relay.Carriers;

/// <summary>The carriers of all types of channels: one array, so that a call finds its own without asking for any vendor.</summary>
internal sealed class CarrierTable
{
    private readonly Carrier[] _all;

    /// <exception cref="InvalidOperationException">A type has no carrier.</exception>
    public CarrierTable(RouteHints hints, KiroQuota quotas, TimeProvider time)
    {
        var types = Enum.GetValues<ChannelType>();
        _all = new Carrier[types.Length];
        foreach (var type in types)
        {
            _all[(int)type] = type switch
            {
                ChannelType.OpenAi => new PlainCarrier(Dialect.OpenAiResponses, mayLeadOn: true),
                ChannelType.OpenAiCompatible => new CompatibleCarrier(),
                ChannelType.Azure => new AzureCarrier(),
                ChannelType.Anthropic => new PlainCarrier(Dialect.AnthropicMessages, mayLeadOn: true),
                ChannelType.Bedrock => new BedrockCarrier(time),
                ChannelType.Kiro => new KiroCarrier(quotas),
                ChannelType.Codex => new PlainCarrier(counted: null, mayLeadOn: true),
                ChannelType.Gemini => new PlainCarrier(Dialect.Gemini, mayLeadOn: true),
                ChannelType.Vertex => new VertexCarrier(),
                ChannelType.Xai => new XaiCarrier(hints),
                ChannelType.Doubao => new ArkCarrier(),
                ChannelType.AioHub => new HubCarrier(),
                ChannelType.Sandbox => new PlainCarrier(counted: null, mayLeadOn: false),
                _ => throw new InvalidOperationException($"Channels of type {type} have no carrier."),
            };
        }
    }

    public Carrier Of(Channel channel) => _all[(int)channel.Type];
}
