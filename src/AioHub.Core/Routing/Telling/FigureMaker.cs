using System.Numerics;
using System.Text;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Telling;

/// <summary>Draws the figure of a route: looks at everything, slowly, with words. Calls come here once for each kind of call; refusals and explanations always.</summary>
/// <param name="mostGroups">Listed; the rest is counted.</param>
/// <param name="mostChannels">Listed of each group; the rest is counted.</param>
internal sealed class FigureMaker(Route route, int mostGroups, int mostChannels)
{
    /// <summary>Groups that a refusal names as able; the rest is counted.</summary>
    private const int MostAble = 20;

    private readonly List<FigureGroup> _groups = [];
    private readonly List<GroupEntry?> _entries = [];
    private readonly HashSet<ChannelEntry> _able = [];
    private int _more;

    /// <summary>A channel that serves the model but cannot now says more than one that does not serve it.</summary>
    public static int RankOfUnusable { get; } = RouteCodes.RankOf(RouteCodes.NoChannelAvailable) + 1;

    private RouteQuestion Question => route.Question;

    public LiveFigure Make()
    {
        var seen = new HashSet<GroupEntry>(ReferenceEqualityComparer.Instance);
        foreach (var name in Question.Key.Groups)
        {
            var gate = route.Enter(name, out var entry);
            if (gate == Gate.Open && (entry is null || entry.Group.IsAuto))
            {
                if (!AddAuto(seen))
                    Add(new Finding(name, null, RouteCodes.NoChannelAvailable, "There is no active group that this key may use: an operator activates one."));
            }
            else if (entry is null || seen.Add(entry))
            {
                // A group that leads back to an earlier one appears once.
                Add(Judge(name, gate, entry));
            }
        }

        return new LiveFigure(new Figure(route.Model?.Info.Id ?? "", route.ListPrice, [.. _groups], _more) { Needs = route.Needs }, [.. _entries], [.. _able]);
    }

    private bool AddAuto(HashSet<GroupEntry> seen)
    {
        var any = false;
        foreach (var entry in route.Index.AutoOrder(route.Model, Question))
        {
            if (!entry.Admits(Question.Key.OwnerTags) || !seen.Add(entry))
                continue;

            any = true;
            var status = entry.StatusAt(route.Now);
            if (status == GroupStatus.Active)
            {
                Add(Judge(entry.Group.Name, route.Inside(entry), entry));
                continue;
            }

            // Never the reason of a refusal: auto only counts active groups.
            var gate = status == GroupStatus.Paused ? Gate.Paused : Gate.Expired;
            Add(Judge(entry.Group.Name, gate, entry) with { Rank = -1 });
        }

        return any;
    }

    private void Add(Finding finding)
    {
        if (_groups.Count >= mostGroups)
        {
            _more++;
            return;
        }

        _entries.Add(finding.Entry);
        _groups.Add(finding.Entry is { } entry
            ? new FigureGroup(finding.Name, entry.Group.Id.Value, entry.Group.Name, finding.Code, finding.Message, finding.Rank)
            {
                Multiplier = entry.Group.Multiplier,
                Price = route.Model is { } model ? route.Index.Candidates(entry, model).PriceAt(route.Now) : null,
                Ending = Ending(entry.Group),
                Selection = entry.Group.Policy.Selection,
                Channels = Channels(entry),
                More = Math.Max(0, entry.Members.Length - mostChannels),
            }
            : new FigureGroup(finding.Name, 0, finding.Name, finding.Code, finding.Message, finding.Rank));
    }

    private Finding Judge(string name, Gate gate, GroupEntry? entry) => gate switch
    {
        // Those that may not use a group learn nothing of it.
        Gate.NotAllowed => new Finding(name, null, RouteCodes.GroupNotAllowed, $"Group '{name}' does not exist or is not open to this key's owner. Choose another group for the key."),
        Gate.Paused => new Finding(name, entry, RouteCodes.GroupPaused, $"Group '{entry!.Group.Name}' is paused{Because(entry.Group)}. Use another group until an operator resumes it."),
        Gate.Expired => new Finding(name, entry, RouteCodes.GroupExpired, Expired(entry!.Group)),
        Gate.Dialect => new Finding(name, entry, RouteCodes.DialectNotAllowed,
            $"Group '{name}' takes {entry!.Dialects} only, and this call speaks {DialectNames.Of(Question.Dialect)}. Use another group or another client."),
        _ => JudgeModel(name, gate, entry!),
    };

    private Finding JudgeModel(string name, Gate gate, GroupEntry entry)
    {
        // What is told of an unknown model are names near to it, which differ from call to call.
        if (route.Model is not { } model)
            return new Finding(name, entry, RouteCodes.ModelNotFound, "");
        if (!route.KeyAllowsModel)
            return new Finding(name, entry, RouteCodes.ModelNotAllowed, $"This key may not use model '{Figure.Asked}'. Change the key's list of models, or use another key.");
        if (gate == Gate.Model)
            return new Finding(name, entry, RouteCodes.ModelNotAllowed, $"Group '{name}' does not offer model '{Figure.Asked}'. GET /v1/models lists what this key can use.");
        if (route.LongContextMissing)
        {
            return new Finding(name, entry, RouteCodes.LongContextUnsupported,
                $"Model '{model.Info.Id}' has no {ModelName.LongContextSuffix} variant. Ask for '{model.Info.Id}' without the suffix.");
        }

        // Most groups have a channel that can; nobody then looks at the others.
        if (route.PriceIn(entry) is not null && route.Index.Candidates(entry, model).Suits(route.Picker.Form, route.Needs))
            return new Finding(name, entry, null, "");

        var furthest = default(ChannelEntry);
        var step = ChannelStep.NotServed;
        var missing = ~Needs.None;
        foreach (var member in entry.Members)
        {
            var reached = Reach(entry, member.Channel, model);
            if (reached == ChannelStep.Needs && Lacks(entry, member.Channel, model) is var lacks
                && (step < reached || BitOperations.PopCount((uint)lacks) < BitOperations.PopCount((uint)missing)))
            {
                missing = lacks;
            }

            if (reached > step || furthest is null)
                (step, furthest) = (reached > step ? reached : step, member.Channel);
        }

        return step switch
        {
            ChannelStep.Price => new Finding(name, entry, RouteCodes.ModelPriceMissing,
                $"Model '{model.Info.Id}' has no price in group '{entry.Group.Name}', so it is not served there. An operator sets its price, the group's own for it, or a fallback price."),
            ChannelStep.Needs => new Finding(name, entry, RouteCodes.OfUnmet(missing), Unmet(entry, model, missing)),
            ChannelStep.Dialect => new Finding(name, entry, RouteCodes.DialectUnsupported,
                $"No channel of group '{entry.Group.Name}' takes model '{model.Info.Id}' in {DialectNames.Of(route.Dialect)}: the channel {Word(entry, furthest!, model)}. Use a client that speaks it."),
            ChannelStep.Endpoint => new Finding(name, entry, RouteCodes.EndpointUnsupported,
                $"No channel of group '{entry.Group.Name}' that serves model '{model.Info.Id}' has the {Endpoint}. Use a group or a model whose upstream has it."),
            ChannelStep.Unusable => new Finding(name, entry, RouteCodes.NoChannelAvailable,
                $"No channel of group '{entry.Group.Name}' can take model '{model.Info.Id}' now: {Word(entry, furthest!, model)}. An operator can change that; other groups may serve it.", RankOfUnusable),
            _ => new Finding(name, entry, RouteCodes.NoChannelAvailable, furthest is null
                ? $"Group '{entry.Group.Name}' has no channels: an operator adds one."
                : $"No channel of group '{entry.Group.Name}' serves model '{model.Info.Id}'. GET /v1/models lists what this key can use."),
        };
    }

    private string Unmet(GroupEntry entry, ModelEntry model, Needs missing)
    {
        var text = $"Group '{entry.Group.Name}' cannot take {RouteCodes.Describe(missing)} with model '{model.Info.Id}'.";
        List<string> able = [];
        foreach (var other in route.Index.AutoOrder(model, Question))
        {
            if (!ReferenceEquals(other, entry) && other.StatusAt(route.Now) == GroupStatus.Active && other.Admits(Question.Key.OwnerTags)
                && route.Inside(other) == Gate.Open && route.PriceIn(other) is not null && route.Index.Candidates(other, model).Suits(route.Picker.Form, route.Needs))
            {
                able.Add($"'{other.Group.Name}'");
            }
        }

        return able.Count switch
        {
            0 when (missing & ~model.Able) != Needs.None => $"{text} The model itself does not take {RouteCodes.Describe(missing & ~model.Able)}: use another model.",
            0 => $"{text} Leave it out of the call, or ask an operator for a channel that can.",
            1 => $"{text} Group {able[0]} can: add it to the key.",
            <= MostAble => $"{text} Groups that can: {string.Join(", ", able)}. Add one of them to the key.",
            _ => $"{text} Groups that can: {string.Join(", ", able.Take(MostAble))} and {able.Count - MostAble} more. Add one of them to the key.",
        };
    }

    private FigureChannel[] Channels(GroupEntry entry)
    {
        if (mostChannels == 0)
            return [];

        var tiers = route.Model is { } one ? route.Index.Candidates(entry, one) : CandidateList.None;
        var listed = new FigureChannel[Math.Min(mostChannels, entry.Members.Length)];
        for (var i = 0; i < listed.Length; i++)
        {
            var (channel, priority, weight) = entry.Members[i];
            var lack = route.Model is { } model ? Word(entry, channel, model) : $"does not serve {Figure.Asked}";
            if (lack is null)
                _able.Add(channel);
            var place = lack is null ? tiers.Find(channel.Channel.Id) : null;
            listed[i] = new FigureChannel(channel.Channel.Id.Value, channel.Channel.Name, lack)
            {
                Priority = priority,
                Weight = weight,
                Window = channel.Window == int.MaxValue ? 0 : channel.Window,
                Remark = lack is null ? AbilityWords.ByProbe(route, channel, route.Model!) + Translated(channel, route.Model!) : "",
                IsForeign = place is { } foreign && entry.Group.Translation != TranslationPolicy.Any && !foreign.Candidate.Speaks(route.Dialect) && foreign.Tier.SomeSpeak.Has(route.Dialect),
                Behind = place is { } behind ? route.Needs & behind.Tier.Some & ~behind.Tier.All & ~behind.Candidate.Gladly : Needs.None,
            };
        }

        return listed;
    }

    /// <summary>How far a channel comes.</summary>
    private ChannelStep Reach(GroupEntry entry, ChannelEntry channel, ModelEntry model) =>
        channel.UpstreamName(model) is null ? ChannelStep.NotServed
        : !channel.Usable ? ChannelStep.Unusable
        : !Speaks(entry, channel, model) ? ChannelStep.Dialect
        : !channel.Endpoints.Has(route.Picker.Form.Endpoint) ? ChannelStep.Endpoint
        : Lacks(entry, channel, model) != Needs.None ? ChannelStep.Needs
        : route.PriceIn(entry) is null ? ChannelStep.Price
        : ChannelStep.Able;

    /// <summary>What stops a channel; null = nothing does.</summary>
    private string? Word(GroupEntry entry, ChannelEntry channel, ModelEntry model)
    {
        switch (Reach(entry, channel, model))
        {
            case ChannelStep.NotServed:
                return $"does not serve {model.Info.Id}";
            case ChannelStep.Unusable:
                return !channel.Channel.Enabled ? "the channel is disabled"
                    : channel.Channel.Credentials.IsDefaultOrEmpty ? "the channel has no credential" : "all credentials of the channel are disabled";
            case ChannelStep.Dialect:
                return $"speaks {channel.DialectsFor(model)} only{Untranslated(entry.Group)}";
            case ChannelStep.Endpoint:
                return channel.Info.Endpoints.Has(route.Picker.Form.Endpoint) ? $"its setting 'endpoints' leaves out the {Endpoint}" : $"type {channel.Info.Name} has no {Endpoint}";
            case ChannelStep.Needs:
                return AbilityWords.Refusal(entry, channel, model, Lacks(entry, channel, model));
            case ChannelStep.Price:
                return "the model has no price here";
            default:
                return null;
        }
    }

    private string Endpoint => $"endpoint '{EndpointSet.NameOf(route.Picker.Form.Endpoint)}'";

    /// <summary>By itself, or with the hub's translation.</summary>
    private bool Speaks(GroupEntry entry, ChannelEntry channel, ModelEntry model) =>
        channel.DialectsFor(model) is var spoken && (spoken.Has(route.Dialect) || (entry.Translated.Has(route.Dialect) && route.Picker.Form.CanBeSaidIn(spoken, channel.Info.Type)));

    private string Translated(ChannelEntry channel, ModelEntry model) =>
        channel.DialectsFor(model) is var spoken && spoken.Has(route.Dialect) ? "" : $"; the call is translated into {DialectNames.Of(route.Picker.Form.Twin ?? channel.PreferredOf(spoken))}";

    private string Untranslated(Group group) => (route.Needs & Needs.Stateful) != Needs.None && group.Translation != TranslationPolicy.NativeOnly
        ? "; what one upstream keeps another does not know" : TranslationPolicyNames.Told(group);

    private Needs Lacks(GroupEntry entry, ChannelEntry channel, ModelEntry model) => route.Needs & ~Abilities.Of(entry, channel, model).Able;

    private string Expired(Group group)
    {
        var text = new StringBuilder($"Group '{group.Name}' expired");
        if (group.ExpiredOn is { } day)
            text.Append($" on {day:yyyy-MM-dd}");
        text.Append(Because(group)).Append(". ");
        // Who may not use the replacement does not learn of it.
        text.Append(group.Replacement is { Length: > 0 } next && route.Index.Find(next)?.Admits(Question.Key.OwnerTags) == true ? $"Use group '{next}' instead." : "It has no replacement yet: choose another group for this key.");
        return text.ToString();
    }

    /// <summary>A group that is going to end says so while it serves.</summary>
    private static string Ending(Group group) => group.ExpiredOn is { } day && group.Status != GroupStatus.Expired ? $"; expires on {day:yyyy-MM-dd}{Because(group)}" : "";

    private static string Because(Group group) => string.IsNullOrWhiteSpace(group.Reason) ? "" : $" ({group.Reason.Trim()})";
}
