using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>What a channel can do with a model, for calls of a group.</summary>
/// <param name="Able">What calls may need of it. Wishes (<see cref="NeedsExtensions.Soft"/>) are always granted, unless an operator said no.</param>
/// <param name="Gladly">What it is known to do: those without a wished thing come after those with it.</param>
internal readonly record struct Abilities(Needs Able, Needs Gladly)
{
    public static Abilities Of(GroupEntry group, ChannelEntry channel, ModelEntry model)
    {
        // The catalogue lists what a model's vendor says it can: what an operator says of a channel counts more than what is not listed.
        var gladly = channel.Capabilities & (model.Able | channel.Stated) & ~group.Lacks;

        // Without its prompt cache a call is dearer, not wrong.
        var refused = (channel.Denied | group.Lacks) & ~Needs.PromptCaching;
        return new Abilities(gladly | (NeedsExtensions.Soft & ~refused), gladly);
    }
}
