using System.Collections.Immutable;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Frame;

/// <summary>Names that requests spell as settings do, read with a refusal that says which there are.</summary>
internal static class Names
{
    /// <exception cref="Refused">There is no such dialect.</exception>
    public static Dialect Dialect(string name, string field) => DialectNames.TryParse(name, out var dialect) ? dialect
        : throw Refused.Invalid(field, $"there is no dialect '{name}'; there are {string.Join(", ", Enum.GetValues<Dialect>().Select(DialectNames.Of))}");

    /// <exception cref="Refused">There is no such dialect.</exception>
    public static ImmutableArray<Dialect> Dialects(IEnumerable<string> names, string field = "dialects") => [.. names.Select(name => Dialect(name, field))];

    /// <exception cref="Refused">There is no such capability.</exception>
    public static Wire.Vocabulary.Needs Capability(string name, string field) => CapabilityNames.TryParse(name, out var need) ? need
        : throw Refused.Invalid(field, $"there is no capability '{name}'; there are {string.Join(", ", CapabilityNames.All)}");

    /// <exception cref="Refused">There is no such capability.</exception>
    public static Wire.Vocabulary.Needs Capabilities(IEnumerable<string> names, string field) => names.Aggregate(Wire.Vocabulary.Needs.None, (all, name) => all | Capability(name, field));

    /// <summary>A word of an enum in a query, in snake case; absent or empty = null.</summary>
    /// <exception cref="Refused">There is no such word.</exception>
    public static T? Word<T>(string? word, string field)
        where T : struct, Enum
    {
        if (word is not { Length: > 0 })
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), word, StringComparison.Ordinal))
            {
                return value;
            }
        }

        throw Refused.Invalid(field, $"must be one of {string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}");
    }
}
