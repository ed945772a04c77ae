using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace AioHub.Admin.Frame;

/// <summary>The name in the query of a member of a record that endpoints take with <c>[AsParameters]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class QueryAttribute(string name) : Attribute, IFromQueryMetadata
{
    public string Name { get; } = name;
}

/// <summary>Reads words of a query that stand for members of an enumeration.</summary>
internal static class QueryWords
{
    /// <param name="field">For the refusal.</param>
    /// <param name="word">Lower snake case; null = it was not asked for.</param>
    /// <exception cref="Refused">There is no such word; the refusal names them all.</exception>
    public static T? Of<T>(string field, string? word)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(word))
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(NameOf(value), word, StringComparison.Ordinal))
            {
                return value;
            }
        }

        throw Refused.Invalid(field, $"must be one of {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}");
    }

    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
