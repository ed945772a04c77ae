using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>One channel of a group that serves a model.</summary>
/// <param name="translated">Dialects that the hub may translate into one of the channel's own.</param>
internal sealed class Candidate(ChannelEntry channel, int weight, string upstreamModel, Abilities abilities, DialectSet translated = default)
{
    public ChannelEntry Channel { get; } = channel;

    public int Weight { get; } = weight;

    public string UpstreamModel { get; } = upstreamModel;

    /// <summary>What type, channel, model and group allow together.</summary>
    public Needs Able { get; } = abilities.Able;

    /// <summary>Of the wishes that a call may have, those which it is known to fulfil.</summary>
    public Needs Gladly { get; } = abilities.Gladly & NeedsExtensions.Soft;

    /// <inheritdoc cref="ChannelEntry.Window"/>
    public int Window { get; } = channel.Window;

    /// <summary>What is spoken to it about this model.</summary>
    public DialectSet Dialects { get; } = ChannelTypes.DialectsOf(channel.Info.Type, channel.Dialects, upstreamModel);

    public bool Suits(CallForm form, Needs needs) => (Speaks(form) || (translated.Has(form.Dialect) && form.CanBeSaidIn(Dialects, Channel.Info.Type))) && (needs & ~Able) == Needs.None
        && Channel.Endpoints.Has(form.Endpoint);

    /// <summary>What is spoken to it: the caller's dialect where it can, else the richest that it has. For a summary that its upstream cannot make, any that it has beside the caller's.</summary>
    public Dialect SpokenFor(CallForm form) =>
        !Speaks(form) ? form.Twin ?? Preferred
        : form is { Compacts: true, Translatable: true } && !Channel.Compacts && translated.Has(form.Dialect) ? Channel.Second(form.Dialect) ?? form.Dialect
        : form.Dialect;

    /// <summary>The channel takes such a call in the form in which it comes.</summary>
    public bool Speaks(in CallForm form) => Speaks(form.Dialect) || (form.Draws && Channel.Info.Type == ChannelType.Codex);

    /// <summary>The channel speaks the dialect itself.</summary>
    public bool Speaks(Dialect dialect) => Dialects.Has(dialect);

    /// <summary>Into which calls are translated that come in a dialect it does not speak.</summary>
    public Dialect Preferred => Dialects == Channel.Dialects ? Channel.Preferred : Channel.PreferredOf(Dialects);

    /// <summary>
    /// The name to send: the upstream's, save that a dated spelling of the id (<c>gpt-5-2025-08-07</c> of <c>gpt-5</c>) stays as the caller
    /// pinned it where the channel serves that spelling under its own name.
    /// </summary>
    /// <param name="longContext">The call gets the model's <c>[1m]</c> variant, for which some hosts have a name of its own.</param>
    public string UpstreamFor(ModelInfo model, string requested, bool longContext = false)
    {
        if (VendorModels.AreRenamed(Channel.Info.Type, UpstreamModel))
            return longContext && !IsMapped(model) ? VendorModels.NameAt(Channel.Channel, model.Id, longContext: true) : UpstreamModel;

        if (requested.Length <= model.Id.Length || !requested.StartsWith(model.Id, StringComparison.OrdinalIgnoreCase))
            return UpstreamModel;

        foreach (var alias in model.Aliases)
        {
            if (!string.Equals(alias, requested, StringComparison.OrdinalIgnoreCase))
                continue;
            if (Channel.Channel.ModelMap.TryGetValue(alias, out var mapped))
                return mapped;
            return !Channel.Channel.ModelMap.ContainsKey(model.Id) && Channel.Models.Matches(alias) ? alias : UpstreamModel;
        }

        return UpstreamModel;
    }

    private bool IsMapped(ModelInfo model) => Channel.Channel.ModelMap.ContainsKey(model.Id) || model.Aliases.Any(Channel.Channel.ModelMap.ContainsKey);
}
