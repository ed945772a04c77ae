using System.Text;
using AioHub.Wire.Json;

namespace AioHub.Wire.Dialects.Gemini;

/// <summary>Google reads the names of a request in camelCase and in snake_case: so does this room.</summary>
internal static class GeminiSpelling
{
    /// <summary>Whether the member has this name in either spelling.</summary>
    public static bool Says(this JsonView.Field field, ReadOnlySpan<byte> camel)
    {
        if (field.Is(camel))
            return true;

        var name = field.Name.Raw[1..^1];
        var at = 0;
        foreach (var sign in camel)
        {
            if (sign is >= (byte)'A' and <= (byte)'Z')
            {
                if (at + 1 >= name.Length || name[at] != '_' || name[at + 1] != sign + 32)
                    return false;

                at += 2;
            }
            else if (at >= name.Length || name[at++] != sign)
            {
                return false;
            }
        }

        return at == name.Length;
    }

    /// <summary>The member of that name in either spelling; of several the last.</summary>
    public static JsonView Find(this JsonView view, ReadOnlySpan<byte> camel)
    {
        var found = default(JsonView);
        foreach (var field in view.Members)
        {
            if (field.Says(camel))
                found = field.Value;
        }

        return found;
    }

    /// <summary>The member's name in camelCase, whichever way it was written.</summary>
    public static string Camel(JsonView name)
    {
        var text = name.AsString() ?? "";
        if (!text.Contains('_', StringComparison.Ordinal))
            return text;

        var camel = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '_' && at > 0 && at + 1 < text.Length && char.IsAsciiLetterLower(text[at + 1]))
                camel.Append(char.ToUpperInvariant(text[++at]));
            else
                camel.Append(text[at]);
        }

        return camel.ToString();
    }

    /// <summary>A whole number, which Google's JSON may also write as a string; null when it is none.</summary>
    public static long? Whole(this JsonView view)
    {
        if (view.AsInteger() is { } number)
            return number;

        return view.IsText && long.TryParse(view.Raw[1..^1], System.Globalization.NumberStyles.AllowLeadingSign, null, out var written) ? written : null;
    }
}
