using System.Collections.Immutable;
using System.Text;
using AioHub.Core.Routing.Selection;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>Tells why a route went as it did: looks at everything again, slowly, with words. Only refusals and explanations come here.</summary>
internal sealed class RouteStory(Route route)
{
    /// <summary>Channels that a verdict names per group; the rest is counted.</summary>
    private const int MostChannels = 200;

    /// <summary>Groups that a refusal names as able; the rest is counted.</summary>
    private const int MostGroups = 20;

    private ImmutableArray<string>? _near;

    private RouteQuestion Question => route.Question;

    private string ModelText => Shorten(Question.Model.Base);

    public RouteRefusal Refusal()
    {
        var best = default(Finding);
        foreach (var finding in Findings())
        {
            if (finding.Code is not null && (best.Code is null || finding.Rank > best.Rank || (finding.Rank == best.Rank && finding.Wait < best.Wait)))
                best = finding;
        }

        if (Question.Pin is { } pin && route.Attempts == 0 && best.Code is null or RouteCodes.NoChannelAvailable or RouteCodes.ObjectUnreachable or RouteCodes.GroupNotAllowed)
        {
            return New(RouteCodes.ObjectUnreachable,
                $"The {pin.Object.Kind.Told()} '{Shorten(pin.Object.Name)}' lives at a channel that this key can no longer reach: it was removed or switched off, or left the key's groups. "
                + pin.Object.Kind.Remedy());
        }

        if (best.Code is null || (route.Attempts > 0 && best.Rank < RouteCodes.RankOf(RouteCodes.GroupQuotaExhausted)))
        {
            return route.Attempts > 0
                ? New(RouteCodes.NoChannelAvailable, $"None of the {route.Attempts} attempts at model '{ModelText}' succeeded, and no other channel is left. Try again later.")
                : New(RouteCodes.NoChannelAvailable, $"No group of this key can serve model '{ModelText}'.");
        }

        return New(best.Code, best.Message) with { RetryAfter = best.Wait };
    }

    public ImmutableArray<GroupVerdict> Verdicts()
    {
        var current = route.Current;
        var verdicts = ImmutableArray.CreateBuilder<GroupVerdict>();
        var chosen = false;
        foreach (var finding in Findings())
        {
            var isCurrent = current is not null && !chosen && finding.Entry is not null && ReferenceEquals(finding.Entry.Group, current.Group);
            chosen |= isCurrent;
            var reason = isCurrent ? "serves the call" + Ending(finding.Entry!.Group) : finding.Message;
            if (finding.Code is null && !isCurrent)
                reason = chosen ? $"could serve; '{current!.Group.Name}' comes first" + Ending(finding.Entry!.Group) : Tried(finding.Entry!) ? "all its attempts failed" : "all its channels are resting after failures; they come last";
            if (finding.Entry is not null && !string.Equals(finding.Name, finding.Entry.Group.Name, StringComparison.Ordinal))
                reason = $"expired; its replacement '{finding.Entry.Group.Name}' takes the call: {reason}";
            verdicts.Add(new GroupVerdict(finding.Name, isCurrent, reason, finding.Entry is null ? [] : Channels(finding.Entry, isCurrent ? current : null)));
        }

        return verdicts.ToImmutable();
    }

    /// <summary>One finding per group of the key in order, <c>auto</c> spelled out; a group that leads back to an earlier one appears once.</summary>
    private IEnumerable<Finding> Findings()
    {
        var seen = new HashSet<GroupEntry>(ReferenceEqualityComparer.Instance);
        foreach (var name in Question.Key.Groups)
        {
            var gate = route.Enter(name, out var entry);
            if (gate == Gate.Open && (entry is null || entry.Group.IsAuto))
            {
                var any = false;
                foreach (var finding in OfAuto(seen))
                {
                    any = true;
                    yield return finding;
                }

                if (!any)
                    yield return new Finding(name, null, RouteCodes.NoChannelAvailable, "There is no active group that this key may use: an operator activates one.");
            }
            else if (entry is null || seen.Add(entry))
            {
                yield return Judge(name, gate, entry);
            }
        }
    }

    private IEnumerable<Finding> OfAuto(HashSet<GroupEntry> seen)
    {
        foreach (var entry in route.Index.AutoOrder(route.Model, Question))
        {
            if (!entry.Admits(Question.Key.OwnerTags) || !seen.Add(entry))
                continue;

            if (entry.StatusAt(route.Now) is var status and not GroupStatus.Active)
            {
                // Never the reason of a refusal: auto only counts active groups.
                var gate = status == GroupStatus.Paused ? Gate.Paused : Gate.Expired;
                yield return Judge(entry.Group.Name, gate, entry) with { Rank = -1 };
                continue;
            }

            yield return Judge(entry.Group.Name, route.Inside(entry), entry);
        }
    }

    private Finding Judge(string name, Gate gate, GroupEntry? entry)
    {
        if (entry is not null && Question.Pin is { } pin && !Array.Exists(entry.Members, member => member.Channel.Channel.Id == pin.Channel))
            return new Finding(name, entry, RouteCodes.ObjectUnreachable, $"Group '{name}' does not lead to the channel that holds {pin.Object}.", 0);

        if (entry is not null && route.PassedOver is { } passed)
        {
            foreach (var pass in passed)
            {
                if (pass.Channel is null && ReferenceEquals(pass.Group, entry.Group))
                    return new Finding(name, entry, pass.Code, pass.Reason) { Wait = pass.Wait };
            }
        }

        return gate switch
        {
            // Those that may not use a group learn nothing of it.
            Gate.NotAllowed => new Finding(name, null, RouteCodes.GroupNotAllowed, $"Group '{name}' does not exist or is not open to this key's owner. Choose another group for the key."),
            Gate.Paused => new Finding(name, entry, RouteCodes.GroupPaused,
                $"Group '{entry!.Group.Name}' is paused{Because(entry.Group)}. Use another group until an operator resumes it."),
            Gate.Expired => new Finding(name, entry, RouteCodes.GroupExpired, Expired(entry!.Group)),
            Gate.Dialect => new Finding(name, entry, RouteCodes.DialectNotAllowed,
                $"Group '{name}' takes {entry!.Dialects} only, and this call speaks {DialectNames.Of(Question.Dialect)}. Use another group or another client."),
            _ => JudgeModel(name, gate, entry!),
        };
    }

    private Finding JudgeModel(string name, Gate gate, GroupEntry entry)
    {
        if (route.Model is not { } model)
        {
            _near ??= ModelListing.Near(route.Index, Question.Key, ModelText, route.Now);
            var near = _near.Value;
            return new Finding(name, entry, RouteCodes.ModelNotFound, near.IsEmpty
                ? $"Model '{ModelText}' is not known here. GET /v1/models lists what this key can use."
                : $"Model '{ModelText}' is not known here. Near names: {string.Join(", ", near)}. GET /v1/models lists what this key can use.");
        }

        if (!route.KeyAllowsModel)
            return new Finding(name, entry, RouteCodes.ModelNotAllowed, $"This key may not use model '{ModelText}'. Change the key's list of models, or use another key.");
        if (gate == Gate.Model)
            return new Finding(name, entry, RouteCodes.ModelNotAllowed, $"Group '{name}' does not offer model '{ModelText}'. GET /v1/models lists what this key can use.");
        if (route.LongContextMissing)
        {
            return new Finding(name, entry, RouteCodes.LongContextUnsupported,
                $"Model '{model.Info.Id}' has no {ModelName.LongContextSuffix} variant. Ask for '{model.Info.Id}' without the suffix.");
        }

        var furthest = ChannelStep.NotServed;
        var missing = ~Needs.None;
        var why = "";
        foreach (var member in entry.Members)
        {
            var (step, reason) = Look(entry, member.Channel, model);
            if (step == ChannelStep.Needs)
            {
                var lacks = Lacks(entry, member.Channel, model);
                if (furthest < step || System.Numerics.BitOperations.PopCount((uint)lacks) < System.Numerics.BitOperations.PopCount((uint)missing))
                    missing = lacks;
            }

            if (step > furthest || why.Length == 0)
                (furthest, why) = (step > furthest ? step : furthest, reason);
        }

        return furthest switch
        {
            ChannelStep.Able => Limited(name, entry, model) ?? new Finding(name, entry, null, ""),
            ChannelStep.Price => new Finding(name, entry, RouteCodes.ModelPriceMissing,
                $"Model '{model.Info.Id}' has no price, so it is not served. An operator sets its price, or a fallback price for models without one."),
            ChannelStep.Size => new Finding(name, entry, RouteCodes.NoChannelAvailable, $"No channel of group '{entry.Group.Name}' {why}.", RankOfUnusable),
            ChannelStep.Needs => new Finding(name, entry, RouteCodes.OfUnmet(missing), Unmet(entry, model, missing)),
            ChannelStep.Dialect => new Finding(name, entry, RouteCodes.DialectUnsupported,
                $"No channel of group '{entry.Group.Name}' takes model '{model.Info.Id}' in {DialectNames.Of(route.Dialect)}: the channel {why}. Use a client that speaks it."),
            ChannelStep.Unusable => new Finding(name, entry, RouteCodes.NoChannelAvailable,
                $"No channel of group '{entry.Group.Name}' can take model '{model.Info.Id}' now: {why}. An operator can change that; other groups may serve it.", RankOfUnusable),
            _ => new Finding(name, entry, RouteCodes.NoChannelAvailable, entry.Members.Length == 0
                ? $"Group '{entry.Group.Name}' has no channels: an operator adds one."
                : $"No channel of group '{entry.Group.Name}' serves model '{model.Info.Id}'. GET /v1/models lists what this key can use."),
        };
    }

    /// <summary>When limits keep every channel of a group that could serve.</summary>
    private Finding? Limited(string name, GroupEntry entry, ModelEntry model)
    {
        if (route.PassedOver is null)
            return null;

        RoutePass? best = null;
        foreach (var member in entry.Members)
        {
            if (Look(entry, member.Channel, model).Step != ChannelStep.Able || IsElsewhere(member.Channel))
                continue;
            if (PassOf(member.Channel) is not { } pass)
                return null;
            // A wait is worth more than none, a short one more than a long one.
            if (best is null || (pass.Wait ?? TimeSpan.MaxValue) < (best.Wait ?? TimeSpan.MaxValue))
                best = pass;
        }

        if (best is null)
            return null;

        var many = $"Every channel of group '{entry.Group.Name}' that could serve model '{model.Info.Id}'";
        return new Finding(name, entry, best.Code, string.Equals(best.Code, RouteCodes.RateLimited, StringComparison.Ordinal)
            ? $"{many} is at its limit. Try again in {Math.Max(1, Math.Ceiling((best.Wait ?? TimeSpan.Zero).TotalSeconds)):0} s, or use another group."
            : $"{many} has used up its budget. An operator can top it up; meanwhile use another group.") { Wait = best.Wait };
    }

    /// <summary>Why limits keep a channel with all its credentials; of several reasons the one that ends soonest. Null = they do not.</summary>
    private RoutePass? PassOf(ChannelEntry channel)
    {
        if (route.PassedOver is null || !Array.TrueForAll(channel.Credentials, route.Picker.IsOut))
            return null;

        RoutePass? best = null;
        foreach (var pass in route.PassedOver)
        {
            if (ReferenceEquals(pass.Channel, channel.Channel) && (best is null || (pass.Wait ?? TimeSpan.MaxValue) < (best.Wait ?? TimeSpan.MaxValue)))
                best = pass;
        }

        return best;
    }

    /// <summary>A channel that serves the model but cannot now says more than one that does not serve it.</summary>
    private static int RankOfUnusable => RouteCodes.RankOf(RouteCodes.NoChannelAvailable) + 1;

    private string Unmet(GroupEntry entry, ModelEntry model, Needs missing)
    {
        var text = $"Group '{entry.Group.Name}' cannot take {RouteCodes.Describe(missing)} with model '{model.Info.Id}'.";
        List<string> able = [];
        foreach (var other in route.Index.AutoOrder(model, Question))
        {
            if (!ReferenceEquals(other, entry) && other.StatusAt(route.Now) == GroupStatus.Active && other.Admits(Question.Key.OwnerTags)
                && route.Inside(other) == Gate.Open && route.Index.Candidates(other, model).Suits(route.Picker.Form, route.Needs))
            {
                able.Add($"'{other.Group.Name}'");
            }
        }

        return able.Count switch
        {
            0 when (missing & ~model.Able) != Needs.None => $"{text} The model itself does not take {RouteCodes.Describe(missing & ~model.Able)}: use another model.",
            0 => $"{text} Leave it out of the call, or ask an operator for a channel that can.",
            1 => $"{text} Group {able[0]} can: add it to the key.",
            <= MostGroups => $"{text} Groups that can: {string.Join(", ", able)}. Add one of them to the key.",
            _ => $"{text} Groups that can: {string.Join(", ", able.Take(MostGroups))} and {able.Count - MostGroups} more. Add one of them to the key.",
        };
    }

    private ImmutableArray<ChannelVerdict> Channels(GroupEntry entry, RouteAttempt? current)
    {
        var verdicts = ImmutableArray.CreateBuilder<ChannelVerdict>();
        var shares = new TierShares(route, entry);
        foreach (var member in entry.Members)
        {
            if (verdicts.Count == MostChannels)
            {
                verdicts.Add(new ChannelVerdict($"({entry.Members.Length - MostChannels} more)", "passed_over", "not listed"));
                break;
            }

            verdicts.Add(Verdict(entry, member, shares, current));
        }

        return verdicts.ToImmutable();
    }

    private ChannelVerdict Verdict(GroupEntry entry, MemberEntry member, TierShares shares, RouteAttempt? current)
    {
        var channel = member.Channel;
        if (route.Model is not { } model)
            return new ChannelVerdict(channel.Channel.Name, "passed_over", $"does not serve {ModelText}");

        var (step, reason) = Look(entry, channel, model);
        if (step != ChannelStep.Able)
            return new ChannelVerdict(channel.Channel.Name, "passed_over", reason);
        if (IsElsewhere(channel))
            return new ChannelVerdict(channel.Channel.Name, "passed_over", $"another channel holds {Question.Pin!.Object}");

        var place = shares.Place(member, model) + (Question.Pin is { } pin ? $"; holds {pin.Object}" : "");
        if (current is not null && ReferenceEquals(current.Channel, channel.Channel))
            return new ChannelVerdict(channel.Channel.Name, "chosen", place + RestOf(channel, current));

        var ends = route.Ends?.Where(end => ReferenceEquals(end.Attempt.Channel, channel.Channel)).Select(static end => end.Failure.ToString()).ToArray() ?? [];
        if (ends.Length > 0 && Array.TrueForAll(channel.Credentials, route.Picker.IsOut))
            return new ChannelVerdict(channel.Channel.Name, "passed_over", $"tried: {string.Join(", ", ends)}");

        if (PassOf(channel) is { } pass)
            return new ChannelVerdict(channel.Channel.Name, "passed_over", pass.Reason);

        var soonest = DateTime.MaxValue;
        foreach (var credential in channel.Credentials)
        {
            if (route.Picker.IsOut(credential))
                continue;
            if (route.Picker.CoolingUntil(credential) is not { } until)
                return new ChannelVerdict(channel.Channel.Name, "candidate", place);
            soonest = until < soonest ? until : soonest;
        }

        return soonest == DateTime.MaxValue
            ? new ChannelVerdict(channel.Channel.Name, "passed_over", "tried")
            : new ChannelVerdict(channel.Channel.Name, "cooling", $"rests until {soonest:yyyy-MM-dd HH:mm:ss}Z after failures; {place}");
    }

    /// <summary>How far a channel comes, and what stops it.</summary>
    private (ChannelStep Step, string Reason) Look(GroupEntry entry, ChannelEntry channel, ModelEntry model)
    {
        if (channel.UpstreamName(model) is null)
            return (ChannelStep.NotServed, $"does not serve {model.Info.Id}");
        if (!channel.Info.Available)
            return (ChannelStep.Unusable, $"type {channel.Info.Name} is not available in this version");
        if (!channel.Channel.Enabled)
            return (ChannelStep.Unusable, "the channel is disabled");
        if (channel.Credentials.Length == 0)
            return (ChannelStep.Unusable, channel.Channel.Credentials.IsDefaultOrEmpty ? "the channel has no credential" : "all credentials of the channel are disabled");
        if (!channel.Dialects.Has(route.Dialect) && !(route.Picker.Form.Translatable && entry.Translated.Has(route.Dialect)))
            return (ChannelStep.Dialect, $"speaks {channel.Dialects} only{Untranslated(entry.Group)}");
        if (Lacks(entry, channel, model) is var missing and not Needs.None)
            return (ChannelStep.Needs, AbilityWords.Refusal(entry, channel, model, missing));

        if (channel.Window < route.Picker.Size)
            return (ChannelStep.Size, $"takes {channel.Window} tokens, and the call has {route.Picker.Size} at the least");
        return route.Price is null ? (ChannelStep.Price, "the model has no price") : (ChannelStep.Able, "");
    }

    private string Untranslated(Group group) => (route.Needs & Needs.Stateful) != Needs.None && group.Translation != TranslationPolicy.NativeOnly
        ? "; what one upstream keeps another does not know" : TranslationPolicyNames.Told(group);

    /// <summary>The call names something that another channel keeps.</summary>
    private bool IsElsewhere(ChannelEntry channel) => Question.Pin is { } pin && pin.Channel != channel.Channel.Id;

    private Needs Lacks(GroupEntry entry, ChannelEntry channel, ModelEntry model) => route.Needs & ~Abilities.Of(entry, channel, model).Able;

    /// <summary>A call is never stranded because everything rests: what is chosen all the same says so.</summary>
    private string RestOf(ChannelEntry channel, RouteAttempt current)
    {
        foreach (var credential in channel.Credentials)
        {
            if (credential.Credential.Id == current.Credential.Id && route.Picker.CoolingUntil(credential) is { } until)
                return $"; rests until {until:yyyy-MM-dd HH:mm:ss}Z after failures, and nothing better is left";
        }

        return "";
    }

    private bool Tried(GroupEntry entry) => route.Ends?.Exists(end => ReferenceEquals(end.Attempt.Group, entry.Group)) == true;

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
    private static string Ending(Group group) => group.ExpiredOn is { } day ? $"; expires on {day:yyyy-MM-dd}{Because(group)}" : "";

    private static string Because(Group group) => string.IsNullOrWhiteSpace(group.Reason) ? "" : $" ({group.Reason.Trim()})";

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");

    private static RouteRefusal New(string code, string message) => new(RouteCodes.StatusOf(code), code, message);
}
