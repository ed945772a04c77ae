using System.Text.Json;

namespace AioHub.Admin.Frame;

/// <summary>Names of a closed set in queries, as replies spell them.</summary>
internal static class Words
{
    /// <param name="field">The query's member.</param>
    /// <exception cref="Refused">It is none of them.</exception>
    public static T? Read<T>(string? text, string field)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
            {
                return value;
            }
        }

        throw Refused.Invalid(field, $"must be one of {string.Join(", ", Enum.GetValues<T>().Select(Of))}");
    }

    private static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
