using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>One enabled credential and its place in rendezvous hashing.</summary>
internal sealed class CredentialSlot(Credential credential, Load load)
{
    public Credential Credential { get; } = credential;

    public Load Load { get; } = load;

    public ulong Seed { get; } = StableHash.Mix(unchecked((ulong)credential.Id.Value));
}

/// <summary>A channel with all that does not depend on the call worked out.</summary>
internal sealed class ChannelEntry
{
    private readonly ChannelSaying _said;

    /// <summary>The most telling last: it has the last word.</summary>
    private readonly ModelCapabilities[] _saidOfModels;
    private int _rotation = -1;

    public ChannelEntry(Channel channel, GlobSet models, VitalsBook vitals)
    {
        Channel = channel;
        Models = models;
        Info = ChannelTypes.Of(channel.Type);
        var spoken = ChannelTypes.DialectsOf(channel);
        Dialects = DialectSet.Of(spoken);
        if (!channel.Dialects.IsDefaultOrEmpty)
            Dialects &= DialectSet.Of(channel.Dialects);

        Preferred = PreferredOf(Dialects);
        var (can, cannot) = (Needs.None, Needs.None);
        foreach (var (need, able) in channel.Capabilities)
        {
            can |= able ? need : Needs.None;
            cannot |= able ? Needs.None : need;
        }

        _said = new ChannelSaying(can, cannot);
        _saidOfModels = channel.CapabilitiesByModel.IsDefaultOrEmpty ? [] : [.. channel.CapabilitiesByModel.OrderBy(static said => Glob.IsWild(said.Models) ? 0 : 1)
            .ThenBy(static said => Glob.Letters(said.Models)).ThenBy(static said => said.Models, StringComparer.Ordinal)];
        Window = channel.ContextWindow ?? int.MaxValue;
        Compacts = ChannelSettings.Compacts(channel.Settings, Info);
        Endpoints = ChannelSettings.EndpointsOf(channel.Settings, Info);

        Credentials = channel.Credentials.IsDefaultOrEmpty && Info.AllowsAnonymous
            ? [SlotOf(new Credential(new Primitives.CredentialId(-channel.Id.Value), "anonymous", ""))]
            : [.. channel.Credentials.Where(static credential => credential.Enabled).Select(SlotOf)];
        Seed = StableHash.Mix(unchecked((ulong)channel.Id.Value) ^ 0xC4A11E1UL);

        CredentialSlot SlotOf(Credential credential) => new(credential, vitals.LoadOf(credential.Id));
    }

    public Channel Channel { get; }

    public ChannelTypeInfo Info { get; }

    public GlobSet Models { get; }

    public DialectSet Dialects { get; }

    /// <summary>Into which calls are translated that come in a dialect it does not speak.</summary>
    public Dialect Preferred { get; }

    /// <summary>What it has beside conversations.</summary>
    public EndpointSet Endpoints { get; }

    /// <summary>What is spoken to it about a model that it serves.</summary>
    public DialectSet DialectsFor(ModelEntry model) => UpstreamName(model) is { } name ? ChannelTypes.DialectsOf(Info.Type, Dialects, name) : Dialects;

    /// <param name="spoken">Of <see cref="Dialects"/>, those that are spoken about a model.</param>
    public Dialect PreferredOf(DialectSet spoken) => Info.Preferred.FirstOrDefault(spoken.Has, Info.Dialects.FirstOrDefault(spoken.Has));

    /// <summary>Its upstream makes compactions itself.</summary>
    public bool Compacts { get; }

    /// <summary>The richest that it speaks beside one; null = it speaks no other.</summary>
    public Dialect? Second(Dialect first)
    {
        foreach (var dialect in Info.Preferred.AddRange(Info.Dialects))
        {
            if (dialect != first && Dialects.Has(dialect))
                return dialect;
        }

        return null;
    }

    /// <summary>Tokens that a call may have here; the largest number = nobody said.</summary>
    public int Window { get; }

    public CredentialSlot[] Credentials { get; }

    public ulong Seed { get; }

    public bool Usable => Channel.Enabled && Credentials.Length > 0;

    /// <summary>Where the next call begins among the credentials: each in turn.</summary>
    public int NextStart() => Credentials.Length <= 1 ? 0 : (int)((uint)Interlocked.Increment(ref _rotation) % (uint)Credentials.Length);

    /// <summary>Null = the channel has no such credential, or it is switched off.</summary>
    public CredentialSlot? Find(Primitives.CredentialId credential)
    {
        foreach (var slot in Credentials)
        {
            if (slot.Credential.Id == credential)
                return slot;
        }

        return null;
    }

    /// <summary>What was said of the channel and a model; asked when a list of candidates is built, never by a call.</summary>
    public ChannelSaying SaidOf(ModelEntry model)
    {
        if (_saidOfModels.Length == 0 && Channel.Probed.IsDefaultOrEmpty)
            return _said;

        var (can, cannot, ofModel, ofProbe) = (_said.Can, _said.Cannot, Needs.None, Needs.None);
        foreach (var said in _saidOfModels)
        {
            if (!Array.Exists(model.Names, name => Glob.Matches(said.Models, name)))
                continue;
            can = (can & ~said.Cannot) | said.Can;
            cannot = (cannot & ~said.Can) | said.Cannot;
            ofModel |= said.Can | said.Cannot;
        }

        var operators = can | cannot;
        foreach (var probed in Channel.Probed.IsDefault ? [] : Channel.Probed)
        {
            if ((operators & probed.Capability) != Needs.None || !Concerns(probed, model))
                continue;
            can |= probed.Can ? probed.Capability : Needs.None;
            cannot |= probed.Can ? Needs.None : probed.Capability;
            ofProbe |= probed.Capability;
        }

        return new ChannelSaying(can, cannot, ofModel, ofProbe);
    }

    /// <summary>The day of the probe that speaks of a capability; null = none does.</summary>
    public DateOnly? ProbedOn(ModelEntry model, Needs capability) =>
        (Channel.Probed.IsDefault ? [] : Channel.Probed).FirstOrDefault(probed => probed.Capability == capability && Concerns(probed, model))?.Day;

    /// <summary>Mapped to another name, the channel would send what nobody probed.</summary>
    private bool Concerns(ProbedCapability probed, ModelEntry model) =>
        Array.Exists(model.Names, name => string.Equals(name, probed.Model, StringComparison.OrdinalIgnoreCase))
        && string.Equals(UpstreamName(model), probed.UpstreamModel, StringComparison.Ordinal);

    /// <summary>The name under which this channel's upstream knows the model; null = the channel does not serve it.</summary>
    public string? UpstreamName(ModelEntry model)
    {
        foreach (var name in model.Names)
        {
            if (Channel.ModelMap.TryGetValue(name, out var mapped))
                return mapped;
        }

        foreach (var name in model.Names)
        {
            if (Models.Matches(name))
                return VendorModels.NameAt(Channel, name);
        }

        return null;
    }
}

/// <summary>Dialects as bits.</summary>
internal readonly record struct DialectSet(int Bits)
{
    public static DialectSet All { get; } = Of(Enum.GetValues<Dialect>());

    public static DialectSet Of(IEnumerable<Dialect> dialects)
    {
        var bits = 0;
        foreach (var dialect in dialects)
            bits |= 1 << (int)dialect;
        return new DialectSet(bits);
    }

    public bool IsEmpty => Bits == 0;

    public bool Has(Dialect dialect) => (Bits & (1 << (int)dialect)) != 0;

    public override string ToString()
    {
        var bits = Bits;
        var names = string.Join(", ", Enum.GetValues<Dialect>().Where(dialect => (bits & (1 << (int)dialect)) != 0).Select(DialectNames.Of));
        return names.Length == 0 ? "nothing" : names;
    }

    public static DialectSet operator &(DialectSet left, DialectSet right) => new(left.Bits & right.Bits);

    public static DialectSet operator |(DialectSet left, DialectSet right) => new(left.Bits | right.Bits);
}
