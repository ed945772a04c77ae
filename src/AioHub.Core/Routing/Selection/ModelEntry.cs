using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing.Selection;

/// <summary>A model with all that does not depend on the call worked out.</summary>
internal sealed class ModelEntry
{
    private const Needs OfTheModel = Needs.Tools | Needs.Images | Needs.Documents | Needs.Audio | Needs.Reasoning;

    private AutoWay[]? _auto;

    public ModelEntry(ModelInfo info, bool inCatalog)
    {
        Info = info;
        InCatalog = inCatalog;
        Names = info.Aliases.IsDefaultOrEmpty ? [info.Id] : [info.Id, .. info.Aliases];
        Family = ModelFamily.Of(info.Id);
        FamilyHash = StableHash.Of(Family);
        Able = info.Capabilities == Needs.None ? ~Needs.None : info.Capabilities | ~OfTheModel;
    }

    public ModelInfo Info { get; }

    /// <summary>False: only a channel's list names it.</summary>
    public bool InCatalog { get; }

    /// <summary>The id, then the aliases.</summary>
    public string[] Names { get; }

    public string Family { get; }

    public ulong FamilyHash { get; }

    /// <summary>What the model itself allows; all, as long as the catalogue knows nothing of it.</summary>
    public Needs Able { get; }

    /// <summary>Natively a million tokens: the variant asks for nothing more.</summary>
    public bool NativelyLong => Info.LongContextWindow is null && Info.ContextWindow >= 1_000_000;

    /// <summary>The ways of <c>auto</c> for this model, worked out once.</summary>
    public AutoWay[] Auto(Func<ModelEntry, AutoWay[]> build) => Volatile.Read(ref _auto) ?? (_auto = build(this));
}

/// <summary>What models of one make have in common: the id without a date or a moving suffix.</summary>
internal static class ModelFamily
{
    public static string Of(string id)
    {
        var name = id.AsSpan();
        var at = name.IndexOf('@');
        if (at > 0)
            name = name[..at];

        if (name.EndsWith("-latest", StringComparison.OrdinalIgnoreCase))
            name = name[..^"-latest".Length];
        else if (name.Length > 9 && name[^9] == '-' && Digits(name[^8..]))
            name = name[..^9];
        else if (name.Length > 11 && name[^11] == '-' && Digits(name[^10..^6]) && name[^6] == '-' && Digits(name[^5..^3]) && name[^3] == '-' && Digits(name[^2..]))
            name = name[..^11];

        return name.Length == id.Length ? id : name.ToString();
    }

    private static bool Digits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
