using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>Who says that a channel takes something or not: for explanations.</summary>
internal static class AbilityWords
{
    /// <summary>Why a channel does not take what a call needs.</summary>
    public static string Refusal(GroupEntry group, ChannelEntry channel, ModelEntry model, Needs missing)
    {
        var what = $"does not take {RouteCodes.Describe(missing)}";
        if ((missing & ~group.Lacks) == Needs.None)
            return $"group '{group.Group.Name}' {what}";

        var said = channel.SaidOf(model);
        if ((missing & said.Cannot & said.OfProbe) is var probed and not Needs.None)
            return $"this channel {what} for {model.Info.Id}{ByProbe(channel, model, probed)}";
        if ((missing & said.Cannot & said.OfModel) != Needs.None)
            return $"this channel {what} for {model.Info.Id}";
        return (missing & (said.Cannot | ~channel.Info.Capabilities)) == Needs.None ? $"the model {what}" : what;
    }

    /// <summary>What a channel takes only because a probe found so; empty = nothing that the call needs.</summary>
    public static string ByProbe(Route route, ChannelEntry channel, ModelEntry model)
    {
        if (channel.Channel.Probed.IsDefaultOrEmpty)
            return "";

        var said = channel.SaidOf(model);
        var probed = route.Needs & said.Can & said.OfProbe & ~(channel.Info.Capabilities & model.Able);
        return probed == Needs.None ? "" : $"; takes {RouteCodes.Describe(probed)}{ByProbe(channel, model, probed)}";
    }

    private static string ByProbe(ChannelEntry channel, ModelEntry model, Needs capabilities)
    {
        var days = Enum.GetValues<Needs>().Where(one => one != Needs.None && (capabilities & one) != Needs.None).Select(one => channel.ProbedOn(model, one)).OfType<DateOnly>().Distinct().Order();
        return $", as a probe found on {string.Join(" and ", days.Select(static day => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)))}";
    }
}
