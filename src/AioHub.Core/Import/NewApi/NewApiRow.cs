using System.Globalization;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>A row as any source gives it: texts by column. Columns that a version does not have take what new-api takes without them.</summary>
/// <param name="number">The row's number in its table, from 1, for messages.</param>
internal sealed class NewApiRow(string table, long number, IReadOnlyDictionary<string, string?> values)
{
    public string Table => table;

    /// <summary>Empty for NULL.</summary>
    public string Text(string column) => values.GetValueOrDefault(column) ?? "";

    /// <summary>Whether the version has the column.</summary>
    public bool Has(string column) => values.ContainsKey(column);

    /// <exception cref="AdminException">It is no whole number, or it is required and missing.</exception>
    public long Number(string column, long? otherwise = null)
    {
        var text = Text(column).Trim();
        if (text.Length == 0)
        {
            return otherwise ?? throw Wrong(column, "is missing: this is no table of new-api");
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : throw Wrong(column, $"'{Short(text)}' is no whole number");
    }

    /// <exception cref="AdminException">It is neither of the spellings that the engines have.</exception>
    public bool Flag(string column, bool otherwise = false) => Text(column).Trim().ToLowerInvariant() switch
    {
        "" => otherwise,
        "1" or "true" or "t" or "\u0001" => true,
        "0" or "false" or "f" or "\0" => false,
        var wrong => throw Wrong(column, $"'{Short(wrong)}' is neither true nor false"),
    };

    private AdminException Wrong(string column, string why) => new($"{table}.{column}", string.Create(CultureInfo.InvariantCulture, $"row {number}: {why}; the source is damaged or of another program"));

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
