using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>What a channel can do with a model, for calls of a group.</summary>
/// <param name="Able">What calls may need of it. Wishes (<see cref="NeedsExtensions.Soft"/>) are always granted, unless an operator said no.</param>
/// <param name="Gladly">What it is known to do: those without a wished thing come after those with it.</param>
internal readonly record struct Abilities(Needs Able, Needs Gladly)
{
    public static Abilities Of(GroupEntry group, ChannelEntry channel, ModelEntry model) => Of(group.Lacks, channel, model);

    /// <param name="lacks">What calls cannot have, whatever the channel can do.</param>
    /// <param name="channel">Serves the model.</param>
    /// <param name="model">Of the catalogue, or of the channel's own list.</param>
    public static Abilities Of(Needs lacks, ChannelEntry channel, ModelEntry model)
    {
        // The catalogue lists what a model's vendor says it can, the type what its hosts can: what was said of this channel counts more than what is not listed.
        var said = channel.SaidOf(model);
        var gladly = ((channel.Info.Capabilities & model.Able) | said.Can) & ~said.Cannot & ~lacks;

        // Without its prompt cache a call is dearer, not wrong.
        var refused = (said.Cannot | lacks) & ~Needs.PromptCaching;
        return new Abilities(gladly | (NeedsExtensions.Soft & ~refused), gladly);
    }
}

/// <summary>What was said of a channel and a model: by operators, and by applied probes where no operator said anything.</summary>
/// <param name="OfModel">The part that an operator said of the model alone.</param>
/// <param name="OfProbe">The part that a probe said.</param>
internal readonly record struct ChannelSaying(Needs Can, Needs Cannot, Needs OfModel = Needs.None, Needs OfProbe = Needs.None);
